import Payments
import Ports
import Primitives

extension SQLTransaction {
    func settlementReport(_ id: SettlementReportID) throws -> SettlementReport? {
        try one("SELECT * FROM settlement_report WHERE id = ?1", [.of(id)], SettlementReport.init(row:))
    }

    func settlementReports(
        of connection: ConnectionID?, _ request: PageRequest
    ) throws -> Page<SettlementReport> {
        try page(
            request, [.of(connection == nil), .of(connection)],
            newestFirst: """
                SELECT * FROM settlement_report WHERE id > ?1 AND id < ?2 AND (CAST(?4 AS BIGINT) = 1 OR connection = ?5)
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM settlement_report WHERE id > ?1 AND id < ?2 AND (CAST(?4 AS BIGINT) = 1 OR connection = ?5)
                ORDER BY id LIMIT ?3
                """, SettlementReport.init(row:))
    }

    func unfinishedReport(
        of connection: ConnectionID, _ source: SettlementReport.Source, from: Timestamp?, to: Timestamp?
    ) throws -> SettlementReport? {
        try one(
            """
            SELECT * FROM settlement_report WHERE connection = ?1 AND source = ?2 AND state = 1
                AND coalesce(covers_from, -1) = ?3 AND coalesce(covers_to, -1) = ?4
            ORDER BY id DESC LIMIT 1
            """,
            [
                .of(connection), .of(source), .integer(from?.microseconds ?? -1), .integer(to?.microseconds ?? -1),
            ], SettlementReport.init(row:))
    }

    func checkedUntil(by time: Timestamp, of connection: ConnectionID) throws -> Timestamp? {
        try one(
            """
            SELECT max(checked_until) FROM settlement_report
            WHERE connection = ?1 AND state = 2 AND checked_until <= ?2 AND covers_to >= ?2
            """, [.of(connection), .of(time)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "settlement_report")
            return try columns.optionalTime()
        } ?? nil
    }

    func insert(_ report: SettlementReport) throws {
        try session.run(
            """
            INSERT INTO settlement_report (id, connection, mode, source, covers_from, covers_to, created, state, place,
                line_count, new_count, matched_count, case_count, finished, checked_until)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """,
            [
                .of(report.id), .of(report.connection), .of(report.mode), .of(report.source), .of(report.from),
                .of(report.to), .of(report.created), .of(report.state), .of(report.cursor), .integer(report.lines),
                .integer(report.newLines), .integer(report.matched), .integer(report.cases), .of(report.finished),
                .of(report.checkedUntil),
            ])
    }

    func update(_ report: SettlementReport) throws {
        try change(
            """
            UPDATE settlement_report SET state = ?2, place = ?3, line_count = ?4, new_count = ?5, matched_count = ?6,
                case_count = ?7, finished = ?8, checked_until = ?9
            WHERE id = ?1
            """,
            [
                .of(report.id), .of(report.state), .of(report.cursor), .integer(report.lines),
                .integer(report.newLines), .integer(report.matched), .integer(report.cases), .of(report.finished),
                .of(report.checkedUntil),
            ])
    }
}

// MARK: - Lines

extension SQLTransaction {
    func settlementLine(_ name: String, of connection: ConnectionID) throws -> StoredSettlementLine? {
        try one(
            "SELECT * FROM settlement_line WHERE connection = ?1 AND name = ?2", [.of(connection), .text(name)],
            StoredSettlementLine.init(row:))
    }

    func hasSettlementLine(
        _ reference: OperationID, _ kinds: [SettlementLine.Kind], of connection: ConnectionID
    ) throws -> Bool {
        try all(
            "SELECT kind FROM settlement_line WHERE reference = ?1 AND connection = ?2 LIMIT 100",
            [.of(reference), .of(connection)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "settlement_line")
            return try columns.value(SettlementLine.Kind.self)
        }.contains { kinds.contains($0) }
    }

    func unmatchedLines(
        of connection: ConnectionID, after cursor: SettlementLineID?, limit: Int
    ) throws -> [StoredSettlementLine] {
        try all(
            "SELECT * FROM settlement_line WHERE connection = ?1 AND state > 1 AND id > ?2 ORDER BY id LIMIT ?3",
            [.of(connection), .of(cursor?.bits ?? PageBounds.lowest), .integer(Int64(max(limit, 0)))],
            StoredSettlementLine.init(row:))
    }

    func payouts(of report: SettlementReportID, after name: String?, limit: Int) throws -> [String] {
        try all(
            """
            SELECT DISTINCT payout FROM settlement_line
            WHERE report = ?1 AND payout IS NOT NULL AND payout > ?2 ORDER BY payout LIMIT ?3
            """, [.of(report), .text(name ?? ""), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in try row.text(0) }
    }

    func payoutSums(_ payout: String, of connection: ConnectionID) throws -> [PayoutSum] {
        try all(
            """
            SELECT currency, CAST(SUM(CASE WHEN kind = 7 THEN 0 ELSE 1 END) AS BIGINT),
                CAST(SUM(CASE WHEN kind = 7 THEN 0 ELSE net END) AS BIGINT),
                CAST(SUM(CASE WHEN kind = 7 THEN net ELSE NULL END) AS BIGINT)
            FROM settlement_line WHERE connection = ?1 AND payout = ?2 AND kind <> 8 GROUP BY currency ORDER BY currency
            """, [.of(connection), .text(payout)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "settlement_line")
            return PayoutSum(
                currency: try columns.currency(), lines: try columns.integer(), carried: try columns.integer(),
                paid: try columns.optionalInteger())
        }
    }

    func insert(_ stored: StoredSettlementLine) throws -> Bool {
        let line = stored.line
        guard let net = line.net else { throw StoreError.constraint("a settlement line's net does not fit") }
        return try session.run(
            """
            INSERT INTO settlement_line (id, connection, mode, report, name, kind, reference, processor_reference, gross,
                currency, fee, net, payout, occurred, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (connection, name) DO NOTHING
            """,
            [
                .of(stored.id), .of(stored.connection), .of(stored.mode), .of(stored.report), .text(line.name),
                .of(line.kind), .of(line.reference), .of(line.processorReference), .integer(line.gross.minorUnits),
                .of(line.gross.currency), .integer(line.fee), .integer(net), .of(line.payout), .of(line.occurred),
                .of(stored.state),
            ]) == 1
    }

    func update(_ stored: StoredSettlementLine) throws {
        try change(
            "UPDATE settlement_line SET state = ?2, payout = ?3, report = ?4 WHERE id = ?1",
            [.of(stored.id), .of(stored.state), .of(stored.line.payout), .of(stored.report)])
    }
}

extension SettlementReport {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "settlement_report")
        self.init(
            id: try columns.identifier(), connection: try columns.identifier(), mode: try columns.value(),
            source: try columns.value(), from: try columns.optionalTime(), to: try columns.optionalTime(),
            created: try columns.time(), state: try columns.value(), cursor: try columns.optionalText(),
            lines: try columns.integer(), newLines: try columns.integer(), matched: try columns.integer(),
            cases: try columns.integer(), finished: try columns.optionalTime(),
            checkedUntil: try columns.optionalTime())
    }
}

extension StoredSettlementLine {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "settlement_line")
        let (id, connection) = (
            try columns.identifier(SettlementLineKind.self), try columns.identifier(ConnectionKind.self)
        )
        let (mode, report) = (try columns.value(Mode.self), try columns.identifier(SettlementReportKind.self))
        let (name, kind) = (try columns.text(), try columns.value(SettlementLine.Kind.self))
        let (reference, processorReference) = (
            try columns.optionalIdentifier(OperationKind.self), try columns.optionalText()
        )
        let (gross, fee) = (try columns.money(), try columns.integer())
        _ = try columns.integer()
        let line = SettlementLine(
            name: name, kind: kind, reference: reference, processorReference: processorReference, gross: gross,
            fee: fee, payout: try columns.optionalText(), occurred: try columns.time())
        self.init(
            id: id, connection: connection, mode: mode, report: report, line: line, state: try columns.value())
    }
}
