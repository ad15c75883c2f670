import Ledger
import Ports
import Primitives

extension SQLTransaction {
    func post(_ transaction: LedgerTransaction) throws -> [Int64] {
        var keys: Set<AccountKey> = []
        for posting in transaction.postings {
            keys.insert(posting.debit)
            keys.insert(posting.credit)
        }
        var accounts = try load(keys)
        // Everything is computed before anything is written: a refusal leaves no row behind, not even an empty account.
        var states = accounts.mapValues(\.state)
        var steps: [PostingStep] = []
        steps.reserveCapacity(transaction.postings.count)
        for posting in transaction.postings { steps.append(try Self.apply(posting, to: &states)) }
        if accounts.count < keys.count { accounts = try load(keys, creating: true) }

        var numbers: [Int64] = []
        numbers.reserveCapacity(steps.count)
        for step in steps { numbers.append(try write(step, transaction, &accounts)) }
        for key in keys {
            guard var account = accounts[key], let state = states[key] else { throw Self.lost }
            account.state = state
            try save(account, key)
        }
        return numbers
    }

    /// A posting with the balances it leaves.
    private struct PostingStep {
        let posting: Posting
        let debitAfter: Int64
        let creditAfter: Int64
    }

    private static func apply(
        _ posting: Posting, to states: inout [AccountKey: AccountState]
    ) throws(LedgerError) -> PostingStep {
        var debit = states[posting.debit] ?? AccountState(kind: posting.debit.kind, balance: 0, held: 0)
        var credit = states[posting.credit] ?? AccountState(kind: posting.credit.kind, balance: 0, held: 0)
        try debit.debit(posting.amount, fromHold: posting.isFromHold)
        try credit.credit(posting.amount)
        states[posting.debit] = debit
        states[posting.credit] = credit
        return PostingStep(posting: posting, debitAfter: debit.balance, creditAfter: credit.balance)
    }

    /// Adds the row and moves the ends of both accounts' chains to it.
    private func write(
        _ step: PostingStep, _ transaction: LedgerTransaction, _ accounts: inout [AccountKey: StoredAccount]
    ) throws(StoreError) -> Int64 {
        guard var debit = accounts[step.posting.debit], var credit = accounts[step.posting.credit] else {
            throw Self.lost
        }
        let number = try session.insertNumbered(
            """
            INSERT INTO posting (source, reason, debit_account, credit_account, amount, debit_balance_after,
                credit_balance_after, debit_previous, credit_previous, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .of(transaction.source), .of(step.posting.reason), .integer(debit.number), .integer(credit.number),
                .integer(step.posting.amount), .integer(step.debitAfter), .integer(step.creditAfter),
                .of(debit.lastPosting), .of(credit.lastPosting), .of(transaction.created),
            ])
        debit.lastPosting = number
        credit.lastPosting = number
        accounts[step.posting.debit] = debit
        accounts[step.posting.credit] = credit
        return number
    }

    func entries(of account: AccountKey, before: Int64?, limit: Int) throws -> Page<AccountEntry> {
        guard let account = try self.entryAccount(account) else { return Page(items: [], hasMore: false) }
        var next = account.lastPosting
        // A posting of this account tells where its chain goes on; any other number means walking down from the end.
        if let before {
            if let cursor = try posting(before), let side = cursor.side(of: account.number) {
                next = side.previous
            } else {
                next = try newestPosting(of: account, before: before)
            }
        }
        var entries: [AccountEntry] = []
        while let number = next, entries.count < limit {
            let link = try link(number, account.number)
            entries.append(try link.entry(self))
            next = link.previous
        }
        return Page(items: entries, hasMore: next != nil)
    }

    /// The account's newest posting below a number that is not one of its own. Two ways lead there, and one of them is short:
    /// down the book from that number, or down the account's chain from its end.
    private func newestPosting(of account: StoredAccount, before: Int64) throws -> Int64? {
        guard let last = account.lastPosting, last >= before else { return account.lastPosting }
        var (next, upper, width) = (Int64?(last), before, Int64(64))
        while let number = next, number >= before {
            // As many links of the chain as rows of the book, and twice as many each time.
            if upper > 1, let found = try posting(touching: account.number, from: max(upper - width, 1), below: upper) {
                return found
            }
            upper = max(upper - width, 1)
            var links = width
            while links > 0, let link = next, link >= before {
                next = try self.link(link, account.number).previous
                links -= 1
            }
            width *= 2
        }
        return next
    }

    private func posting(touching account: Int64, from lowest: Int64, below upper: Int64) throws -> Int64? {
        try one(
            """
            SELECT number FROM posting
            WHERE number >= ?2 AND number < ?3 AND (debit_account = ?1 OR credit_account = ?1)
            ORDER BY number DESC LIMIT 1
            """, [.integer(account), .integer(lowest), .integer(upper)]
        ) { (row) throws(StoreError) in try row.integer(0) }
    }

    func postingNumber(around time: Timestamp) throws -> Int64 {
        let last = try one("SELECT number FROM posting ORDER BY number DESC LIMIT 1", []) {
            (row) throws(StoreError) in try row.integer(0)
        }
        let margin = time.advanced(by: .seconds(60))
        // Numbers may have gaps: the next one that is there speaks for them.
        var (low, high) = (Int64(1), (last ?? 0) + 1)
        while low < high {
            let middle = low + (high - low) / 2
            let found = try one(
                "SELECT number, created FROM posting WHERE number >= ?1 ORDER BY number LIMIT 1", [.integer(middle)]
            ) { (row) throws(StoreError) in (number: try row.integer(0), created: try row.integer(1)) }
            if let found, found.created < margin.microseconds { low = found.number + 1 } else { high = middle }
        }
        return low
    }

    func entry(posting: Int64, owner: SIMD2<UInt64>) throws -> AccountEntry? {
        guard let row = try self.posting(posting) else { return nil }
        for number in [row.creditAccount, row.debitAccount] {
            guard let account = try account(number: number) else { throw Self.lost }
            if account.key.owner == owner { return try row.side(of: number)?.entry(self) }
        }
        return nil
    }

    func entryAccount(_ key: AccountKey) throws(StoreError) -> StoredAccount? {
        try one(
            "SELECT * FROM account WHERE owner = ?1 AND kind = ?2 AND currency = ?3 AND mode = ?4",
            [.of(key.owner), .of(key.kind), .of(key.currency), .of(key.mode)]
        ) { (row) throws(StoreError) in try AccountRow(row).stored }
    }

    fileprivate func account(number: Int64) throws(StoreError) -> AccountRow? {
        try one("SELECT * FROM account WHERE number = ?1", [.integer(number)]) { (row) throws(StoreError) in
            try AccountRow(row)
        }
    }

    func posting(_ number: Int64) throws(StoreError) -> PostingRow? {
        try one("SELECT * FROM posting WHERE number = ?1", [.integer(number)]) { (row) throws(StoreError) in
            try PostingRow(row)
        }
    }

    /// One link of an account's chain; the chain may lead nowhere only if the disk lies.
    func link(_ number: Int64, _ account: Int64) throws(StoreError) -> PostingSide {
        guard let side = try posting(number)?.side(of: account) else {
            throw .corrupt("table posting: the chain of account \(account) leads to \(number), which is not part of it")
        }
        if let previous = side.previous, previous >= number {
            throw .corrupt("table posting: the chain of account \(account) does not lead down at \(number)")
        }
        return side
    }
}

/// The row mapping of `posting`.
struct PostingRow {
    let number: Int64
    let source: SIMD2<UInt64>
    let reason: PostingReason
    let debitAccount: Int64
    let creditAccount: Int64
    let amount: Int64
    let debitAfter: Int64
    let creditAfter: Int64
    let debitPrevious: Int64?
    let creditPrevious: Int64?
    let created: Timestamp

    init(_ row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "posting")
        number = try columns.integer()
        source = try columns.bits()
        reason = try columns.value()
        debitAccount = try columns.integer()
        creditAccount = try columns.integer()
        amount = try columns.integer()
        debitAfter = try columns.integer()
        creditAfter = try columns.integer()
        debitPrevious = try columns.optionalInteger()
        creditPrevious = try columns.optionalInteger()
        created = try columns.time()
    }

    /// The posting as one of its two accounts sees it; nil when the account is neither.
    func side(of account: Int64) -> PostingSide? {
        if account == debitAccount { return PostingSide(row: self, isDebit: true) }
        if account == creditAccount { return PostingSide(row: self, isDebit: false) }
        return nil
    }
}

/// A posting seen from one of its accounts.
struct PostingSide {
    let row: PostingRow
    let isDebit: Bool

    var previous: Int64? { isDebit ? row.debitPrevious : row.creditPrevious }

    func entry(_ transaction: SQLTransaction) throws -> AccountEntry {
        let other = isDebit ? row.creditAccount : row.debitAccount
        guard let counterpart = try transaction.account(number: other) else { throw SQLTransaction.lost }
        return AccountEntry(
            posting: row.number, account: isDebit ? row.debitAccount : row.creditAccount, source: row.source,
            reason: row.reason, amount: isDebit ? -row.amount : row.amount,
            balanceAfter: isDebit ? row.debitAfter : row.creditAfter, counterpart: counterpart.key,
            currency: counterpart.key.currency, created: row.created)
    }
}
