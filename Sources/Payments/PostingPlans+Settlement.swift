package import Ledger
package import Primitives

/// The accounts that a connection's settlement moves money between.
package struct SettlementAccounts: Hashable, Sendable {
    /// What the processor has of ours.
    package let clearing: AccountKey
    /// Where its fees go.
    package let fees: AccountKey
    /// Where its payouts go.
    package let destination: AccountKey

    /// - Parameters:
    ///   - platform: whose bank account is paid, when the connection settles to the platform.
    ///   - bot: whose account at the processor it is, when it settles straight to a bot.
    /// - Returns: nil when nobody is named for the connection's flow of funds.
    package init?(_ connection: Connection, platform: PlatformID?, bot: BotID?, currency: Currency) {
        let mode = connection.mode
        switch (connection.fundsFlow, platform, bot) {
        case (.toPlatform, let platform?, _):
            clearing = AccountKey(.processorClearing, of: connection.id, currency: currency, mode: mode)
            fees = AccountKey(.processingFees, of: connection.id, currency: currency, mode: mode)
            destination = AccountKey(.bank, of: platform, currency: currency, mode: mode)
        case (.toBot, _, let bot?):
            // Florin owes and owns none of it: both go out of the bot's own account.
            clearing = AccountKey(.directClearing, of: connection.id, currency: currency, mode: mode)
            fees = AccountKey(.directSettlement, of: bot, currency: currency, mode: mode)
            destination = fees
        case (.toPlatform, nil, _), (.toBot, _, nil): return nil
        }
    }
}

extension PostingPlans {
    /// What a processor kept for its work; with a negative amount, what it gave back of it.
    package static func processorFee(_ fee: Int64, _ accounts: SettlementAccounts) throws(LedgerError) -> Posting {
        try moved(fee, from: accounts.fees, to: accounts.clearing, .processorFee)
    }

    /// What went to the bank; with a negative amount, what the bank sent back.
    package static func payout(_ amount: Int64, _ accounts: SettlementAccounts) throws(LedgerError) -> Posting {
        try moved(amount, from: accounts.destination, to: accounts.clearing, .payout)
    }

    private static func moved(
        _ amount: Int64, from debit: AccountKey, to credit: AccountKey, _ reason: PostingReason
    ) throws(LedgerError) -> Posting {
        guard amount != .min else { throw .overflow }
        return amount < 0
            ? try Posting(debit: credit, credit: debit, amount: -amount, reason: reason)
            : try Posting(debit: debit, credit: credit, amount: amount, reason: reason)
    }
}
