import Engine
import HTTPListener
package import Logging
import NIOCore
import Ports
import ServiceLifecycle

/// Where the admin socket is and who may use it.
package struct AdminSocketConfiguration: Sendable {
    /// The socket itself. Its directory holds nothing else, is made if it is not there, and must otherwise belong to the
    /// daemon's user with exactly the mode of ``access``. At most 107 bytes.
    package var path: String
    package var access: SocketAccess
    /// A listening socket that systemd opened at ``path``, used instead of a new one: owner, group and mode are then the
    /// socket unit's business. The listener closes it.
    package var inherited: CInt?
    package var policy: AdminPolicy

    package init(
        path: String, access: SocketAccess = .ownerOnly, policy: AdminPolicy = AdminPolicy(), inherited: CInt? = nil
    ) {
        self.inherited = inherited
        self.path = path
        self.access = access
        self.policy = policy
    }
}

/// The admin API: HTTP/1.1 and JSON over a Unix socket, for `florinctl`.
///
/// Hold the state directory's lock before making one: of two daemons, the second must fail there, with its name.
package final class AdminSocketService: Service {
    private let binding: SocketBinding?
    /// Where it listens.
    package let path: String
    private let listener: ListenerService
    private let rotations: KeyRotations
    private let backupJobs: BackupJobs
    private let reportJobs: ReportJobs
    private let tail: EventTail

    /// Binds the socket at once, so that a wrong directory is an error before anything else starts.
    package init(
        configuration: AdminSocketConfiguration, services: AdminServices, logger: Logger
    ) throws(AdminSocketError) {
        path = configuration.path
        let descriptor: CInt
        if let inherited = configuration.inherited {
            (binding, descriptor) = (nil, inherited)
        } else {
            let bound = try SocketBinding(path: configuration.path, access: configuration.access)
            (binding, descriptor) = (bound, bound.descriptor)
        }
        let rotations = KeyRotations(keys: services.keys, clock: services.clock, logger: logger)
        self.rotations = rotations
        let backupJobs = BackupJobs(backups: services.backups, clock: services.clock, logger: logger)
        self.backupJobs = backupJobs
        let reportJobs = ReportJobs(
            maker: services.reports, store: services.store, clock: services.clock, logger: logger)
        self.reportJobs = reportJobs
        tail = services.operators.tail
        let router = services.router(rotations, backupJobs, reportJobs)
        let front = AdminFront(
            policy: configuration.policy, router: router, clock: services.clock, audit: services.operators.audit,
            logger: logger)
        var limits = ListenerLimits()
        limits.connections = SocketSeats.connections
        // One for each connection: whoever has a place is answered.
        limits.requestsInFlight = SocketSeats.connections
        // `florinctl` asks at once; whoever asks nothing makes room.
        limits.idleTime = .seconds(10)
        // A routing table with a thousand rules; records of settlement files come in smaller parts.
        limits.bodyBytes = 1_024 * 1_024
        limits.drainTime = .seconds(5)
        listener = ListenerService(
            name: "admin", address: .inherited(descriptor: descriptor), transport: .plain, limits: limits,
            seats: SocketSeats.seats(configuration.policy), logger: logger, now: { services.clock.now() }
        ) { request, arrival in await front.respond(to: request, arrival) }
    }

    /// Serves until the service group shuts down. A key rotation that runs then is left to be resumed.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { await self.rotations.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.backupJobs.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.reportJobs.run() } }
            // Tails end at once: they would hold up the listener, which waits for what is in flight.
            group.addTask { [tail] in
                try? await gracefulShutdown()
                tail.close()
            }
            try await listener.run()
            group.cancelAll()
        }
    }
}
