import HTTPListener
import Logging
import NIOCore
import Observability
import Ports
import Primitives
import ServiceLifecycle
import Synchronization
import UnixSignals

/// All listeners of the front together, so that a stop closes them at the same time.
struct FrontService: Service {
    let listeners: [ListenerService]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for listener in listeners { group.addTask { try await listener.run() } }
            for try await _ in group {}
        }
    }
}

/// Lets the daemon stop only when nothing is on its way to a processor, or the time for that is over.
struct OperationsDrainService: Service {
    let time: Duration
    let clock: any WallClock
    let inFlight: @Sendable () -> Int
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        let deadline = clock.now().advanced(by: time)
        while inFlight() > 0, clock.now() < deadline {
            do { try await clock.sleep(for: .milliseconds(20)) } catch { return }
        }
        let left = inFlight()
        if left > 0 {
            logger.say(
                .warning,
                "stopping with \("operations", left) messages to processors in flight; the next start finds out what became of them"
            )
        }
    }
}

/// Tells the service manager that the stop has begun. The last service of the group: it is told first.
struct StoppingService: Service {
    let notifier: ServiceNotifier
    /// All steps of the stop together.
    let time: Duration

    func run() async throws {
        try? await gracefulShutdown()
        notifier.stopping(within: time)
    }
}

/// Reloads on SIGHUP.
struct HangUpService: Service {
    let reload: @Sendable () async -> Void

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
    }
}

/// Where the front listens, as the system says: with the port that was chosen, or the address of a socket that was handed
/// over.
final class BoundAddresses: Sendable {
    private let all = Mutex<[String]>([])

    /// Separated by commas; empty before the first.
    var text: String { all.withLock { $0.sorted().joined(separator: ", ") } }

    func add(_ address: SocketAddress) {
        let host = address.ipAddress ?? ""
        let port = address.port.map { ":\($0)" } ?? ""
        all.withLock { $0.append((host.contains(":") ? "[\(host)]" : host) + port) }
    }
}
