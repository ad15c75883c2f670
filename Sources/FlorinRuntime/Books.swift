import OpenSSLVault
import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// Everything that must be open before a use case can run: database, schema, vault.
struct Books: Sendable {
    let database: SQLiteDatabase
    let store: SQLBackedStore
    let vault: OpenSSLVault
    let rootKey: RootKey
    let securityCodes: SecurityCodes

    /// Opens what lies in `state`, or makes it: `florin.sqlite`, and the keys inside it under `rootKey`.
    /// - Throws: when the database, its schema or its keys cannot be used; nothing is served then.
    static func open(
        in state: StateDirectory, rootKey: RootKey, clock: any WallClock, randomness: any Randomness,
        options: SQLiteOptions
    ) async throws -> Books {
        let database = try SQLiteDatabase.open(path: state.path("florin.sqlite"), options: options)
        try await Migrator(migrations: Schema.migrations).run(on: database)
        let fresh = randomness.bytes(16)
        let stored = try await database.write { try SQLMeta.insertIfAbsent(SQLMeta.vaultNamespace, fresh, $0) }
        guard let namespace = VaultNamespace(bytes: stored) else {
            throw StoreError.corrupt("the vault's namespace is not 16 bytes")
        }
        let vault = try await OpenSSLVault.open(
            keyStore: SQLKeyStore(database: database), rootKey: rootKey, namespace: namespace, clock: clock)
        return Books(
            database: database, store: SQLBackedStore(database: database), vault: vault, rootKey: rootKey,
            securityCodes: try SecurityCodes(clock: clock))
    }

    /// Size of the database in bytes, without its log.
    func databaseCount() async throws -> Int64 {
        try await database.read { session in
            var count: Int64 = 0
            try session.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", []) {
                (row) throws(StoreError) in count = try row.integer(0)
            }
            return count
        }
    }
}
