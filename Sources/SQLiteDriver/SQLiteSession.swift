import GRDBSQLite
import Ports
import SQLStore

/// Statements on one connection. Belongs to the thread of that connection; what callers see is `any SQLSession`.
final class SQLiteSession: SQLSchemaSession {
    let connection: OpaquePointer
    private let mayChange: Bool
    /// Keyed by address and length: a literal lives as long as the program, and two texts never share both.
    private var statements: [Key: PreparedStatement] = [:]
    /// The first error of a statement in this body. PostgreSQL ends the transaction at that point; here everything
    /// after it is refused, so that a body which swallows an error cannot be committed in part on either engine.
    private(set) var firstError: StoreError?

    /// Whether this body has run a statement that may change something, successful or not.
    private(set) var mayHaveChanged = false

    /// Set while a body's text is prepared: it must not begin or end transactions, the group's commit depends on it.
    private var isPreparing = false

    private struct Key: Hashable {
        let address: UInt
        let length: Int
    }

    init(_ connection: OpaquePointer, mayChange: Bool) {
        self.connection = connection
        self.mayChange = mayChange
        // Asked while statements are prepared, never while they run. `close` takes it away.
        sqlite3_set_authorizer(
            connection,
            { context, action, _, _, _, _ in
                switch action {
                case SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_ATTACH, SQLITE_DETACH:
                    guard let context else { return SQLITE_OK }
                    let session = Unmanaged<SQLiteSession>.fromOpaque(context).takeUnretainedValue()
                    return session.isPreparing ? SQLITE_DENY : SQLITE_OK
                default:
                    return SQLITE_OK
                }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Forgets the last body.
    func begin() {
        firstError = nil
        mayHaveChanged = false
    }

    /// Frees every statement: a connection with statements left cannot be closed.
    func close() {
        sqlite3_set_authorizer(connection, nil, nil)
        statements.removeAll()
    }

    @discardableResult
    func run(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int {
        let statement = try start(sql, values)
        let code = sqlite3_step(statement.pointer)
        guard code == SQLITE_DONE else {
            defer { statement.reset() }
            throw fail(
                code == SQLITE_ROW ? .constraint("a statement returned rows: use rows()") : .last(connection, code))
        }
        statement.reset()
        return statement.isReadOnly ? 0 : Int(sqlite3_changes64(connection))
    }

    /// RETURNING would cost a table in memory for every row.
    func insertNumbered(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int64 {
        guard try run(sql, values) == 1 else { throw fail(.constraint("an INSERT did not insert one row")) }
        return sqlite3_last_insert_rowid(connection)
    }

    func rows(
        _ sql: StaticString, _ values: [SQLValue], _ each: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        let statement = try start(sql, values)
        let row = statement.row
        statement.isRunning = true
        row.isValid = true
        defer {
            row.isValid = false
            statement.isRunning = false
            statement.reset()
        }
        while true {
            let code = sqlite3_step(statement.pointer)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw fail(.last(connection, code)) }
            try each(row)
        }
    }

    func runScript(_ sql: String) throws(StoreError) {
        if let firstError { throw firstError }
        guard mayChange else { throw fail(Self.changeInRead) }
        mayHaveChanged = true
        isPreparing = true
        let code = sqlite3_exec(connection, sql, nil, nil, nil)
        isPreparing = false
        guard code == SQLITE_OK else { throw fail(.last(connection, code)) }
    }

    private static var changeInRead: StoreError { .constraint("a read body tried to change the database") }

    private func fail(_ error: StoreError) -> StoreError {
        if firstError == nil { firstError = error }
        return error
    }

    /// A statement with its parameters bound, ready to step.
    private func start(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> PreparedStatement {
        if let firstError { throw firstError }
        do throws(StoreError) {
            let statement = try prepared(sql)
            if !statement.isReadOnly {
                guard mayChange else { throw Self.changeInRead }
                mayHaveChanged = true
            }
            try statement.bind(values)
            return statement
        } catch {
            throw fail(error)
        }
    }

    private func prepared(_ sql: StaticString) throws(StoreError) -> PreparedStatement {
        guard sql.hasPointerRepresentation else { throw .constraint("an SQL text of one character") }
        let key = Key(address: UInt(bitPattern: sql.utf8Start), length: sql.utf8CodeUnitCount)
        let kept = statements[key]
        if let kept, !kept.isRunning { return kept }
        isPreparing = true
        defer { isPreparing = false }
        let statement = try PreparedStatement(
            connection, UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self), length: key.length)
        // The same query inside its own rows gets a statement for that one use.
        if kept == nil { statements[key] = statement }
        return statement
    }
}

/// One of the driver's own statements: BEGIN, COMMIT, SAVEPOINT and their like.
struct ControlStatement {
    private let statement: PreparedStatement

    init(_ connection: OpaquePointer, _ sql: StaticString) throws(StoreError) {
        statement = try PreparedStatement(
            connection, UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self),
            length: sql.utf8CodeUnitCount)
    }

    /// - Returns: SQLITE_OK, or the extended result code.
    func run() -> CInt {
        let code = sqlite3_step(statement.pointer)
        statement.reset()
        return code == SQLITE_DONE ? SQLITE_OK : code
    }
}
