import FlorinTesting
import GRDBSQLite
import Ports
import SQLStore
import SQLiteDriver
import Testing

@Suite("The health of a disk")
struct DiskHealthTests {
    private let directory: TemporaryDirectory
    private let disk: SimulatedDisk

    init() throws {
        directory = try TemporaryDirectory()
        disk = try SimulatedDisk(directory: directory.path)
    }

    @Test(
        "is told while it refuses, and recovers by itself when nobody asks for anything",
        arguments: [
            (SimulatedDisk.Operation.write, SQLITE_FULL, false), (.write, SQLITE_IOERR | (3 << 8), false),
            (.write, SQLITE_READONLY, false), (.sync, SQLITE_IOERR | (4 << 8), true),
        ])
    func told(operation: SimulatedDisk.Operation, code: Int32, isSync: Bool) async throws {
        let database = try await open()
        defer { database.close() }
        try await add(1, to: database)
        #expect(database.health.isWorking && database.health.lastCommit > 0)
        disk.fail(operation, of: .log, with: code)
        await #expect(throws: StoreError.self) { try await add(2, to: database) }
        #expect(database.health.state == .failing && database.health.message != nil)
        #expect((database.health.failedSyncs > 0) == isSync)
        await #expect(throws: StoreError.self) { try await add(3, to: database) }
        disk.heal()
        while !database.health.isWorking { await Task.yield() }
        try await add(4, to: database)
        #expect(try await ids(database) == [1, 4])
        #expect(database.health.message == nil)
    }

    @Test("stays bad after a failed sync until the database file takes data as well")
    func failedSync() async throws {
        let database = try await open()
        defer { database.close() }
        try await add(1, to: database)
        disk.fail(.sync, of: .log, with: SQLITE_IOERR | (4 << 8), times: 1)
        disk.fail(.sync, of: .database, with: SQLITE_IOERR | (4 << 8))
        await #expect(throws: StoreError.self) { try await add(2, to: database) }
        // The log takes data again; what is in it cannot be brought to safety.
        await #expect(throws: StoreError.self) { try await add(3, to: database) }
        #expect(database.health.state == .failing)
        disk.heal()
        while !database.health.isWorking { await Task.yield() }
        try await add(4, to: database)
        #expect(try await ids(database) == [1, 4])
    }

    @Test("is told when only the copying of the log fails, and writes go on")
    func checkpoints() async throws {
        var options = SQLiteOptions()
        options.checkpointIntervalMilliseconds = 1
        let database = try await open(options)
        defer { database.close() }
        disk.fail(.write, of: .database, with: SQLITE_FULL)
        var id: Int64 = 0
        while database.health.checkpointMessage == nil {
            id += 1
            try await add(id, to: database)
        }
        #expect(database.health.isWorking)
        disk.heal()
        while database.health.checkpointMessage != nil {
            id += 1
            try await add(id, to: database)
        }
        #expect(try await ids(database).count == Int(id))
    }

    @Test("is lost when the database gives back something else than was written")
    func corrupt() async throws {
        let path = directory.file("damaged.db")
        let database = try SQLiteDatabase.open(path: path)
        try await database.changeSchema { session in
            try session.runScript("CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;")
        }
        for id in Int64(1)...200 { try await add(id, to: database) }
        database.close()
        var content = try directory.read("damaged.db")
        for page in 1..<content.count / 4_096 {
            for offset in 0..<64 { content[page * 4_096 + offset] = 0 }
        }
        try directory.write(content, to: "damaged.db")
        let damaged = try SQLiteDatabase.open(path: path)
        defer { damaged.close() }
        await #expect(throws: StoreError.self) { _ = try await ids(damaged) }
        #expect(damaged.health.state == .corrupt)
    }

    private func open(_ options: SQLiteOptions? = nil) async throws -> SQLiteDatabase {
        var quiet = SQLiteOptions()
        quiet.checkpointIntervalMilliseconds = 600_000
        let database = try SQLiteDatabase.open(path: disk.path("florin.db"), options: options ?? quiet)
        try await database.changeSchema { session in
            try session.runScript("CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;")
        }
        return database
    }

    private func add(_ id: Int64, to database: SQLiteDatabase) async throws {
        try await database.write { session in
            try session.run(
                "INSERT INTO entry (id, content) VALUES (?1, ?2)",
                [.integer(id), .bytes([UInt8](repeating: 1, count: 500))])
        }
    }

    private func ids(_ database: SQLiteDatabase) async throws -> [Int64] {
        try await database.read { session in
            var ids: [Int64] = []
            try session.rows("SELECT id FROM entry WHERE length(content) > 0 ORDER BY id", []) {
                (row) throws(StoreError) in ids.append(try row.integer(0))
            }
            return ids
        }
    }
}
