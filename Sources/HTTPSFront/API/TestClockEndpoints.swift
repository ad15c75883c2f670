import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/test_helpers/test_clocks`: what is due in the caller's test mode goes by a clock that the caller turns.
struct TestClockEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/test_helpers/test_clocks", .owner(.write(.testClocks)), create),
            Endpoint(.get, "/v1/test_helpers/test_clocks", .owner(.read(.testClocks)), list),
            Endpoint(.get, "/v1/test_helpers/test_clocks/{id}", .owner(.read(.testClocks)), retrieve),
            Endpoint(.delete, "/v1/test_helpers/test_clocks/{id}", .owner(.write(.testClocks)), delete),
            Endpoint(.post, "/v1/test_helpers/test_clocks/{id}/advance", .owner(.write(.testClocks)), advance),
        ]
    }

    private static let seconds: ClosedRange<Int64> = 0...253_402_300_799

    private func create(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let owner = try testOwner(call)
        let frozen = try call.parameters.integer("frozen_time", in: Self.seconds)
        let name = try call.parameters.freeText("name", max: TestClock.longestName)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.testClocks.create(
            owner, name: name, frozen: Timestamp(seconds: frozen), call.caller(expanding: expansions))
    }

    private func advance(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let owner = try testOwner(call)
        let id: TestClockID = try call.identifier(of: "test_helpers.test_clock")
        let target = try call.parameters.integer("frozen_time", in: Self.seconds)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.testClocks.advance(
            id, to: Timestamp(seconds: target), owner, call.caller(expanding: expansions))
    }

    private func delete(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let owner = try testOwner(call)
        let id: TestClockID = try call.identifier(of: "test_helpers.test_clock")
        try call.finish()
        let body = JSONWriter.object(capacity: 100) { json in
            json.field("id", id)
            json.field("object", "test_helpers.test_clock")
            json.field("deleted", true)
        }
        return try await services.useCases.testClocks.delete(id, answering: body, owner, call.caller())
    }

    private func retrieve(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let owner = try testOwner(call)
        let id: TestClockID = try call.identifier(of: "test_helpers.test_clock")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let renderer = services.renderer
        return try await call.read { reader in
            guard let clock = try reader.testClock(id), clock.owner == owner else {
                throw APIError.noSuch("test_helpers.test_clock", id: id.text)
            }
            return try renderer.testClock(clock)
        }
    }

    /// There is one at most.
    private func list(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let owner = try testOwner(call)
        let page = try call.page(of: "test_helpers.test_clock", by: TestClockKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let renderer = services.renderer
        return try await call.read(page) { reader, page in
            let found = try reader.testClock(of: owner).map { [$0] } ?? []
            let items = found.filter { $0.isIn(page) }
            return Page(items: items, hasMore: false).rendered(url: "/v1/test_helpers/test_clocks") {
                renderer.write($0, into: &$1)
            }
        }
    }

    private func testOwner(_ call: APICall<OwnerPrincipal>) throws(APIError) -> TestOwner {
        guard let owner = TestOwner(call.owner, call.mode) else {
            throw .forbidden("There are test clocks in test mode only. Use a test key (sk_test_…).")
        }
        return owner
    }
}

extension TestClock {
    fileprivate func isIn(_ page: PageRequest) -> Bool {
        let isBeside =
            switch page.cursor {
            case .newest: true
            case .after(let bits): id < TestClockID(high: bits[0], low: bits[1])
            case .before(let bits): id > TestClockID(high: bits[0], low: bits[1])
            }
        return isBeside && page.createdFrom.map { created >= $0 } ?? true
            && page.createdBefore.map { created < $0 } ?? true
    }
}
