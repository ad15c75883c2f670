import Logging
import Observability
import Ports
import Primitives
import ServiceLifecycle

/// Does one kind of work again and again until the daemon stops: asks about open operations, delivers webhooks, returns
/// lapsed transfers.
struct LoopService: Service {
    let name: StaticString
    let pause: Duration
    let clock: any WallClock
    let logger: Logger
    /// Does one round. Returns how much it did: when that is more than nothing, the next round follows at once.
    let round: @Sendable () async throws -> Int

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var done = 0
                do {
                    done = try await round()
                } catch is CancellationError {
                    return
                } catch {
                    logger.say(.warning, "\(name): \(error)")
                }
                if done > 0 { continue }
                do { try await clock.sleep(for: pause) } catch { return }
            }
        }
    }
}

/// Runs until told to stop, then cleans up. For parts that have an end but no work of their own.
struct CloserService: Service {
    let close: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
