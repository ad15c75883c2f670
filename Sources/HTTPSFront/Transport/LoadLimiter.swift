import Synchronization

/// How much work that changes something is let in at a time. What is beyond it is told to come back, before its body is
/// read: a server that takes everything does nothing in time.
package struct ChangeLimits: Hashable, Sendable {
    /// Requests being worked on, those included for which a processor or a bot is being waited for. Below the listener's own limit, so
    /// that reads always find room.
    package var inFlight = 768
    /// The same without those that wait for somebody outside, which cost memory and nothing else: what one machine does at a
    /// time. Enough to fill groups of commits; more only makes everybody wait longer.
    package var atWork = 256
    /// Bodies that wait for the database's writer, background work included.
    package var waitingWrites = 1_024

    package init() {}
}

/// Counts the requests that change something, and says when there are enough.
///
/// A request is looked at twice. At the door, before anything is read of it, only to be turned away cheaply. And once
/// its body is there, to be counted: a caller who is slow in sending a body takes up nobody else's place.
package final class LoadLimiter: Sendable {
    let limits: ChangeLimits
    private let inFlight = Atomic(0)
    private let turnedAway = Atomic<UInt64>(0)
    private let awaitingOthers: @Sendable () -> Int
    private let waitingWrites: @Sendable () -> Int

    /// - Parameters:
    ///   - awaitingOthers: how many messages to processors and questions to bots are under way; called for each request.
    ///   - waitingWrites: how many bodies wait for the writer; called for each request.
    package init(
        limits: ChangeLimits = ChangeLimits(), awaitingOthers: @escaping @Sendable () -> Int = { 0 },
        waitingWrites: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.limits = limits
        self.awaitingOthers = awaitingOthers
        self.waitingWrites = waitingWrites
    }

    /// Changes being worked on, for metrics.
    package var changesInFlight: Int { inFlight.load(ordering: .relaxed) }
    /// Requests that were told to come back, for metrics.
    package var shed: UInt64 { turnedAway.load(ordering: .relaxed) }

    /// At the door.
    /// - Throws: 503 `overloaded` when there is no room.
    func look() throws(APIError) {
        if isFull(inFlight.load(ordering: .relaxed)) { throw turnAway() }
    }

    /// Takes a place; ``leave()`` gives it back.
    /// - Throws: 503 `overloaded` when there is none; then there is nothing to give back.
    func enter() throws(APIError) {
        let before = inFlight.wrappingAdd(1, ordering: .relaxed).oldValue
        guard isFull(before) else { return }
        leave()
        throw turnAway()
    }

    func leave() { inFlight.wrappingSubtract(1, ordering: .relaxed) }

    private func isFull(_ count: Int) -> Bool {
        count >= limits.inFlight || count - awaitingOthers() >= limits.atWork
            || waitingWrites() >= limits.waitingWrites
    }

    private func turnAway() -> APIError {
        turnedAway.add(1, ordering: .relaxed)
        return .overloaded()
    }
}
