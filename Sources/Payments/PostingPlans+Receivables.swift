package import Ledger
import Primitives

extension PostingPlans {
    /// What the platform asks of a bot for a charge. It comes out of what the platform owes the bot; where the money went
    /// straight to the bot, the bot owes it.
    package static func platformFee(
        _ amount: Int64, of charge: Charge, to platform: PlatformID
    ) throws(LedgerError) -> Posting {
        let (currency, mode) = (charge.amount.currency, charge.mode)
        let debtor: AccountKind =
            switch charge.fundsFlow {
            case .toPlatform: .botPayable
            case .toBot: .receivable
            }
        return try Posting(
            debit: AccountKey(debtor, of: charge.bot, currency: currency, mode: mode),
            credit: AccountKey(.feesEarned, of: platform, currency: currency, mode: mode), amount: amount,
            reason: .platformFee)
    }

    /// Postings for a fact that takes money out of one account, which may not have so much: what is missing is first raised as
    /// a receivable of the account's owner. The fact itself stays whole.
    /// - Parameters:
    ///   - facts: all out of the same account.
    ///   - available: what that account may spend.
    package static func covered(_ facts: [Posting], available: Int64) throws(LedgerError) -> [Posting] {
        guard let account = facts.first?.debit, account.kind.isGuarded else { return facts }
        var needed: Int64 = 0
        for fact in facts {
            let (sum, overflow) = needed.addingReportingOverflow(fact.amount)
            guard !overflow else { throw .overflow }
            needed = sum
        }
        let (missing, overflow) = needed.subtractingReportingOverflow(max(available, 0))
        guard !overflow else { throw .overflow }
        guard missing > 0 else { return facts }
        let raised = try Posting(
            debit: receivable(of: account), credit: account, amount: missing, reason: .receivableRaised)
        return [raised] + facts
    }

    /// What an account's owner owes is taken out of what the account may spend, before anything else is.
    /// - Parameters:
    ///   - available: what the account may spend.
    ///   - owed: minus the balance of its owner's receivable.
    /// - Returns: nil when nothing is owed, or nothing is there.
    package static func recovery(
        from account: AccountKey, available: Int64, owed: Int64
    ) throws(LedgerError) -> Posting? {
        let amount = min(available, owed)
        guard amount > 0 else { return nil }
        return try Posting(
            debit: account, credit: receivable(of: account), amount: amount, reason: .receivableRecovered)
    }

    /// The receivable beside a guarded account of a bot or person: same owner, currency and mode.
    package static func receivable(of account: AccountKey) -> AccountKey {
        AccountKey(.receivable, owner: account.owner, currency: account.currency, mode: account.mode)
    }
}
