import Foundation
import Ports
import SQLStore
import SQLiteDriver
import Testing

@Suite("A copy of a busy database")
struct SnapshotTests {
    @Test("ends under full load, is whole, and holds one moment")
    func underLoad() async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"))
        defer { database.close() }
        try await database.changeSchema { session in
            try session.runScript(
                """
                CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;
                CREATE TABLE total (one INTEGER NOT NULL PRIMARY KEY, entries INTEGER NOT NULL) STRICT;
                INSERT INTO total VALUES (1, 0);
                """)
        }
        // Enough pages for many steps.
        for first in stride(from: Int64(0), to: 4_000, by: 200) { try await add(first..<first + 200, to: database) }
        let isDone = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in Int64(0)..<4 {
                group.addTask {
                    var next = 1_000_000 + client * 1_000_000
                    while !isDone.withLock({ $0 }) {
                        try await add(next..<next + 3, to: database)
                        next += 3
                    }
                }
            }
            let before = database.statistics.commits
            while database.statistics.commits < before + 20 { await Task.yield() }
            let seen = Shared<[Int64]>([])
            try await database.copySnapshot(to: directory.file("copy.db")) { done, _ in
                seen.withLock { $0.append(done) }
            }
            isDone.withLock { $0 = true }
            try await group.waitForAll()
            #expect(seen.withLock { $0.count } > 3 && seen.withLock { $0 } == seen.withLock { $0.sorted() })
        }
        #expect(try SQLiteFile.damage(in: directory.file("copy.db")) == [])
        let (entries, total) = try SQLiteFile.inspect(directory.file("copy.db")) { session in
            (try number("SELECT count(*) FROM entry", session), try number("SELECT entries FROM total", session))
        }
        #expect(entries == total && entries > 4_000)
        let later = try await database.read { try number("SELECT count(*) FROM entry", $0) }
        #expect(later > entries, "the load went on behind the copy")
    }

    @Test("is given up when it holds the log back for too long, and leaves nothing")
    func logTooLong() async throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteOptions()
        options.checkpointIntervalMilliseconds = 600_000
        let database = try SQLiteDatabase.open(path: directory.file("florin.db"), options: options)
        defer { database.close() }
        try await database.changeSchema { session in
            try session.runScript(
                """
                CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;
                CREATE TABLE total (one INTEGER NOT NULL PRIMARY KEY, entries INTEGER NOT NULL) STRICT;
                INSERT INTO total VALUES (1, 0);
                """)
        }
        for first in stride(from: Int64(0), to: 8_000, by: 200) { try await add(first..<first + 200, to: database) }
        let isDone = Shared(false)
        async let load: Void = {
            var next: Int64 = 1_000_000
            while !isDone.withLock({ $0 }) {
                try await add(next..<next + 50, to: database)
                next += 50
            }
        }()
        let before = database.statistics.logFrames
        await #expect(throws: SnapshotError.self) {
            // The copy waits in its first step until the log has grown.
            try await database.copySnapshot(to: directory.file("copy.db"), logLimit: 20) { _, _ in
                while database.statistics.logFrames <= before + 40 {}
            }
        }
        isDone.withLock { $0 = true }
        try await load
        #expect(!FileManager.default.fileExists(atPath: directory.file("copy.db")))
    }
}

private func add(_ ids: Range<Int64>, to database: SQLiteDatabase) async throws {
    try await database.write { session in
        for id in ids {
            try session.run(
                "INSERT INTO entry (id, content) VALUES (?1, ?2)",
                [.integer(id), .bytes([UInt8](repeating: UInt8(id % 251), count: 1_500))])
        }
        try session.run("UPDATE total SET entries = entries + ?1 WHERE one = 1", [.integer(Int64(ids.count))])
    }
}

private func number(_ sql: StaticString, _ session: any SQLSession) throws -> Int64 {
    var number: Int64 = 0
    try session.rows(sql, []) { (row) throws(StoreError) in number = try row.integer(0) }
    return number
}
