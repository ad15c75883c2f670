import Ports
import Synchronization

/// A store that dies with its process, and whose commits can be made to go wrong in the two ways there are: nothing was
/// stored, or everything was stored and nobody heard of it.
final class MortalStore: Store {
    enum Fate: Sendable {
        case stored
        case lostBefore
        case storedUnheard
    }

    private struct State {
        var isDead = false
        var next: [Fate] = []
        var draw: (@Sendable () -> Fate)?
        var isFull = false
        var refusal: (any Error & Sendable)?
        var refusals = 0
    }

    private let inner: any Store
    private let state = Mutex(State())

    init(_ inner: any Store) { self.inner = inner }

    /// What becomes of the next commits, in order; all is well afterwards.
    func plan(_ fates: Fate...) { state.withLock { $0.next += fates } }

    /// Decides about every commit that has no plan.
    func draw(_ body: (@Sendable () -> Fate)?) { state.withLock { $0.draw = body } }

    /// From now on nothing is read, stored or heard any more: the process is gone.
    func kill() { state.withLock { $0.isDead = true } }

    /// Whether the queue for new work is full.
    func fill(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    /// What every commit is refused with from now on; nil takes them again.
    func refuse(_ error: (any Error & Sendable)?) { state.withLock { $0.refusal = error } }

    /// How many commits ``refuse(_:)`` has turned away.
    var refusals: Int { state.withLock(\.refusals) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        if state.withLock(\.isFull) { throw StoreError.queueFull }
        return try await writeUrgently(body)
    }

    func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        let fate: Fate = try state.withLock { state in
            guard !state.isDead else { throw StoreError.closed }
            if let refusal = state.refusal {
                state.refusals += 1
                throw refusal
            }
            return state.next.isEmpty ? state.draw?() ?? .stored : state.next.removeFirst()
        }
        if fate == .lostBefore { throw StoreError.unavailable("a planned failure before the commit") }
        let result = try await inner.write(body)
        if fate == .storedUnheard { throw StoreError.unavailable("a planned failure after the commit") }
        guard !state.withLock(\.isDead) else { throw StoreError.closed }
        return result
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        guard !state.withLock(\.isDead) else { throw StoreError.closed }
        return try await inner.read(body)
    }
}
