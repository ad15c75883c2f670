import AdminContract
import Engine
import Logging
import Observability
import Payments
import Ports
import Primitives
import Synchronization

/// Makes the files of one day at a time, beside the requests that start and watch it.
final class ReportJobs: Sendable {
    struct Job: Hashable, Sendable {
        let day: Int64
        let mode: Mode
        /// Nil for everybody.
        let owner: Owner?
    }

    private let maker: ReportMaker?
    private let store: any Store
    private let clock: any WallClock
    private let logger: Logger
    private let current = Mutex<ReportJobView?>(nil)
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation

    init(maker: ReportMaker?, store: any Store, clock: any WallClock, logger: Logger) {
        self.maker = maker
        self.store = store
        self.clock = clock
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// The job that runs, or the last one.
    var latest: ReportJobView? { current.withLock { $0 } }

    /// Starts a job; ``run()`` does the work.
    func start(_ job: Job) throws(AdminError) -> ReportJobView {
        guard maker != nil else { throw AdminError(.conflict, "This daemon has no folder for reports.") }
        let view = ReportJobView(
            state: .running, day: Self.text(job.day), mode: Names.of(job.mode), started: clock.now().description,
            done: 0, total: 0, rows: 0, message: nil, reports: [])
        let isFree = current.withLock { current in
            guard current?.state != .running else { return false }
            current = view
            return true
        }
        guard isFree else {
            throw AdminError(.conflict, "Reports are being made. Watch it with: florinctl reports status")
        }
        queue.yield(job)
        return view
    }

    /// Carries out what was started, until the task is cancelled.
    func run() async {
        for await job in jobs { await carryOut(job) }
    }

    private func carryOut(_ job: Job) async {
        do {
            guard let maker else { return }
            let owners = try await owners(of: job)
            change { $0.with(total: Int64(owners.count)) }
            let counting = maker.reporting { rows in self.change { $0.with(rows: $0.rows + rows) } }
            for owner in owners {
                let runs = try await counting.make(owner, mode: job.mode, day: job.day)
                change { $0.with(done: $0.done + 1, adding: runs.map { ReportView($0) }) }
            }
            change { $0.with(state: .succeeded) }
        } catch {
            logger.say(.error, "the reports of day \(job.day) were not made: \(error)")
            change { $0.with(state: .failed, message: Self.describe(error)) }
        }
    }

    /// Platforms first, then bots in the order they were made, a page at a time.
    private func owners(of job: Job) async throws -> [Owner] {
        if let owner = job.owner { return [owner] }
        var owners: [Owner] = try await store.read { try $0.platforms().map { .platform($0.id) } }
        var bots: [Owner] = []
        var cursor = PageRequest.Cursor.newest
        while true {
            let page = PageRequest(limit: 100, cursor: cursor)
            let found = try await store.read { try $0.bots(of: nil, page) }
            bots += found.items.map { .bot($0.id) }
            guard found.hasMore, let last = found.items.last else { break }
            cursor = .after(SIMD2(last.id.high, last.id.low))
        }
        owners += bots.reversed()
        return owners
    }

    private func change(_ body: (ReportJobView) -> ReportJobView) {
        current.withLock { current in
            if let view = current { current = body(view) }
        }
    }

    static func text(_ day: Int64) -> String { String(Timestamp(day: day).description.prefix(10)) }

    private static func describe(_ error: any Error) -> String {
        guard let refusal = error as? ReportRefusal else { return "It did not work. The daemon's log has the reason." }
        return switch refusal {
        case .noSuchOwner: "There is no such bot or platform."
        case .dayNotOver(let until):
            "The day is not over, or has only just ended: its reports can be made from \(until)."
        case .doesNotTie(let why): "Nothing was written, because the report does not tie to the ledger: \(why)."
        case .differs(let run): "The same report was made before as \(run.text), with another content: look into it."
        case .filesUnusable(let why): "The files cannot be written: \(why)."
        }
    }
}

extension ReportRefusal: Loggable {
    /// Numbers, identifiers of ours and paths that operators configured.
    package var logText: String { "\(self)" }
}

extension ReportJobView {
    fileprivate func with(
        state: State? = nil, done: Int64? = nil, total: Int64? = nil, rows: Int64? = nil, message: String? = nil,
        adding added: [ReportView] = []
    ) -> ReportJobView {
        ReportJobView(
            state: state ?? self.state, day: day, mode: mode, started: started, done: done ?? self.done,
            total: total ?? self.total, rows: rows ?? self.rows, message: message ?? self.message,
            reports: Array((reports + added).suffix(100)))
    }
}

extension ReportView {
    init(_ run: ReportRun) {
        self.init(
            id: run.id.text, owner: run.owner.text, mode: Names.of(run.mode), type: run.type.name.description,
            day: ReportJobs.text(run.day), created: run.created.description, rows: run.rows, size: run.size,
            sha256: Hex.encode(run.digest), file: ReportMaker.name(run))
    }
}
