import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// What a database file that nobody has open says of itself.
struct BookInspection: Sendable {
    var schema: Int64 = 0
    var namespace = ""
    var kekVersions: [Int64] = []
    var lastPosting: Int64 = 0
    var lastReference: String?
    var openOperations: Int64 = 0
    var generation: Int64 = 0

    init(of path: String) throws {
        self = try SQLiteFile.inspect(path) { session in try BookInspection(session) }
    }

    /// The same of a book that is open.
    init(_ session: any SQLSession) throws {
        try session.rows("SELECT max(number) FROM schema_migration", []) { (row) throws(StoreError) in
            schema = row.isNull(0) ? 0 : try row.integer(0)
        }
        namespace = Hex.encode(try SQLMeta.value(SQLMeta.vaultNamespace, session) ?? [])
        try session.rows("SELECT DISTINCT kek_version FROM data_key ORDER BY kek_version", []) {
            (row) throws(StoreError) in kekVersions.append(try row.integer(0))
        }
        try session.rows("SELECT max(number) FROM posting", []) { (row) throws(StoreError) in
            lastPosting = row.isNull(0) ? 0 : try row.integer(0)
        }
        // Every reference is the identifier of one of these; they are time-ordered, so the greatest is the newest.
        try session.rows(
            """
            SELECT max(id) FROM (
                SELECT max(id) AS id FROM charge UNION ALL SELECT max(id) FROM refund
                UNION ALL SELECT max(id) FROM friend_transfer UNION ALL SELECT max(id) FROM wallet_movement
                UNION ALL SELECT max(id) FROM open_operation) AS newest
            """, []
        ) { (row) throws(StoreError) in
            lastReference = row.isNull(0) ? nil : Hex.encode(try row.bytes(0))
        }
        var hasRestores = false
        try session.rows("SELECT 1 FROM sqlite_schema WHERE name = 'restoration'", []) { _ in hasRestores = true }
        if hasRestores {
            try session.rows("SELECT max(generation) FROM restoration", []) { (row) throws(StoreError) in
                generation = row.isNull(0) ? 0 : try row.integer(0)
            }
        }
        try session.rows("SELECT count(*) FROM open_operation", []) { (row) throws(StoreError) in
            openOperations = try row.integer(0)
        }
    }

    /// Whether nothing was done between the two but bring the schema of `other` up to date.
    func isSameBook(as other: BookInspection) -> Bool {
        namespace == other.namespace && lastPosting == other.lastPosting && lastReference == other.lastReference
            && openOperations == other.openOperations && schema <= other.schema
    }

    /// Proves the books in a file, if its schema is this program's.
    static func verifyLedger(in path: String, schema: Int64) throws -> LedgerVerification? {
        guard schema == Int64(Schema.migrations.count) else { return nil }
        return try SQLiteFile.inspect(path) { session in try SQLBackedStore.reading(session).verifyLedger() }
    }
}
