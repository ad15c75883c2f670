import Payments
import Ports
import Primitives

// The token route: the bot charges by itself what a buyer has tapped Pay for. It is given a token for one charge of this amount; a
// card number never. The checkout follows the payment that the token makes, as it follows one that it made itself.
extension CheckoutBond {
    /// How long a bot has.
    package static let lifetime = Duration.seconds(30 * 60)
}

extension CheckoutDesk {
    /// Gives the bot a token in the place of a charge, in the commit that takes the tap.
    /// - Parameter surface: the account with which it was offered.
    func giveToken(
        _ surface: OpenedSurface, for opened: OpenedCheckout, _ method: PaymentMethod, _ effects: [CheckoutEffect],
        _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        guard method.instrument == .card, let news = tools.news else {
            throw Refusal.checkoutNotAvailable(.accountIsOff)
        }
        // A card that is kept with this bot stays kept: the token has a copy of its own, which is used up by it.
        var card = method.holder == .nobody ? method : try cards.lend(method, to: caller, transaction, now)
        // Whatever becomes of the token, what stands behind it is for nothing else: its name can be worked out.
        card.isConsumed = true
        try transaction.update(card)
        let bond = CheckoutBond(
            checkout: opened.checkout.id, amount: opened.checkout.amount,
            expires: now.advanced(by: CheckoutBond.lifetime))
        let token = CardToken(
            id: tools.randomness.unorderedIdentifier(), paymentMethod: card.id, owner: caller.owner, mode: caller.mode,
            isUsed: false, created: now, bond: bond)
        try transaction.insert(token)
        // A charge with an earlier token that waits for its payer is given up: it could be made beside this one.
        let waits = try keeper.standing(of: opened.checkout, transaction) == .awaitsPayer
        var opened = opened
        if !waits { opened.checkout.payment = nil }
        _ = try keeper.store(
            try tools.sealing.seal(opened, buyerChanged: opened.askedFriend != nil),
            waits ? effects + [.abandonPayment] : effects, caller, transaction, now)
        let shown = SurfaceToken(text: token.id.text, expiryMonth: card.expiry.month, expiryYear: card.expiry.year)
        guard try news.payable(opened, shown, surface, until: bond.expires, transaction, now) else {
            // A bot that does not want to hear of payments could never charge.
            throw Refusal.checkoutNotAvailable(.accountIsOff)
        }
    }

    /// The account with which a checkout was offered; nil when it was made by `/v1`, or the account is gone.
    func surface(of opened: OpenedCheckout, _ reader: any StoreReader) throws -> OpenedSurface? {
        try opened.texts[DetailFields.ofSurface].flatMap { SurfaceAccountID($0) }
            .flatMap(reader.surfaceAccount).map { try tools.sealing.open($0) }
    }
}

extension PaymentCommands {
    /// Holds a payment to what its token stands for, and lets the checkout follow it.
    func keep(
        _ bond: CheckoutBond, with new: NewPayment, as id: PaymentID,
        _ texts: inout DetailFields, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        guard now < bond.expires else {
            throw Refusal.invalid(
                parameter: new.tokenParameter, code: "token_expired",
                message: "This token was good for half an hour. Nothing was charged; the buyer may pay again.")
        }
        guard new.amount == bond.amount else {
            throw Refusal.invalid(
                parameter: "amount", code: "token_amount_mismatch",
                message:
                    "This token stands for \(bond.amount.minorUnits) \(bond.amount.currency.lowercaseCode), no more "
                    + "and no less.")
        }
        // A payment intent could be held, and more added to it.
        guard new.tokenParameter == NewPayment.sourceParameter, new.confirm, new.customer == nil,
            texts.futureUsage == nil, texts.merchantReason == nil
        else {
            throw Refusal.tokenIsForOneCharge
        }
        guard var checkout = try transaction.checkout(bond.checkout), checkout.state == .paying,
            checkout.payment == nil
        else { throw Refusal.checkoutOver }
        var opened = try tools.sealing.open(checkout)
        if let ref = opened.texts[DetailFields.ref], texts[DetailFields.metadataName("ref")] == nil {
            texts.setMetadata("ref", ref)
            for name in ["ref_source", "ref_ad"].map(DetailFields.metadataName) where texts[name] == nil {
                texts[name] = opened.texts.ofPayment[name]
            }
        }
        opened.checkout.payment = id
        checkout = try tools.sealing.seal(opened, buyerChanged: false)
        try transaction.update(checkout)
    }
}

extension PaymentState {
    /// Whether an attempt was begun and its payer sent away.
    var waitsForItsPayer: Bool { if case .requiresAction = self { true } else { false } }
}

extension Refusal {
    static let tokenIsForOneCharge = Refusal.invalid(
        parameter: "source", code: "token_for_one_charge",
        message:
            "This token stands for one charge of one checkout: name it as source of POST /v1/charges, with the amount "
            + "that was told with it and without a customer.")
}
