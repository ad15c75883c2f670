import FlorinTesting
import GRDBSQLite
import Ports
import SQLStore
import SQLiteDriver
import Testing

@Suite("A disk that fails")
struct FailingDiskTests {
    private let directory: TemporaryDirectory
    private let disk: SimulatedDisk

    init() throws {
        directory = try TemporaryDirectory()
        disk = try SimulatedDisk(directory: directory.path)
    }

    @Test(
        "fails the whole group, stores nothing of it, and works again when it is back",
        arguments: [
            (SimulatedDisk.Operation.write, SQLITE_FULL), (.write, SQLITE_IOERR | (3 << 8)),
            (.sync, SQLITE_IOERR | (4 << 8)),
        ])
    func group(operation: SimulatedDisk.Operation, code: Int32) async throws {
        let database = try await open()
        defer { database.close() }
        try await database.write { session in try insert(session, 0) }

        disk.fail(operation, of: .log, with: code)
        let errors = await writeGroup(database, 1...50)
        for (id, error) in errors {
            guard case .unavailable? = error as? StoreError else {
                Issue.record("\(id): \(String(describing: error))")
                continue
            }
        }
        #expect(try await ids(database) == [0])
        #expect(database.statistics.failedCommits > 0)
        #expect(database.statistics.isFailing)

        disk.heal()
        #expect(await writeGroup(database, 51...100).allSatisfy { $0.1 == nil })
        #expect(!database.statistics.isFailing)
        #expect(try await ids(database) == [0] + Array(51...100))
    }

    @Test("that could not sync a commit does not bring it back after a crash")
    func failedSync() async throws {
        let database = try await openQuietly()
        try await database.write { session in try insert(session, 0) }
        disk.fail(.sync, of: .log, with: SQLITE_IOERR | (4 << 8), times: 1)
        let errors = await writeGroup(database, 1...20)
        #expect(errors.contains { $0.1 != nil })
        let refused = Set(errors.filter { $0.1 != nil }.map(\.0))
        // The process dies here, and everything it wrote reaches the disk.
        let after = try await reopened(disk.survivors(.kept))
        database.close()
        #expect(after.contains(0))
        #expect(refused.isDisjoint(with: after), "refused writes came to light: \(refused.intersection(after))")
        #expect(Set(errors.map(\.0)).subtracting(refused).isSubset(of: after))
    }

    @Test("gives no answer that rests on what another body of the group did not get stored")
    func answersRestOnCommit() async throws {
        let database = try await openQuietly()
        defer { database.close() }
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let stores = Task { try await database.write { session in try insert(session, 1) } }
        while database.statistics.waitingWrites < 1 { await Task.yield() }
        let refuses = Task {
            try await database.write { session in
                var isTaken = false
                try session.rows("SELECT id FROM entry WHERE id = 1", []) { _ in isTaken = true }
                if isTaken { throw Taken() }
            }
        }
        while database.statistics.waitingWrites < 2 { await Task.yield() }
        // The held body stores nothing, so the first sync is that of the group behind it.
        disk.fail(.sync, of: .log, with: SQLITE_IOERR | (4 << 8), times: 1)
        gate.open()
        try await first
        await #expect(throws: StoreError.self) { try await stores.value }
        await #expect(throws: StoreError.self, "an answer that would have been wrong") { try await refuses.value }
        #expect(try await ids(database) == [])
    }

    @Test("under one body of a group makes each run again on its own, with its own answer")
    func lostTransaction() async throws {
        var options = SQLiteOptions()
        // So small that a large body reaches the disk before COMMIT.
        options.writerCacheKibibytes = 40
        let database = try await open(options)
        defer { database.close() }
        let runs = Shared<[Int64: Int]>([:])
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let answers = await withTaskGroup(of: (Int64, Bool).self) { group in
            for id in Int64(1)...20 {
                group.addTask {
                    let answer = try? await database.write { session in
                        runs.withLock { $0[id, default: 0] += 1 }
                        try insert(session, id, bytes: id % 10 == 0 ? 400_000 : 10)
                        return id
                    }
                    return (id, answer == id)
                }
            }
            while database.statistics.waitingWrites < 20 { await Task.yield() }
            disk.fail(.write, of: .log, with: SQLITE_IOERR | (3 << 8), times: 1)
            gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await first
        #expect(answers.count == 20 && answers.allSatisfy(\.1))
        #expect(database.statistics.lostGroups == 1)
        #expect(runs.withLock { $0.values.contains(2) })
        #expect(try await ids(database) == Array(1...20))
    }

    @Test("without shared memory is refused when the database is opened")
    func noSharedMemory() throws {
        let other = try TemporaryDirectory()
        let disk = try SimulatedDisk(directory: other.path, hasSharedMemory: false)
        #expect {
            try SQLiteDatabase.open(path: disk.path("florin.db"))
        } throws: { error in
            guard case .unavailable(let message)? = error as? StoreError else { return false }
            return message.contains("journal_mode")
        }
    }

    /// Without background checkpoints, which sync too and would meet the failure instead of a commit.
    private func openQuietly() async throws -> SQLiteDatabase {
        var options = SQLiteOptions()
        options.checkpointIntervalMilliseconds = 600_000
        return try await open(options)
    }

    private func open(_ options: SQLiteOptions = SQLiteOptions()) async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(path: disk.path("florin.db"), options: options)
        try await database.changeSchema { session in
            try session.runScript("CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;")
        }
        return database
    }

    /// Writes that wait together behind a held body.
    private func writeGroup(_ database: SQLiteDatabase, _ ids: ClosedRange<Int64>) async -> [(Int64, (any Error)?)] {
        await withTaskGroup(of: (Int64, (any Error)?).self) { group in
            for id in ids {
                group.addTask {
                    do {
                        try await database.write { session in try insert(session, id) }
                        return (id, nil)
                    } catch {
                        return (id, error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func reopened(_ files: [String: [UInt8]]) async throws -> Set<Int64> {
        let place = try TemporaryDirectory()
        for (name, content) in files { try place.write(content, to: name) }
        let database = try SQLiteDatabase.open(path: place.file("florin.db"))
        defer { database.close() }
        return Set(try await ids(database))
    }
}

private struct Taken: Error {}

private func insert(_ session: any SQLSession, _ id: Int64, bytes: Int = 100) throws {
    try session.run(
        "INSERT INTO entry (id, content) VALUES (?1, ?2)",
        [.integer(id), .bytes([UInt8](repeating: 1, count: bytes))])
}

private func ids(_ database: SQLiteDatabase) async throws -> [Int64] {
    try await database.read { session in
        var ids: [Int64] = []
        try session.rows("SELECT id FROM entry ORDER BY id", []) { row throws(StoreError) in
            ids.append(try row.integer(0))
        }
        return ids
    }
}
