package import Ports
import Primitives

/// Forgets stored answers that are older than the API promises to keep them.
package struct AnswerCleaner: Sendable {
    let store: any Store
    let clock: any WallClock
    let retention: Duration

    package init(store: any Store, clock: any WallClock, retention: Duration) {
        self.store = store
        self.clock = clock
        self.retention = retention
    }

    /// Deletes up to `limit` answers.
    /// - Returns: how many were deleted.
    package func clean(limit: Int = 1_000) async throws -> Int {
        let time = clock.now().advanced(by: .zero - retention)
        return try await store.write { try $0.deleteIdempotencyRecords(createdBefore: time, limit: limit) }
    }
}
