extension Schema {
    /// Which backups are taken to exist, and which keys they need. Where a backup lies is what it was written as; the
    /// record lives in the database it was made of, so a restored book does not know of the backup it came from.
    static let backups = """
        CREATE TABLE backup (
            id {bytes} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            created {int} NOT NULL,
            expires {int},
            path TEXT NOT NULL,
            schema_number {int} NOT NULL CHECK (schema_number > 0),
            database_count {int} NOT NULL CHECK (database_count >= 0),
            file_count {int} NOT NULL CHECK (file_count >= 0),
            database_hash {bytes} NOT NULL CHECK (length(database_hash) = 32),
            file_hash {bytes} NOT NULL CHECK (length(file_hash) = 32),
            root_key TEXT NOT NULL,
            kek_versions TEXT NOT NULL,
            last_posting {int} NOT NULL CHECK (last_posting >= 0)
        ) {strict_rowless};

        """
}
