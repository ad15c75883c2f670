package import Ports
package import Synchronization

/// A monotonic clock that stands still until a test turns it.
package final class ManualMonotonicClock: MonotonicClock {
    private let now = Atomic<Int64>(1)

    package init() {}

    package func nanoseconds() -> Int64 { now.load(ordering: .relaxed) }

    /// Turns the clock forwards.
    package func advance(by duration: Duration) {
        let parts = duration.components
        now.add(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000, ordering: .relaxed)
    }
}
