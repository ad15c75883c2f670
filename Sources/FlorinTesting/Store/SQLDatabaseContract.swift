import Ports
import SQLStore

/// The contract of ``SQLDatabase`` and ``SQLSession`` as rules that any driver can be held to.
package enum SQLDatabaseContract {
    package static let rules: [ContractRule] = values + statements + transactions + migrations

    static func prepare(_ database: any SQLSchemaDatabase) async throws {
        let table = try database.schemaMarkers.fill(
            """
            CREATE TABLE sample (
                id {int} NOT NULL PRIMARY KEY,
                number {int},
                label TEXT,
                content {bytes},
                CHECK (number IS NULL OR number <> 13)
            ) {strict};
            """)
        try await database.changeSchema { session in try session.runScript(table) }
    }

    static func insert(_ session: any SQLSession, _ id: Int64, number: Int64? = nil) throws {
        try session.run("INSERT INTO sample (id, number) VALUES (?1, ?2)", [.integer(id), .of(number)])
    }

    static func ids(_ session: any SQLSession) throws -> [Int64] {
        var ids: [Int64] = []
        try session.rows("SELECT id FROM sample ORDER BY id", []) { row throws(StoreError) in
            ids.append(try row.integer(0))
        }
        return ids
    }

    static func ids(_ database: any SQLDatabase) async throws -> [Int64] {
        try await database.read { session in try ids(session) }
    }

    /// What a body of a test throws.
    struct Refusal: Error, Equatable {
        let number: Int64
    }
}
