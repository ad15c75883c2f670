package import Payments
package import Primitives
internal import Synchronization

/// One request that was answered, as operators see it: nothing that the caller sent but the path, in which whatever could
/// be a card number is masked.
package struct SeenRequest: Hashable, Sendable {
    package let number: Int64
    package let id: RequestID
    package let received: Timestamp
    package let method: String
    package let path: String
    package let status: Int
    package let microseconds: Int64
    /// The last four characters of the key, where it was taken.
    package let key: String?
    /// The error's code, or its type where it has none.
    package let error: String?
}

/// The newest requests, while somebody looks. Nobody is waited for: who reads slower than requests come is told how many
/// were missed.
package final class RequestLog: Sendable {
    /// How many requests are kept.
    package static let capacity = 2_000
    /// Nothing is kept any more when nobody has looked for so long.
    private static let attention: Int64 = 10_000_000_000

    private struct State {
        var kept: [SeenRequest] = []
        var last: Int64 = 0
    }

    private let state = Mutex(State())
    /// Until when somebody looks, by ``now``.
    private let watchedUntil = Atomic<Int64>(.min)
    private let now: @Sendable () -> Int64

    /// - Parameter now: nanoseconds that only grow.
    package init(now: @escaping @Sendable () -> Int64) { self.now = now }

    /// Whether somebody looks: asked for each request.
    package var isWatched: Bool {
        let until = watchedUntil.load(ordering: .relaxed)
        return until > .min && now() < until
    }

    func note(
        _ id: RequestID, at received: Timestamp, _ method: String, _ path: String, status: Int, microseconds: Int64,
        key: String?, error: String?
    ) {
        state.withLock { state in
            state.last += 1
            if state.kept.count >= Self.capacity * 2 { state.kept.removeFirst(state.kept.count - Self.capacity + 1) }
            state.kept.append(
                SeenRequest(
                    number: state.last, id: id, received: received, method: method, path: path, status: status,
                    microseconds: microseconds, key: key, error: error))
        }
    }

    /// What somebody sees.
    package struct Look: Sendable {
        /// The oldest first.
        package let requests: [SeenRequest]
        /// Ask behind this one next.
        package let last: Int64
        /// How many came and are not kept any more.
        package let missed: Int64
    }

    /// The requests behind `number`, at most `limit`; from now on when it is nil.
    package func look(after number: Int64?, limit: Int) -> Look {
        watchedUntil.store(now() + Self.attention, ordering: .relaxed)
        return state.withLock { state in
            guard let number, number <= state.last else { return Look(requests: [], last: state.last, missed: 0) }
            let kept = state.kept.suffix(Self.capacity)
            let behind = kept.filter { $0.number > number }
            let missed = (behind.first?.number ?? state.last + 1) - number - 1
            let shown = behind.prefix(limit)
            return Look(requests: Array(shown), last: shown.last?.number ?? state.last, missed: missed)
        }
    }
}
