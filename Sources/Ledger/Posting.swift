package import Primitives

/// Why money moved. Raw values are stored; names are those of `florinctl ledger`.
package enum PostingReason: Int64, Hashable, Sendable, CaseIterable {
    case charge = 1
    case refund = 2
    case refundReversal = 3
    case platformFee = 4
    case processorFee = 5
    case transferFunding = 6
    case transferSent = 7
    case transferReceived = 8
    case transferReturned = 9
    case topUp = 10
    case cashOut = 11
    case cashOutReversal = 12
    case chargeback = 13
    case receivableRaised = 14
    case receivableRecovered = 15
    case payout = 16
    case adjustment = 17
    /// A card gave less than was asked for, and all or nothing was wanted.
    case partialApproval = 18
    case partialReversal = 19
    /// A disputed charge was given back to the bot.
    case chargebackReversal = 20
    /// What a processor asks for its work on a dispute.
    case disputeFee = 21
    case disputeFeeReversal = 22
    /// A payout to a bot was set aside.
    case botPayout = 23
    /// It went out.
    case botPayoutPaid = 24
    /// It was canceled, and is the bot's again.
    case botPayoutCanceled = 25
    /// It came to nothing or came back, and is the bot's again.
    case botPayoutFailed = 26
}

/// One movement: the same positive amount out of the debited account and into the credited one. Because every posting
/// has both sides, no set of postings can fail to balance.
package struct Posting: Hashable, Sendable {
    package let debit: AccountKey
    package let credit: AccountKey
    /// Positive minor units of the accounts' common currency.
    package let amount: Int64
    package let reason: PostingReason
    /// The amount was held on the debited account; the hold goes with it.
    package let isFromHold: Bool

    /// - Throws: when the amount is not positive, or the accounts are the same, of different currencies or modes.
    package init(
        debit: AccountKey, credit: AccountKey, amount: Int64, reason: PostingReason, fromHold: Bool = false
    ) throws(LedgerError) {
        guard amount > 0 else { throw .amountNotPositive(amount) }
        guard debit.currency == credit.currency else { throw .currencyMismatch(debit.currency, credit.currency) }
        guard debit.mode == credit.mode else { throw .modeMismatch }
        guard debit != credit else { throw .sameAccount }
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.reason = reason
        self.isFromHold = fromHold
    }
}

/// Postings that stand or fall together, with the object that caused them. Never edited: a correction is a new one.
package struct LedgerTransaction: Hashable, Sendable {
    /// The 128 bits of the charge, refund, transfer… that caused the postings.
    package let source: SIMD2<UInt64>
    package let created: Timestamp
    package let postings: [Posting]

    /// - Throws: `.empty`, or `.tooManyPostings` above 64 (gifts and splits are posted in batches).
    package init<Kind>(
        source: Identifier<Kind>, created: Timestamp, postings: [Posting]
    ) throws(LedgerError) {
        guard !postings.isEmpty else { throw .empty }
        guard postings.count <= 64 else { throw .tooManyPostings(postings.count) }
        self.source = SIMD2(source.high, source.low)
        self.created = created
        self.postings = postings
    }
}

/// Why the ledger refused. Only `.insufficientFunds` can be a caller's doing; the others are defects that were stopped.
package enum LedgerError: Error, Hashable, Sendable {
    case amountNotPositive(Int64)
    case currencyMismatch(Currency, Currency)
    case modeMismatch
    case sameAccount
    case empty
    case tooManyPostings(Int)
    /// A guarded account holds less than asked.
    case insufficientFunds(AccountKind, available: Int64)
    /// A balance would leave `Int64`.
    case overflow
    /// More would be released or posted than is held.
    case holdExceeded(AccountKind)
}

extension LedgerError: Loggable {
    /// Numbers, currencies and kinds of accounts.
    package var logText: String { "\(self)" }
}

/// The arithmetic of one account, pure: the store loads, applies, stores.
package struct AccountState: Hashable, Sendable {
    package let kind: AccountKind
    package private(set) var balance: Int64
    package private(set) var held: Int64

    /// An account as it was stored.
    package init(kind: AccountKind, balance: Int64, held: Int64) {
        self.kind = kind
        self.balance = balance
        self.held = held
    }

    /// What may be spent; held at the ends of `Int64`, since the numbers come from disk.
    package var available: Int64 { balance.subtractingClamped(held) }

    /// Takes `amount` out. A refusal changes nothing.
    /// - Parameter fromHold: the amount was reserved by ``hold(_:)``; the reservation goes with it.
    package mutating func debit(_ amount: Int64, fromHold: Bool = false) throws(LedgerError) {
        guard amount > 0 else { throw .amountNotPositive(amount) }
        guard !fromHold || held >= amount else { throw .holdExceeded(kind) }
        let keptHold = fromHold ? held - amount : held
        let (next, overflow) = balance.subtractingReportingOverflow(amount)
        guard !overflow else { throw .overflow }
        guard !kind.isGuarded || next >= keptHold else { throw .insufficientFunds(kind, available: available) }
        (balance, held) = (next, keptHold)
    }

    /// Puts `amount` in. A refusal changes nothing.
    package mutating func credit(_ amount: Int64) throws(LedgerError) {
        guard amount > 0 else { throw .amountNotPositive(amount) }
        let (next, overflow) = balance.addingReportingOverflow(amount)
        guard !overflow else { throw .overflow }
        balance = next
    }

    /// Reserves `amount` so that nothing else can spend it while an outcome is open.
    package mutating func hold(_ amount: Int64) throws(LedgerError) {
        guard amount > 0 else { throw .amountNotPositive(amount) }
        let (next, overflow) = held.addingReportingOverflow(amount)
        guard !overflow else { throw .overflow }
        guard !kind.isGuarded || next <= balance else { throw .insufficientFunds(kind, available: available) }
        held = next
    }

    /// Gives a reservation back.
    package mutating func release(_ amount: Int64) throws(LedgerError) {
        guard amount > 0 else { throw .amountNotPositive(amount) }
        guard held >= amount else { throw .holdExceeded(kind) }
        held -= amount
    }
}
