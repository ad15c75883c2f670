import Instruments
import Ports

/// The machine's monotonic clock.
struct SystemMonotonicClock: MonotonicClock {
    func nanoseconds() -> Int64 { Int64(clamping: MonotonicTime.nanoseconds) }
}
