package import Ports

/// The engine's durable memory in a SQL database. Bring the schema up to date with ``Migrator`` and
/// ``Schema/migrations`` before the first use.
package struct SQLBackedStore: Store {
    private let database: any SQLDatabase

    package init(database: any SQLDatabase) { self.database = database }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await database.write { session in try body(SQLTransaction(session)) }
    }

    package func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        try await database.writeUrgently { session in try body(SQLTransaction(session)) }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        try await database.read { session in try body(SQLTransaction(session)) }
    }

    /// The questions of a store, asked on a session that somebody else has opened.
    package static func reading(_ session: any SQLSession) -> any StoreReader { SQLTransaction(session) }
}
