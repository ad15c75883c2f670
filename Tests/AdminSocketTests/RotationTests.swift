import Ports
import Primitives
import Synchronization
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("Key rotation by operators")
struct RotationTests {
    /// Runs `body` while a service carries out rotations, as the daemon does.
    private func withService(
        _ body: (Fixture, AdminFront) async throws -> Void
    ) async throws {
        let fixture = try await Fixture()
        let rotations = fixture.rotations
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await rotations.run() }
            try await body(fixture, fixture.front(rotations: rotations))
            group.cancelAll()
        }
    }

    private func rotation(_ front: AdminFront, _ isWanted: (RotationView) -> Bool) async throws -> RotationView {
        while true {
            let view = try await front.ask("GET /v1/vault/rotation").decoded(RotationView.self)
            if isWanted(view) { return view }
            await Task.yield()
        }
    }

    @Test("one runs at a time, shows how far it is, and reports its proof", .timeLimit(.minutes(1)))
    func oneAtATime() async throws {
        try await withService { fixture, front in
            let started = try await front.ask("POST /v1/vault/rotation", body: #"{"target":"kek"}"#)
                .decoded(RotationView.self)
            #expect(started.state == .running && started.target == "kek")
            let half = try await rotation(front) { $0.done == 2 }
            #expect(half.total == 5 && half.state == .running)
            let second = await front.ask("POST /v1/vault/rotation", body: #"{"target":"card"}"#)
            #expect(second.errorCode == .conflict)
            fixture.keys.finishRotation()
            let ended = try await rotation(front) { $0.state != .running }
            #expect(ended.state == .succeeded && ended.report?.isProvedEmpty == true && ended.report?.moved == 5)
            let vault = try await front.ask("GET /v1/vault").decoded(VaultView.self)
            #expect(vault.rotation == ended && vault.keys.map(\.uses) == [64])
        }
    }

    @Test("a failed one says what to do, and another may start", .timeLimit(.minutes(1)))
    func failure() async throws {
        try await withService { fixture, front in
            fixture.keys.failure.withLock { $0 = .rowsRemain(dataKey: 4, count: 7) }
            _ = await front.ask("POST /v1/vault/rotation", body: #"{"target":"kek"}"#)
            fixture.keys.finishRotation()
            let ended = try await rotation(front) { $0.state == .failed }
            #expect(ended.message?.contains("7 rows stay under data key 4") == true && ended.report == nil)
            _ = await front.ask("POST /v1/vault/rotation", body: #"{"target":"record"}"#)
            let next = try await rotation(front) { $0.state == .succeeded }
            #expect(next.target == "record" && next.report?.isProvedEmpty == false && next.report?.wasResumed == true)
        }
    }

    @Test("only the key-encryption key and rotatable purposes can be named", arguments: ["lookup", "KEK", "", "all"])
    func target(name: String) async throws {
        let fixture = try await Fixture()
        let answer = await fixture.front().ask("POST /v1/vault/rotation", body: #"{"target":"\#(name)"}"#)
        #expect(answer.errorCode == .invalid)
        #expect(answer.message.contains("kek") && answer.message.contains("credential"))
    }
}
