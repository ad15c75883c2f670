import GRDB
import GRDBSQLite
import Ports

extension StoreError {
    /// What a result code of SQLite means to the store. The message never holds a value of a parameter: SQLite's own
    /// messages name tables, columns and types only.
    static func sqlite(_ code: CInt, _ message: String) -> StoreError {
        switch code & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            .corrupt("\(message) (SQLite \(code))")
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM,
            SQLITE_INTERRUPT, SQLITE_PROTOCOL, SQLITE_PERM, SQLITE_NOLFS:
            .unavailable("\(message) (SQLite \(code))")
        default:
            // CONSTRAINT, MISMATCH, AUTH, RANGE, TOOBIG, ERROR: the statement or its values are wrong, which is our defect.
            .constraint("\(message) (SQLite \(code))")
        }
    }

    /// The connection's last error.
    static func last(_ connection: OpaquePointer, _ code: CInt) -> StoreError {
        .sqlite(code, sqlite3_errmsg(connection).map { String(cString: $0) } ?? "SQLite gave no message")
    }

    /// What SQLite said.
    var text: String {
        switch self {
        case .unavailable(let text), .constraint(let text), .corrupt(let text): text
        case .queueFull: "the queue is full"
        case .closed: "the store is closed"
        }
    }

    /// The connection's result code behind an error that a disk may have caused.
    func diskCode(_ connection: OpaquePointer) -> CInt? {
        switch self {
        case .unavailable, .corrupt: sqlite3_extended_errcode(connection)
        case .constraint, .queueFull, .closed: nil
        }
    }

    /// An error of GRDB, which opens and configures the connections.
    static func grdb(_ error: any Error, opening path: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError:
            .sqlite(error.extendedResultCode.rawValue, "\(path): \(error.message ?? "cannot be opened")")
        default: .unavailable("\(path) cannot be opened")
        }
    }
}
