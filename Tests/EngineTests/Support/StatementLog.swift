import Ports
import SQLStore
import Synchronization

/// What was asked of the database, and in how many transactions that change something. Notes nothing until it is told to.
final class StatementLog: Sendable {
    private struct State {
        var isOn = false
        var statements: [String] = []
        var commits = 0
    }
    private let state = Mutex(State())

    var statements: [String] { state.withLock { $0.statements } }
    var commits: Int { state.withLock { $0.commits } }

    func start() { state.withLock { $0 = State(isOn: true) } }

    fileprivate func note(_ sql: StaticString) {
        state.withLock { if $0.isOn { $0.statements.append(sql.description) } }
    }

    fileprivate func noteCommit() { state.withLock { $0.commits += 1 } }
}

/// A database that notes what is asked of it.
struct LoggedDatabase: SQLDatabase {
    let base: any SQLDatabase
    let log: StatementLog

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        log.noteCommit()
        return try await base.write { try body(LoggedSession($0, log)) }
    }

    func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        log.noteCommit()
        return try await base.writeUrgently { try body(LoggedSession($0, log)) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await base.read { try body(LoggedSession($0, log)) }
    }
}

private final class LoggedSession: SQLSession {
    private let base: any SQLSession
    private let log: StatementLog

    init(_ base: any SQLSession, _ log: StatementLog) {
        (self.base, self.log) = (base, log)
    }

    var locksRows: Bool { base.locksRows }

    func run(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int {
        log.note(sql)
        return try base.run(sql, values)
    }

    func insertNumbered(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int64 {
        log.note(sql)
        return try base.insertNumbered(sql, values)
    }

    func rows(
        _ sql: StaticString, _ values: [SQLValue], _ each: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        log.note(sql)
        try base.rows(sql, values, each)
    }
}
