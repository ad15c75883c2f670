import Ledger
package import Payments
package import Ports
package import Primitives

/// Makes the daily files of a bot or of the platform.
///
/// The same day gives the same bytes whenever its files are made, because everything in them was settled when the day was
/// over: postings are never edited, and of objects only what does not change is written. Nothing is written that does not tie
/// to the ledger.
package struct ReportMaker: Sendable {
    let store: any Store
    let clock: any WallClock

    /// The day that was over last, in UTC.
    package var yesterday: Int64 { clock.now().day - 1 }
    let randomness: any Randomness
    let files: any ReportFiles
    /// Opens what led to checkouts.
    let sealing: SealedFields
    /// Told how many rows were looked at.
    let report: @Sendable (Int64) -> Void

    /// - Parameters:
    ///   - files: where the files go.
    ///   - report: told how many rows were looked at since it was told last.
    package init(
        store: any Store, clock: any WallClock, randomness: any Randomness, files: any ReportFiles,
        sealing: SealedFields, report: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.store = store
        self.clock = clock
        self.randomness = randomness
        self.files = files
        self.sealing = sealing
        self.report = report
    }

    /// How much is read at a time.
    static let page = 500

    /// The same with somebody who is told how far it is.
    package func reporting(to report: @escaping @Sendable (Int64) -> Void) -> ReportMaker {
        ReportMaker(
            store: store, clock: clock, randomness: randomness, files: files, sealing: sealing, report: report)
    }

    /// Makes all files of one owner for one day, or holds those that were made before to what they should be.
    /// - Parameter day: counted from 1970-01-01, in UTC.
    /// - Throws: ``ReportRefusal``. No file is there that does not tie.
    package func make(_ owner: Owner, mode: Mode, day number: Int64) async throws -> [ReportRun] {
        let day = ReportDay(day: number)
        let ready = day.end.advanced(by: ReportDay.slack)
        guard clock.now() >= ready else { throw ReportRefusal.dayNotOver(until: ready) }
        var writers: [ReportType: ReportWriter] = [:]
        do {
            for type in ReportType.allCases {
                writers[type] = try await ReportWriter(
                    type, try await files.begin(Self.name(owner, mode, day, type)), owner: owner)
            }
            switch owner {
            case .bot(let bot):
                try await write(bot, mode, day, writers)
                try await writeRefs(of: bot, mode, day, naming: false, writers[.refs])
            case .platform(let platform):
                try await write(platform, mode, day, writers)
                try await writeRefs(of: platform, mode, day, writers[.refs])
            }
            var runs: [ReportRun] = []
            for type in ReportType.allCases {
                guard let writer = writers[type] else { continue }
                runs.append(try await finish(writer, type, owner, mode, day))
            }
            return runs
        } catch {
            for writer in writers.values { await writer.file.abandon() }
            throw error
        }
    }

    private func finish(
        _ writer: ReportWriter, _ type: ReportType, _ owner: Owner, _ mode: Mode, _ day: ReportDay
    ) async throws -> ReportRun {
        try await writer.flush()
        let earlier = try await store.read { try $0.reportRun(of: owner, mode: mode, type, day: day.day) }
        let (size, digest) = try await writer.file.finish()
        let now = clock.now()
        let run = ReportRun(
            id: earlier?.id ?? randomness.identifier(at: now), owner: owner, mode: mode, type: type, day: day.day,
            created: earlier?.created ?? now, rows: await writer.rows, size: size, digest: digest)
        if let earlier {
            guard earlier.digest == digest else { throw ReportRefusal.differs(earlier.id) }
            return earlier
        }
        // Somebody may have made the same one at the same time.
        guard try await store.write({ try $0.insert(run) }) else {
            let other = try await store.read { try $0.reportRun(of: owner, mode: mode, type, day: day.day) }
            guard let other, other.digest == digest else { throw ReportRefusal.differs(other?.id ?? run.id) }
            return other
        }
        return run
    }

    /// `test/2026-11-21/bot_….fees.csv`.
    package static func name(_ run: ReportRun) -> String {
        name(run.owner, run.mode, ReportDay(day: run.day), run.type)
    }

    static func name(_ owner: Owner, _ mode: Mode, _ day: ReportDay, _ type: ReportType) -> String {
        let text: String =
            switch owner {
            case .platform(let id): id.text
            case .bot(let id): id.text
            }
        return "\(mode == .live ? "live" : "test")/\(day.text)/\(text).\(type.name).csv"
    }
}

/// One file, written in pieces.
actor ReportWriter {
    let file: any ReportFile
    private(set) var rows: Int64 = 0
    private var waiting: [UInt8]

    init(_ type: ReportType, _ file: any ReportFile, owner: Owner) async throws {
        self.file = file
        waiting = CSVLine.head(type.columns(isPlatform: owner.kind == .platform))
    }

    func add(_ line: CSVLine) async throws {
        waiting += line.ended
        rows += 1
        if waiting.count > 65_536 { try await flush() }
    }

    func flush() async throws {
        guard !waiting.isEmpty else { return }
        let bytes = waiting
        waiting = []
        try await file.append(bytes)
    }
}

extension ReportType {
    /// The first line.
    func columns(isPlatform: Bool) -> [StaticString] {
        switch self {
        case .balance: isPlatform ? ["account", "currency", "line", "amount"] : ["currency", "line", "amount"]
        case .transactions:
            isPlatform
                ? ["posting", "created", "reason", "source", "debit", "credit", "currency", "amount"]
                : ["id", "created", "type", "source", "currency", "amount"]
        case .fees: ["posting", "created", "type", "source", "currency", "amount"]
        case .payouts:
            [
                "payout", "created", "type", "destination", "kind", "method", "automatic", "arrival_date", "currency",
                "amount",
            ]
        case .disputes: ["dispute", "created", "type", "source", "currency", "amount"]
        case .refs:
            isPlatform
                ? ["bot", "ref", "completed", "currency", "amount"] : ["ref", "completed", "currency", "amount"]
        }
    }
}

extension ReportMaker {
    /// A piece of a report's file.
    /// - Returns: nil when the file is not there.
    package func read(_ run: ReportRun, from start: Int64, limit: Int) async throws -> [UInt8]? {
        try await files.read(Self.name(run), from: start, limit: limit)
    }
}
