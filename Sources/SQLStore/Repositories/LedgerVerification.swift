import Ledger
import Payments
import Ports
import Primitives

extension SQLTransaction {
    /// Reads every posting in the order of its number and does all sums again. Memory is bounded: accounts are taken in
    /// windows of ``LedgerAudit/window``, rows in batches. With more accounts than one window the postings are read once
    /// for each.
    func verifyLedger() throws -> LedgerVerification {
        var audit = LedgerAudit(self)
        try audit.run()
        return LedgerVerification(
            accounts: audit.accountCount, postings: audit.postingCount, problems: audit.problems)
    }
}

/// One check of the whole book on one snapshot.
struct LedgerAudit {
    /// How many accounts are recomputed at a time, at 16 bytes each.
    static let window: Int64 = 500_000
    static let batch: Int64 = 10_000
    static let problemLimit = 100

    private let transaction: SQLTransaction
    private(set) var problems: [String] = []
    private(set) var accountCount: Int64 = 0
    private(set) var postingCount: Int64 = 0
    private var highestAccount: Int64 = 0
    /// What pending operations must have reserved.
    private var reserved: [AccountKey: Int128] = [:]
    /// What payouts that are underway must have set aside.
    private var setAside: [AccountKey: Int128] = [:]
    /// The sum of all balances of a currency and mode, which must be zero.
    private var totals: [Unit: Int128] = [:]

    private struct Unit: Hashable {
        let currency: Currency
        let mode: Mode
    }

    init(_ transaction: SQLTransaction) { self.transaction = transaction }

    mutating func run() throws {
        try count()
        try sumReservations()
        var first: Int64 = 1
        repeat {
            let size = min(Self.window, max(highestAccount - first + 1, 0))
            var window = AuditWindow(first: first, size: Int(size))
            try replay(into: &window, isFirst: first == 1)
            try compare(&window)
            first += Self.window
        } while first <= highestAccount
        for (unit, total) in totals where total != 0 {
            report("balances of \(unit.currency) in \(unit.mode) mode sum to \(total) instead of 0")
        }
        for (key, amount) in reserved where amount != 0 {
            report("\(amount) should be held on \(Self.name(key)), which does not exist")
        }
        for (key, amount) in setAside where amount != 0 {
            report("payouts have set \(amount) aside on \(Self.name(key)), which does not exist")
        }
    }

    private mutating func report(_ problem: String) {
        if problems.count < Self.problemLimit { problems.append(problem) }
    }

    private mutating func count() throws {
        let accounts = try transaction.one(
            "SELECT count(*), max(number) FROM account", [], Self.countAndHighest)
        let postings = try transaction.one(
            "SELECT count(*), max(number) FROM posting", [], Self.countAndHighest)
        (accountCount, highestAccount) = accounts ?? (0, 0)
        postingCount = postings?.0 ?? 0
    }

    private static func countAndHighest(_ row: any SQLRow) throws(StoreError) -> (Int64, Int64) {
        (try row.integer(0), row.isNull(1) ? 0 : try row.integer(1))
    }

    // MARK: Reservations

    private mutating func sumReservations() throws {
        try sum(
            .botPayable,
            """
            SELECT refund.id, refund.bot, refund.currency, refund.mode, refund.amount
            FROM refund JOIN charge ON charge.id = refund.charge
            WHERE refund.state = 1 AND charge.funds_flow = 1 AND refund.id > ?1 ORDER BY refund.id LIMIT ?2
            """)
        try sum(
            .wallet,
            """
            SELECT id, person, currency, mode, amount FROM wallet_movement
            WHERE state = 1 AND direction = 2 AND id > ?1 ORDER BY id LIMIT ?2
            """)
        try sum(
            .payoutsInFlight,
            """
            SELECT payout.id, bot.platform, payout.currency, payout.mode, payout.amount
            FROM payout JOIN bot ON bot.id = payout.bot
            WHERE (payout.state = 1 OR payout.state = 2) AND payout.id > ?1 ORDER BY payout.id LIMIT ?2
            """)
    }

    private mutating func sum(_ kind: AccountKind, _ sql: StaticString) throws {
        var cursor = PageBounds.lowest
        while true {
            let rows = try transaction.all(sql, [.of(cursor), .integer(Self.batch)]) { (row) throws(StoreError) in
                var columns = Columns(row, "of what is pending")
                return (
                    id: try columns.bits(), owner: try columns.bits(), currency: try columns.currency(),
                    mode: try columns.value(Mode.self), amount: try columns.integer()
                )
            }
            for row in rows {
                let key = AccountKey(kind, owner: row.owner, currency: row.currency, mode: row.mode)
                if kind == .payoutsInFlight {
                    setAside[key, default: 0] += Int128(row.amount)
                } else {
                    reserved[key, default: 0] += Int128(row.amount)
                }
            }
            guard rows.count == Int(Self.batch), let last = rows.last else { return }
            cursor = last.id
        }
    }

    // MARK: Postings

    private mutating func replay(into window: inout AuditWindow, isFirst: Bool) throws {
        var cursor: Int64 = 0
        while true {
            let rows = try transaction.all(
                "SELECT * FROM posting WHERE number > ?1 ORDER BY number LIMIT ?2",
                [.integer(cursor), .integer(Self.batch)]
            ) { (row) throws(StoreError) in try PostingRow(row) }
            for row in rows {
                if isFirst { check(row) }
                if let problem = window.apply(row, isDebit: true) { report(problem) }
                if let problem = window.apply(row, isDebit: false) { report(problem) }
            }
            guard let last = rows.last else { return }
            if isFirst { try checkUnits(after: cursor, through: last.number) }
            guard rows.count == Int(Self.batch) else { return }
            cursor = last.number
        }
    }

    private mutating func check(_ row: PostingRow) {
        if row.amount <= 0 { report("posting \(row.number) moves \(row.amount)") }
        if row.debitAccount == row.creditAccount { report("posting \(row.number) moves money in a circle") }
        for account in [row.debitAccount, row.creditAccount] where account < 1 || account > highestAccount {
            report("posting \(row.number) names account \(account), which does not exist")
        }
    }

    /// Both accounts of a posting are of one currency and mode.
    private mutating func checkUnits(after first: Int64, through last: Int64) throws {
        let mixed = try transaction.all(
            """
            SELECT posting.number FROM posting
            JOIN account AS debit ON debit.number = posting.debit_account
            JOIN account AS credit ON credit.number = posting.credit_account
            WHERE posting.number > ?1 AND posting.number <= ?2
                AND (debit.currency <> credit.currency OR debit.mode <> credit.mode)
            ORDER BY posting.number LIMIT 100
            """, [.integer(first), .integer(last)]
        ) { (row) throws(StoreError) in try row.integer(0) }
        for number in mixed { report("posting \(number) mixes currencies or modes") }
    }

    // MARK: Accounts

    private mutating func compare(_ window: inout AuditWindow) throws {
        var cursor = window.first - 1
        while true {
            let rows = try transaction.all(
                "SELECT * FROM account WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3",
                [.integer(cursor), .integer(window.last), .integer(Self.batch)]
            ) { (row) throws(StoreError) in try AccountRow(row) }
            for row in rows { compare(row, &window) }
            guard rows.count == Int(Self.batch), let last = rows.last else { break }
            cursor = last.stored.number
        }
        for number in window.unclaimed.prefix(Self.problemLimit) {
            report("account \(number) has postings but does not exist")
        }
    }

    private mutating func compare(_ row: AccountRow, _ window: inout AuditWindow) {
        let (account, name) = (row.stored, Self.name(row.key))
        let (balance, lastPosting) = window.claim(account.number)
        if account.state.balance != balance {
            report("\(name) holds \(account.state.balance), but its postings sum to \(balance)")
        }
        if account.lastPosting != lastPosting {
            report("\(name) ends its chain at \(Self.name(account.lastPosting)) instead of \(Self.name(lastPosting))")
        }
        let expected = reserved.removeValue(forKey: row.key) ?? 0
        if Int128(account.state.held) != expected {
            report("\(account.state.held) is held on \(name), but pending operations reserved \(expected)")
        }
        if row.key.kind == .payoutsInFlight {
            let inFlight = setAside.removeValue(forKey: row.key) ?? 0
            if Int128(account.state.balance) != inFlight {
                report("\(name) holds \(account.state.balance), but payouts that are underway come to \(inFlight)")
            }
        }
        if row.key.kind.isGuarded, account.state.balance < 0 || account.state.balance < account.state.held {
            report("\(name) is below zero: \(account.state.balance), of which \(account.state.held) is held")
        }
        totals[Unit(currency: row.key.currency, mode: row.key.mode), default: 0] += Int128(account.state.balance)
    }

    private static func name(_ key: AccountKey) -> String {
        let owner = Hex.encode(key.owner.bigEndianBytes)
        return "\(key.kind) of \(owner) in \(key.currency), \(key.mode)"
    }

    private static func name(_ posting: Int64?) -> String { posting.map { "posting \($0)" } ?? "no posting" }
}

/// Accounts `first` to `last`, computed again from their postings.
private struct AuditWindow {
    let first: Int64
    private var balances: [Int64]
    /// The number of the last posting; 0 when there was none.
    private var lastPostings: [Int64]

    init(first: Int64, size: Int) {
        self.first = first
        balances = Array(repeating: 0, count: size)
        lastPostings = balances
    }

    var last: Int64 { first + Int64(balances.count) - 1 }

    /// Moves one side of a posting, if its account lies in this window.
    /// - Returns: what does not fit.
    mutating func apply(_ row: PostingRow, isDebit: Bool) -> String? {
        let account = isDebit ? row.debitAccount : row.creditAccount
        guard account >= first, account <= last else { return nil }
        let index = Int(account - first)
        let (previous, after) = isDebit ? (row.debitPrevious, row.debitAfter) : (row.creditPrevious, row.creditAfter)
        let (sum, overflow) =
            isDebit
            ? balances[index].subtractingReportingOverflow(row.amount)
            : balances[index].addingReportingOverflow(row.amount)
        var problem: String?
        if overflow {
            problem = "posting \(row.number) takes account \(account) out of range"
        } else if sum != after {
            problem = "posting \(row.number) claims \(after) on account \(account), where the sum is \(sum)"
        } else if (previous ?? 0) != lastPostings[index] {
            problem =
                "posting \(row.number) names \(previous ?? 0) as the one before it on account \(account), "
                + "where it is \(lastPostings[index])"
        }
        balances[index] = sum
        lastPostings[index] = row.number
        return problem
    }

    /// The balance and last posting of an account that has a row.
    mutating func claim(_ account: Int64) -> (balance: Int64, lastPosting: Int64?) {
        let index = Int(account - first)
        let (balance, last) = (balances[index], lastPostings[index])
        (balances[index], lastPostings[index]) = (0, 0)
        return (balance, last == 0 ? nil : last)
    }

    /// Accounts that have postings and that no row claimed.
    var unclaimed: [Int64] {
        lastPostings.indices.filter { lastPostings[$0] != 0 }.map { first + Int64($0) }
    }
}
