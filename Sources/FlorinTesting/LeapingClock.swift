import Ports
package import Primitives
import Synchronization

/// A clock on which nobody waits: to sleep is to move the time.
package final class LeapingClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_790_000_000))

    package init() {}

    package func now() -> Timestamp { time.withLock { $0 } }

    package func sleep(until deadline: Timestamp) async throws { leap(to: deadline) }

    /// Moves the time forwards; it never goes back.
    package func leap(to later: Timestamp) { time.withLock { $0 = max($0, later) } }
}
