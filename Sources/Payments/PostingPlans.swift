package import Ledger
import Primitives

/// Which postings each operation makes. docs/ledger.md shows the same as tables; a test holds the two together.
package enum PostingPlans {
    /// Money taken from a card for a bot.
    package static func charge(_ charge: Charge, captured: Int64) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(charge)
        return try Posting(debit: clearing, credit: counterpart, amount: captured, reason: .charge)
    }

    /// Money given back to a card. When the platform owes the bot, it comes out of the hold on what it owes.
    package static func refund(_ refund: Refund, of charge: Charge) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(charge)
        return try Posting(
            debit: counterpart, credit: clearing, amount: refund.amount.minorUnits, reason: .refund,
            fromHold: charge.fundsFlow == .toPlatform)
    }

    /// A refund that had succeeded came back.
    package static func refundReversal(_ refund: Refund, of charge: Charge) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(charge)
        return try Posting(
            debit: clearing, credit: counterpart, amount: refund.amount.minorUnits, reason: .refundReversal)
    }

    /// A processor took less than was asked for. Nobody wanted it; it lies apart until it is given back.
    package static func partialApproval(_ reversal: Reversal) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(reversal)
        return try Posting(
            debit: clearing, credit: counterpart, amount: reversal.amount.minorUnits, reason: .partialApproval)
    }

    /// What a processor took in part was given back.
    package static func reversal(_ reversal: Reversal) throws(LedgerError) -> Posting {
        let (clearing, counterpart) = accounts(reversal)
        return try Posting(
            debit: counterpart, credit: clearing, amount: reversal.amount.minorUnits, reason: .partialReversal)
    }

    private static func accounts(_ reversal: Reversal) -> (clearing: AccountKey, counterpart: AccountKey) {
        let (currency, mode) = (reversal.amount.currency, reversal.mode)
        guard let bot = reversal.directBot else {
            return (
                clearing(reversal.connection, currency, mode),
                AccountKey(.suspense, of: reversal.connection, currency: currency, mode: mode)
            )
        }
        return (
            AccountKey(.directClearing, of: reversal.connection, currency: currency, mode: mode),
            AccountKey(.directSettlement, of: bot, currency: currency, mode: mode)
        )
    }

    /// The account on which a refund is reserved before the processor is asked; nil when Florin owes the bot nothing.
    package static func refundHold(_ charge: Charge) -> AccountKey? {
        charge.fundsFlow == .toPlatform
            ? AccountKey(.botPayable, of: charge.bot, currency: charge.amount.currency, mode: charge.mode) : nil
    }

    /// A friend transfer leaves the sender's wallet, to wait in flight.
    package static func transferSent(_ transfer: FriendTransfer) throws(LedgerError) -> Posting {
        try Posting(
            debit: wallet(transfer.sender, transfer), credit: inFlight(transfer), amount: transfer.amount.minorUnits,
            reason: .transferSent)
    }

    /// A friend transfer that needs no acceptance goes straight from wallet to wallet.
    package static func transferDirect(_ transfer: FriendTransfer) throws(LedgerError) -> Posting {
        try Posting(
            debit: wallet(transfer.sender, transfer), credit: wallet(transfer.recipient, transfer),
            amount: transfer.amount.minorUnits, reason: .transferReceived)
    }

    /// The sender's card was charged for a friend transfer.
    package static func transferFunded(
        _ transfer: FriendTransfer, by connection: ConnectionID
    ) throws(LedgerError) -> Posting {
        try Posting(
            debit: clearing(connection, transfer.amount.currency, transfer.mode), credit: inFlight(transfer),
            amount: transfer.amount.minorUnits, reason: .transferFunding)
    }

    /// The recipient took the money, or it needed no acceptance.
    package static func transferAccepted(_ transfer: FriendTransfer) throws(LedgerError) -> Posting {
        try Posting(
            debit: inFlight(transfer), credit: wallet(transfer.recipient, transfer),
            amount: transfer.amount.minorUnits, reason: .transferReceived)
    }

    /// The money goes back into the sender's wallet: where it came from, or because the card refused it.
    package static func transferReturnedToWallet(_ transfer: FriendTransfer) throws(LedgerError) -> Posting {
        try Posting(
            debit: inFlight(transfer), credit: wallet(transfer.sender, transfer), amount: transfer.amount.minorUnits,
            reason: .transferReturned)
    }

    /// The sender's card was refunded.
    package static func transferReturnedToCard(
        _ transfer: FriendTransfer, by connection: ConnectionID
    ) throws(LedgerError) -> Posting {
        try Posting(
            debit: inFlight(transfer), credit: clearing(connection, transfer.amount.currency, transfer.mode),
            amount: transfer.amount.minorUnits, reason: .transferReturned)
    }

    /// The sender's card did not take back what it had been refunded: the sender gets it into the wallet.
    package static func transferReturnBounced(
        _ transfer: FriendTransfer, by connection: ConnectionID
    ) throws(LedgerError) -> Posting {
        try Posting(
            debit: clearing(connection, transfer.amount.currency, transfer.mode),
            credit: wallet(transfer.sender, transfer), amount: transfer.amount.minorUnits, reason: .refundReversal)
    }

    /// A top-up arrives in, or a cash-out leaves, a wallet. A cash-out comes out of the hold on the wallet.
    package static func walletMovement(_ movement: WalletMovement) throws(LedgerError) -> Posting {
        let wallet = wallet(of: movement)
        let clearing = clearing(movement.connection, movement.amount.currency, movement.mode)
        let amount = movement.amount.minorUnits
        return switch movement.direction {
        case .topUp: try Posting(debit: clearing, credit: wallet, amount: amount, reason: .topUp)
        case .cashOut:
            try Posting(debit: wallet, credit: clearing, amount: amount, reason: .cashOut, fromHold: true)
        }
    }

    /// The wallet that a movement fills or empties, on which a cash-out is held.
    package static func wallet(of movement: WalletMovement) -> AccountKey {
        AccountKey(.wallet, of: movement.person, currency: movement.amount.currency, mode: movement.mode)
    }

    private static func accounts(_ charge: Charge) -> (clearing: AccountKey, counterpart: AccountKey) {
        let currency = charge.amount.currency
        switch charge.fundsFlow {
        case .toPlatform:
            return (
                AccountKey(.processorClearing, of: charge.connection, currency: currency, mode: charge.mode),
                AccountKey(.botPayable, of: charge.bot, currency: currency, mode: charge.mode)
            )
        case .toBot:
            return (
                AccountKey(.directClearing, of: charge.connection, currency: currency, mode: charge.mode),
                AccountKey(.directSettlement, of: charge.bot, currency: currency, mode: charge.mode)
            )
        }
    }

    private static func clearing(_ connection: ConnectionID, _ currency: Currency, _ mode: Mode) -> AccountKey {
        AccountKey(.processorClearing, of: connection, currency: currency, mode: mode)
    }

    private static func wallet(_ person: PersonID, _ transfer: FriendTransfer) -> AccountKey {
        AccountKey(.wallet, of: person, currency: transfer.amount.currency, mode: transfer.mode)
    }

    private static func inFlight(_ transfer: FriendTransfer) -> AccountKey {
        AccountKey(
            .transfersInFlight, of: transfer.platform, currency: transfer.amount.currency, mode: transfer.mode)
    }
}
