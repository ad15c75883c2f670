package import Ports
import Primitives
import Synchronization

/// A key store in memory that keeps the contract of the real one to the letter, and can be made to stop at any operation,
/// as a killed process does.
package final class InMemoryKeyStore: KeyStore {
    /// A sealed column of some row.
    package struct Row: Hashable, Sendable {
        package var sealed: SealedBytes
        package let context: SealContext
    }

    /// What an operation throws once the store was told to stop.
    package struct Stopped: Error {}

    /// What would be on disk.
    package struct State: Sendable {
        package var keys: [WrappedDataKey] = []
        package var rows: [Row] = []
        /// Changes so far.
        package var operations = 0
        fileprivate var stopAfter: Int?
        fileprivate var isEffectLost = false
    }

    private let state: Mutex<State>

    /// A store that finds `state` on disk.
    package init(_ state: State = State()) { self.state = Mutex(state) }

    /// Everything that is "on disk". A new store on it is the same database after a restart.
    package var contents: State {
        state.withLock { state in
            var copy = state
            copy.stopAfter = nil
            return copy
        }
    }

    /// Lets `count` more changes happen; the next one throws ``Stopped``, as does every one after it.
    /// - Parameter losingEffect: whether the change at which it stops is lost, or on disk though nobody heard so.
    package func stop(after count: Int, losingEffect: Bool) {
        state.withLock { state in
            state.stopAfter = state.operations + count
            state.isEffectLost = losingEffect
        }
    }

    /// Lets changes happen again.
    package func heal() {
        state.withLock { $0.stopAfter = nil }
    }

    /// Stores a row, at once and without fail.
    package func append(_ sealed: SealedBytes, _ context: SealContext) {
        state.withLock { $0.rows.append(Row(sealed: sealed, context: context)) }
    }

    package func loadDataKeys() async throws -> [WrappedDataKey] {
        try state.withLock { state in
            if let stop = state.stopAfter, state.operations > stop { throw Stopped() }
            return state.keys
        }
    }

    package func insert(_ key: WrappedDataKey) async throws {
        try change { state in
            guard !state.keys.contains(where: { $0.number == key.number }) else {
                throw StoreError.constraint("the data key's number is taken")
            }
            if key.state == .active {
                state.keys = state.keys.map { old in
                    old.purpose == key.purpose && old.state == .active ? old.with(state: .retiring) : old
                }
            }
            state.keys.append(key)
        }
    }

    package func update(_ key: WrappedDataKey) async throws {
        try change { state in
            guard let index = state.keys.firstIndex(where: { $0.number == key.number }) else {
                throw StoreError.constraint("no such data key")
            }
            let old = state.keys[index]
            state.keys[index] = WrappedDataKey(
                number: old.number, purpose: old.purpose, state: key.state, kekVersion: key.kekVersion,
                wrapped: key.wrapped, reservedUses: old.reservedUses, created: old.created)
        }
    }

    package func reserveUses(ofDataKey number: Int64, adding count: Int64, limit: Int64) async throws -> Int64 {
        try change { state in
            guard let index = state.keys.firstIndex(where: { $0.number == number }) else {
                throw StoreError.constraint("no such data key")
            }
            let reserved = state.keys[index].reservedUses
            let added = min(count, max(limit - reserved, 0))
            state.keys[index] = state.keys[index].with(reservedUses: reserved + added)
            return added
        }
    }

    package func countRows(sealedUnder number: Int64) async throws -> Int64 {
        state.withLock { state in Int64(state.rows.count { $0.sealed.dataKey == number }) }
    }

    package func resealRows(
        sealedUnder number: Int64, limit: Int,
        _ reseal: @escaping @Sendable (SealedBytes, SealContext) throws -> SealedBytes
    ) async throws -> Int {
        try change { state in
            let found = state.rows.indices.filter { state.rows[$0].sealed.dataKey == number }.prefix(limit)
            for index in found {
                state.rows[index].sealed = try reseal(state.rows[index].sealed, state.rows[index].context)
            }
            return found.count
        }
    }

    /// One durable change: all of it, or nothing.
    private func change<Result>(_ body: (inout State) throws -> Result) throws -> Result where Result: Sendable {
        try state.withLock { state in
            let stops = state.stopAfter.map { state.operations >= $0 } ?? false
            if stops && (state.isEffectLost || state.stopAfter.map { state.operations > $0 } ?? false) {
                state.operations += 1
                throw Stopped()
            }
            var copy = state
            let result = try body(&copy)
            copy.operations += 1
            state = copy
            if stops { throw Stopped() }
            return result
        }
    }
}

extension WrappedDataKey {
    /// The same key with other bookkeeping.
    package func with(state: State? = nil, wrapped: [UInt8]? = nil, reservedUses: Int64? = nil) -> WrappedDataKey {
        WrappedDataKey(
            number: number, purpose: purpose, state: state ?? self.state, kekVersion: kekVersion,
            wrapped: wrapped ?? self.wrapped, reservedUses: reservedUses ?? self.reservedUses, created: created)
    }
}
