import FlorinTesting
import GRDB
import Ports
import SQLStore
import Testing

@testable import SQLiteDriver

@Suite("SQLite, what is its own")
struct SQLiteDatabaseTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("writes that wait together share commits, none larger than the limit")
    func grouping() async throws {
        var options = SQLiteOptions()
        options.groupLimit = 64
        let database = try await open(options)
        defer { database.close() }
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let before = database.statistics.commits
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in Int64(1)...300 { group.addTask { try await insert(database, id) } }
            while database.statistics.waitingWrites < 300 { await Task.yield() }
            gate.open()
            try await group.waitForAll()
        }
        try await first
        let statistics = database.statistics
        // The held body's own commit, and 300 bodies in groups of 64.
        #expect(statistics.commits - before == 1 + 5)
        #expect(statistics.largestGroup == 64)
        #expect(statistics.waitingWrites == 0)
        #expect(try await count(database) == 300)
    }

    @Test("a body that fails half way takes back what is its own, in the group that meets it and in those after it")
    func failingHalfWay() async throws {
        let database = try await open()
        defer { database.close() }
        for round in Int64(0)..<2 {
            let runs = Shared<[Int64: Int]>([:])
            let gate = Gate()
            async let first: Void = database.write { _ in gate.hold() }
            await gate.arrived()
            let stored = await withTaskGroup(of: Int64?.self) { group in
                for id in round * 100 + 1...round * 100 + 20 {
                    group.addTask {
                        try? await database.write { session in
                            runs.withLock { $0[id, default: 0] += 1 }
                            try session.run("INSERT INTO entry (id) VALUES (?1)", [.integer(id)])
                            if id % 5 == 0 { throw StoreConflict() }
                            return id
                        }
                    }
                }
                while database.statistics.waitingWrites < 20 { await Task.yield() }
                gate.open()
                return await group.reduce(into: Set<Int64>()) { if let id = $1 { $0.insert(id) } }
            }
            try await first
            let wanted = Set((round * 100 + 1...round * 100 + 20).filter { $0 % 5 != 0 })
            #expect(stored == wanted)
            #expect(try await ids(database).filter { $0 > round * 100 } == wanted.sorted())
            // The first group ran again; the second had savepoints from its beginning.
            #expect(database.statistics.repeatedGroups == 1)
            if round == 1 { #expect(runs.withLock { $0.values.allSatisfy { $0 == 1 } }) }
        }
    }

    @Test("a body that fails before it has changed anything costs its group nothing")
    func failingAtOnce() async throws {
        let database = try await open()
        defer { database.close() }
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let stored = await withTaskGroup(of: Int64?.self) { group in
            for id in Int64(1)...20 {
                group.addTask {
                    try? await database.write { session in
                        if id % 5 == 0 { throw StoreConflict() }
                        try session.run("INSERT INTO entry (id) VALUES (?1)", [.integer(id)])
                        return id
                    }
                }
            }
            while database.statistics.waitingWrites < 20 { await Task.yield() }
            gate.open()
            return await group.reduce(into: [Int64]()) { if let id = $1 { $0.append(id) } }
        }
        try await first
        #expect(stored.count == 16)
        #expect(try await ids(database).count == 16)
        #expect(database.statistics.repeatedGroups == 0)
    }

    @Test("an urgent body goes ahead of those that wait, and has a place when their queue is full")
    func urgent() async throws {
        var options = SQLiteOptions()
        options.writeQueueLimit = 3
        options.urgentQueueLimit = 1
        options.groupLimit = 1
        let database = try await open(options)
        defer { database.close() }
        let order = Shared<[Int64]>([])
        let body: @Sendable (Int64) -> @Sendable (any SQLSession) throws -> Void = { id in
            { session in
                order.withLock { $0.append(id) }
                try session.run("INSERT INTO entry (id) VALUES (?1)", [.integer(id)])
            }
        }
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in Int64(1)...3 { group.addTask { try await database.write(body(id)) } }
            while database.statistics.waitingWrites < 3 { await Task.yield() }
            await #expect(throws: StoreError.queueFull) { try await database.write(body(4)) }
            group.addTask { try await database.writeUrgently(body(5)) }
            while database.statistics.waitingWrites < 4 { await Task.yield() }
            await #expect(throws: StoreError.queueFull) { try await database.writeUrgently(body(6)) }
            gate.open()
            try await group.waitForAll()
        }
        try await first
        #expect(order.withLock { $0 }.first == 5)
        #expect(try await ids(database) == [1, 2, 3, 5])
    }

    @Test("a deferred constraint that refuses at COMMIT fails its own body, not the group")
    func deferredConstraint() async throws {
        let database = try await open()
        defer { database.close() }
        try await database.changeSchema { session in
            try session.runScript(
                """
                CREATE TABLE child (
                    id INTEGER NOT NULL PRIMARY KEY REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED
                ) STRICT;
                """)
        }
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let refused = await withTaskGroup(of: Int64?.self) { group in
            for id in Int64(1)...10 {
                group.addTask {
                    do {
                        try await database.write { session in
                            let table: StaticString = "INSERT INTO entry (id) VALUES (?1)"
                            try session.run(
                                id == 7 ? "INSERT INTO child (id) VALUES (?1)" : table, [.integer(id)])
                        }
                        return nil
                    } catch {
                        guard case .constraint? = error as? StoreError else { return -id }
                        return id
                    }
                }
            }
            while database.statistics.waitingWrites < 10 { await Task.yield() }
            gate.open()
            return await group.reduce(into: [Int64]()) { if let id = $1 { $0.append(id) } }
        }
        try await first
        #expect(refused == [7])
        #expect(try await count(database) == 9)
    }

    @Test("the log stays short under a writer that never rests")
    func logIsBounded() async throws {
        var options = SQLiteOptions()
        options.walFrameLimit = 50
        options.checkpointIntervalMilliseconds = 600_000
        let database = try await open(options)
        defer { database.close() }
        for id in Int64(1)...400 {
            try await insert(database, id)
            #expect(database.statistics.logFrames <= 110)
        }
        #expect(database.statistics.checkpoints >= 5)
    }

    @Test("the background checkpointer copies what is written", .timeLimit(.minutes(1)))
    func backgroundCheckpoint() async throws {
        var options = SQLiteOptions()
        options.checkpointIntervalMilliseconds = 1
        let database = try await open(options)
        defer { database.close() }
        let before = database.statistics.checkpoints
        try await insert(database, 1)
        while database.statistics.checkpoints == before { await Task.yield() }
    }

    @Test(
        "rounds of the checkpointer are short and many while the writer keeps up, and rare while bodies queue up",
        arguments: [
            // Slept so far, commits and bodies meanwhile; whether it waits longer.
            (10, 0, 0, false), (10, 5, 12, false), (10, 5, 49, false), (10, 5, 50, true), (10, 1, 200, true),
            (990, 9, 90, true), (1_000, 9, 90, false),
        ])
    func checkpointPace(slept: Int, commits: Int, bodies: Int, waits: Bool) {
        let pace = CheckpointPace(options: SQLiteOptions())
        #expect(pace.waitsLonger(slept: slept, commits: commits, bodies: bodies) == waits)
    }

    @Test("the checkpointer rests four times as long as a round took, and ever longer behind a reader")
    func checkpointDelay() {
        let pace = CheckpointPace(options: SQLiteOptions())
        #expect(pace.delay(after: 10, taken: 0, isDone: true) == 10)
        #expect(pace.delay(after: 10, taken: 9, isDone: true) == 36)
        #expect(pace.delay(after: 10, taken: 9_000, isDone: true) == 1_000)
        #expect(pace.delay(after: 640, taken: 1, isDone: false) == 1_000)
        #expect(pace.delay(after: 1_000, taken: 1, isDone: true) == 10)
    }

    @Test("closing finishes what waits, refuses what comes later, and may be done twice")
    func closing() async throws {
        let database = try await open()
        let gate = Gate()
        async let first: Void = database.write { _ in gate.hold() }
        await gate.arrived()
        let waiting = Task { try await insert(database, 1) }
        while database.statistics.waitingWrites < 1 { await Task.yield() }
        gate.open()
        database.close()
        database.close()
        try await first
        try await waiting.value
        await #expect(throws: StoreError.closed) { try await insert(database, 2) }
        await #expect(throws: StoreError.closed) { try await count(database) }
        let again = try SQLiteDatabase.open(path: directory.file("florin.db"))
        defer { again.close() }
        #expect(try await count(again) == 1)
    }

    @Test("a file that is no database is refused, and one that cannot be made")
    func notADatabase() throws {
        try directory.write([UInt8](repeating: 0x41, count: 8_192), to: "text.db")
        #expect {
            try SQLiteDatabase.open(path: directory.file("text.db"))
        } throws: { error in
            guard case .corrupt? = error as? StoreError else { return false }
            return true
        }
        #expect {
            try SQLiteDatabase.open(path: directory.file("missing/florin.db"))
        } throws: { error in
            guard case .unavailable? = error as? StoreError else { return false }
            return true
        }
    }

    @Test("stored text that is not UTF-8 is corrupt, never a trap")
    func invalidText() async throws {
        let database = try await open()
        defer { database.close() }
        await #expect(throws: StoreError.self) {
            try await database.read { session in
                try session.rows("SELECT CAST(x'c328' AS TEXT)", []) { row throws(StoreError) in _ = try row.text(0) }
            }
        }
    }

    @Test(
        "settings that durability rests on are read back, and any other is refused",
        arguments: [
            ("PRAGMA synchronous = NORMAL", SQLiteOptions.Durability.full, "synchronous"),
            ("PRAGMA synchronous = OFF", .full, "synchronous"),
            ("PRAGMA synchronous = FULL", .volatile, "synchronous"),
            ("PRAGMA foreign_keys = OFF", .full, "foreign_keys"),
            ("PRAGMA journal_mode = DELETE", .full, "journal_mode"),
        ])
    func readBack(change: String, durability: SQLiteOptions.Durability, named: String) throws {
        let queue = try SQLiteConnection.open(directory.file("florin.db"), .writer, SQLiteOptions())
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { db in
            try SQLiteConnection.verify(db, .full)
            _ = try Row.fetchAll(db, sql: change)
            #expect {
                try SQLiteConnection.verify(db, durability)
            } throws: { error in
                guard case .unavailable(let message)? = error as? StoreError else { return false }
                return message.contains(named)
            }
        }
    }

    private func open(_ options: SQLiteOptions = SQLiteOptions()) async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"), options: options)
        try await database.changeSchema { session in
            try session.runScript("CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY) STRICT;")
        }
        return database
    }
}

private func insert(_ database: SQLiteDatabase, _ id: Int64) async throws {
    try await database.write { session in try session.run("INSERT INTO entry (id) VALUES (?1)", [.integer(id)]) }
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

private func count(_ database: SQLiteDatabase) async throws -> Int64 {
    try await database.read { session in
        var count: Int64 = 0
        try session.rows("SELECT count(*) FROM entry", []) { row throws(StoreError) in count = try row.integer(0) }
        return count
    }
}
