/// A backup that is taken to exist.
package struct BackupView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    /// When its record is dropped; nil: when an operator forgets it.
    package let expires: String?
    package let path: String
    package let schema: Int64
    package let databaseBytes: Int64
    package let fileBytes: Int64
    /// SHA-256 in hexadecimal. The file's is what `sha256sum` prints.
    package let databaseSha256: String
    package let fileSha256: String
    /// The public name of the root key that opens it: keep that key as long as the backup.
    package let rootKey: String
    package let kekVersions: [Int64]
    package let lastPosting: Int64

    package init(
        id: String, created: String, expires: String?, path: String, schema: Int64, databaseBytes: Int64,
        fileBytes: Int64, databaseSha256: String, fileSha256: String, rootKey: String, kekVersions: [Int64],
        lastPosting: Int64
    ) {
        self.id = id
        self.created = created
        self.expires = expires
        self.path = path
        self.schema = schema
        self.databaseBytes = databaseBytes
        self.fileBytes = fileBytes
        self.databaseSha256 = databaseSha256
        self.fileSha256 = fileSha256
        self.rootKey = rootKey
        self.kekVersions = kekVersions
        self.lastPosting = lastPosting
    }
}

/// What to back up to: a directory or a file, one of the two. Absolute paths on the daemon's machine.
package struct BackupRequest: Codable, Hashable, Sendable {
    /// The backup gets a name after its moment there.
    package let directory: String?
    /// A file that is not there yet.
    package let file: String?
    /// How long the backup is taken to exist; nil: until it is forgotten.
    package let keepDays: Int64?

    package init(directory: String? = nil, file: String? = nil, keepDays: Int64?) {
        self.directory = directory
        self.file = file
        self.keepDays = keepDays
    }
}

/// What to check.
package struct BackupCheckRequest: Codable, Hashable, Sendable {
    /// Absolute path on the daemon's machine.
    package let path: String

    package init(path: String) { self.path = path }
}

/// The backup or check that runs, or the last one since the daemon started.
package struct BackupJobView: Codable, Hashable, Sendable {
    /// Whether it still runs, and how it ended.
    package enum State: String, Codable, Hashable, Sendable {
        case running, succeeded, failed
    }
    /// Which of the two.
    package enum Kind: String, Codable, Hashable, Sendable {
        case backup, check
    }
    package let kind: Kind
    package let path: String
    package let state: State
    package let started: String
    /// `copying`, `sealing`, `opening`, `checking`; nil before the first.
    package let step: String?
    package let doneBytes: Int64
    package let totalBytes: Int64
    /// How it ended, for people.
    package let message: String?
    /// What was made.
    package let backup: BackupView?
    /// What was found sound.
    package let check: BackupCheckView?

    package init(
        kind: Kind, path: String, state: State, started: String, step: String? = nil, doneBytes: Int64 = 0,
        totalBytes: Int64 = 0, message: String? = nil, backup: BackupView? = nil, check: BackupCheckView? = nil
    ) {
        self.kind = kind
        self.path = path
        self.state = state
        self.started = started
        self.step = step
        self.doneBytes = doneBytes
        self.totalBytes = totalBytes
        self.message = message
        self.backup = backup
        self.check = check
    }
}

/// What a check found to be so.
package struct BackupCheckView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let schema: Int64
    package let databaseBytes: Int64
    package let lastPosting: Int64
    /// Counts of its books; nil when the schema is older than the program's, and a restore has to prove them.
    package let accounts: Int64?
    package let postings: Int64?

    package init(
        id: String, created: String, schema: Int64, databaseBytes: Int64, lastPosting: Int64, accounts: Int64?,
        postings: Int64?
    ) {
        self.id = id
        self.created = created
        self.schema = schema
        self.databaseBytes = databaseBytes
        self.lastPosting = lastPosting
        self.accounts = accounts
        self.postings = postings
    }
}
