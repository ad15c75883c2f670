package import Ports
import Primitives

/// Forgets what stored answers must not keep: secrets after ten minutes, everything after the time the API promises.
package struct AnswerCleaner: Sendable {
    let store: any Store
    let clock: any WallClock
    let retention: Duration

    package init(store: any Store, clock: any WallClock, retention: Duration) {
        self.store = store
        self.clock = clock
        self.retention = retention
    }

    /// Cuts up to `limit` secrets that were shown ten minutes ago out of their stored answers.
    /// - Returns: how many were cut.
    package func cutSecrets(limit: Int = 100) async throws -> Int {
        let now = clock.now()
        return try await store.write { try $0.cutShownSecrets(due: now, limit: limit) }
    }

    /// Deletes up to `limit` answers.
    /// - Returns: how many were deleted.
    package func clean(limit: Int = 1_000) async throws -> Int {
        let time = clock.now().advanced(by: .zero - retention)
        return try await store.write { try $0.deleteIdempotencyRecords(createdBefore: time, limit: limit) }
    }
}
