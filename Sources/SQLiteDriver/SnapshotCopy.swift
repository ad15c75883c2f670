import GRDBSQLite
import Ports
package import SQLStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension SQLiteDatabase {
    /// Copies the database, as it is at one moment during the call, into a new file at `path`, while everybody reads and
    /// writes. It ends under any load: the copy reads one snapshot, which other commits do not change.
    ///
    /// While it copies, the log cannot be shortened; it grows by what is written meanwhile. Once it is longer than
    /// `logLimit` pages the copy is given up rather than letting it fill the disk. The file's content is not synced.
    /// - Parameter progress: told on the copying thread how many of how many pages are done.
    /// - Throws: ``SnapshotError``, or ``StoreError`` when the database or the new file refused. No file is left then.
    package func copySnapshot(
        to path: String, logLimit: Int = SnapshotCopy.defaultLogLimit,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws {
        let copy = SnapshotCopy(source: self.path, target: path, logLimit: logLimit, progress: progress) {
            self.statistics.logFrames
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(StoreError) {
                _ = try WorkerThread { continuation.resume(with: Result { try copy.run() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

/// Why a copy was given up.
package enum SnapshotError: Error, Hashable, Sendable {
    /// The write-ahead log grew past the limit while the copy held it back.
    case logTooLong(pages: Int)
}

/// One copy, on a thread of its own.
package struct SnapshotCopy: Sendable {
    /// 4 GiB with pages of 4 KiB.
    package static let defaultLogLimit = 1 << 20
    /// A few milliseconds of work between two looks at the log.
    private static let pagesPerStep: CInt = 512

    let source: String
    let target: String
    let logLimit: Int
    let progress: @Sendable (Int64, Int64) -> Void
    let logFrames: @Sendable () -> Int

    func run() throws {
        let from = try RawConnection(source, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        try from.execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096; BEGIN")
        // The snapshot is taken by the first statement: without it each commit of another connection would make the
        // copy begin again, and under load it would never end.
        try from.execute("SELECT count(*) FROM sqlite_schema")
        do {
            let to = try RawConnection(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE)
            // If the copy is cut off it is thrown away as a whole, so it needs no journal.
            try to.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096")
            try copy(from, to)
        } catch {
            SQLiteFile.remove(target)
            throw error
        }
    }

    private func copy(_ from: RawConnection, _ to: RawConnection) throws {
        guard let backup = sqlite3_backup_init(to.pointer, "main", from.pointer, "main") else {
            throw StoreError.last(to.pointer, sqlite3_errcode(to.pointer))
        }
        let before = logFrames()
        var code: CInt
        repeat {
            code = sqlite3_backup_step(backup, Self.pagesPerStep)
            let total = Int64(sqlite3_backup_pagecount(backup))
            progress(total - Int64(sqlite3_backup_remaining(backup)), total)
            let grown = logFrames() - before
            if code == SQLITE_OK, grown > logLimit {
                sqlite3_backup_finish(backup)
                throw SnapshotError.logTooLong(pages: grown)
            }
        } while code == SQLITE_OK
        let end = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, end == SQLITE_OK else {
            throw StoreError.last(to.pointer, code == SQLITE_DONE ? end : code)
        }
    }
}

/// A database file that nobody has open: a copy, or what a restore made of one.
package enum SQLiteFile {
    /// Runs `body` on the file without changing anything beside it: no log, no shared memory.
    /// - Throws: `.corrupt` when it is not a database.
    package static func inspect<Value>(
        _ path: String, _ body: (any SQLSession) throws -> Value
    ) throws -> Value {
        let connection = try RawConnection(
            "file:\(escaped(path))?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        try connection.execute("PRAGMA trusted_schema = OFF; BEGIN")
        let session = SQLiteSession(connection.pointer, mayChange: false)
        defer { session.close() }
        return try body(session)
    }

    /// Reads every page and looks for damage (`PRAGMA integrity_check`).
    /// - Returns: what is wrong, at most 20 lines; empty when nothing is.
    package static func damage(in path: String) throws -> [String] {
        try inspect(path) { session in
            var lines: [String] = []
            try session.rows("PRAGMA integrity_check(20)", []) { row throws(StoreError) in
                lines.append(try row.text(0))
            }
            return lines == ["ok"] ? [] : lines
        }
    }

    /// Removes the file and what may lie beside it.
    package static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    private static func escaped(_ path: String) -> String {
        path.reduce(into: "") { text, character in
            switch character {
            case "%": text += "%25"
            case "?": text += "%3f"
            case "#": text += "%23"
            default: text.append(character)
            }
        }
    }
}

/// A connection of one thread that GRDB does not know of: for copies, which live for seconds.
private final class RawConnection {
    let pointer: OpaquePointer

    init(_ path: String, _ flags: CInt) throws(StoreError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let error = opened.map { StoreError.last($0, code) } ?? .unavailable("no memory for a connection")
            sqlite3_close_v2(opened)
            throw error
        }
        pointer = opened
        sqlite3_busy_timeout(opened, 5_000)
    }

    deinit { sqlite3_close_v2(pointer) }

    func execute(_ sql: String) throws(StoreError) {
        let code = sqlite3_exec(pointer, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw .last(pointer, code) }
    }
}
