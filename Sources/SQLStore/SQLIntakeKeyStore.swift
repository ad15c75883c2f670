package import Ports
package import Primitives

/// Intake key pairs in the database.
package struct SQLIntakeKeyStore: IntakeKeyStore {
    private let database: any SQLDatabase

    package init(database: any SQLDatabase) { self.database = database }

    package func loadIntakeKeys() async throws -> [StoredIntakeKey] {
        try await database.read { session in
            var keys: [StoredIntakeKey] = []
            try session.rows("SELECT * FROM intake_key ORDER BY created DESC, id DESC", []) {
                (row) throws(StoreError) in keys.append(try StoredIntakeKey(row: row))
            }
            return keys
        }
    }

    package func insert(_ key: StoredIntakeKey, unlessOneSince time: Timestamp) async throws -> Bool {
        try await database.write { session in
            try session.run(
                """
                INSERT INTO intake_key (id, created, ends, private_key, private_box)
                SELECT ?1, CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), CAST(?4 AS BIGINT), ?5
                WHERE NOT EXISTS (SELECT 1 FROM intake_key WHERE created > ?6)
                """,
                [
                    .of(key.id), .of(key.created), .of(key.ends), .integer(key.sealed.dataKey), .bytes(key.sealed.box),
                    .of(time),
                ]) == 1
        }
    }

    package func deleteIntakeKeys(endedBefore time: Timestamp) async throws -> Int {
        try await database.write { session in
            try session.run("DELETE FROM intake_key WHERE ends < ?1", [.of(time)])
        }
    }
}

extension StoredIntakeKey {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "intake_key")
        self.init(
            id: try columns.identifier(), created: try columns.time(), ends: try columns.time(),
            sealed: SealedBytes(dataKey: try columns.integer(), box: try columns.bytes()))
    }
}
