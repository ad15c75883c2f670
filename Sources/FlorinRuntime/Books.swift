import Engine
import Glibc
import OpenSSLVault
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Synchronization

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
        options: SQLiteOptions, progress: @escaping @Sendable (BookOpeningStep) -> Void = { _ in }
    ) async throws -> Books {
        let database = try SQLiteDatabase.open(path: state.path(fileName), options: options)
        try await Migrator(migrations: Schema.migrations).run(
            on: database, before: { _ in try await keepCopy(of: database, in: state, progress: progress) },
            step: { progress(.migrating(to: $0.number, of: Schema.migrations.count)) })
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

    /// Copies the book as it is before an upgrade changes its schema: an upgrade cannot be undone otherwise. The copy lies
    /// beside the database under the number of the schema it was made for; one of another moment, from an upgrade that was
    /// undone, is left alone, and the new one gets a number.
    private static func keepCopy(
        of database: SQLiteDatabase, in state: StateDirectory, progress: @escaping @Sendable (BookOpeningStep) -> Void
    ) async throws {
        let book = try await database.read { session in try BookInspection(session) }
        var name = "\(fileName).before-schema-\(Schema.migrations.count)"
        var number = 1
        while state.contains(name) {
            // A daemon that was killed in the middle of the upgrade has made it already, of the older book.
            if let kept = try? BookInspection(of: state.path(name)), kept.isSameBook(as: book) { return }
            number += 1
            name = "\(fileName).before-schema-\(Schema.migrations.count).\(number)"
        }
        let copy = state.path(name)
        try Space.require(try await databaseCount(database), in: state.root)
        let work = copy + ".partial"
        SQLiteFile.remove(work)
        let told = Mutex<Int64>(-1)
        try await database.copySnapshot(to: work) { done, total in
            let percent = total > 0 ? done * 100 / total : 0
            let isNews = told.withLock { last in
                defer { last = percent }
                return last != percent
            }
            if isNews { progress(.copying(percent: percent)) }
        }
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

/// What a start does with a book of an older schema.
enum BookOpeningStep: Hashable, Sendable {
    /// The copy from before the upgrade.
    case copying(percent: Int64)
    case migrating(to: Int, of: Int)

    var words: String {
        switch self {
        case .copying(let percent): "Copying the book before the upgrade: \(percent) %"
        case .migrating(let number, let count): "Bringing the book to schema \(number) of \(count)"
        }
    }

    /// How long it may take until the next step. Within a migration nothing is told: a large table may be written anew.
    var patience: Duration {
        switch self {
        case .copying: .seconds(120)
        case .migrating: .seconds(3_600)
        }
    }
}
