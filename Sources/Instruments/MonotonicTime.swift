#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A clock for measuring how long something took.
package enum MonotonicTime {
    /// Nanoseconds since some moment before the process began; never goes back. About 25 ns to ask.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Nanoseconds since an earlier reading.
    package static func since(_ start: UInt64) -> UInt64 {
        let now = nanoseconds
        return now > start ? now - start : 0
    }
}
