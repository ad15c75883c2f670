/// Time that only goes forwards, for measuring how long ago something was; it tells no date. Injected so that tests turn it
/// by hand.
package protocol MonotonicClock: Sendable {
    /// Nanoseconds since some moment of the past that is fixed while the process runs.
    func nanoseconds() -> Int64
}
