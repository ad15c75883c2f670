import Ledger
import Payments
import Ports
import Primitives

// A debt is paid before anything else: whatever makes an account of a bot or person able to spend goes first to what its owner
// owes. So while there is a debt nothing can be spent, and outgoing money is blocked by the guard of the account itself.
extension StoreTransaction {
    /// As ``post(_:)``, and lets what was credited pay debts.
    func postPayingDebts(_ book: LedgerTransaction) throws -> [Int64] {
        let numbers = try post(book)
        var credited: [AccountKey] = []
        for posting in book.postings where posting.credit.canOwe && !credited.contains(posting.credit) {
            credited.append(posting.credit)
        }
        for account in credited { try payDebt(from: account, source: book.source, at: book.created) }
        return numbers
    }

    /// As ``release(_:on:)``, and lets what was released pay debts.
    func releasePayingDebts<Kind>(
        _ amount: Int64, on account: AccountKey, source: Identifier<Kind>, at now: Timestamp
    ) throws {
        try release(amount, on: account)
        if account.canOwe { try payDebt(from: account, source: source.bits, at: now) }
    }

    private func payDebt(from account: AccountKey, source: SIMD2<UInt64>, at now: Timestamp) throws {
        guard let debt = try self.account(PostingPlans.receivable(of: account)), debt.balance < 0,
            let state = try self.account(account),
            let posting = try PostingPlans.recovery(
                from: account, available: state.available, owed: Int64(clamping: debt.balance.magnitude))
        else { return }
        _ = try post(LedgerTransaction(source: OperationID(bits: source), created: now, postings: [posting]))
    }

    /// Posts facts that all take money out of one account, whatever is there: what is missing becomes a debt of its owner.
    /// - Returns: the numbers of the facts' postings.
    func postFacts<Kind>(_ facts: [Posting], source: Identifier<Kind>, at now: Timestamp) throws -> [Int64] {
        guard let account = facts.first?.debit else { return [] }
        let available = try self.account(account)?.available ?? 0
        let postings = try PostingPlans.covered(facts, available: available)
        let numbers = try postPayingDebts(LedgerTransaction(source: source, created: now, postings: postings))
        return Array(numbers.suffix(facts.count))
    }
}

extension AccountKey {
    /// Whether its owner can owe something: what bots and people are owed.
    fileprivate var canOwe: Bool {
        switch kind {
        case .botPayable, .wallet: true
        case .processorClearing, .transfersInFlight, .feesEarned, .processingFees, .receivable, .suspense,
            .directClearing, .directSettlement, .bank, .payoutsInFlight:
            false
        }
    }
}
