import Glibc
import Ports
package import Primitives

/// The machine's clock.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        // Fails for an unknown clock only, and this one is always there.
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Sleeps in slices, so that a clock that is set forwards wakes a sleeper within half a minute.
    package func sleep(until deadline: Timestamp) async throws {
        while true {
            let left = deadline.duration(since: now())
            guard left > .zero else { return try Task.checkCancellation() }
            try await Task.sleep(for: min(left, .seconds(30)))
        }
    }
}
