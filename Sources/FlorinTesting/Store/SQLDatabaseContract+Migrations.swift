import Ports
import SQLStore

extension SQLDatabaseContract {
    private static let first = Migration(
        number: 1, name: "a table", sql: "CREATE TABLE one (id {identity}, content {bytes}) {strict};")
    private static let second = Migration(
        number: 2, name: "two tables",
        sql: """
            CREATE TABLE two (id {int} NOT NULL PRIMARY KEY) {strict_rowless};
            CREATE TABLE three (id {int} NOT NULL PRIMARY KEY REFERENCES two) {strict};
            """)

    static let migrations: [ContractRule] = [
        ContractRule("each migration runs exactly once, in order") { database in
            try await Migrator(migrations: [first]).run(on: database)
            try requireEqual(await Migrator.version(of: database), 1, "version")
            try await Migrator(migrations: [first, second]).run(on: database)
            try await Migrator(migrations: [first, second]).run(on: database)
            try requireEqual(await Migrator.version(of: database), 2, "version")
            try await database.write { session in
                try session.run("INSERT INTO two (id) VALUES (1)", [])
                try session.run("INSERT INTO three (id) VALUES (1)", [])
            }
        },
        ContractRule("a database newer than the program is refused") { database in
            try await Migrator(migrations: [first, second]).run(on: database)
            let error = try await requireThrown("older program") {
                try await Migrator(migrations: [first]).run(on: database)
            }
            try require(error as? MigrationError == .newerThanProgram(database: 2, program: 1), "\(error)")
        },
        ContractRule("a migration edited after it ran is refused") { database in
            try await Migrator(migrations: [first]).run(on: database)
            let edited = Migration(number: 1, name: "a table", sql: first.sql + " ")
            let error = try await requireThrown("edited") {
                try await Migrator(migrations: [edited, second]).run(on: database)
            }
            try require(error as? MigrationError == .edited(number: 1, name: "a table"), "\(error)")
            try requireEqual(await Migrator.version(of: database), 1, "version")
        },
        ContractRule("a migration that fails is not done in part, and can be run once it is mended") { database in
            let broken = Migration(
                number: 2, name: "broken", sql: "CREATE TABLE two (id {int}) {strict}; CREATE nonsense;")
            _ = try await requireThrown("broken") {
                try await Migrator(migrations: [first, broken]).run(on: database)
            }
            try requireEqual(await Migrator.version(of: database), 1, "version")
            try await Migrator(migrations: [first, second]).run(on: database)
        },
        ContractRule("a list with a gap, and a marker nobody knows, are refused before anything runs") { database in
            let gap = try await requireThrown("gap") { try await Migrator(migrations: [second]).run(on: database) }
            try require(gap as? MigrationError == .misnumbered(expected: 1, found: 2), "\(gap)")
            let unknown = Migration(number: 1, name: "unknown", sql: "CREATE TABLE one (id {integer});")
            let marker = try await requireThrown("marker") {
                try await Migrator(migrations: [unknown]).run(on: database)
            }
            try require(marker as? MigrationError == .unknownMarker("integer"), "\(marker)")
            try requireEqual(await Migrator.version(of: database), 0, "version")
        },
        ContractRule("a body or a script cannot end the transaction it runs in") { database in
            try await prepare(database)
            for script in ["COMMIT; INSERT INTO sample (id) VALUES (2);", "ROLLBACK;", "RELEASE body;"] {
                let error = try await requireThrown(script) {
                    try await database.changeSchema { session in
                        try insert(session, 1)
                        try session.runScript(script)
                    }
                }
                try require(error is StoreError, "\(error)")
            }
            let error = try await requireThrown("COMMIT in a body") {
                try await database.write { session in
                    try insert(session, 3)
                    try session.run("COMMIT", [])
                }
            }
            try require(error is StoreError, "\(error)")
            try requireEqual(await ids(database), [], "rows")
        },
    ]
}
