package import Payments
package import Ports
import Primitives
internal import Synchronization

/// Shows operators events as they are stored. A view, not a record: what matters is in the event list.
///
/// One reader looks for new events while somebody watches, and gives each watcher what they want. Nobody is waited for: who
/// reads slower than events come is told so and let go.
package final class EventTail: Sendable {
    /// What a watcher sees.
    package enum Item: Hashable, Sendable {
        case event(EventHead)
        /// Nothing happened for a while: proves that the line stands.
        case idle
        /// The last item.
        case ended(Reason)
    }

    /// Why a tail ended.
    package enum Reason: Hashable, Sendable {
        case tooSlow
        case stopping
    }

    /// As many watch already as may.
    package struct Full: Error {}

    /// How many may watch at a time, and how many items may wait for each.
    package static let watchers = 16
    package static let waiting = 1_000
    /// A commit may take this long to show an event that was given its identifier before.
    private static let lateness = Duration.seconds(2)
    private static let idleTime = Duration.seconds(10)
    private static let batch = 500

    private struct Watcher {
        let filter: EventFilter
        let queue: AsyncStream<Item>.Continuation
    }

    private struct State {
        var watchers: [UInt64: Watcher] = [:]
        var nextID: UInt64 = 0
        var isClosed = false
        /// Events are looked for behind this one; nil while nobody watches.
        var start: SIMD2<UInt64>?
        /// What was shown behind ``start``.
        var shown: Set<EventID> = []
        var lastItem = Timestamp(microseconds: 0)
    }

    private let store: any Store
    private let clock: any WallClock
    private let state = Mutex(State())

    package init(store: any Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Items from now on. Ends after ``Item/ended(_:)``.
    /// - Throws: ``Full``.
    package func watch(_ filter: EventFilter) throws(Full) -> AsyncStream<Item> {
        let (stream, queue) = AsyncStream<Item>.makeStream(bufferingPolicy: .bufferingOldest(Self.waiting))
        let id = state.withLock { state -> UInt64? in
            guard state.watchers.count < Self.watchers, !state.isClosed else { return nil }
            state.nextID += 1
            if state.watchers.isEmpty {
                let now = clock.now()
                (state.start, state.shown, state.lastItem) = (Self.bits(at: now), [], now)
            }
            state.watchers[state.nextID] = Watcher(filter: filter, queue: queue)
            return state.nextID
        }
        guard let id else { throw Full() }
        queue.onTermination = { [weak self] _ in self?.leave(id) }
        return stream
    }

    /// Ends every tail; called when the daemon stops.
    package func close() {
        let watchers = state.withLock { state in
            state.isClosed = true
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { Self.end(watcher, .stopping) }
    }

    /// Looks for new events once, if anybody watches.
    /// - Returns: how many there were.
    package func poll() async throws -> Int {
        guard let start = state.withLock({ $0.watchers.isEmpty ? nil : $0.start }) else { return 0 }
        var (cursor, found) = (start, [EventHead]())
        // Bounded: what does not fit is found by the next round.
        for _ in 0..<20 {
            let (from, limit) = (cursor, Self.batch)
            let batch = try await store.read { try $0.eventHeads(after: from, limit: limit) }
            found += batch
            guard batch.count == limit, let last = batch.last else { break }
            cursor = SIMD2(last.id.high, last.id.low)
        }
        let now = clock.now()
        let (fresh, isIdle, watchers) = state.withLock { state -> ([EventHead], Bool, [UInt64: Watcher]) in
            let fresh = found.filter { state.shown.insert($0.id).inserted }
            // Later rounds begin where commits that are late could still put something.
            let begin = Self.bits(at: now.advanced(by: .zero - Self.lateness))
            if let start = state.start, (start[0], start[1]) < (begin[0], begin[1]) { state.start = begin }
            state.shown = state.shown.filter { ($0.high, $0.low) > (begin[0], begin[1]) }
            let isIdle = fresh.isEmpty && now.duration(since: state.lastItem) >= Self.idleTime
            if isIdle || !fresh.isEmpty { state.lastItem = now }
            return (fresh, isIdle, state.watchers)
        }
        for (id, watcher) in watchers {
            let items = isIdle ? [.idle] : fresh.filter(watcher.filter.wants).map { Item.event($0) }
            give(items, to: watcher, id)
        }
        return fresh.count
    }

    private func give(_ items: [Item], to watcher: Watcher, _ id: UInt64) {
        for item in items {
            guard case .dropped = watcher.queue.yield(item) else { continue }
            leave(id)
            Self.end(watcher, .tooSlow)
            return
        }
    }

    private func leave(_ id: UInt64) {
        state.withLock { state in
            state.watchers[id] = nil
            if state.watchers.isEmpty { (state.start, state.shown) = (nil, []) }
        }
    }

    /// The buffer of who is too slow is full: the reader of the stream tells the reason by its end.
    private static func end(_ watcher: Watcher, _ reason: Reason) {
        watcher.queue.yield(.ended(reason))
        watcher.queue.finish()
    }

    private static func bits(at time: Timestamp) -> SIMD2<UInt64> {
        SIMD2(UInt64(clamping: time.microseconds / 1_000) << 16, 0)
    }
}
