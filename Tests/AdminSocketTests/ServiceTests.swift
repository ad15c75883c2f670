import Glibc
import Ports
import Primitives
import ServiceLifecycle
import Testing

@testable import AdminContract
@testable import AdminSocket
@testable import florinctl

@Suite("The socket and its client together", .timeLimit(.minutes(1)))
struct ServiceTests {
    /// Runs `body` against a served socket, then stops the service as the daemon does.
    private func served(_ body: (Fixture, AdminClient) async throws -> Void) async throws {
        let fixture = try await Fixture()
        let service = try AdminSocketService(
            configuration: AdminSocketConfiguration(path: fixture.directory.file("admin/admin.sock")),
            services: fixture.services, logger: Fixture.logger)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: service)], logger: Fixture.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            // The socket listens since it was made: a request now waits for the service instead of failing.
            try await body(fixture, AdminClient(socket: service.path))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("the kernel's word makes the daemon's own user an admin, over HTTP")
    func status() async throws {
        try await served { fixture, client in
            let bytes = try await client.ask(.status, AdminRoute.status.template, timeoutSeconds: 30)
            #expect(try AdminClient.decode(bytes, as: StatusView.self).role == .admin)
        }
    }

    @Test("a change is recorded with the caller's user and process")
    func recorded() async throws {
        try await served { fixture, client in
            let path = AdminRoute.ask.path(fixture.world.operation.text)
            _ = try await client.ask(.ask, path, timeoutSeconds: 30)
            let audited = try await fixture.audited().map(\.draft)
            #expect(audited.map(\.who.uid) == [geteuid(), geteuid()])
            #expect(audited.map(\.who.pid) == [getpid(), getpid()])
            #expect(audited.map(\.status) == [nil, 200] && audited.map(\.refersTo) == [nil, 1])
        }
    }

    @Test("what the daemon refuses arrives as its own words")
    func refused() async throws {
        try await served { fixture, client in
            let path = AdminRoute.payment.path("pi_00000000000000000000000000")
            let refusal = Failure.refused("There is no payment pi_00000000000000000000000000.")
            await #expect(throws: refusal) { try await client.ask(.payment, path, timeoutSeconds: 30) }
            let body = [UInt8](repeating: 32, count: 20_000)
            await #expect(throws: Failure.self) {
                try await client.ask(.createKey, AdminRoute.createKey.template, body: body, timeoutSeconds: 30)
            }
        }
    }

    @Test(
        "a socket that cannot be reached is explained",
        arguments: [
            (ENOENT, "Is florind running"), (ECONNREFUSED, "florind has stopped"), (EACCES, "operators' group"),
            (ENOTSOCK, "is not a socket"), (EIO, "Cannot reach"),
        ] as [(Int32, String)])
    func unreachable(error: Int32, words: String) {
        let failure = AdminClient.unreachable("/run/florin/admin.sock", error)
        #expect(failure.code == 2 && failure.message.contains(words))
    }

    @Test("without a daemon the client fails at once, with words")
    func missing() async throws {
        let directory = try TemporaryDirectory()
        let client = AdminClient(socket: directory.file("admin.sock"))
        let failure = await #expect(throws: Failure.self) {
            try await client.ask(.status, AdminRoute.status.template, timeoutSeconds: 30)
        }
        #expect(failure?.message.contains("There is no socket at \(directory.file("admin.sock"))") == true)
    }
}
