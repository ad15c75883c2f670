import GRDBSQLite
import Instruments
import Ports

/// A reading connection on its own thread: one transaction per body, so that each sees one moment.
final class Reader {
    private let session: SQLiteSession
    private let connection: OpaquePointer
    private let statistics: StatisticsCounters
    private let health: HealthMonitor
    private let begin, commit, rollback: ControlStatement

    init(
        _ connection: OpaquePointer, _ statistics: StatisticsCounters, _ health: HealthMonitor
    ) throws(StoreError) {
        self.health = health
        self.connection = connection
        self.statistics = statistics
        session = SQLiteSession(connection, mayChange: false)
        // The snapshot is taken by the first statement after it, so it holds everything committed before the call.
        begin = try ControlStatement(connection, "BEGIN")
        commit = try ControlStatement(connection, "COMMIT")
        rollback = try ControlStatement(connection, "ROLLBACK")
    }

    /// Serves the inbox until it is closed and empty.
    func serve(_ inbox: Inbox) {
        var group: [Job] = []
        while inbox.take(1, into: &group) {
            for job in group { serve(job) }
            group.removeAll(keepingCapacity: true)
        }
        session.close()
    }

    private func serve(_ job: Job) {
        let started = MonotonicTime.nanoseconds
        let code = begin.run()
        guard code == SQLITE_OK else { return job.fail(StoreError.last(connection, code)) }
        session.begin()
        var failure: (any Error)?
        do {
            try job.attempt(session)
            failure = session.firstError
        } catch {
            failure = error
        }
        if case .corrupt(let message)? = failure as? StoreError {
            // Only what SQLite itself calls damaged: a value that means nothing to us is found by `ledger verify`.
            health.refused(sqlite3_extended_errcode(connection), message)
        }
        // The snapshot ends before the answer: a waiting checkpoint does not depend on who is woken when.
        if commit.run() != SQLITE_OK, sqlite3_get_autocommit(connection) == 0 { _ = rollback.run() }
        statistics.read(since: started)
        if let failure { job.fail(failure) } else { job.succeed() }
    }
}
