import Ports

/// One numbered step of the schema. Once released it is never edited: the database remembers its checksum.
package struct Migration: Hashable, Sendable {
    /// 1, 2, 3… without a gap.
    package let number: Int
    package let name: String
    /// SQL statements with the markers of ``SchemaMarkers``.
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// FNV-1a over the text with its markers, so that both engines remember the same number. It finds edits made by
    /// mistake; it does not protect against anybody.
    package var checksum: Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 {
            hash ^= UInt64(byte)
            hash &*= 0x0000_0100_0000_01b3
        }
        return Int64(bitPattern: hash)
    }
}

/// Why the schema was not brought up to date. Nothing was changed by the step that is named.
package enum MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database was made by a newer program: install that program again, or restore a backup from before.
    case newerThanProgram(database: Int, program: Int)
    /// A migration that this database has run has another text now: undo the edit and add a new migration.
    case edited(number: Int, name: String)
    /// The list itself is wrong: the numbers must be 1, 2, 3… in order.
    case misnumbered(expected: Int, found: Int)
    /// The text carries a marker that no engine knows.
    case unknownMarker(String)

    package var description: String {
        switch self {
        case .newerThanProgram(let database, let program):
            "the database has schema \(database) and this program knows \(program): start the program that made it, or a "
                + "newer one, or restore a backup from before"
        case .edited(let number, let name):
            "migration \(number) (\(name)) is not the one that this database has run: this program was built from changed "
                + "sources; undo the change and add a new migration"
        case .misnumbered(let expected, let found): "migration \(found) stands where \(expected) belongs"
        case .unknownMarker(let name): "a migration has the marker {\(name)}, which no engine knows"
        }
    }
}

/// Brings a database to the schema this program was built with.
package struct Migrator: Sendable {
    package let migrations: [Migration]

    package init(migrations: [Migration]) { self.migrations = migrations }

    /// Runs each pending migration in a transaction of its own, exactly once, in order. Doing it again changes nothing.
    /// - Throws: ``MigrationError``; ``StoreError`` when the database refused a step, which is then not done in part.
    /// - Parameter before: called once before the first change to a database that has a schema already, with the number of
    ///   that schema; when it throws, nothing is changed.
    /// - Parameter step: called before each migration that is to run.
    package func run(
        on database: any SQLSchemaDatabase, before: (_ schema: Int) async throws -> Void = { _ in },
        step: (Migration) -> Void = { _ in }
    ) async throws {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw MigrationError.misnumbered(expected: index + 1, found: migration.number)
        }
        let markers = database.schemaMarkers
        let table = try markers.fill(Self.table)
        try await database.changeSchema { session in try session.runScript(table) }
        try await database.read { session in try check(session) }
        let version = try await Self.version(of: database)
        if version > 0, version < migrations.count { try await before(version) }
        for migration in migrations {
            let script = try markers.fill(migration.sql)
            if migration.number > version { step(migration) }
            try await database.changeSchema { session in
                // Looked up again inside: the body may run more than once, and another process may have been first.
                guard try Self.applied(session)[migration.number] == nil else { return }
                try session.runScript(script)
                try session.run(
                    "INSERT INTO schema_migration (number, name, checksum) VALUES (?1, ?2, ?3)",
                    [.integer(Int64(migration.number)), .text(migration.name), .integer(migration.checksum)])
            }
        }
    }

    /// The number of the last migration the database has run; 0 for a new one.
    package static func version(of database: any SQLDatabase) async throws -> Int {
        try await database.read { session in try applied(session).keys.max() ?? 0 }
    }

    private static let table = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            number {int} NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            checksum {int} NOT NULL
        ) {strict};
        """

    private func check(_ session: any SQLSession) throws {
        let applied = try Self.applied(session)
        if let newest = applied.keys.max(), newest > migrations.count {
            throw MigrationError.newerThanProgram(database: newest, program: migrations.count)
        }
        for migration in migrations {
            if let checksum = applied[migration.number], checksum != migration.checksum {
                throw MigrationError.edited(number: migration.number, name: migration.name)
            }
        }
    }

    private static func applied(_ session: any SQLSession) throws -> [Int: Int64] {
        var checksums: [Int: Int64] = [:]
        try session.rows("SELECT number, checksum FROM schema_migration ORDER BY number", []) {
            row throws(StoreError) in
            checksums[Int(try row.integer(0))] = try row.integer(1)
        }
        return checksums
    }
}
