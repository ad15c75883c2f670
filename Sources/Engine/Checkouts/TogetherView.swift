package import Payments
package import Ports
package import Primitives

/// How far several people who pay a checkout together have come. Nothing of whoever buys is in it.
package struct TogetherView: Sendable {
    /// One person's part.
    package struct Share: Sendable {
        /// How far it has come; raw values are the words that bots and pages read.
        package enum Status: String, Hashable, Sendable, CaseIterable {
            case open, processing, held, paid
            case givenBack = "given_back"
        }
        /// The checkout that it is.
        package let id: CheckoutID
        package let number: Int64
        package let amount: Money
        package let status: Status
        /// What whoever paid it calls themself.
        package let name: String?
        package let payment: PaymentID?
        /// Minor units that its bot gave back afterwards.
        package let refunded: Int64
    }
    package let whole: CheckoutID
    /// Among how many the bot lets it be paid.
    package let most: Int64
    package let total: Money
    /// Nil before others were asked, and after that was stopped.
    package let group: CheckoutGroup?
    package let shares: [Share]
    /// Of the share that is looked at; nil for the whole.
    package let number: Int64?
    /// What became of the share that is looked at: ``shares`` may hold another of its number by now, or none.
    package let own: Share.Status?
}

extension SealedFields {
    /// How far a group has come; reads nothing for a checkout whose bot does not offer it.
    /// - Returns: nil for a checkout that one person pays.
    package func together(_ opened: OpenedCheckout, _ reader: any StoreReader) throws -> TogetherView? {
        var whole = opened
        if let share = opened.checkout.share {
            guard let found = try reader.checkout(share.whole) else { return nil }
            whole = try open(found)
        }
        guard let most = whole.mostParticipants else { return nil }
        let shares = try reader.currentShares(of: whole.checkout).map { share in
            let payment = try share.payment.flatMap(reader.payment)
            return TogetherView.Share(
                id: share.id, number: share.share?.number ?? 0, amount: share.amount,
                status: .init(share.share?.fate, payment),
                name: try buyer(of: share)[DetailFields.friendName], payment: share.payment,
                refunded: payment?.refunded ?? 0)
        }
        return TogetherView(
            whole: whole.checkout.id, most: most, total: whole.checkout.amount, group: whole.checkout.group,
            shares: shares, number: opened.checkout.share?.number, own: try ownStatus(opened.checkout, reader))
    }

    private func ownStatus(_ checkout: Checkout, _ reader: any StoreReader) throws -> TogetherView.Share.Status? {
        guard let share = checkout.share else { return nil }
        return .init(share.fate, try checkout.payment.flatMap(reader.payment))
    }
}

extension TogetherView.Share.Status {
    init(_ fate: CheckoutFate?, _ payment: Payment?) {
        if fate == .giveBack {
            self = .givenBack
            return
        }
        self =
            switch payment?.state {
            case nil, .requiresPaymentMethod, .requiresConfirmation, .canceled: .open
            case .requiresAction, .authorizing, .voiding: .processing
            case .authorized: payment?.isUnderReview == true ? .processing : .held
            case .capturing, .incrementing: .held
            case .succeeded: .paid
            }
    }
}

extension StoreReader {
    /// The shares of a group that count, in their order: those that are not given back, else the newest.
    func currentShares(of whole: Checkout) throws -> [Checkout] {
        guard let group = whole.group else { return [] }
        let all = try shares(of: whole.id, limit: CheckoutKeeper.mostShares)
        return (1...group.people).compactMap { number in
            let own = all.filter { $0.share?.number == number }
            return own.first { $0.share?.fate != .giveBack } ?? own.first
        }
    }
}
