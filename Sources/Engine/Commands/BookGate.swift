package import Ports
internal import Synchronization

/// Whether the book may change. It may not between a restore and its opening.
package final class BookGate: Sendable {
    private let isClosed: Atomic<Bool>

    /// As it was found.
    package init(isReadOnly: Bool) { isClosed = Atomic(isReadOnly) }

    package var isReadOnly: Bool { isClosed.load(ordering: .acquiring) }

    /// From now on the book may change. Call it once that decision is on disk.
    package func open() { isClosed.store(false, ordering: .releasing) }
}

/// The store as use cases see it: while the book is read-only, every change is refused before it begins.
///
/// What may change a read-only book has the store itself: the resolver, the reconciler, and the operators' records.
package struct GatedStore: Store {
    private let store: any Store
    private let gate: BookGate

    package init(_ store: any Store, gate: BookGate) {
        self.store = store
        self.gate = gate
    }

    /// - Throws: `Refusal.bookReadOnly`; what the store throws.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        guard !gate.isReadOnly else { throw Refusal.bookReadOnly }
        return try await store.write(body)
    }

    /// - Throws: `Refusal.bookReadOnly`; what the store throws.
    package func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        guard !gate.isReadOnly else { throw Refusal.bookReadOnly }
        return try await store.writeUrgently(body)
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        try await store.read(body)
    }
}
