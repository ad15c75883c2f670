package import Primitives

/// The time of day, injected so that tests turn it by hand. Named apart from Swift's own `Clock`.
package protocol WallClock: Sendable {
    /// The current moment. May step backwards when the machine's clock is set; nothing durable relies on its order alone.
    func now() -> Timestamp
    /// Waits until `now()` is at or past `deadline`.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Timestamp) async throws
}

extension WallClock {
    /// Waits for `duration` by this clock.
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: now().advanced(by: duration))
    }
}
