import Payments
import Ports
import Primitives

/// Tells bots in their platform's words what became of a checkout and of its payment, in the commits that decided it. Whoever
/// sells otherwise is left alone.
struct SurfaceNews: Sendable {
    let notices: SurfaceNotices
    private var sealing: SealedFields { notices.sealing }

    init(notices: SurfaceNotices) { self.notices = notices }

    /// The money of a checkout was taken.
    func completed(_ checkout: Checkout, _ transaction: any StoreTransaction, _ now: Timestamp) throws {
        let opened = try sealing.open(checkout)
        // Whoever charges by themselves knows.
        guard let account = try account(opened.texts, transaction), !account.account.givesTokens else { return }
        var purchase = SurfacePurchase(opened)
        purchase.payment = checkout.payment?.text ?? ""
        purchase.charge = try checkout.payment.flatMap { try transaction.payment($0)?.latestCharge }?.text ?? ""
        try notices.store(
            .paid(purchase), for: account, opened.surfacePerson, chat: opened.texts[DetailFields.surfaceChat],
            transaction, now)
    }

    /// The buyer wants to pay, and the bot charges by itself.
    /// - Returns: false when the bot does not want to hear of it.
    func payable(
        _ opened: OpenedCheckout, _ token: SurfaceToken, _ account: OpenedSurface, until end: Timestamp,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Bool {
        var purchase = SurfacePurchase(opened)
        purchase.payment = opened.checkout.id.text
        return try notices.store(
            .payable(purchase, token), for: account, opened.surfacePerson,
            chat: opened.texts[DetailFields.surfaceChat], until: end, transaction, now) != nil
    }

    /// All of a payment, or a part, went back. Costs a payment of another kind no statement: it is told by its own texts.
    func refunded(
        _ refund: Refund, of payment: Payment, _ charge: Charge, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws {
        let texts = try sealing.fields(of: payment)
        guard let account = try account(texts, transaction) else { return }
        var purchase = SurfacePurchase(payload: texts[DetailFields.surfacePayload] ?? "", total: refund.amount)
        purchase.payment = payment.id.text
        purchase.charge = charge.id.text
        purchase.isTest = payment.mode == .test
        var filter = CheckoutFilter()
        filter.payment = payment.id
        let checkout = try transaction.checkouts(of: payment.bot, mode: payment.mode, filter, PageRequest(limit: 1))
            .items.first
        // Forgotten with what the buyer said of themself.
        let person = try checkout.flatMap { try sealing.open($0).surfacePerson }
        try notices.store(
            .refunded(purchase), for: account, person, chat: texts[DetailFields.surfaceChat], transaction, now)
    }

    private func account(_ texts: DetailFields, _ reader: any StoreReader) throws -> OpenedSurface? {
        guard let id = texts[DetailFields.ofSurface].flatMap({ SurfaceAccountID($0) }),
            let account = try reader.surfaceAccount(id)
        else { return nil }
        return try sealing.open(account)
    }
}
