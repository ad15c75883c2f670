package import Payments
import Ports
package import Primitives

/// What a bot asks for when it sells something. Texts and amounts were checked by the front.
package struct NewCheckout: Sendable {
    package var currency: Currency
    package var terms: CheckoutTerms
    package var texts: DetailFields
    package var customer: CustomerID?
    /// What the bot knows of the buyer already.
    package var buyer: DetailFields
    /// By the bot's clock; nil for the usual time from now.
    package var expires: Timestamp?

    package init(
        currency: Currency, terms: CheckoutTerms, texts: DetailFields = DetailFields(), customer: CustomerID? = nil,
        buyer: DetailFields = DetailFields(), expires: Timestamp? = nil
    ) {
        self.currency = currency
        self.terms = terms
        self.texts = texts
        self.customer = customer
        self.buyer = buyer
        self.expires = expires
    }
}

/// A bot's side of checkouts: it makes, closes and reads them.
package struct CheckoutCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let keeper: CheckoutKeeper

    /// From now to the end of a checkout: no shorter, and no longer. Wider than Stripe's 30 minutes to 24 hours: an offer in
    /// a conversation may be meant for the moment, or stand for weeks.
    package static let lifetimes = Duration.seconds(5 * 60) ... .seconds(31 * 86_400)
    package static let usualLifetime = Duration.seconds(86_400)

    /// Makes a checkout. Nothing is charged.
    package func create(_ new: NewCheckout, for bot: BotID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let checkout = try made(new, for: bot, link: nil, caller, transaction, now)
            return .answered(
                Answer(
                    body: try tools.renderer.checkout(
                        checkout, expand: caller.expansions, forOwner: true, transaction)))
        }
    }

    /// As ``create(_:for:_:)``, in a commit of somebody else's.
    func made(
        _ new: NewCheckout, for bot: BotID, link: PaymentLinkID?, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout {
        try tools.checkMaking(
            DetailFields.features(of: new.texts, isLink: link != nil), new.currency,
            of: try transaction.activeBot(bot), caller.mode, transaction)
        try caller.checkCustomer(new.customer, transaction)
        let totals = try new.terms.checkedTotals(in: new.currency)
        let id: CheckoutID = tools.randomness.identifier(at: now)
        let time = tools.clocks.now(of: caller.owner, caller.mode, at: now)
        let expires = new.expires ?? time.advanced(by: Self.usualLifetime)
        guard Self.lifetimes.contains(expires.duration(since: time)) else {
            throw Refusal.invalid(
                parameter: "expires_at", code: "parameter_invalid_integer",
                message: "expires_at must be between 5 minutes and 31 days from now.")
        }
        var texts = new.texts
        texts[DetailFields.checkoutTerms] = new.terms.packed
        guard
            let terms = try tools.sealing.seal(texts, .checkoutTerms, of: id, mode: caller.mode, salt: id.bytes)
        else { throw StoreError.corrupt("a checkout without terms") }
        func hash(_ kind: StaticString, _ name: String) -> [UInt8]? {
            texts[name].map { tools.sealing.hash(ofBot: bot, caller.mode, kind, $0) }
        }
        let checkout = Checkout(
            id: id, bot: bot, mode: caller.mode, created: now, expires: expires, customer: new.customer, link: link,
            referenceHash: hash("reference", DetailFields.clientReference), refHash: hash("ref", DetailFields.ref),
            amount: Money(minorUnits: totals.total, currency: new.currency), terms: terms,
            buyer: try tools.sealing.seal(new.buyer, .checkoutBuyer, of: id, mode: caller.mode, salt: id.bytes))
        try transaction.insert(checkout)
        let hashes = tools.sealing.buyerHashes(of: checkout, new.buyer)
        if !hashes.isEmpty { try transaction.setBuyerHashes(hashes, of: id) }
        return checkout
    }

    /// A name for a line item that is about to be sold.
    package func newLineID() -> LineItemID { tools.randomness.identifier(at: commands.clock.now()) }

    /// Closes a checkout that was not paid. One whose payment's outcome is open cannot be closed.
    package func expire(_ id: CheckoutID, _ caller: Caller) async throws -> Answer {
        // What became of the payment in the meantime counts.
        _ = try await keeper.look(at: id)
        return try await commands.once(caller) { transaction, now in
            let checkout = try owned(id, caller, transaction)
            guard checkout.state != .expired else { throw Refusal.checkoutOver }
            let next = try keeper.close(checkout, caller, transaction, now)
            return .answered(
                Answer(
                    body: try tools.renderer.checkout(next, expand: caller.expansions, forOwner: true, transaction)))
        }
    }

    /// How many checkouts one reference may close at once.
    package static let mostOfOneReference = 100

    /// Closes all checkouts of the bot that are open under its own reference. Either all of them or none: while the outcome of one
    /// that is being paid is not known, nothing is closed.
    /// - Parameter rendering: a list of all checkouts of that reference, newest first, as they are then.
    package func expire(
        reference: String, for bot: BotID, _ caller: Caller,
        _ rendering: @escaping @Sendable ([[UInt8]]) -> [UInt8]
    ) async throws -> Answer {
        var filter = CheckoutFilter()
        filter.referenceHash = referenceHash(of: reference, bot: bot, caller.mode)
        let (wanted, page) = (filter, PageRequest(limit: Self.mostOfOneReference))
        let seen = try await commands.store.read {
            try $0.checkouts(of: bot, mode: caller.mode, wanted, page).items.filter { $0.due != nil }.map(\.id)
        }
        // What became of the payments in the meantime counts.
        for id in seen { _ = try await keeper.look(at: id) }
        return try await commands.once(caller) { transaction, now in
            let found = try transaction.checkouts(of: bot, mode: caller.mode, wanted, page)
            guard !found.items.isEmpty else {
                throw Refusal.notFound(kind: "checkout.session", id: "", parameter: "client_reference_id")
            }
            guard !found.hasMore else {
                throw Refusal.invalid(
                    parameter: "client_reference_id", code: "parameter_invalid",
                    message:
                        "More than \(Self.mostOfOneReference) sessions have this reference: close them by their ids.")
            }
            let closed = try found.items.map { checkout in
                checkout.state == .complete || checkout.state == .expired
                    ? checkout : try keeper.close(checkout, caller, transaction, now)
            }
            return .answered(
                Answer(
                    body: rendering(
                        try closed.map {
                            try tools.renderer.checkout($0, expand: caller.expansions, forOwner: true, transaction)
                        })))
        }
    }

    /// The checkout, if it is the caller's.
    func owned(_ id: CheckoutID, _ caller: Caller, _ reader: any StoreReader) throws -> Checkout {
        guard let checkout = try reader.checkout(id), .bot(checkout.bot) == caller.owner, checkout.mode == caller.mode,
            checkout.share == nil
        else { throw Refusal.notFound(kind: "checkout.session", id: id.text, parameter: "session") }
        return checkout
    }

    /// How a bot's own reference is found without being stored in clear.
    package func referenceHash(of text: String, bot: BotID, _ mode: Mode) -> [UInt8] {
        tools.sealing.hash(ofBot: bot, mode, "reference", text)
    }
}

extension CheckoutTerms {
    /// What the terms come to.
    /// - Throws: a refusal that names what is wrong with them.
    func checkedTotals(in currency: Currency) throws(Refusal) -> CheckoutTotals {
        do {
            try checkRounding(in: currency)
            let totals = try totals()
            guard totals.total > 0 || lines.contains(where: \.awaitsAmount) else {
                throw CheckoutPriceProblem.tooLarge
            }
            return totals
        } catch let problem as CheckoutPriceProblem {
            throw Refusal(problem)
        } catch {
            throw Refusal(.tooLarge)
        }
    }
}

extension Refusal {
    init(_ problem: CheckoutPriceProblem) {
        self =
            switch problem {
            case .tooLarge:
                .invalid(
                    parameter: "line_items", code: "amount_too_large",
                    message: "A checkout must come to at least 1 and at most "
                        + "\(CheckoutTerms.largestTotal) in the smallest unit of its currency.")
            case .discountTooLarge:
                .invalid(
                    parameter: "discount_lines", code: "parameter_invalid",
                    message: "The discounts are larger than what the line items come to.")
            case .noSuchLine: .notFound(kind: "line_item", id: "", parameter: "quantities")
            case .quantityNotOffered(let allowed):
                .invalid(
                    parameter: "quantities", code: "quantity_not_offered",
                    message: allowed.map { "The quantity must be \($0.lowerBound) to \($0.upperBound)." }
                        ?? "The quantity of this line cannot be changed.")
            case .amountNotOffered(let allowed):
                .invalid(
                    parameter: "amounts", code: "amount_not_offered",
                    message: allowed.map { "The amount must be \($0.lowerBound) to \($0.upperBound)." }
                        ?? "The amount of this line cannot be changed.")
            case .tipNotOffered(let maximum):
                .invalid(
                    parameter: "tip", code: "tip_not_offered",
                    message: maximum.map { "The tip can be at most \($0)." } ?? "This checkout takes no tip.")
            case .noSuchShippingOption:
                .invalid(
                    parameter: "shipping_option", code: "shipping_option_not_offered",
                    message: "There is no such shipping option here.")
            case .notRounded(let what, let currency):
                .invalid(
                    parameter: what.parameter, code: "parameter_invalid_integer",
                    message:
                        "Amounts in \(currency.code) must be a multiple of \(currency.chargeStep): the last decimal is "
                        + "always 0.")
            }
    }

    static let checkoutOver = Refusal.unexpectedState(
        code: "checkout_session_not_open",
        message: "This checkout session is not open any more; retrieve it to see its status.")

    static let paidTogether = Refusal.unexpectedState(
        code: "checkout_session_together",
        message: "Several people are paying this together: stop that first, or wait until it is over.")

    init(_ refusal: CheckoutRefusal) {
        self =
            switch refusal {
            case .complete, .expired: .checkoutOver
            case .underway: .outcomeUnknown
            case .together: .paidTogether
            }
    }
}

extension CheckoutAmount {
    /// Where callers say it.
    fileprivate var parameter: String {
        switch self {
        case .line: "line_items"
        case .chosenAmount: "amounts"
        case .discount: "discount_lines"
        case .shipping: "shipping_options"
        case .tax: "tax_amount"
        case .tip: "tip"
        }
    }
}
