import GRDBSQLite
import Ports
import SQLStore

/// One statement, prepared once and kept, with the memory its parameters live in.
///
/// Parameters are copied into one buffer that belongs to the statement and bound as static: SQLite then neither copies
/// nor allocates, and an empty blob has an address (bound through a nil pointer it would become NULL).
final class PreparedStatement {
    let pointer: OpaquePointer
    let isReadOnly: Bool
    let row: SQLiteRow
    /// Set while rows are handed out: the same text used inside needs a statement of its own.
    var isRunning = false

    private let parameterCount: Int
    private var buffer: UnsafeMutableRawPointer
    private var capacity: Int

    init(_ connection: OpaquePointer, _ sql: UnsafePointer<CChar>, length: Int) throws(StoreError) {
        var pointer: OpaquePointer?
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v3(
            connection, sql, CInt(truncatingIfNeeded: length), UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, &tail)
        guard code == SQLITE_OK else { throw .last(connection, code) }
        guard let pointer else { throw .constraint("an SQL text holds no statement") }
        self.pointer = pointer
        isReadOnly = sqlite3_stmt_readonly(pointer) != 0
        parameterCount = Int(sqlite3_bind_parameter_count(pointer))
        row = SQLiteRow(pointer)
        capacity = max(64, parameterCount * 16)
        buffer = .allocate(byteCount: capacity, alignment: 16)
        if let tail, UnsafeRawPointer(tail) < UnsafeRawPointer(sql) + length, tail.pointee != 0 {
            // A second statement would silently never run.
            var rest = tail
            while rest.pointee == 0x20 || rest.pointee == 0x0a || rest.pointee == 0x3b { rest += 1 }
            if rest.pointee != 0 { throw .constraint("an SQL text holds more than one statement") }
        }
    }

    deinit {
        sqlite3_finalize(pointer)
        buffer.deallocate()
    }

    /// Ends the run and drops the row it stood on.
    func reset() {
        sqlite3_reset(pointer)
    }

    /// Binds every parameter; their number must be exact.
    func bind(_ values: [SQLValue]) throws(StoreError) {
        guard values.count == parameterCount else {
            throw .constraint("a statement takes \(parameterCount) parameters and got \(values.count)")
        }
        reserve(for: values)
        var offset = 0
        var index: CInt = 1
        for value in values {
            let code = bindOne(value, index, &offset)
            guard code == SQLITE_OK else {
                if code == Self.holdsNUL { throw .constraint("text parameter \(index) holds a NUL character") }
                throw .sqlite(code, "parameter \(index) was refused")
            }
            index += 1
        }
    }

    /// Not a code of SQLite.
    private static let holdsNUL: CInt = -1

    private func bindOne(_ value: SQLValue, _ index: CInt, _ offset: inout Int) -> CInt {
        switch value {
        case .null:
            return sqlite3_bind_null(pointer, index)
        case .integer(let integer):
            return sqlite3_bind_int64(pointer, index, integer)
        case .id(let high, let low):
            let place = buffer + offset
            place.storeBytes(of: high.bigEndian, as: UInt64.self)
            place.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            offset += 16
            return sqlite3_bind_blob64(pointer, index, place, 16, nil)
        case .bytes(let bytes):
            let place = buffer + offset
            bytes.withUnsafeBytes { place.copyBytes(from: $0) }
            offset += bytes.count
            return sqlite3_bind_blob64(pointer, index, place, UInt64(bytes.count), nil)
        case .text(let text):
            let place = buffer + offset
            let count = copy(text, to: place)
            offset += count
            if UnsafeRawBufferPointer(start: place, count: count).contains(0) { return Self.holdsNUL }
            return sqlite3_bind_text64(
                pointer, index, place.assumingMemoryBound(to: CChar.self), UInt64(count), nil, UInt8(SQLITE_UTF8))
        }
    }

    private func copy(_ text: String, to place: UnsafeMutableRawPointer) -> Int {
        let copied: Int? = text.utf8.withContiguousStorageIfAvailable {
            place.copyBytes(from: UnsafeRawBufferPointer($0))
            return $0.count
        }
        if let copied { return copied }
        var count = 0
        for byte in text.utf8 {
            place.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
            count += 1
        }
        return count
    }

    private func reserve(for values: [SQLValue]) {
        var needed = 0
        for value in values {
            switch value {
            case .null, .integer: break
            case .id: needed += 16
            case .bytes(let bytes): needed += bytes.count
            case .text(let text): needed += text.utf8.count
            }
        }
        if needed <= capacity { return }
        buffer.deallocate()
        capacity = max(needed, capacity * 2)
        buffer = .allocate(byteCount: capacity, alignment: 16)
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyBytes(from source: UnsafeRawBufferPointer) {
        if let base = source.baseAddress { copyMemory(from: base, byteCount: source.count) }
    }
}
