package import Primitives

package enum BackupKind: IdentifierKind { package static var prefix: String { "bak" } }
package typealias BackupID = Identifier<BackupKind>

/// A backup that was made and is taken to exist until it expires or is forgotten.
package struct BackupRecord: Hashable, Sendable {
    package let id: BackupID
    package let created: Timestamp
    /// Until when the backup is kept; nil: until it is forgotten by hand.
    package let expires: Timestamp?
    /// Where it was written. Copies elsewhere are the operator's business.
    package let path: String
    /// Number of the schema it holds.
    package let schema: Int64
    package let databaseCount: Int64
    package let fileCount: Int64
    /// SHA-256 of the database and of the sealed file, 32 bytes each.
    package let databaseHash: [UInt8]
    package let fileHash: [UInt8]
    /// The public name of the root key that opens it.
    package let rootKey: String
    /// The versions of the key-encryption key that its data keys are wrapped under, ascending.
    package let kekVersions: [Int64]
    /// Number of its last posting; 0 for an empty book.
    package let lastPosting: Int64

    package init(
        id: BackupID, created: Timestamp, expires: Timestamp?, path: String, schema: Int64, databaseCount: Int64,
        fileCount: Int64, databaseHash: [UInt8], fileHash: [UInt8], rootKey: String, kekVersions: [Int64],
        lastPosting: Int64
    ) {
        self.id = id
        self.created = created
        self.expires = expires
        self.path = path
        self.schema = schema
        self.databaseCount = databaseCount
        self.fileCount = fileCount
        self.databaseHash = databaseHash
        self.fileHash = fileHash
        self.rootKey = rootKey
        self.kekVersions = kekVersions
        self.lastPosting = lastPosting
    }
}

/// Questions about backups.
package protocol BackupReading {
    /// Every recorded backup, newest first.
    func backups() throws -> [BackupRecord]
}

/// Changes to the records of backups. The files are not touched.
package protocol BackupWriting {
    func insert(_ backup: BackupRecord) throws
    /// - Returns: false when there is no such record.
    func deleteBackup(_ id: BackupID) throws -> Bool
    /// Deletes the records of backups that expired at or before `time`.
    /// - Returns: how many.
    func deleteBackups(expiredAt time: Timestamp) throws -> Int
}
