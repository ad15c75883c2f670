import Ledger
import Payments
import Ports
import Primitives

extension SQLTransaction {
    func lastPostingNumber() throws -> Int64 {
        try one("SELECT max(number) FROM posting", []) { (row) throws(StoreError) in
            row.isNull(0) ? 0 : try row.integer(0)
        } ?? 0
    }

    func postingTime(atOrBefore number: Int64) throws -> Timestamp? {
        try one(
            "SELECT created FROM posting WHERE number <= ?1 ORDER BY number DESC LIMIT 1", [.integer(number)]
        ) { (row) throws(StoreError) in Timestamp(microseconds: try row.integer(0)) }
    }

    func postings(after: Int64, through: Int64, limit: Int) throws -> [BookedPosting] {
        try all(
            """
            SELECT posting.number, posting.source, posting.reason, posting.amount, posting.created,
                debit.kind, debit.owner, credit.kind, credit.owner, debit.currency, debit.mode
            FROM posting
            JOIN account AS debit ON debit.number = posting.debit_account
            JOIN account AS credit ON credit.number = posting.credit_account
            WHERE posting.number > ?1 AND posting.number <= ?2 ORDER BY posting.number LIMIT ?3
            """, [.integer(after), .integer(through), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "posting")
            let (number, source) = (try columns.integer(), try columns.bits())
            let (reason, amount) = (try columns.value(PostingReason.self), try columns.integer())
            let created = try columns.time()
            let (debit, debitOwner) = (try columns.value(AccountKind.self), try columns.bits())
            let (credit, creditOwner) = (try columns.value(AccountKind.self), try columns.bits())
            let (currency, mode) = (try columns.currency(), try columns.value(Mode.self))
            return BookedPosting(
                number: number, source: source, reason: reason,
                debit: AccountKey(debit, owner: debitOwner, currency: currency, mode: mode),
                credit: AccountKey(credit, owner: creditOwner, currency: currency, mode: mode), amount: amount,
                created: created)
        }
    }

    func kindTotals() throws -> [KindTotal] {
        try all(
            """
            SELECT kind, currency, mode, CAST(SUM(balance) AS BIGINT) FROM account
            GROUP BY kind, currency, mode ORDER BY kind, currency, mode
            """, []
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "account")
            return KindTotal(
                kind: try columns.value(), currency: try columns.currency(), mode: try columns.value(),
                balance: try columns.integer())
        }
    }

    func reportRun(_ id: ReportRunID) throws -> ReportRun? {
        try one("SELECT * FROM report_run WHERE id = ?1", [.of(id)], ReportRun.init(row:))
    }

    func reportRun(of owner: Owner, mode: Mode, _ type: ReportType, day: Int64) throws -> ReportRun? {
        try one(
            "SELECT * FROM report_run WHERE owner = ?1 AND mode = ?2 AND type = ?3 AND day = ?4",
            [.of(owner.bits), .of(mode), .of(type), .integer(day)], ReportRun.init(row:))
    }

    func reportRuns(of owner: Owner?, mode: Mode?, _ page: PageRequest) throws -> Page<ReportRun> {
        if let owner, let mode {
            return try self.page(
                page, [.of(owner.bits), .of(mode)],
                newestFirst: """
                    SELECT * FROM report_run WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM report_run WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id LIMIT ?3
                    """, ReportRun.init(row:))
        }
        return try self.page(
            page,
            [
                .of(owner?.bits ?? PageBounds.lowest), .of(owner?.bits ?? PageBounds.highest),
                .integer(mode?.rawValue ?? 0), .integer(mode?.rawValue ?? 1),
            ],
            newestFirst: """
                SELECT * FROM report_run WHERE id > ?1 AND id < ?2 AND owner BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM report_run WHERE id > ?1 AND id < ?2 AND owner BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, ReportRun.init(row:))
    }

    func insert(_ run: ReportRun) throws -> Bool {
        try session.run(
            """
            INSERT INTO report_run (id, owner_kind, owner, mode, type, day, created, row_count, size, digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (owner, mode, type, day) DO NOTHING
            """,
            [
                .of(run.id), .of(run.owner.kind), .of(run.owner.bits), .of(run.mode), .of(run.type),
                .integer(run.day), .of(run.created), .integer(run.rows), .integer(run.size), .bytes(run.digest),
            ]) == 1
    }
}

extension ReportRun {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "report_run")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            type: try columns.value(), day: try columns.integer(), created: try columns.time(),
            rows: try columns.integer(), size: try columns.integer(), digest: try columns.bytes())
    }
}
