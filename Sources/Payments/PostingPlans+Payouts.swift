package import Ledger
package import Primitives

extension PostingPlans {
    /// A payout takes its amount out of what the platform owes the bot, to wait in flight.
    package static func payoutSetAside(
        _ amount: Money, of bot: BotID, mode: Mode, platform: PlatformID
    ) throws(LedgerError) -> Posting {
        try Posting(
            debit: AccountKey(.botPayable, of: bot, currency: amount.currency, mode: mode),
            credit: AccountKey(.payoutsInFlight, of: platform, currency: amount.currency, mode: mode),
            amount: amount.minorUnits, reason: .botPayout)
    }

    /// What a step of a payout does to the book.
    /// - Parameter platform: whose bank account transfers leave.
    /// - Returns: nil when a pushed payout names no connection: then it was never sent.
    package static func payout(
        _ effect: PayoutEffect, of payout: Payout, platform: PlatformID
    ) throws(LedgerError) -> Posting? {
        let (currency, mode) = (payout.amount.currency, payout.mode)
        let inFlight = AccountKey(.payoutsInFlight, of: platform, currency: currency, mode: mode)
        let payable = AccountKey(.botPayable, of: payout.bot, currency: currency, mode: mode)
        let amount = payout.amount.minorUnits
        switch effect {
        case .paid:
            guard let outside = outside(payout, platform) else { return nil }
            return try Posting(debit: inFlight, credit: outside, amount: amount, reason: .botPayoutPaid)
        case .givenBack:
            return try Posting(
                debit: inFlight, credit: payable, amount: amount,
                reason: payout.state == .canceled ? .botPayoutCanceled : .botPayoutFailed)
        case .cameBack:
            guard let outside = outside(payout, platform) else { return nil }
            return try Posting(debit: outside, credit: payable, amount: amount, reason: .botPayoutFailed)
        }
    }

    /// Where the money leaves the platform.
    private static func outside(_ payout: Payout, _ platform: PlatformID) -> AccountKey? {
        let (currency, mode) = (payout.amount.currency, payout.mode)
        guard payout.rail.isPushed else { return AccountKey(.bank, of: platform, currency: currency, mode: mode) }
        return payout.connection.map { AccountKey(.processorClearing, of: $0, currency: currency, mode: mode) }
    }
}
