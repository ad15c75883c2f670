import FlorinTesting
import SQLiteDriver
import Testing

@Suite("SQLite keeps the contract of the store session")
struct SQLiteContractTests {
    @Test("rule", arguments: SQLDatabaseContract.rules)
    func rule(_ rule: ContractRule) async throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteOptions()
        options.writeQueueLimit = rule.writeQueueLimit
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"), options: options)
        defer { database.close() }
        try await rule.check(database)
    }
}
