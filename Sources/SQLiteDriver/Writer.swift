import GRDBSQLite
import Instruments
import Ports

/// The one writing connection, on its own thread: takes all waiting bodies, runs them in one transaction, commits once,
/// and only then answers. It never waits to fill a group: the next one forms while the disk works on this one.
///
/// A body that fails half way is undone by its savepoint; bodies get one only when that has happened.
final class Writer {
    private let session: SQLiteSession
    private let connection: OpaquePointer
    private let options: SQLiteOptions
    private let statistics: StatisticsCounters
    private let log: WriteAheadLog
    private let health: HealthMonitor
    private let begin, commit, rollback, savepoint, release, rollbackToSavepoint, overwriteLog: ControlStatement
    /// How many more groups get savepoints: bodies that fail half way tend to come in numbers, and a group without
    /// savepoints has to run again for one of them.
    private var careful = 0
    private static let carefulGroups = 32
    /// A COMMIT failed and its frames may still lie in the log: see `disownFailedCommit`.
    private var mustDisown = false
    /// A sync failed: see `rewriteAfterFailedSync`.
    private var mustRewrite = false
    /// How often a disk that refused is tried again while nobody asks.
    private static let probeMilliseconds = 1_000

    init(
        _ connection: OpaquePointer, _ options: SQLiteOptions, _ statistics: StatisticsCounters,
        _ checkpoints: CheckpointSignal, _ health: HealthMonitor, _ truncation: LogTruncation
    ) throws(StoreError) {
        self.connection = connection
        self.health = health
        self.options = options
        self.statistics = statistics
        session = SQLiteSession(connection, mayChange: true)
        log = WriteAheadLog(
            connection, limit: options.walFrameLimit, statistics, checkpoints, health, truncation)
        begin = try ControlStatement(connection, "BEGIN IMMEDIATE")
        commit = try ControlStatement(connection, "COMMIT")
        rollback = try ControlStatement(connection, "ROLLBACK")
        savepoint = try ControlStatement(connection, "SAVEPOINT body")
        release = try ControlStatement(connection, "RELEASE body")
        rollbackToSavepoint = try ControlStatement(connection, "ROLLBACK TO body")
        overwriteLog = try ControlStatement(connection, "PRAGMA user_version = 0")
    }

    /// Serves the inbox until it is closed and empty.
    func serve(_ inbox: Inbox) {
        var group: [Job] = []
        while inbox.take(
            options.groupLimit, into: &group, atMost: health.isFailing ? Self.probeMilliseconds : nil)
        {
            if group.isEmpty {
                probe()
                continue
            }
            let taken = MonotonicTime.nanoseconds
            for job in group { statistics.histograms.writeWait.record(taken > job.queued ? taken - job.queued : 0) }
            serve(group)
            statistics.histograms.groupTime.record(MonotonicTime.since(taken))
            group.removeAll(keepingCapacity: true)
            log.checkpointIfLong()
            log.truncateIfAsked()
        }
        session.close()
        log.checkpointAndTruncate()
    }

    /// Finds out whether a disk that refused is back, by a small commit of its own.
    private func probe() {
        mustDisown = true
        if makeSafe() == nil { health.recovered() }
    }

    private func serve(_ group: [Job]) {
        if let error = makeSafe() {
            for job in group { job.fail(error) }
        } else if group.count == 1 {
            runAlone(group[0])
        } else if !runTogether(group) {
            // The disk took the whole transaction with it. Which body it was does not matter: nobody has been
            // answered, so each gets its own transaction and its own answer.
            for job in group { runAlone(job) }
        }
    }

    private func runAlone(_ job: Job) {
        if let error = beginTransaction() { return job.fail(error) }
        if let error = attempt(job) {
            rollBack()
            return job.fail(error)
        }
        let code = commitMeasured()
        if code == SQLITE_OK {
            statistics.committed(bodies: 1)
            job.succeed()
        } else {
            job.fail(commitFailed(code))
        }
    }

    /// - Returns: false when the transaction was lost before COMMIT, or its deferred constraints refused it; nobody has
    ///   been answered and nothing is stored then.
    private func runTogether(_ group: [Job]) -> Bool {
        if let error = beginTransaction() {
            for job in group { job.fail(error) }
            return true
        }
        // Errors wait for COMMIT too: a body may have failed because of what another one of its group wrote.
        var errors: [(any Error)?] = []
        errors.reserveCapacity(group.count)
        var isSound = careful == 0 ? attemptPlainly(group, &errors) : attemptInSavepoints(group, &errors)
        if isSound == nil {
            errors.removeAll(keepingCapacity: true)
            rollBack()
            if let error = beginTransaction() {
                for job in group { job.fail(error) }
                return true
            }
            isSound = attemptInSavepoints(group, &errors)
        }
        guard isSound == true else { return lost() }
        return answer(group, errors)
    }

    /// Runs the bodies one after the other. Most bodies that fail do so before they have changed anything, and need no
    /// way back: a savepoint copies every page the body touches.
    /// - Returns: nil when a body failed half way, so that what it has done must be undone without the others; false when
    ///   the transaction was lost.
    private func attemptPlainly(_ group: [Job], _ errors: inout [(any Error)?]) -> Bool? {
        for job in group {
            let error = attempt(job)
            guard sqlite3_get_autocommit(connection) == 0 else { return false }
            if error != nil, session.mayHaveChanged {
                careful = Self.carefulGroups
                statistics.groupRepeated()
                return nil
            }
            errors.append(error)
        }
        return true
    }

    /// Gives each body a savepoint, so that one which fails takes back only what is its own.
    /// - Returns: false when the transaction was lost.
    private func attemptInSavepoints(_ group: [Job], _ errors: inout [(any Error)?]) -> Bool {
        careful = max(careful - 1, 0)
        for job in group {
            guard savepoint.run() == SQLITE_OK else { return false }
            let error = attempt(job)
            guard sqlite3_get_autocommit(connection) == 0 else { return false }
            if error != nil { guard rollbackToSavepoint.run() == SQLITE_OK else { return false } }
            guard release.run() == SQLITE_OK else { return false }
            errors.append(error)
        }
        return true
    }

    /// Commits, and then tells everybody.
    /// - Returns: false when deferred constraints refused the commit.
    private func answer(_ group: [Job], _ errors: [(any Error)?]) -> Bool {
        let stored = errors.count { $0 == nil }
        if stored == 0 {
            rollBack()
        } else {
            let code = commitMeasured()
            guard code == SQLITE_OK else {
                if code & 0xff == SQLITE_CONSTRAINT { return lost() }
                let error = commitFailed(code)
                for job in group { job.fail(error) }
                return true
            }
            statistics.committed(bodies: stored)
        }
        for (job, error) in zip(group, errors) {
            if let error { job.fail(error) } else { job.succeed() }
        }
        return true
    }

    private func lost() -> Bool {
        rollBack()
        statistics.groupLost()
        return false
    }

    /// - Returns: the error the body threw, or the one it should not have swallowed.
    private func attempt(_ job: Job) -> (any Error)? {
        session.begin()
        do {
            try job.attempt(session)
        } catch {
            note(error)
            return error
        }
        if let error = session.firstError { note(error) }
        return session.firstError
    }

    /// A disk may refuse in the middle of a body too.
    private func note(_ error: any Error) {
        guard let code = (error as? StoreError)?.diskCode(connection) else { return }
        health.refused(code, (error as? StoreError)?.text ?? "")
    }

    private func beginTransaction() -> StoreError? {
        let code = begin.run()
        return code == SQLITE_OK ? nil : unavailable(code)
    }

    private func commitMeasured() -> CInt {
        let started = MonotonicTime.nanoseconds
        let before = log.growths
        let code = commit.run()
        let taken = MonotonicTime.since(started)
        statistics.histograms.commitTime.record(taken)
        if code == SQLITE_OK {
            health.committed(in: .nanoseconds(Int64(clamping: taken)))
            // A commit that wrote nothing says nothing about the disk.
            if health.isFailing, log.growths != before { health.recovered() }
        }
        return code
    }

    private func rollBack() {
        if sqlite3_get_autocommit(connection) == 0 { _ = rollback.run() }
    }

    /// Nothing of a failed COMMIT may ever come to light.
    private func commitFailed(_ code: CInt) -> StoreError {
        let error = code & 0xff == SQLITE_CONSTRAINT ? StoreError.last(connection, code) : unavailable(code)
        rollBack()
        statistics.commitFailed()
        mustDisown = true
        if HealthMonitor.isSync(code) { mustRewrite = true }
        _ = makeSafe()
        return error
    }

    /// What must succeed after a failed commit before anything else is written. It does not say that the disk is well: a
    /// full one may have room for so little. That is for the next commit to show, or for a probe some time later.
    private func makeSafe() -> StoreError? {
        if let error = disownFailedCommit() { return error }
        return rewriteAfterFailedSync()
    }

    /// Writes what is in the log into the database file and syncs that, after a sync has failed.
    ///
    /// The system may drop what it could not write and report the failure once only: a later sync that succeeds proves
    /// nothing about what was written before (docs/adr/0016). What was acknowledged had a successful sync of its own, and
    /// the commit that failed has just been overwritten; this makes sure that the disk takes data again, of both files,
    /// before anybody is told so.
    private func rewriteAfterFailedSync() -> StoreError? {
        guard mustRewrite else { return nil }
        let result = passiveCheckpoint(connection)
        let primary = result.code & 0xff
        // A reader, or the background checkpointer at work, keeps nobody from writing.
        guard primary == SQLITE_OK || primary == SQLITE_BUSY else { return unavailable(result.code) }
        mustRewrite = false
        return nil
    }

    /// Writes one page over the start of what a failed COMMIT left in the log.
    ///
    /// When the sync of a COMMIT fails, its frames are in the log already, whole and with valid checksums. This process
    /// forgets them, but after a crash recovery would find and believe them, although the caller was told that nothing
    /// is stored. The next commit goes over the same place, which breaks the chain of checksums; so one is made at once,
    /// and nothing else is written before it has succeeded.
    private func disownFailedCommit() -> StoreError? {
        guard mustDisown else { return nil }
        let code = overwriteLog.run()
        guard code == SQLITE_OK else {
            if HealthMonitor.isSync(code) { mustRewrite = true }
            return unavailable(code)
        }
        mustDisown = false
        return nil
    }

    private func unavailable(_ code: CInt) -> StoreError {
        let error = StoreError.last(connection, code)
        health.refused(code, error.text)
        if case .constraint(let message) = error { return .unavailable(message) }
        return error
    }
}
