import Ports
import Primitives
internal import Synchronization

/// What went wrong here, and until when it is left alone: each item waits for itself, twice as long each time. For work
/// whose schedule lies in the store, when the store is what fails: without it, what is due is tried again at once, for ever.
///
/// May also hold what was done and could not be stored, so that only the storing is repeated. In memory: after a start
/// everything is tried again.
final class Setbacks<Item: Hashable & Sendable, Unstored: Sendable>: Sendable {
    private struct Entry {
        var failures: Int64 = 0
        var due: Timestamp
        var unstored: Unstored?
    }

    private struct State {
        var entries: [Item: Entry] = [:]
        /// Whether it was said that the store refuses, and nothing was stored since.
        var isRefusalSaid = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: from how many items on ``isFull(at:)`` asks for nothing new to be begun.
    init(capacity: Int) { self.capacity = capacity }

    static var firstPause: Duration { .seconds(1) }
    static var longestPause: Duration { .seconds(30) }

    /// Remembers what was done to `item`, to be stored later.
    func keep(_ unstored: Unstored, of item: Item, at now: Timestamp) {
        state.withLock { $0.entries[item, default: Entry(due: now)].unstored = unstored }
    }

    /// Leaves the item alone for a while.
    /// - Returns: whether it is worth a line in the log. That the store refuses is said once, until it takes something
    ///   again.
    func failed(_ item: Item, _ error: any Error, at now: Timestamp) -> Bool {
        state.withLock { state in
            var entry = state.entries[item] ?? Entry(due: now)
            var pause = Self.firstPause
            for _ in 0..<min(entry.failures, 20) where pause < Self.longestPause { pause = pause * 2 }
            entry.failures += 1
            entry.due = now.advanced(by: min(pause, Self.longestPause))
            state.entries[item] = entry
            guard case .unavailable? = error as? StoreError else { return true }
            defer { state.isRefusalSaid = true }
            return !state.isRefusalSaid
        }
    }

    /// Nothing is wrong with it any more.
    func succeeded(_ item: Item) {
        state.withLock { state in
            state.isRefusalSaid = false
            state.entries[item] = nil
        }
    }

    /// Those that must not be begun at `now`.
    func held(at now: Timestamp) -> Set<Item> {
        state.withLock { state in
            Set(state.entries.lazy.filter { $0.value.unstored != nil || $0.value.due > now }.map(\.key))
        }
    }

    /// What may be tried to be stored again at `now`.
    func unstored(dueBy now: Timestamp) -> [Unstored] {
        state.withLock { state in state.entries.values.compactMap { $0.due <= now ? $0.unstored : nil } }
    }

    /// Whether so much went wrong that nothing else should be begun. Forgets what nobody has to wait for any more.
    func isFull(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard state.entries.count >= capacity else { return false }
            state.entries = state.entries.filter { $0.value.unstored != nil || $0.value.due > now }
            return state.entries.count >= capacity
        }
    }
}
