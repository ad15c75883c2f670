/// Somebody who waits for a state behind a lock, and may be told to give up. Lies in that state; one waits at a time.
struct BoundedWait {
    private var hasGivenUp = false
    private var waiting: CheckedContinuation<Void, Never>?

    var isUnderway: Bool { waiting != nil }

    /// - Returns: false when there is nothing to wait for; the caller resumes `continuation` then, outside the lock.
    mutating func begin(_ continuation: CheckedContinuation<Void, Never>, unless isOver: Bool) -> Bool {
        guard !isOver, !hasGivenUp else { return false }
        waiting = continuation
        return true
    }

    /// What was waited for is there.
    /// - Returns: whom the caller resumes, outside the lock.
    mutating func end() -> CheckedContinuation<Void, Never>? { waiting.take() }

    /// Holds for whoever waits later as well.
    /// - Returns: whom the caller resumes, outside the lock.
    mutating func giveUp() -> CheckedContinuation<Void, Never>? {
        hasGivenUp = true
        return waiting.take()
    }
}
