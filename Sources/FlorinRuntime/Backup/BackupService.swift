import Dispatch
import Glibc
import OpenSSLVault
import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// Makes and checks backups inside the daemon.
struct BackupService: BackupAdministration {
    let books: Books
    let state: StateDirectory
    let clock: any WallClock
    let randomness: any Randomness

    /// Copies that are being sealed or checked lie here; nothing else does.
    private static let workName = "backup-work"

    /// Removes what a daemon that was killed in the middle of a backup left behind. Call it before serving.
    func clean() throws {
        let directory = try state.directory(Self.workName)
        SQLiteFile.remove(directory + "/copy.sqlite")
        SQLiteFile.remove(directory + "/check.sqlite")
        unlink(directory + "/check.sqlite.partial")
    }

    func makeBackup(
        to destination: BackupDestination, keep: Duration?, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupRecord {
        let created = clock.now()
        let id: BackupID = randomness.identifier(at: created)
        let path = try Self.file(destination, id, created)
        let directory = try state.directory(Self.workName)
        let copy = directory + "/copy.sqlite"
        SQLiteFile.remove(copy)
        defer { SQLiteFile.remove(copy) }
        // Before anything is copied: a disk that the copy fills would stop the daemon.
        let expected = try await books.databaseCount()
        try Space.require(expected, in: directory)
        try Space.require(expected, in: DestinationFile.parent(of: path))
        do {
            try await books.database.copySnapshot(to: copy) { done, total in
                progress(BackupProgress(.copying, done: done * 4_096, total: total * 4_096))
            }
        } catch SnapshotError.logTooLong {
            throw BackupError.logTooLong
        }
        let salt = randomness.bytes(SealedStream.saltCount)
        let record = try await Blocking.run { [books] in
            try Self.seal(
                copy, to: path, id, created, keep, salt, books.rootKey, progress)
        }
        try await books.store.write { try $0.insert(record) }
        return record
    }

    private static func seal(
        _ copy: String, to path: String, _ id: BackupID, _ created: Timestamp, _ keep: Duration?, _ salt: [UInt8],
        _ rootKey: RootKey, _ progress: (BackupProgress) -> Void
    ) throws -> BackupRecord {
        let facts = try BookInspection(of: copy)
        let size = try FileReader(copy).count
        let identity = try rootKey.identity
        let header = BackupHeader(
            id: id.text, created: created.microseconds, program: Florin.version, schema: facts.schema,
            rootKey: identity, databaseCount: size, salt: Hex.encode(salt))
        var databaseHash: [UInt8] = []
        let written = try BackupWriter(rootKey: rootKey, header: header, salt: salt).write(
            copy, to: path,
            manifest: { hash, count in
                databaseHash = hash
                return BackupManifest(
                    databaseCount: count, databaseHash: Hex.encode(hash), schema: facts.schema,
                    namespace: facts.namespace, kekVersions: facts.kekVersions, lastPosting: facts.lastPosting,
                    lastReference: facts.lastReference, openOperations: facts.openOperations,
                    generation: facts.generation)
            },
            progress: { progress(BackupProgress(.sealing, done: $0, total: size)) })
        return BackupRecord(
            id: id, created: created, expires: keep.map { created.advanced(by: $0) }, path: written.path,
            schema: facts.schema, databaseCount: size, fileCount: written.fileCount, databaseHash: databaseHash,
            fileHash: written.fileHash, rootKey: identity, kekVersions: facts.kekVersions,
            lastPosting: facts.lastPosting)
    }

    func verifyBackup(
        at path: String, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupVerification {
        let work = try state.directory(Self.workName)
        let rootKey = books.rootKey
        return try await Blocking.run {
            try BackupCheck(rootKey: rootKey).verify(path, work: work + "/check.sqlite", progress: progress)
        }
    }

    func backups() async throws -> [BackupRecord] {
        let now = clock.now()
        let all = try await books.store.read { try $0.backups() }
        guard all.contains(where: { $0.expires.map { $0 <= now } ?? false }) else { return all }
        return try await books.store.write {
            _ = try $0.deleteBackups(expiredAt: now)
            return try $0.backups()
        }
    }

    func forgetBackup(_ id: BackupID) async throws -> Bool {
        try await books.store.write { try $0.deleteBackup(id) }
    }

    /// In a directory the file is named after the moment and the backup.
    private static func file(
        _ destination: BackupDestination, _ id: BackupID, _ created: Timestamp
    ) throws(BackupError) -> String {
        var path = destination.path
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw .destination(path: path, reason: "the daemon takes absolute paths only")
        }
        switch destination {
        case .directory:
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            try prepareDirectory(path)
            let moment = created.description.filter { $0 != "-" && $0 != ":" }
            return "\(path == "/" ? "" : path)/florin-\(moment)-\(id.text.suffix(6))\(BackupFormat.suffix)"
        case .file:
            let parent = DestinationFile.parent(of: path)
            guard DestinationFile.isDirectory(parent) else {
                throw .destination(path: parent, reason: "there is no such directory")
            }
            guard !path.hasSuffix("/"), !DestinationFile.isDirectory(path) else {
                throw .destination(path: path, reason: "it is no name of a file; a directory is named with --to")
            }
            return path
        }
    }

    /// Makes the directory when the one around it is the daemon's own: there it cannot be a mistyped mount point.
    private static func prepareDirectory(_ path: String) throws(BackupError) {
        if DestinationFile.isDirectory(path) { return }
        if access(path, F_OK) == 0 {
            throw .destination(path: path, reason: "it is a file and no directory; a new file is named with --file")
        }
        let parent = DestinationFile.parent(of: path)
        var facts = stat()
        guard stat(parent, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw .destination(path: parent, reason: "there is no such directory")
        }
        guard facts.st_uid == geteuid() else {
            throw .destination(
                path: path, reason: "there is no such directory: make it, and give it to the daemon's user")
        }
        guard mkdir(path, 0o700) == 0 else { throw .destination(path: path, reason: DestinationFile.reason()) }
    }
}

/// Proves that a backup can be restored, as far as that is possible without restoring it.
struct BackupCheck {
    let rootKey: RootKey

    /// - Parameter work: where the opened database may lie meanwhile; it is removed again.
    func verify(
        _ path: String, work: String, progress: (BackupProgress) -> Void
    ) throws -> BackupVerification {
        SQLiteFile.remove(work)
        defer { SQLiteFile.remove(work) }
        let opened = try OpenedBackup(path, rootKey: rootKey, to: work, progress: progress)
        let total = opened.manifest.databaseCount
        progress(BackupProgress(.checking, done: 0, total: total))
        let ledger = try check(opened, path)
        progress(BackupProgress(.checking, done: total, total: total))
        guard let id = BackupID(opened.header.id) else {
            throw BackupError.damaged(path: path, what: "its name is none")
        }
        return BackupVerification(
            id: id, created: Timestamp(microseconds: opened.header.created), schema: opened.manifest.schema,
            databaseCount: total, lastPosting: opened.manifest.lastPosting, ledger: ledger)
    }

    /// The database's structure, that it is the one the manifest speaks of, and its books.
    func check(_ opened: OpenedBackup, _ path: String) throws -> LedgerVerification? {
        let program = Int64(Schema.migrations.count)
        guard opened.manifest.schema <= program else {
            throw BackupError.newerSchema(path: path, schema: opened.manifest.schema, program: program)
        }
        let damage = try SQLiteFile.damage(in: opened.path)
        if let first = damage.first { throw BackupError.damaged(path: path, what: first) }
        let facts = try BookInspection(of: opened.path)
        guard facts.schema == opened.manifest.schema, facts.lastPosting == opened.manifest.lastPosting,
            facts.namespace == opened.manifest.namespace, facts.kekVersions == opened.manifest.kekVersions
        else { throw BackupError.damaged(path: path, what: "its manifest speaks of another database") }
        let ledger = try BookInspection.verifyLedger(in: opened.path, schema: facts.schema)
        if let ledger, !ledger.problems.isEmpty {
            throw BackupError.unsound(path: path, problems: ledger.problems)
        }
        return ledger
    }
}

/// Work that waits for disks, away from the threads that serve requests.
enum Blocking {
    private static let queue = DispatchQueue(label: "florin.blocking", qos: .utility)

    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
