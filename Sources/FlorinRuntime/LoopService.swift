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
    /// Whether rounds are left out for now: the disk takes no writes, which the log says once, elsewhere.
    var isHeld: @Sendable () -> Bool = { false }
    /// Does one round. Returns how much it did: when that is more than nothing, the next round follows at once.
    let round: @Sendable () async throws -> Int

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var trouble = LoopTrouble()
            while !Task.isCancelled {
                var done = 0
                if !isHeld() {
                    do {
                        done = try await round()
                        trouble = trouble.ended
                    } catch is CancellationError {
                        return
                    } catch {
                        if let unsaid = trouble.began(at: clock.now()) { say(error, unsaid) }
                    }
                }
                if done > 0 { continue }
                do { try await clock.sleep(for: max(pause, trouble.pause)) } catch { return }
            }
        }
    }

    private func say(_ error: any Error, _ unsaid: Int) {
        if unsaid == 0 {
            logger.say(.warning, "\(name): \(error)")
        } else {
            logger.say(.warning, "\(name): \(error) (\("failures", unsaid) more since the last line)")
        }
    }
}

/// What a loop that fails again and again does about it: it waits longer, and says so rarely.
struct LoopTrouble {
    /// At least as long until the next round.
    private(set) var pause = Duration.zero
    private var unsaid = 0
    private var said: Timestamp?

    private static let firstPause = Duration.milliseconds(250)
    static let longestPause = Duration.seconds(5)
    static let silence = Duration.seconds(60)

    /// A round has failed.
    /// - Returns: how many failures were passed over since the last line; nil when this one is passed over too.
    mutating func began(at now: Timestamp) -> Int? {
        pause = pause == .zero ? Self.firstPause : min(pause * 2, Self.longestPause)
        if let said, now.duration(since: said) < Self.silence {
            unsaid += 1
            return nil
        }
        defer { (said, unsaid) = (now, 0) }
        return unsaid
    }

    /// After a round that worked. One now and then does not make a line of each failure between.
    var ended: LoopTrouble {
        var next = self
        next.pause = .zero
        return next
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
