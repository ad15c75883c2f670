import CSQLiteStart
import GRDB
import GRDBSQLite
import Ports

/// What a connection is for. Each belongs to one thread for its whole life.
enum ConnectionRole: String {
    case writer, checkpointer, reader
}

/// Opens connections through GRDB and proves that they are what was asked for.
///
/// GRDB opens, configures and closes; the driver's threads step statements through the connection's pointer.
/// `DatabaseQueue` and not `DatabasePool`: the pool sets synchronous=NORMAL after our own settings have been made.
enum SQLiteConnection {
    static func open(_ path: String, _ role: ConnectionRole, _ options: SQLiteOptions) throws(StoreError)
        -> DatabaseQueue
    {
        _ = settings
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(role, options))
            if role != .reader {
                do {
                    try queue.writeWithoutTransaction { try verify($0, options.durability) }
                } catch {
                    try? queue.close()
                    throw error
                }
            }
            return queue
        } catch {
            throw .grdb(error, opening: path)
        }
    }

    /// What holds for the whole process and must be said before its first connection. A process that used SQLite before
    /// keeps what it had: nothing here changes what is stored.
    private static let settings: Void = {
        _ = florin_sqlite_without_statistics()
    }()

    private static func configuration(_ role: ConnectionRole, _ options: SQLiteOptions) -> Configuration {
        var configuration = Configuration()
        configuration.label = "florin.\(role.rawValue)"
        configuration.readonly = role == .reader
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(Double(options.busyTimeoutMilliseconds) / 1_000)
        let synchronous = options.durability == .full ? "FULL" : "OFF"
        let cache = role == .writer ? options.writerCacheKibibytes : options.readerCacheKibibytes
        configuration.prepareDatabase { db in
            if role == .reader {
                try db.execute(sql: "PRAGMA query_only = ON")
            } else {
                _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
                // The checkpointer needs FULL as well: it syncs the log before it copies from it.
                try db.execute(sql: "PRAGMA synchronous = \(synchronous); PRAGMA wal_autocheckpoint = 0")
                // What is deleted or replaced is overwritten, so that nothing of an erased person stays in a page.
                _ = try Int.fetchOne(db, sql: "PRAGMA secure_delete = ON")
                // After a burst the file of the log shrinks to this when it restarts.
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            }
            try db.execute(
                sql: "PRAGMA cache_size = -\(cache); PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    /// Reads back what durability rests on; the settings above are requests that SQLite may answer with something else.
    static func verify(_ db: Database, _ durability: SQLiteOptions.Durability) throws {
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        guard journal == "wal" else {
            throw StoreError.unavailable(
                "journal_mode is \(journal ?? "unknown") instead of wal: put the database on a local file system")
        }
        let wanted = durability == .full ? 2 : 0
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        guard synchronous == wanted else {
            throw StoreError.unavailable("synchronous is \(synchronous ?? -1) instead of \(wanted)")
        }
        guard try Int.fetchOne(db, sql: "PRAGMA foreign_keys") == 1 else {
            throw StoreError.unavailable("foreign_keys is off")
        }
    }
}
