import Engine
import Glibc
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
    /// Closed for changes between a restore and its opening.
    let gate: BookGate

    /// The database, in the state directory.
    static let fileName = "florin.sqlite"

    /// Opens what lies in `state`, or makes it: `florin.sqlite`, and the keys inside it under `rootKey`.
    /// - Throws: when the database, its schema or its keys cannot be used; nothing is served then.
    static func open(
        in state: StateDirectory, rootKey: RootKey, clock: any WallClock, randomness: any Randomness,
        options: SQLiteOptions
    ) async throws -> Books {
        let database = try SQLiteDatabase.open(path: state.path(fileName), options: options)
        try await Migrator(migrations: Schema.migrations).run(on: database) { _ in
            try await keepCopy(of: database, in: state)
        }
        let fresh = randomness.bytes(16)
        let stored = try await database.write { try SQLMeta.insertIfAbsent(SQLMeta.vaultNamespace, fresh, $0) }
        guard let namespace = VaultNamespace(bytes: stored) else {
            throw StoreError.corrupt("the vault's namespace is not 16 bytes")
        }
        let vault = try await OpenSSLVault.open(
            keyStore: SQLKeyStore(database: database), rootKey: rootKey, namespace: namespace, clock: clock)
        let store = SQLBackedStore(database: database)
        let restoration = try await store.read { try $0.restoration() }
        return Books(
            database: database, store: store, vault: vault, rootKey: rootKey,
            securityCodes: try SecurityCodes(clock: clock),
            gate: BookGate(isReadOnly: restoration != nil && restoration?.opening == nil))
    }

    /// Copies the book as it is before an upgrade changes its schema: an upgrade cannot be undone otherwise. The newest
    /// copy is enough; it lies beside the database under the number of the schema it was made for.
    private static func keepCopy(of database: SQLiteDatabase, in state: StateDirectory) async throws {
        let name = "\(fileName).before-schema-\(Schema.migrations.count)"
        let copy = state.path(name)
        // A daemon that was killed in the middle of the upgrade has made it already, of the older book.
        guard !state.contains(name) else { return }
        try Space.require(try await databaseCount(database), in: state.root)
        let work = copy + ".partial"
        SQLiteFile.remove(work)
        try await database.copySnapshot(to: work)
        let descriptor = Glibc.open(work, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0, rename(work, copy) == 0 else {
            throw BackupError.inputOutput(path: copy, call: "fsync", reason: DestinationFile.reason())
        }
        try DestinationFile.syncDirectory(state.root)
    }

    /// Size of the database in bytes, without its log.
    func databaseCount() async throws -> Int64 { try await Self.databaseCount(database) }

    private static func databaseCount(_ database: SQLiteDatabase) async throws -> Int64 {
        try await database.read { session in
            var count: Int64 = 0
            try session.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", []) {
                (row) throws(StoreError) in count = try row.integer(0)
            }
            return count
        }
    }
}
