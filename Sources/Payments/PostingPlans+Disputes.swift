package import Ledger
package import Primitives

extension PostingPlans {
    /// What money did in a dispute: one posting for each amount. It may take more than there is; see ``covered(_:available:)``.
    package static func dispute(
        _ kind: DisputeMovementKind, _ money: Money, of dispute: Dispute
    ) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(dispute, money.currency)
        let amount = money.minorUnits
        return switch kind {
        case .withdrawn: try Posting(debit: counterpart, credit: clearing, amount: amount, reason: .chargeback)
        case .reinstated:
            try Posting(debit: clearing, credit: counterpart, amount: amount, reason: .chargebackReversal)
        case .fee: try Posting(debit: counterpart, credit: clearing, amount: amount, reason: .disputeFee)
        case .feeReturned:
            try Posting(debit: clearing, credit: counterpart, amount: amount, reason: .disputeFeeReversal)
        }
    }

    /// What a processor reports of a dispute whose charge nobody knows: it lies apart until somebody explains it. Nil where
    /// the money was never the platform's.
    package static func unknownDispute(
        _ kind: DisputeMovementKind, _ money: Money, at connection: Connection
    ) throws(LedgerError) -> Posting? {
        guard connection.fundsFlow == .toPlatform else { return nil }
        let (currency, mode) = (money.currency, connection.mode)
        let clearing = AccountKey(.processorClearing, of: connection.id, currency: currency, mode: mode)
        let suspense = AccountKey(.suspense, of: connection.id, currency: currency, mode: mode)
        let amount = money.minorUnits
        return switch kind {
        case .withdrawn: try Posting(debit: suspense, credit: clearing, amount: amount, reason: .chargeback)
        case .reinstated: try Posting(debit: clearing, credit: suspense, amount: amount, reason: .chargebackReversal)
        case .fee: try Posting(debit: suspense, credit: clearing, amount: amount, reason: .disputeFee)
        case .feeReturned: try Posting(debit: clearing, credit: suspense, amount: amount, reason: .disputeFeeReversal)
        }
    }

    /// The account that a dispute's money comes out of and goes back to.
    package static func debtorAccount(of dispute: Dispute, _ currency: Currency) -> AccountKey {
        accounts(dispute, currency).counterpart
    }

    private static func accounts(
        _ dispute: Dispute, _ currency: Currency
    ) -> (clearing: AccountKey, counterpart: AccountKey) {
        let (connection, mode) = (dispute.connection, dispute.mode)
        let clearing = AccountKey(.processorClearing, of: connection, currency: currency, mode: mode)
        switch dispute.debtor {
        case .bot(let bot, .toPlatform):
            return (clearing, AccountKey(.botPayable, of: bot, currency: currency, mode: mode))
        case .bot(let bot, .toBot):
            return (
                AccountKey(.directClearing, of: connection, currency: currency, mode: mode),
                AccountKey(.directSettlement, of: bot, currency: currency, mode: mode)
            )
        case .person(let person):
            return (clearing, AccountKey(.wallet, of: person, currency: currency, mode: mode))
        }
    }
}
