import Ports
import Primitives

extension SQLTransaction {
    func backups() throws -> [BackupRecord] {
        try all("SELECT * FROM backup ORDER BY created DESC, id DESC", [], BackupRecord.init(row:))
    }

    func insert(_ backup: BackupRecord) throws {
        try session.run(
            """
            INSERT INTO backup (id, created, expires, path, schema_number, database_count, file_count, database_hash,
                file_hash, root_key, kek_versions, last_posting)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            [
                .of(backup.id), .of(backup.created), .of(backup.expires), .text(backup.path),
                .integer(backup.schema), .integer(backup.databaseCount), .integer(backup.fileCount),
                .bytes(backup.databaseHash), .bytes(backup.fileHash), .text(backup.rootKey),
                .text(backup.kekVersions.map(String.init).joined(separator: ",")), .integer(backup.lastPosting),
            ])
    }

    func deleteBackup(_ id: BackupID) throws -> Bool {
        try session.run("DELETE FROM backup WHERE id = ?1", [.of(id)]) == 1
    }

    func deleteBackups(expiredAt time: Timestamp) throws -> Int {
        try session.run("DELETE FROM backup WHERE expires <= ?1", [.of(time)])
    }
}

extension BackupRecord {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "backup")
        self.init(
            id: try columns.identifier(), created: try columns.time(), expires: try columns.optionalTime(),
            path: try columns.text(), schema: try columns.integer(), databaseCount: try columns.integer(),
            fileCount: try columns.integer(), databaseHash: try columns.bytes(), fileHash: try columns.bytes(),
            rootKey: try columns.text(),
            kekVersions: try columns.text().split(separator: ",").compactMap { Int64($0) },
            lastPosting: try columns.integer())
    }
}
