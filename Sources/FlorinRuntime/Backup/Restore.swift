import Glibc
import OpenSSLVault
package import Ports
package import Primitives
import SQLStore
import SQLiteDriver

/// Why a restore was refused. Nothing was changed, and nothing is left of it.
package enum RestoreError: Error, Hashable, Sendable, CustomStringConvertible {
    case notEmpty(path: String, found: String)
    case otherVault(path: String)

    package var description: String {
        switch self {
        case .notEmpty(let path, let found):
            "\(path) is not empty (it holds \(found)): restore into a new directory, and keep the old one until the "
                + "restored book has been opened"
        case .otherVault(let path): "\(path) holds keys that this root key does not open"
        }
    }
}

/// `florind restore`: makes a state directory out of a backup. The book in it is read-only until an operator opens it.
package struct Restore: Sendable {
    /// What was restored, for people and programs.
    package struct Report: Sendable {
        package let backup: String
        package let created: Timestamp
        package let generation: Int64
        package let schema: Int64
        package let migratedFrom: Int64
        package let accounts: Int64
        package let postings: Int64
    }

    let file: String
    let stateDirectory: String
    let rootKeyFile: String
    let copiesRootKey: Bool

    package init(file: String, stateDirectory: String, rootKeyFile: String, copiesRootKey: Bool) {
        self.file = file
        self.stateDirectory = stateDirectory
        self.rootKeyFile = rootKeyFile
        self.copiesRootKey = copiesRootKey
    }

    /// How far each endpoint's numbers jump: more events than a backup can miss, few enough that numbers stay short.
    static let deliveryNumbersSkipped: Int64 = 1_000_000

    /// - Throws: ``RestoreError``, ``BackupError``, `RootKeyError`, `StateDirectoryError`, `StoreError`, `MigrationError`.
    package func run(progress: @escaping @Sendable (BackupProgress) -> Void) async throws -> Report {
        let clock = SystemClock()
        let rootKey = try RootKey.load(at: rootKeyFile)
        let owner = Self.owner(for: stateDirectory)
        let state = try StateDirectory(stateDirectory, owner: owner?.user)
        let work = state.path("restore.sqlite")
        SQLiteFile.remove(work)
        unlink(work + ".partial")
        try refuseContent(of: state)
        defer { SQLiteFile.remove(work) }
        let file = file
        let (opened, before) = try await Blocking.run {
            let opened = try OpenedBackup(file, rootKey: rootKey, to: work, progress: progress)
            progress(BackupProgress(.checking, done: 0, total: opened.manifest.databaseCount))
            _ = try BackupCheck(rootKey: rootKey).check(opened, file)
            return (opened, opened.manifest.schema)
        }
        let (generation, ledger) = try await prepare(work, opened, rootKey, clock)
        if copiesRootKey, !state.contains("root.key") { try Self.copyKey(rootKeyFile, to: state.path("root.key")) }
        if let owner { try Self.give(state.root, to: owner) }
        // From here on it is a book.
        guard rename(work, state.path(Books.fileName)) == 0 else {
            throw BackupError.inputOutput(path: work, call: "rename", reason: DestinationFile.reason())
        }
        try DestinationFile.syncDirectory(state.root)
        return Report(
            backup: opened.header.id, created: Timestamp(microseconds: opened.header.created),
            generation: generation, schema: Int64(Schema.migrations.count), migratedFrom: before,
            accounts: ledger.accounts, postings: ledger.postings)
    }

    /// Brings the schema up to date, proves that the keys open, marks the book as restored and proves its sums.
    private func prepare(
        _ path: String, _ opened: OpenedBackup, _ rootKey: RootKey, _ clock: any WallClock
    ) async throws -> (Int64, LedgerVerification) {
        let database = try SQLiteDatabase.open(path: path)
        defer { database.close() }
        try await Migrator(migrations: Schema.migrations).run(on: database)
        guard let namespace = VaultNamespace(bytes: Hex.decode(opened.manifest.namespace) ?? []),
            (try? await OpenSSLVault.open(
                keyStore: SQLKeyStore(database: database), rootKey: rootKey, namespace: namespace, clock: clock))
                != nil
        else { throw RestoreError.otherVault(path: file) }
        let store = SQLBackedStore(database: database)
        guard let id = BackupID(opened.header.id) else {
            throw BackupError.damaged(path: file, what: "its name is none")
        }
        let (header, manifest, now) = (opened.header, opened.manifest, clock.now())
        let generation = try await store.write { transaction in
            let generation = (try transaction.restoration()?.generation ?? 0) + 1
            try transaction.insert(
                Restoration(
                    generation: generation, backup: id, backupCreated: Timestamp(microseconds: header.created),
                    restored: now, lastPosting: manifest.lastPosting))
            try transaction.skipDeliveryNumbers(by: Self.deliveryNumbersSkipped)
            return generation
        }
        let ledger = try await store.read { try $0.verifyLedger() }
        guard ledger.problems.isEmpty else { throw BackupError.unsound(path: file, problems: ledger.problems) }
        return (generation, ledger)
    }

    /// Only what a restore needs or leaves may be there.
    private func refuseContent(of state: StateDirectory) throws {
        let allowed: Set = [".", "..", "lock", "root.key", ErasureFile.name]
        guard let stream = opendir(state.root) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !allowed.contains(name) { throw RestoreError.notEmpty(path: state.root, found: name) }
        }
    }

    /// Whose a book will be that root restores: the directory's owner, or that of the directory around it. Nil for others,
    /// who can give nothing away.
    private static func owner(for directory: String) -> (user: UInt32, group: UInt32)? {
        guard geteuid() == 0 else { return nil }
        var facts = stat()
        let trimmed = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        guard stat(trimmed, &facts) == 0 || stat(DestinationFile.parent(of: trimmed), &facts) == 0 else { return nil }
        return (facts.st_uid, facts.st_gid)
    }

    /// The directory and every file in it; a restored one holds no directories.
    private static func give(_ directory: String, to owner: (user: UInt32, group: UInt32)) throws(BackupError) {
        guard let stream = opendir(directory) else {
            throw .inputOutput(path: directory, call: "opendir", reason: DestinationFile.reason())
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".." else { continue }
            guard fchownat(dirfd(stream), name, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw .inputOutput(path: directory + "/" + name, call: "chown", reason: DestinationFile.reason())
            }
        }
    }

    /// Byte for byte, without ever being a `String`; mode 0400.
    private static func copyKey(_ source: String, to target: String) throws {
        var bytes = try SecureBytes(count: 66)
        let reading = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if reading >= 0 { close(reading) } }
        let count = bytes.withMutableBytes { read(reading, $0.baseAddress, $0.count) }
        let writing = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        defer { if writing >= 0 { close(writing) } }
        guard count > 0, writing >= 0, bytes.withBytes({ write(writing, $0.baseAddress, count) }) == count,
            fsync(writing) == 0
        else { throw BackupError.inputOutput(path: target, call: "write", reason: DestinationFile.reason()) }
    }
}
