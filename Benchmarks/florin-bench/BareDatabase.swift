import GRDBSQLite

/// SQLite through its C functions alone, set up as the daemon's writer is: WAL, synchronous=FULL, foreign keys checked.
final class BareDatabase {
    let connection: OpaquePointer
    private var frames = 0
    private let begin, commit: BareStatement

    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw BenchFailure("cannot open \(path)") }
        connection = opened
        try Self.run(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY
            """, on: opened)
        begin = try BareStatement(opened, "BEGIN IMMEDIATE")
        commit = try BareStatement(opened, "COMMIT")
    }

    func close() {
        for statement in [begin, commit] { statement.finalize() }
        sqlite3_close_v2(connection)
    }

    func run(_ sql: String) throws { try Self.run(sql, on: connection) }

    func prepare(_ sql: String) throws -> BareStatement { try BareStatement(connection, sql) }

    /// One durable commit of whatever `body` changes; then, as the daemon's writer does, a checkpoint when the log is long.
    func transaction(_ body: () throws -> Void) throws {
        try begin.step()
        try body()
        try commit.step()
        var (inLog, copied): (CInt, CInt) = (0, 0)
        guard frames >= 40 else {
            frames += 1
            return
        }
        frames = 0
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &copied)
    }

    private static func run(_ sql: String, on connection: OpaquePointer) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchFailure(String(cString: sqlite3_errmsg(connection)))
        }
    }
}

/// A prepared statement whose parameters are bound one after the other.
final class BareStatement {
    private let connection: OpaquePointer
    private let pointer: OpaquePointer
    private var next: CInt = 1
    /// Room for the identifiers of one row; bound as static memory.
    private let scratch = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
    private var used = 0

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil) == SQLITE_OK,
            let prepared
        else { throw BenchFailure("\(String(cString: sqlite3_errmsg(connection))) in \(sql)") }
        self.connection = connection
        pointer = prepared
    }

    func finalize() {
        sqlite3_finalize(pointer)
        scratch.deallocate()
    }

    @discardableResult
    func integer(_ value: Int64) -> Self {
        sqlite3_bind_int64(pointer, next, value)
        next += 1
        return self
    }

    @discardableResult
    func id(_ value: BenchID) -> Self {
        let place = scratch + used
        place[0] = value.high.bigEndian
        place[1] = value.low.bigEndian
        used += 2
        sqlite3_bind_blob64(pointer, next, place, 16, nil)
        next += 1
        return self
    }

    /// `bytes` must outlive the step.
    @discardableResult
    func bytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Self {
        sqlite3_bind_blob64(pointer, next, bytes.baseAddress, UInt64(bytes.count), nil)
        next += 1
        return self
    }

    /// `text` must outlive the step.
    @discardableResult
    func text(_ text: StaticString) -> Self {
        sqlite3_bind_text64(
            pointer, next, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self),
            UInt64(text.utf8CodeUnitCount), nil, UInt8(SQLITE_UTF8))
        next += 1
        return self
    }

    @discardableResult
    func null(_ count: Int = 1) -> Self {
        for _ in 0..<count {
            sqlite3_bind_null(pointer, next)
            next += 1
        }
        return self
    }

    func step() throws {
        let code = sqlite3_step(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw BenchFailure(String(cString: sqlite3_errmsg(connection)))
        }
        sqlite3_reset(pointer)
        next = 1
        used = 0
    }
}

/// 128 bits like the store's identifiers: growing with time, or random like an Idempotency-Key's hash.
struct BenchID {
    let high: UInt64
    let low: UInt64

    static func timed(_ generator: inout BenchRandom) -> BenchID {
        let milliseconds = monotonicNanoseconds() / 1_000_000
        return BenchID(high: milliseconds << 16 | generator.next() & 0xffff, low: generator.next())
    }

    static func random(_ generator: inout BenchRandom) -> BenchID {
        BenchID(high: generator.next(), low: generator.next())
    }
}

/// SplitMix64: cheap, and the same in every run.
struct BenchRandom: RandomNumberGenerator {
    private var state: UInt64 = 0x5EED

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
