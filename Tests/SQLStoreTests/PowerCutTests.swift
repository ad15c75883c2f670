import FlorinTesting
import Ports
import SQLStore
import SQLiteDriver
import Testing

/// Many writers, a power cut in the middle of some write, and an audit of what the disk still has.
@Suite("A power cut")
struct PowerCutTests {
    @Test("takes nothing that was acknowledged", arguments: UInt64(1)...10)
    func full(seed: UInt64) async throws {
        let run = try await PowerCutRun(seed: seed, durability: .full)
        #expect(run.acknowledged.count > 20, "seed \(seed): the audit needs something to find")
        for unsynced: SimulatedDisk.Unsynced in [.lost, .scattered(seed: seed), .scattered(seed: ~seed), .kept] {
            let audit = try await run.audit(unsynced)
            #expect(audit.missing == [], "seed \(seed), \(unsynced)")
            #expect(audit.isWhole, "seed \(seed), \(unsynced): a body was stored in part")
            #expect(audit.integrity == "ok", "seed \(seed), \(unsynced)")
        }
    }

    @Test("takes acknowledged writes when nothing is synced: the audit above can go red", arguments: UInt64(1)...3)
    func volatile(seed: UInt64) async throws {
        let run = try await PowerCutRun(seed: seed, durability: .volatile)
        #expect(run.acknowledged.count > 20)
        #expect(try await !run.audit(.lost).missing.isEmpty, "seed \(seed)")
        // The process alone may die without harm, and then nothing is missing in either mode.
        #expect(try await run.audit(.kept).missing == [], "seed \(seed)")
    }
}

/// What clients were told before the cut, and the disk as it was at that moment.
private struct PowerCutRun {
    let acknowledged: [Int64]
    private let disk: SimulatedDisk
    private let directory: TemporaryDirectory

    struct Audit {
        var missing: [Int64] = []
        var isWhole = false
        var integrity = ""
    }

    init(seed: UInt64, durability: SQLiteOptions.Durability) async throws {
        directory = try TemporaryDirectory()
        disk = try SimulatedDisk(directory: directory.path)
        var options = SQLiteOptions()
        options.durability = durability
        // A short log and eager checkpoints, so that the cut also meets those and the log's restarts.
        options.walFrameLimit = 40 + Int(seed % 7) * 20
        options.checkpointIntervalMilliseconds = 1
        let database = try SQLiteDatabase.open(path: disk.path("florin.db"), options: options)
        try await database.changeSchema { session in
            try session.runScript(
                """
                CREATE TABLE entry (id INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;
                CREATE TABLE total (one INTEGER NOT NULL PRIMARY KEY, entries INTEGER NOT NULL) STRICT;
                INSERT INTO total VALUES (1, 0);
                """)
        }
        disk.settle()
        disk.cutPower(afterWrites: 300 + Int(seed &* 2_654_435_761 % 1_500))
        acknowledged = await Self.writeUntilCut(database)
        // Only now: closing must not be what makes things durable.
        database.close()
        try #require(disk.isCut)
    }

    private static func writeUntilCut(_ database: SQLiteDatabase) async -> [Int64] {
        let acknowledged = Shared<[Int64]>([])
        await withTaskGroup(of: Void.self) { group in
            for client in Int64(0)..<16 {
                group.addTask {
                    for number in Int64(0)..<5_000 {
                        let id = number * 16 + client
                        let content = [UInt8](repeating: UInt8(id % 251), count: Int(id * 37 % 3_000))
                        do {
                            try await database.write { session in
                                try session.run(
                                    "INSERT INTO entry (id, content) VALUES (?1, ?2)", [.integer(id), .bytes(content)])
                                try session.run("UPDATE total SET entries = entries + 1 WHERE one = 1", [])
                            }
                        } catch {
                            return
                        }
                        acknowledged.withLock { $0.append(id) }
                    }
                }
            }
        }
        return acknowledged.withLock { $0 }
    }

    func audit(_ unsynced: SimulatedDisk.Unsynced) async throws -> Audit {
        let place = try TemporaryDirectory()
        for (name, content) in disk.survivors(unsynced) { try place.write(content, to: name) }
        let database = try SQLiteDatabase.open(path: place.file("florin.db"))
        defer { database.close() }
        let acknowledged = self.acknowledged
        return try await database.read { session in
            var audit = Audit()
            var found: Set<Int64> = []
            try session.rows("SELECT id FROM entry", []) { row throws(StoreError) in found.insert(try row.integer(0)) }
            try session.rows("SELECT entries FROM total", []) { row throws(StoreError) in
                audit.isWhole = try row.integer(0) == Int64(found.count)
            }
            try session.rows("PRAGMA integrity_check", []) { row throws(StoreError) in
                audit.integrity += try row.text(0)
            }
            audit.missing = acknowledged.filter { !found.contains($0) }
            return audit
        }
    }
}
