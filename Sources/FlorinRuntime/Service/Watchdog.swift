import NIOCore
import Ports
import SQLStore
import ServiceLifecycle

/// Pets the service manager's watchdog at half of its interval, and only after the writer's thread and every event loop
/// have answered. When one of them hangs, silence makes the manager restart the daemon.
struct WatchdogService: Service {
    let notifier: ServiceNotifier
    let database: any SQLDatabase
    let loops: [any EventLoop]
    let clock: any WallClock

    func run() async throws {
        guard let interval = notifier.watchdogInterval else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await proveLife()
                notifier.watchdog()
                do { try await clock.sleep(for: interval / 2) } catch { return }
            }
        }
    }

    /// Returns once everything answered. A database that answers with an error is alive: a restart would not mend the disk.
    private func proveLife() async {
        do { try await database.write { _ in } } catch {}
        for loop in loops { try? await loop.submit {}.get() }
    }
}
