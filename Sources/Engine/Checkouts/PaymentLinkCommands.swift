package import Payments
import Ports
package import Primitives

/// What a bot asks for when it wants one link for many buyers.
package struct NewPaymentLink: Sendable {
    package let currency: Currency
    package let terms: CheckoutTerms
    package let texts: DetailFields
    package let completedLimit: Int64?

    package init(currency: Currency, terms: CheckoutTerms, texts: DetailFields, completedLimit: Int64?) {
        self.currency = currency
        self.terms = terms
        self.texts = texts
        self.completedLimit = completedLimit
    }
}

/// What a bot changes on a link. Nil leaves a thing as it is; what was made from it before stays as it was.
package struct PaymentLinkChange: Sendable {
    package var isActive: Bool?
    /// The inner nil takes the limit away.
    package var completedLimit: Int64??
    package var texts = DetailFields()
    package var removals: [String] = []

    package init() {}
}

/// What somebody who follows a link brings along.
package struct PaymentLinkVisit: Sendable {
    package var ref: String?
    package var clientReference: String?
    package var email: String?

    package init() {}
}

/// Why a link leads nowhere.
package enum PaymentLinkClosed: Error, Hashable, Sendable {
    case unknown, inactive, usedUp
    /// The operator does not offer it to this bot, or any more.
    case notAvailable(Unavailability)
}

/// Links from which everybody who follows them gets a checkout of their own.
package struct PaymentLinkCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let checkouts: CheckoutCommands

    /// Makes a link, which is open at once.
    package func create(_ new: NewPaymentLink, for bot: BotID, _ caller: Caller) async throws -> Answer {
        try await make(for: bot, caller) { _ in new }
    }

    /// - Parameter asked: what is asked for; run in the one commit that makes it.
    private func make(
        for bot: BotID, _ caller: Caller, _ asked: @escaping @Sendable (any StoreTransaction) throws -> NewPaymentLink
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let new = try asked(transaction)
            try tools.checkMaking(
                DetailFields.features(of: new.texts, isLink: true), new.currency,
                of: try transaction.activeBot(bot), caller.mode, transaction)
            _ = try new.terms.checkedTotals(in: new.currency)
            let id: PaymentLinkID = tools.randomness.identifier(at: now)
            let link = PaymentLink(
                id: id, bot: bot, mode: caller.mode, created: now, currency: new.currency,
                completedLimit: new.completedLimit,
                terms: try sealed(new.terms, new.texts, of: id, caller.mode))
            try transaction.insert(link)
            return .answered(try told(.paymentLinkCreated, link, caller, transaction, now))
        }
    }

    /// Makes a link from which everybody gets a checkout of their own that sells what this one does, as its bot made it. What its buyer
    /// is, said and came by is not in it.
    /// - Parameter texts: in the place of the checkout's own.
    package func create(
        like id: CheckoutID, _ texts: DetailFields, completedLimit: Int64?, for bot: BotID, _ caller: Caller
    ) async throws -> Answer {
        try await make(for: bot, caller) { transaction in
            guard let checkout = try transaction.checkout(id), checkout.bot == bot, checkout.mode == caller.mode else {
                throw Refusal.notFound(kind: "checkout.session", id: id.text, parameter: "checkout_session")
            }
            // From its first change on nobody can tell what the bot offered from what the buyer chose.
            guard case .open = checkout.state, checkout.priceVersion == 1 else { throw Refusal.sessionIsUnderWay }
            let opened = try tools.sealing.open(checkout)
            var shared = opened.texts
            for name in [
                DetailFields.ref, DetailFields.clientReference, DetailFields.problemCode, DetailFields.problemMessage,
            ] { shared[name] = nil }
            for name in texts.allNames { shared[name] = texts[name] }
            return NewPaymentLink(
                currency: checkout.amount.currency, terms: opened.terms, texts: shared, completedLimit: completedLimit)
        }
    }

    /// Changes a link; checkouts that were made from it stay as they are.
    package func update(_ id: PaymentLinkID, _ change: PaymentLinkChange, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            guard var link = try transaction.paymentLink(id), .bot(link.bot) == caller.owner, link.mode == caller.mode
            else { throw Refusal.notFound(kind: "payment_link", id: id.text, parameter: "payment_link") }
            if let isActive = change.isActive { link.isActive = isActive }
            if let limit = change.completedLimit { link.completedLimit = limit }
            let (terms, texts) = try tools.sealing.open(link)
            let changed = try texts.changed(by: change.texts, removing: change.removals)
            if changed != texts { link.terms = try sealed(terms, changed, of: id, link.mode) }
            try transaction.update(link)
            link.version += 1
            return .answered(try told(.paymentLinkUpdated, link, caller, transaction, now))
        }
    }

    /// Makes a checkout for somebody who follows the link.
    /// - Throws: ``PaymentLinkClosed``.
    package func open(_ id: PaymentLinkID, _ visit: PaymentLinkVisit, request: RequestID) async throws -> CheckoutID {
        let now = commands.clock.now()
        return try await commands.store.writeRetryingConflicts { transaction -> CheckoutID in
            guard let link = try transaction.paymentLink(id) else { throw PaymentLinkClosed.unknown }
            guard link.isActive, let bot = try transaction.bot(link.bot), bot.isActive else {
                throw PaymentLinkClosed.inactive
            }
            let (terms, texts) = try tools.sealing.open(link)
            try check(link, texts, bot, transaction)
            if let limit = link.completedLimit, try transaction.countCheckoutsCompleted(of: id) >= limit {
                throw PaymentLinkClosed.usedUp
            }
            var new = NewCheckout(currency: link.currency, terms: terms, texts: texts)
            if let ref = visit.ref { new.texts.lead(by: ref) }
            if let reference = visit.clientReference { new.texts[DetailFields.clientReference] = reference }
            if let email = visit.email { new.buyer["email"] = email }
            let caller = Caller(owner: .bot(link.bot), mode: link.mode, request: request)
            return try checkouts.made(new, for: link.bot, link: id, caller, transaction, now).id
        }
    }

    /// Whether anybody may follow it; who follows it is asked at the checkout.
    private func check(_ link: PaymentLink, _ texts: DetailFields, _ bot: Bot, _ reader: any StoreReader) throws {
        let features = DetailFields.features(of: texts, isLink: true)
        let rules = try reader.availability(of: link.bot, mode: link.mode)
        var reason =
            tools.configuration.checkout.reason(against: bot, link.currency, .links)
            ?? rules.reason(against: AvailabilityQuestion(features, link.currency))
        if reason == nil, let account = texts[DetailFields.ofSurface].flatMap({ SurfaceAccountID($0) }),
            try reader.surfaceAccount(account)?.isOff != false
        {
            reason = .accountIsOff
        }
        if let reason { throw PaymentLinkClosed.notAvailable(reason) }
    }

    private func sealed(
        _ terms: CheckoutTerms, _ texts: DetailFields, of id: PaymentLinkID, _ mode: Mode
    ) throws -> SealedDetails {
        var texts = texts
        texts[DetailFields.checkoutTerms] = terms.packed
        guard let sealed = try tools.sealing.seal(texts, .paymentLinkTerms, of: id, mode: mode, salt: id.bytes) else {
            throw StoreError.corrupt("payment link \(id) has no terms")
        }
        return sealed
    }

    private func told(
        _ type: EventType, _ link: PaymentLink, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Answer {
        let object = try tools.renderer.paymentLink(link, transaction)
        try tools.outbox.emit(
            type, about: link.id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        return Answer(body: object)
    }
}

extension StoreTransaction {
    /// Whether a link still lets this checkout be paid; asked in the commit that starts the payment. Others that are being
    /// paid count as paid: whoever comes last is told so before anything is charged.
    func checkLimit(ofLinkOf checkout: Checkout) throws {
        guard let id = checkout.link, let link = try paymentLink(id), let limit = link.completedLimit else { return }
        // Holds the link's row, so that of two at the same time one sees the other.
        try update(link)
        guard try countCheckoutsTaken(of: id, besides: checkout.id) < limit else { throw Refusal.linkUsedUp }
    }
}

extension Refusal {
    static let sessionIsUnderWay = Refusal.unexpectedState(
        code: "checkout_session_changed",
        message:
            "A link like this session can only be made before its buyer has chosen anything. Make it right after the session."
    )
    static let linkUsedUp = Refusal.unexpectedState(
        code: "payment_link_used_up", message: "Everything that this link sells is sold. Nothing was charged.")
}
