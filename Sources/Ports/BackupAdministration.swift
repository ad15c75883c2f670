package import Primitives

/// What an operator may do with backups. One job runs at a time; the caller sees to that.
package protocol BackupAdministration: Sendable {
    /// Copies, seals and stores the database while everybody reads and writes. On return the file is whole, synced and has
    /// its name; when it throws, nothing of it is left.
    /// - Parameters:
    ///   - destination: paths are absolute.
    ///   - keep: how long the backup is taken to exist; nil: until it is forgotten by hand.
    /// - Throws: ``BackupError``.
    func makeBackup(
        to destination: BackupDestination, keep: Duration?, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupRecord
    /// Opens the whole file without restoring it: every chunk, both hashes, the database's structure and its books.
    /// - Throws: ``BackupError``.
    func verifyBackup(
        at path: String, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupVerification
    /// Every backup that is taken to exist, newest first. Forgets those that have expired.
    func backups() async throws -> [BackupRecord]
    /// - Returns: false when there is no such record.
    func forgetBackup(_ id: BackupID) async throws -> Bool
}

/// Where a backup goes.
package enum BackupDestination: Hashable, Sendable {
    /// It gets a name after its moment. The last part of the path is made when the directory around it is the daemon's.
    case directory(String)
    /// A file that is not there yet.
    case file(String)

    /// As it was asked for.
    package var path: String {
        switch self {
        case .directory(let path), .file(let path): path
        }
    }
}

/// How far a backup or its check is.
package struct BackupProgress: Hashable, Sendable {
    /// What is being done.
    package enum Step: Hashable, Sendable {
        case copying, sealing, opening, checking
    }
    package let step: Step
    /// Bytes of the database.
    package let done: Int64
    /// 0 while it is not known.
    package let total: Int64

    package init(_ step: Step, done: Int64, total: Int64) {
        self.step = step
        self.done = done
        self.total = total
    }
}

/// What a check of a backup found to be so.
package struct BackupVerification: Hashable, Sendable {
    package let id: BackupID
    package let created: Timestamp
    package let schema: Int64
    package let databaseCount: Int64
    package let lastPosting: Int64
    /// Nil when the backup's schema is older than the program's: its books are then proved by a restore.
    package let ledger: LedgerVerification?

    package init(
        id: BackupID, created: Timestamp, schema: Int64, databaseCount: Int64, lastPosting: Int64,
        ledger: LedgerVerification?
    ) {
        self.id = id
        self.created = created
        self.schema = schema
        self.databaseCount = databaseCount
        self.lastPosting = lastPosting
        self.ledger = ledger
    }
}

/// Why a backup was not made, not opened or not believed. The text says what to do.
package enum BackupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The destination cannot be used: it is missing, taken, or not ours to write.
    case destination(path: String, reason: String)
    case tooLittleSpace(path: String, needed: Int64, free: Int64)
    case inputOutput(path: String, call: String, reason: String)
    /// The copy held the write-ahead log back for too long.
    case logTooLong
    case notABackup(path: String)
    /// Made by a newer program.
    case newerFormat(path: String, format: Int64)
    case otherRootKey(path: String, needed: String, given: String)
    /// Cut off, changed, or put together from parts.
    case damaged(path: String, what: String)
    /// The books in it do not add up.
    case unsound(path: String, problems: [String])
    case newerSchema(path: String, schema: Int64, program: Int64)

    package var description: String {
        switch self {
        case .destination(let path, let reason): "\(path) cannot be used: \(reason)"
        case .tooLittleSpace(let path, let needed, let free):
            "there is too little space on \(path): \(Self.size(needed)) are needed and \(Self.size(free)) are free"
        case .inputOutput(let path, let call, let reason): "\(call) failed on \(path): \(reason)"
        case .logTooLong:
            "the copy took so long that the write-ahead log grew past its limit; nothing is left of it. "
                + "Try again when less is written, or give the state directory a faster disk"
        case .notABackup(let path): "\(path) is no backup made by florind"
        case .newerFormat(let path, let format):
            "\(path) has format \(format), which this program does not know: use the version that made it, or a newer one"
        case .otherRootKey(let path, let needed, let given):
            "\(path) was sealed under root key \(needed), and this one is \(given): give the one it was made with"
        case .damaged(let path, let what): "\(path) is damaged: \(what). Use another copy"
        case .unsound(let path, let problems):
            "the books in \(path) do not add up: \(problems.prefix(3).joined(separator: "; "))"
        case .newerSchema(let path, let schema, let program):
            "\(path) holds schema \(schema) and this program knows \(program): use the version that made it, or a newer one"
        }
    }

    /// `1.4 GB`, `312 KB`; decimal, rounded down.
    private static func size(_ count: Int64) -> String {
        let units: [(Int64, String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")]
        for (unit, name) in units where count >= unit {
            return "\(count / unit).\(count % unit * 10 / unit) \(name)"
        }
        return "\(max(count, 0)) bytes"
    }
}

extension BackupError: Loggable {
    /// Paths that operators chose, and what the system or the file said.
    package var logText: String { description }
}
