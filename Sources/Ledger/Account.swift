package import Primitives

/// What an account counts. Raw values are stored. docs/ledger.md describes each with its postings.
///
/// A balance is credits minus debits, in minor units: positive on accounts that owe somebody (wallets, payables),
/// negative on accounts that somebody owes to us (clearing, receivables, expenses).
package enum AccountKind: Int64, Hashable, Sendable, CaseIterable {
    /// What a processor has taken for the platform and not yet paid out to its bank. Owner: the connection.
    case processorClearing = 1
    /// What the platform owes to a bot. Owner: the bot.
    case botPayable = 2
    /// What the platform owes to a person. Owner: the person.
    case wallet = 3
    /// Friend transfers that were funded and neither accepted nor returned. Owner: the platform.
    case transfersInFlight = 4
    /// Fees the platform earned. Owner: the platform.
    case feesEarned = 5
    /// Fees processors kept. Owner: the connection.
    case processingFees = 6
    /// What a bot or person owes after a fact (a chargeback, a clawed-back pull) exceeded what they had. Owner: the debtor.
    case receivable = 7
    /// Money that arrived or left without an explanation yet. Owner: the connection.
    case suspense = 8
    /// Memorandum: what a processor took for a bot's own account there. Owner: the connection.
    case directClearing = 9
    /// Memorandum: the counterpart of ``directClearing``. Owner: the bot. Florin owes none of it.
    case directSettlement = 10
    /// The platform's bank account. Owner: the platform.
    case bank = 11
    /// Payouts that were set aside and have neither gone out nor come back. Owner: the platform.
    case payoutsInFlight = 12

    /// Whether callers may not take more out than is in: the balance less holds never goes below zero.
    package var isGuarded: Bool {
        switch self {
        case .wallet, .botPayable, .transfersInFlight, .payoutsInFlight: true
        case .processorClearing, .feesEarned, .processingFees, .receivable, .suspense, .directClearing,
            .directSettlement, .bank:
            false
        }
    }
}

/// Which account: one for each kind, owner, currency and mode. Test and live money never share an account.
package struct AccountKey: Hashable, Sendable {
    package let kind: AccountKind
    /// The 128 bits of the owner's identifier.
    package let owner: SIMD2<UInt64>
    package let currency: Currency
    package let mode: Mode

    /// The account of this kind for the thing that `owner` names.
    package init<Kind>(_ kind: AccountKind, of owner: Identifier<Kind>, currency: Currency, mode: Mode) {
        self.init(kind, owner: SIMD2(owner.high, owner.low), currency: currency, mode: mode)
    }

    package init(_ kind: AccountKind, owner: SIMD2<UInt64>, currency: Currency, mode: Mode) {
        self.kind = kind
        self.owner = owner
        self.currency = currency
        self.mode = mode
    }
}

/// An account as it stands.
package struct AccountBalance: Hashable, Sendable {
    package let key: AccountKey
    /// Credits minus debits.
    package let balance: Int64
    /// How much of the balance is reserved for operations whose outcome is open.
    package let held: Int64

    package init(key: AccountKey, balance: Int64, held: Int64) {
        self.key = key
        self.balance = balance
        self.held = held
    }

    /// What may be spent; held at the ends of `Int64`, since the numbers come from disk.
    package var available: Int64 { balance.subtractingClamped(held) }
}

extension Int64 {
    /// The difference, or the nearer end of the range.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
