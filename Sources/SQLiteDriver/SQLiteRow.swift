import GRDBSQLite
import Ports
import SQLStore

/// The row a statement stands on: one object per statement, used for every row of every run.
final class SQLiteRow: SQLRow {
    private let statement: OpaquePointer
    /// False outside the closure the row was given to; asking then is refused instead of reading freed memory.
    var isValid = false

    init(_ statement: OpaquePointer) { self.statement = statement }

    func isNull(_ column: Int) -> Bool {
        type(of: column) == SQLITE_NULL
    }

    func integer(_ column: Int) throws(StoreError) -> Int64 {
        guard type(of: column) == SQLITE_INTEGER else { throw mismatch(column, "an integer") }
        return sqlite3_column_int64(statement, CInt(truncatingIfNeeded: column))
    }

    func text(_ column: Int) throws(StoreError) -> String {
        guard type(of: column) == SQLITE_TEXT else { throw mismatch(column, "text") }
        let index = CInt(truncatingIfNeeded: column)
        guard let start = sqlite3_column_text(statement, index) else { throw mismatch(column, "text") }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw mismatch(column, "UTF-8") }
        return text
    }

    func bytes(_ column: Int) throws(StoreError) -> [UInt8] {
        guard type(of: column) == SQLITE_BLOB else { throw mismatch(column, "bytes") }
        return [UInt8](blob(column))
    }

    func id(_ column: Int) throws(StoreError) -> (high: UInt64, low: UInt64) {
        guard type(of: column) == SQLITE_BLOB else { throw mismatch(column, "an identifier") }
        let bytes = blob(column)
        guard bytes.count == 16 else { throw mismatch(column, "an identifier of 16 bytes") }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    /// SQLite answers NULL for a column that is not there, which every kind but null then refuses.
    private func type(of column: Int) -> CInt {
        guard isValid, let index = CInt(exactly: column) else { return SQLITE_NULL }
        return sqlite3_column_type(statement, index)
    }

    private func blob(_ column: Int) -> UnsafeRawBufferPointer {
        let index = CInt(truncatingIfNeeded: column)
        // The pointer of an empty blob is nil.
        return UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, index), count: Int(sqlite3_column_bytes(statement, index)))
    }

    private func mismatch(_ column: Int, _ wanted: String) -> StoreError {
        .corrupt("column \(column) of a result does not hold \(wanted)")
    }
}
