import FlorinTesting
import SQLStore
import SQLiteDriver
import Testing

@Suite("The store on SQLite keeps the store's contract")
struct StoreContractTests {
    @Test("rule", arguments: StoreContract.rules)
    func rule(_ rule: StoreRule) async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"))
        defer { database.close() }
        try await rule.run(on: database)
    }

    @Test("bringing the schema up to date twice changes nothing")
    func migratingTwice() async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"))
        defer { database.close() }
        for _ in 0..<2 { try await Migrator(migrations: Schema.migrations).run(on: database) }
        #expect(try await Migrator.version(of: database) == Schema.migrations.count)
    }

    @Test("a database made by a newer program is refused")
    func newerDatabase() async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"))
        defer { database.close() }
        let known = Schema.migrations.count
        let next = Migration(
            number: known + 1, name: "later", sql: "CREATE TABLE later (id {int} NOT NULL PRIMARY KEY) {strict};")
        try await Migrator(migrations: Schema.migrations + [next]).run(on: database)
        await #expect(throws: MigrationError.newerThanProgram(database: known + 1, program: known)) {
            try await Migrator(migrations: Schema.migrations).run(on: database)
        }
    }
}
