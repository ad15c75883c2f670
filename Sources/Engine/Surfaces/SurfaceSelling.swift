import Payments
import Ports
import Primitives

/// Sells what bots offer in a platform's words: an offer becomes a payment link, and everybody who follows it gets a checkout of
/// their own, so that a forwarded button is the forwarder's no longer.
struct SurfaceSelling: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let answers: SurfaceAnswers
    let address: PublicAddress

    /// Makes a link for an offer.
    /// - Parameter referral: what led here whomever it is offered to.
    /// - Throws: ``SurfaceRefusal`` for what cannot be sold.
    func link(
        for offer: SurfaceOffer, chat: String?, _ account: OpenedSurface, ledBy referral: SurfaceReferral? = nil
    ) async throws -> String {
        let now = clock.now()
        let id: PaymentLinkID = tools.randomness.identifier(at: now)
        let (bot, mode) = (account.account.bot, account.account.mode)
        let terms = CheckoutTerms(offer) { tools.randomness.identifier(at: now) }
        do { _ = try terms.checkedTotals(in: offer.currency) } catch {
            throw SurfaceRefusal(
                code: "CURRENCY_TOTAL_AMOUNT_INVALID", message: "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID")
        }
        var texts = DetailFields(offer, chat: chat, account)
        guard !texts.allNames.contains(where: { CardNumberScan.containsCardNumber(texts[$0] ?? "") }),
            !offer.lines.contains(where: { CardNumberScan.containsCardNumber($0.label) })
        else { throw SurfaceRefusal(message: "Bad Request: a text holds a card number, which is not taken here") }
        if let referral { texts.note(referral) }
        texts[DetailFields.checkoutTerms] = terms.packed
        guard let sealed = try tools.sealing.seal(texts, .paymentLinkTerms, of: id, mode: mode, salt: id.bytes) else {
            throw StoreError.corrupt("a payment link without terms")
        }
        let link = PaymentLink(
            id: id, bot: bot, mode: mode, created: now, currency: offer.currency, completedLimit: nil, terms: sealed)
        try await store.write { transaction in
            try tools.checkMaking(
                [.checkout, AvailabilityFeature(account.account.surface)], offer.currency,
                of: try transaction.activeBot(bot), mode, transaction)
            try transaction.insert(link)
        }
        return "\(address.url)/pay/\(id)"
    }

    func answer(
        shipping answer: SurfaceShippingAnswer, to question: String, of account: SurfaceAccount
    ) throws(SurfaceRefusal) {
        try answers.give(.shipping(answer), to: question, of: account.id)
    }

    func answer(
        _ verdict: SurfaceVerdict, to question: String, of account: SurfaceAccount
    ) throws(SurfaceRefusal) {
        try answers.give(.verdict(verdict), to: question, of: account.id)
    }
}
