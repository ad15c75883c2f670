import AdminContract
import Logging
import Observability
import Ports
import Primitives
import Synchronization

/// Makes and checks backups one at a time, beside the requests that start and watch them.
final class BackupJobs: Sendable {
    enum Job: Hashable, Sendable {
        case backup(to: BackupDestination, keep: Duration?)
        case check(String)

        var kind: BackupJobView.Kind { if case .backup = self { .backup } else { .check } }
        var path: String {
            switch self {
            case .backup(let destination, _): destination.path
            case .check(let path): path
            }
        }
    }

    private let backups: any BackupAdministration
    private let clock: any WallClock
    private let logger: Logger
    private let current = Mutex<BackupJobView?>(nil)
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation

    init(backups: any BackupAdministration, clock: any WallClock, logger: Logger) {
        self.backups = backups
        self.clock = clock
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// The job that runs, or the last one.
    var latest: BackupJobView? { current.withLock { $0 } }

    /// Starts a job; ``run()`` does the work.
    func start(_ job: Job) throws(AdminError) -> BackupJobView {
        let view = BackupJobView(
            kind: job.kind, path: job.path, state: .running, started: clock.now().description)
        let isFree = current.withLock { current in
            guard current?.state != .running else { return false }
            current = view
            return true
        }
        guard isFree else {
            throw AdminError(.conflict, "A backup or a check is running. Watch it with: florinctl backup status")
        }
        queue.yield(job)
        return view
    }

    /// Carries out what was started, until the task is cancelled.
    func run() async {
        for await job in jobs { await carryOut(job) }
    }

    private func carryOut(_ job: Job) async {
        logger.say(.notice, "\("job", job) begins")
        let show: @Sendable (BackupProgress) -> Void = { [self] progress in
            change(job) { view in
                BackupJobView(
                    kind: view.kind, path: view.path, state: .running, started: view.started,
                    step: "\(progress.step)", doneBytes: progress.done, totalBytes: progress.total)
            }
        }
        do {
            switch job {
            case .backup(let destination, let keep):
                let record = try await backups.makeBackup(to: destination, keep: keep, progress: show)
                end(job, .succeeded, "The backup is whole and on disk.", backup: BackupView(record))
            case .check(let path):
                let found = try await backups.verifyBackup(at: path, progress: show)
                let ledger =
                    found.ledger == nil ? "Its schema is older than this program: a restore proves its books." : nil
                end(job, .succeeded, ledger ?? "The backup is whole and its books are sound.", check: .init(found))
            }
            logger.say(.notice, "\("job", job) ended")
        } catch {
            end(job, .failed, Self.describe(error))
            logger.say(.error, "\("job", job) failed: \(error)")
        }
    }

    private func end(
        _ job: Job, _ state: BackupJobView.State, _ message: String, backup: BackupView? = nil,
        check: BackupCheckView? = nil
    ) {
        change(job) { view in
            BackupJobView(
                kind: view.kind, path: backup?.path ?? view.path, state: state, started: view.started,
                doneBytes: view.doneBytes, totalBytes: view.totalBytes, message: message, backup: backup,
                check: check)
        }
    }

    private func change(_ job: Job, _ body: (BackupJobView) -> BackupJobView) {
        current.withLock { current in
            if let view = current { current = body(view) }
        }
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as BackupError: error.description.capitalizedSentence
        case StoreError.unavailable(let message): "The disk of the state directory refused: \(message)."
        default: "It did not work. The daemon's log has the reason."
        }
    }
}

extension String {
    /// With a large first letter and a full stop.
    fileprivate var capitalizedSentence: String {
        (hasPrefix("/") ? self : prefix(1).uppercased() + dropFirst()) + (hasSuffix(".") ? "" : ".")
    }
}

extension BackupView {
    init(_ record: BackupRecord) {
        self.init(
            id: record.id.text, created: record.created.description, expires: record.expires?.description,
            path: record.path, schema: record.schema, databaseBytes: record.databaseCount,
            fileBytes: record.fileCount, databaseSha256: Hex.encode(record.databaseHash),
            fileSha256: Hex.encode(record.fileHash), rootKey: record.rootKey, kekVersions: record.kekVersions,
            lastPosting: record.lastPosting)
    }
}

extension BackupCheckView {
    init(_ found: BackupVerification) {
        self.init(
            id: found.id.text, created: found.created.description, schema: found.schema,
            databaseBytes: found.databaseCount, lastPosting: found.lastPosting, accounts: found.ledger?.accounts,
            postings: found.ledger?.postings)
    }
}

extension BackupJobs.Job: Loggable {
    /// What is done and where; the path is an operator's.
    var logText: String { "\(kind.rawValue) at \(CallTrail.harmless(path))" }
}
