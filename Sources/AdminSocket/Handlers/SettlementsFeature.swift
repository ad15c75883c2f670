import AdminContract
import Engine
import Ledger
import Payments
import Ports
import Primitives

/// `reconcile`: the steps of a reconciliation are asked for one by one, so that whoever asks sees how far it has come and
/// may stop.
struct SettlementsFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let settlements: SettlementCommands
    let cases: CaseCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .settlements: json(list), .settlement: json(show), .startSettlement: json(start),
            .continueSettlement: json(advance), .settlementRecords: json(records),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<SettlementView> {
        try request.allow("limit", "after", "connection")
        let page = try request.page(of: SettlementReportKind.self)
        let connection: ConnectionID? = try request.identifier(query: "connection")
        return try await store.read { reader in
            ListView(try reader.settlementReports(of: connection, page)) {
                SettlementView(SettlementProgress($0), clearing: [], open: [])
            }
        }
    }

    private func show(_ request: AdminRequest) async throws -> SettlementView {
        try request.allow()
        let id: SettlementReportID = try request.identifier("reconciliation")
        let found = try await store.read { try $0.settlementReport(id) }
        return try await view(found.map { SettlementProgress($0) }, id)
    }

    private func start(_ request: AdminRequest) async throws -> SettlementView {
        try request.allow()
        let wanted = try request.decoded(StartSettlementRequest.self)
        guard let connection = ConnectionID(wanted.connection) else {
            throw AdminError(.invalid, "“connection” is an id that begins with con_.")
        }
        guard let source = SettlementReport.Source.allCases.first(where: { Names.of($0) == wanted.source }) else {
            throw AdminError(.invalid, "“source” is “processor” or “file”.")
        }
        var (from, to) = (try Self.time(wanted.from, "from"), try Self.time(wanted.to, "to"))
        if let day = wanted.day {
            guard from == nil, to == nil else {
                throw AdminError(.invalid, "A period is a “day”, or “from” and “to”: not both.")
            }
            (from, to) = try period(day)
        }
        let period = (from: from, to: to)
        let trail = request.trail
        let begun = try await refusing {
            try await settlements.start(connection, source, from: period.from, to: period.to) {
                try trail.note(in: $0, subject: $1.text)
            }
        }
        return try await view(begun, begun.report.id)
    }

    private func advance(_ request: AdminRequest) async throws -> SettlementView {
        try request.allow()
        let id: SettlementReportID = try request.identifier("reconciliation")
        return try await view(try await refusing { try await settlements.advance(id) }, id)
    }

    private func records(_ request: AdminRequest) async throws -> SettlementView {
        try request.allow()
        let id: SettlementReportID = try request.identifier("reconciliation")
        let part = try request.decoded(SettlementRecordsRequest.self)
        let taken = try await refusing {
            try await settlements.take(id, header: part.header, records: part.records, first: part.first)
        }
        return try await view(taken, id)
    }

    private func view(_ progress: SettlementProgress?, _ id: SettlementReportID) async throws -> SettlementView {
        guard let progress else { throw AdminError.noSuch("reconciliation", id.text) }
        let report = progress.report
        let now = clock.now()
        return try await store.read { reader in
            guard report.state == .complete else { return SettlementView(progress, clearing: [], open: []) }
            let owner = SIMD2(report.connection.high, report.connection.low)
            let clearing = try reader.accounts(of: owner, mode: report.mode).filter {
                $0.key.kind == .processorClearing || $0.key.kind == .directClearing
            }
            let filter = CaseFilter(isClosed: false, connection: report.connection)
            let open = try reader.cases(filter, PageRequest(limit: 20))
            return SettlementView(
                progress, clearing: try clearing.map { try AccountView($0, reader) },
                open: open.items.map { CaseView($0, at: now) })
        }
    }

    /// The first moment of a day in UTC, and that of the next.
    private func period(_ day: String) throws(AdminError) -> (Timestamp, Timestamp) {
        let date = day.utf8.count == 10 ? Timestamp(text: day) : nil
        let yesterday = Timestamp(microseconds: (clock.now().day - 1) * 86_400_000_000)
        guard let start = day == "yesterday" ? yesterday : date else {
            throw AdminError(.invalid, "“day” is a date such as 2026-11-20, or “yesterday”.")
        }
        return (start, start.advanced(by: .seconds(86_400)))
    }

    private static func time(_ text: String?, _ name: String) throws(AdminError) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text: text) else {
            throw AdminError(.invalid, "“\(name)” is a moment in UTC: 2026-11-01 or 2026-11-01T06:00:00Z.")
        }
        return time
    }

    private func refusing<Result>(_ work: () async throws -> Result) async throws -> Result {
        do { return try await work() } catch let refusal as SettlementRefusal { throw AdminError(refusal) }
    }
}

extension AdminError {
    init(_ refusal: SettlementRefusal) {
        switch refusal {
        case .noSuchConnection: self.init(.notFound, "There is no such connection.")
        case .invalid(let text): self.init(.invalid, text)
        case .unavailable(let text): self.init(.unavailable, text)
        }
    }
}

extension SettlementView {
    init(_ progress: SettlementProgress, clearing: [AccountView], open: [CaseView]) {
        let report = progress.report
        self.init(
            id: report.id.text, connection: report.connection.text, mode: Names.of(report.mode),
            source: Names.of(report.source), from: report.from?.description, to: report.to?.description,
            created: report.created.description, state: Names.of(report.state), stage: progress.stage,
            percent: Int64(progress.percent), taken: progress.taken, lines: report.lines, newLines: report.newLines,
            matched: report.matched, cases: report.cases, finished: report.finished?.description,
            checkedUntil: report.state == .complete ? report.checkedUntil?.description : nil, clearing: clearing,
            open: open)
    }
}
