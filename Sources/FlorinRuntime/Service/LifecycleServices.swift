import HTTPListener
import Logging
import Observability
import Ports
import Primitives
import ServiceLifecycle
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

    func run() async throws {
        try? await gracefulShutdown()
        notifier.stopping()
    }
}

/// Reloads on SIGHUP.
struct HangUpService: Service {
    let reload: @Sendable () async -> Void

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
    }
}
