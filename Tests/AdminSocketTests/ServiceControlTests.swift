import AdminContract
import Engine
import Payments
import Ports
import Primitives
import SQLStore
import Synchronization
import Testing

@testable import AdminSocket

/// Notes what it is told.
final class FakeControl: ServiceControl {
    let calls = Record<String>()
    private let state = ServiceState()

    func view() -> ServiceView {
        ServiceView(holds: state.current.map(\.rawValue), requestsInFlight: 0, operationsInFlight: 0)
    }

    private func done(_ call: String, _ change: () -> Void = {}) -> ServiceView {
        calls.append(call)
        change()
        return view()
    }

    func pause() async throws -> ServiceView { done("pause") { state.place(.paused) } }
    func drain(_ wait: Duration) async throws -> ServiceView { done("drain \(wait)") { state.place(.draining) } }
    func resume() async throws -> ServiceView { done("resume") { for hold in Hold.allCases { state.lift(hold) } } }
    func reload() async throws -> ReloadView { ReloadView(applied: ["log.level"]) }
    func setLogLevel(_ level: String) -> Bool { level == "debug" }
    func acknowledgeBackup() async throws -> ServiceView { done("acknowledge") }
}

@Suite("Steering the daemon and filling a new one")
struct ServiceControlTests {
    @Test("pause, drain and resume reach the daemon and say what holds")
    func steering() async throws {
        let fixture = try await Fixture()
        var view: ServiceView = try await fixture.call("POST", "/v1/service/pause")
        #expect(view.holds == ["paused"])
        view = try await fixture.call("POST", "/v1/service/drain", DrainRequest(seconds: 5))
        #expect(view.holds == ["paused", "draining"])
        view = try await fixture.call("POST", "/v1/service/resume")
        #expect(view.holds.isEmpty && fixture.control.calls.all == ["pause", "drain 5.0 seconds", "resume"])
    }

    @Test(
        "what cannot be is refused with a reason",
        arguments: [
            ("/v1/service/drain", #"{"seconds": 601}"#, 400), ("/v1/service/drain", "{}", 400),
            ("/v1/service/log-level", #"{"level": "loud"}"#, 400),
            ("/v1/platforms", #"{"name": ""}"#, 400), ("/v1/platforms", #"{"name": "a\nb"}"#, 400),
            ("/v1/connections", #"{"owner": "x", "processor": "sandbox", "mode": "test"}"#, 400),
        ])
    func refusals(_ path: String, _ body: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.answer("POST", path, Array(body.utf8)).status == status)
    }

    @Test("a new installation gets a platform, a bot and a sandbox connection, each once")
    func filling() async throws {
        let fixture = try await Fixture()
        let platform: PlatformView = try await fixture.call(
            "POST", "/v1/platforms", CreatePlatformRequest(name: "Chat"))
        let bot: BotView = try await fixture.call(
            "POST", "/v1/bots",
            CreateBotRequest(
                platform: platform.id, name: "Florist", legalName: "Florist GmbH", merchantCategory: "5992",
                country: "DE", statementDescriptor: "FLORIST"))
        #expect(bot.platform == platform.id && bot.isActive)
        let wanted = CreateConnectionRequest(owner: platform.id, processor: "sandbox", mode: "test")
        let connection: ConnectionView = try await fixture.call("POST", "/v1/connections", wanted)
        #expect(connection.owner == platform.id && connection.isLive)
        #expect(try await fixture.answer("POST", "/v1/connections", AdminJSON.encode(wanted)).status == 400)
        let platforms: ListView<PlatformView> = try await fixture.call("GET", "/v1/platforms")
        #expect(platforms.items.contains(platform))
    }

    @Test("the sandbox cannot be connected in live mode")
    func neverLive() async throws {
        let fixture = try await Fixture()
        let platform: PlatformView = try await fixture.call(
            "POST", "/v1/platforms", CreatePlatformRequest(name: "Chat"))
        let wanted = CreateConnectionRequest(owner: platform.id, processor: "sandbox", mode: "live")
        let answer = try await fixture.answer("POST", "/v1/connections", AdminJSON.encode(wanted))
        #expect(answer.status == 400)
        #expect(try await fixture.store.read { try $0.connections() }.allSatisfy { $0.mode == .test })
    }

    @Test(
        "a bot with a wrong fact is refused and not stored",
        arguments: [
            ("5992", "de", "FLORIST"), ("599", "DE", "FLORIST"), ("0000", "DE", "FLORIST"), ("5992", "DE", "1234567"),
            ("5992", "DE", "FLO*IST"),
        ])
    func wrongBots(_ category: String, _ country: String, _ statement: String) async throws {
        let fixture = try await Fixture()
        let platform: PlatformView = try await fixture.call(
            "POST", "/v1/platforms", CreatePlatformRequest(name: "Chat"))
        let wanted = CreateBotRequest(
            platform: platform.id, name: "Florist", legalName: "Florist GmbH", merchantCategory: category,
            country: country, statementDescriptor: statement)
        #expect(try await fixture.answer("POST", "/v1/bots", AdminJSON.encode(wanted)).status == 400)
        let id = try #require(PlatformID(platform.id))
        #expect(try await fixture.store.read { try $0.bots(of: id, PageRequest(limit: 5)).items }.isEmpty)
    }
}

extension Fixture {
    fileprivate func answer(_ method: String, _ path: String, _ body: [UInt8] = []) async throws -> AdminAnswer {
        await front().answer(
            method, path, nil, from: { PeerCredential(pid: 7, uid: 0, groups: [0]) }, body: { body })
    }

    fileprivate func call<Answer: Decodable>(_ method: String, _ path: String) async throws -> Answer {
        try AdminJSON.decode(try await answer(method, path).body, as: Answer.self)
    }

    fileprivate func call<Answer: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable
    ) async throws -> Answer {
        try AdminJSON.decode(try await answer(method, path, AdminJSON.encode(body)).body, as: Answer.self)
    }
}
