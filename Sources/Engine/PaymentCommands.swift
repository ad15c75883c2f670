import Ledger
package import Payments
import Ports
package import Primitives

/// What a bot asks for when it creates a payment. Amount and texts were checked by the front.
package struct NewPayment: Sendable {
    package var amount: Money
    package var captureMethod: CaptureMethod
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    package var details: DetailFields
    /// Charge at once; needs a payment method.
    package var confirm: Bool
    /// A payer's account, made for this payment in place of ``paymentMethod``.
    package var account: NewAccountMethod?
    /// A card, stored for this payment in place of ``paymentMethod``.
    package var card: NewCard?
    /// A single-use card token in place of ``paymentMethod``; it is used up by this payment.
    package var token: TokenID?
    /// Where the caller named ``token``.
    package var tokenParameter = sourceParameter
    static let sourceParameter = "source"

    package init(
        amount: Money, captureMethod: CaptureMethod = .automatic, customer: CustomerID? = nil,
        paymentMethod: PaymentMethodID? = nil, details: DetailFields = DetailFields(), confirm: Bool = false
    ) {
        self.amount = amount
        self.captureMethod = captureMethod
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.details = details
        self.confirm = confirm
    }
}

/// What a bot changes on a payment that was not charged yet. Nil leaves a thing as it is.
package struct PaymentChange: Sendable {
    /// Minor units of ``currency``, or of the payment's own.
    package var amount: Int64?
    package var currency: Currency?
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    /// Texts to set, merged over the stored ones.
    package var details = DetailFields()
    /// Names of texts to remove first; `DetailFields.allMetadata` stands for all metadata.
    package var removals: [String] = []

    /// Whether it is about what a charge is made of, and not about texts that may change at any time.
    var changesTerms: Bool {
        (details.allNames + removals).contains { DetailFields.terms.contains($0) }
    }

    package init() {}
}

/// A bot charges, captures and cancels.
package struct PaymentCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router
    let cards: CardCommands

    package init(commands: Commands, tools: SettlementTools, router: Router, cards: CardCommands) {
        self.commands = commands
        self.tools = tools
        self.router = router
        self.cards = cards
    }

    /// Creates a payment and, if asked, charges it. Durable before the processor is called and before it answers.
    package func create(_ new: NewPayment, for bot: BotID, _ caller: Caller) async throws -> Answer {
        try await cards.holding(new.card) { try await create(new, $0, for: bot, caller) }
    }

    private func create(
        _ new: NewPayment, _ hand: CardInHand?, for bot: BotID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let owner = try transaction.activeBot(bot)
            try caller.checkCustomer(new.customer, transaction)
            let id: PaymentID = tools.randomness.identifier(at: now)
            let handed = try handed(new, hand, caller, transaction, now)
            let chosen = handed?.method ?? new.paymentMethod
            let method = try chosen.map {
                try caller.usableCard(
                    $0, customer: new.customer, isUnderway: handed?.bond != nil, transaction)
            }
            var texts = try new.details.serving(method)
            if let bond = handed?.bond {
                try keep(bond, with: new, as: id, &texts, caller, transaction, now)
            }
            let details = try tools.sealing.seal(texts, .paymentDetails, of: id, mode: caller.mode, salt: id.bytes)
            let payment = Payment(
                id: id, bot: bot, mode: caller.mode, created: now, amount: new.amount,
                captureMethod: new.captureMethod, customer: new.customer, paymentMethod: chosen, details: details)
            guard new.confirm else { return try stored(payment, caller, transaction, now) }
            return try start(payment, isNew: true, method, owner, caller, transaction, now)
        }
    }

    /// Changes a payment that was not charged yet; description and metadata may change at any time.
    package func update(_ id: PaymentID, _ change: PaymentChange, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payment = try owned(id, caller, transaction)
            if change.amount != nil || change.currency != nil || change.customer != nil || change.paymentMethod != nil
                || change.changesTerms
            {
                try checkChangeable(payment)
            }
            payment.lastDecline = nil
            let amount = Money(
                minorUnits: change.amount ?? payment.amount.minorUnits,
                currency: change.currency ?? payment.amount.currency)
            if amount != payment.amount {
                payment.amount = amount
                // What the cardholder agreed to was the old amount: it is authenticated anew.
                if case .requiresAction = payment.state, let method = payment.paymentMethod {
                    payment = try moved(payment.step(.choosePaymentMethod(method)))
                }
            }
            if let customer = change.customer {
                try caller.checkCustomer(customer, transaction)
                payment.customer = customer
                if payment.latestCharge != nil { try transaction.noteCustomer(of: payment) }
            }
            if let method = change.paymentMethod {
                _ = try caller.usableCard(method, customer: payment.customer, transaction)
                payment = try moved(payment.step(.choosePaymentMethod(method)))
            }
            let details = try tools.sealing.fields(of: payment).changed(
                by: change.details, removing: change.removals)
            payment.details = try tools.sealing.seal(
                details, .paymentDetails, of: id, mode: payment.mode, salt: id.bytes)
            try transaction.update(payment)
            return .answered(
                Answer(body: try tools.renderer.payment(payment, expand: caller.expansions, transaction)))
        }
    }

    /// Charges a payment, with another card if one is named.
    /// - Parameter texts: merged over the stored ones: return address, how the cardholder agreed, whether they are there.
    package func confirm(
        _ id: PaymentID, paymentMethod: PaymentMethodID?, account: NewAccountMethod? = nil, card: NewCard? = nil,
        texts: DetailFields = DetailFields(), _ caller: Caller
    ) async throws -> Answer {
        try await cards.holding(card) { hand in
            try await confirm(id, paymentMethod: paymentMethod, account: account, hand, texts: texts, caller)
        }
    }

    private func confirm(
        _ id: PaymentID, paymentMethod: PaymentMethodID?, account: NewAccountMethod?, _ hand: CardInHand?,
        texts: DetailFields, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payment = try owned(id, caller, transaction)
            let owner = try transaction.activeBot(payment.bot)
            try paymentMethod.map { try caller.checkGuest($0, transaction) }
            let chosen =
                try hand.map { try cards.store($0, caller, transaction, now).id }
                ?? account.map { try tools.store($0, caller, transaction, now).id } ?? paymentMethod
            if let chosen, chosen != payment.paymentMethod || payment.state == .requiresPaymentMethod {
                payment = try moved(payment.step(.choosePaymentMethod(chosen)))
            }
            // What the payment's state refuses is said before anything about its card.
            _ = try moved(payment.step(.confirm(tools.randomness.identifier(at: now))))
            let isUnderway = chosen == nil && payment.state.waitsForItsPayer
            let method = try payment.paymentMethod.map {
                try caller.usableCard($0, customer: payment.customer, isUnderway: isUnderway, transaction)
            }
            if payment.details != nil || !texts.isEmpty || method?.instrument != .card {
                let stored = try tools.sealing.fields(of: payment)
                if stored[DetailFields.confirmationMethod] == "manual", caller.actor == .guest {
                    throw Refusal.forbidden(
                        message: "This payment is confirmed by hand (confirmation_method=manual): confirm it from your "
                            + "server with a secret key.")
                }
                let details = try stored.confirmed(with: texts).serving(method)
                if details != stored {
                    payment.details = try tools.sealing.seal(
                        details, .paymentDetails, of: id, mode: payment.mode, salt: id.bytes)
                }
            }
            return try start(payment, isNew: false, method, owner, caller, transaction, now)
        }
    }

    /// Takes held money, all of it when no amount is named; the rest is released.
    package func capture(_ id: PaymentID, amount: Int64?, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let payment = try owned(id, caller, transaction)
            let operation: OperationID = tools.randomness.identifier(at: now)
            let asked = amount ?? payment.authorized
            let next = try moved(payment.step(.capture(operation, amount: asked)), asked: "amount_to_capture")
            let (charge, original) = try approvedCharge(of: payment, transaction)
            try transaction.update(next)
            let open = try tools.open(
                operation, .capture, subject: id.bits, at: charge.connection, for: caller, transaction, now)
            let money = Money(minorUnits: asked, currency: payment.amount.currency)
            return .sending(OutgoingMessage(operation: open, content: .capture(amount: money, original: original)))
        }
    }

    /// Gives a payment up. Held money is released; while an outcome is open the wish is recorded and carried out later.
    package func cancel(_ id: PaymentID, _ reason: CancellationReason, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            try giveUp(id, reason, caller, transaction, now)
        }
    }

    /// As ``cancel(_:_:_:)``, in a commit of somebody else's.
    func giveUp(
        _ id: PaymentID, _ reason: CancellationReason, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let payment = try owned(id, caller, transaction)
        let operation: OperationID = tools.randomness.identifier(at: now)
        let step = payment.step(.cancel(reason, void: operation))
        if case .ignored = step { return try answered(payment, caller, transaction) }
        let next = try moved(step).dated(now)
        try transaction.update(next)
        if payment.isUnderReview { try transaction.closeReview(of: id.bits, as: .withdrawn, at: now) }
        guard case .voiding = next.state else {
            let settlement = tools.settlement(transaction, now, caller)
            guard next.state == .canceled else { return try answered(next, caller, transaction) }
            let event = try settlement.announce(.canceled, next, nil, captured: false)
            let answer = Answer(body: try tools.renderer.payment(next, expand: caller.expansions, transaction))
            return .answered(answer, event: caller.expansions.isEmpty ? event : nil)
        }
        let (charge, original) = try approvedCharge(of: payment, transaction)
        let open = try tools.open(
            operation, .void, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        return .sending(OutgoingMessage(operation: open, content: .void(original: original)))
    }

    /// An operator lets a held payment go on, in a commit of theirs: the money is taken, or may be taken by the bot.
    func release(
        _ id: PaymentID, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let payment = try owned(id, caller, transaction)
        let operation: OperationID = tools.randomness.identifier(at: now)
        let next = try moved(payment.step(.release(capture: operation)))
        try transaction.update(next)
        let (charge, original) = try approvedCharge(of: payment, transaction)
        guard case .capturing(_, _, let amount) = next.state else {
            try tools.noteAuthorization(of: next, charge, transaction, now)
            try tools.settlement(transaction, now, caller).announce(.capturable, next, nil, captured: false)
            return try answered(next, caller, transaction)
        }
        let open = try tools.open(
            operation, .capture, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        let money = Money(minorUnits: amount, currency: payment.amount.currency)
        return .sending(OutgoingMessage(operation: open, content: .capture(amount: money, original: original)))
    }
}

extension PaymentCommands {
    private func stored(
        _ payment: Payment, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        try transaction.insert(payment)
        let object = try tools.renderer.payment(payment, expand: [], transaction)
        let event = try tools.outbox.emit(
            .paymentIntentCreated, about: payment.id, to: caller.owner, mode: caller.mode, at: now,
            request: caller.request, object: object, in: transaction)
        guard !caller.expansions.isEmpty else { return .answered(Answer(body: object), event: event) }
        return try answered(payment, caller, transaction)
    }

    private func answered(
        _ payment: Payment, _ caller: Caller, _ reader: any StoreReader
    ) throws -> Prepared {
        .answered(Answer(body: try tools.renderer.payment(payment, expand: caller.expansions, reader)))
    }

    /// The first commit of a charge: payment, attempt and open operation.
    func start(
        _ wanted: Payment, isNew: Bool, _ method: PaymentMethod?, _ bot: Bot, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let authentication = try authentication(wanted, transaction)
        // What the cardholder was sent to authenticate has been decided about.
        let verdict =
            authentication == nil ? try screened(wanted, method, bot, caller, transaction, now) : nil
        var payment = wanted
        if authentication == nil { payment.review = verdict?.action == .review ? .held : nil }
        let reference = try tools.reference(
            for: payment.takesAtOnce ? .sale : .authorization, payment.amount, caller, transaction, now,
            ChargeKind.self, after: payment.latestCharge)
        let chargeID = reference.id
        _ = try moved(payment.step(.confirm(chargeID)))
        guard let method else { throw Refusal.noCard }
        var texts = payment.details == nil ? DetailFields() : try tools.sealing.fields(of: payment)
        var refused = verdict?.action == .block ? Decline.blockedByRule : nil
        if authentication != nil {
            guard texts.merchantReason == nil else { throw Refusal.cardholderIsThere }
        } else {
            try agree(to: method, verdict, &texts, &payment, &refused, transaction)
        }
        let next = try moved(payment.step(.confirm(chargeID)))
        let (card, content) = try content(payment, texts, method, bot, authentication?.reference, transaction)
        let route = try route(
            chargeID.retyped(), payment, texts, bot, method, card, claimed: reference.claimed?.connection,
            authenticatedAt: authentication?.connection, now, &refused)
        try verdict?.store(for: chargeID.bits, in: transaction)
        let charge = Charge(chargeID, of: payment, method, at: route, now)
        if let refused { return try blocked(next, isNew: isNew, charge, refused, caller, transaction, now) }
        if isNew { try transaction.insert(next) } else { try transaction.update(next) }
        try transaction.insert(charge)
        if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: chargeID.retyped()) }
        let open = try tools.open(
            chargeID.retyped(), .charge, subject: payment.id.bits, at: route.connection.id, for: caller, transaction,
            now)
        var message = reference.message(open, content)
        message.hasAlternatives = route.decision.hasAlternatives && method.instrument == .card
        return .sending(message)
    }

    /// Whether the card may be charged as is asked: with the holder's consent where they are away, and with their
    /// authentication where a rule wants it. Notes both with the payment; reads nothing for any other charge.
    private func agree(
        to method: PaymentMethod, _ verdict: RiskVerdict?, _ texts: inout DetailFields, _ payment: inout Payment,
        _ refused: inout Decline?, _ reader: any StoreReader
    ) throws {
        let before = texts
        if texts.merchantReason != nil {
            let mandate = try reader.consent(to: method, named: texts[DetailFields.mandate])
            texts[DetailFields.mandate] = mandate.id.text
        }
        let isRuled = verdict?.action == .authenticate
        texts[DetailFields.ruledAuthentication] = isRuled ? "1" : nil
        if texts.futureUsage != nil {
            guard texts.merchantReason == nil else {
                throw Refusal.invalid(
                    parameter: "off_session", code: "parameter_invalid",
                    message:
                        "A payment that keeps its card (setup_future_usage) needs the cardholder: leave off_session "
                        + "out, or make another payment.")
            }
            guard method.instrument == .card else {
                throw Refusal.invalid(
                    parameter: "setup_future_usage", code: "parameter_invalid",
                    message: "Only cards are kept: leave setup_future_usage out, or pay with a card.")
            }
        }
        if isRuled, texts.refusesAction || method.instrument != .card {
            refused = .authenticationRequiredByRule
        }
        guard texts != before else { return }
        payment.details = try tools.sealing.seal(
            texts, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
    }

    /// What is asked of the processor, with the card in clear if one is charged.
    private func content(
        _ payment: Payment, _ details: DetailFields, _ method: PaymentMethod, _ bot: Bot, _ authenticated: String?,
        _ reader: any StoreReader
    ) throws -> (CardNumber?, OutgoingMessage.Content) {
        guard method.instrument == .card else {
            let descriptor = details["statement_descriptor"] ?? bot.statementDescriptor
            return (
                nil,
                try wallet(payment, method, approved: authenticated, descriptor, returnURL: details["return_url"])
            )
        }
        let card = try tools.builder.card(method)
        let authorization = try tools.authorization(
            payment, details, method, card, bot, authenticated: authenticated, reader)
        return (card.number, .authorize(authorization))
    }

    /// What the rules say of the attempt that is about to start.
    /// - Returns: nil when there are none.
    private func screened(
        _ payment: Payment, _ method: PaymentMethod?, _ bot: Bot, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> RiskVerdict? {
        guard let screen = tools.screen(transaction, now) else { return nil }
        let attempt: ChargeID = tools.randomness.identifier(at: now)
        // An attempt that cannot start is not counted: the state is looked at first.
        _ = try moved(payment.step(.confirm(attempt)))
        var facts = RiskFacts(subject: .charge, mode: payment.mode, amount: payment.amount)
        (facts.bot, facts.customer) = (bot.id, payment.customer)
        try facts.note(method?.instrument == .card ? method : nil, caller, tools)
        return try screen.judge(facts, attempt: attempt.bits)
    }

    /// An attempt that a rule refused: stored as declined, so that it can be explained, and no processor is asked.
    private func blocked(
        _ started: Payment, isNew: Bool, _ draft: Charge, _ decline: Decline, _ caller: Caller,
        _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let payment = try moved(started.step(.attemptResolved(draft.id, .declined(decline))))
        var charge = draft
        charge.state = .declined(decline)
        if isNew { try transaction.insert(payment) } else { try transaction.update(payment) }
        try transaction.insert(charge)
        let settlement = tools.settlement(transaction, now, caller)
        if isNew { try settlement.announceCreation(started) }
        try settlement.announce(.failed, payment, charge, captured: false)
        return .answered(try settlement.answer(decline, payment))
    }

    /// What has begun somewhere goes on there; everything else is routed.
    private func route(
        _ operation: OperationID, _ payment: Payment, _ texts: DetailFields, _ bot: Bot, _ method: PaymentMethod,
        _ card: CardNumber?, claimed: ConnectionID?, authenticatedAt authenticated: ConnectionID?, _ now: Timestamp,
        _ refused: inout Decline?
    ) throws -> Route {
        if let claimed { return try router.pinned(to: claimed, .restored) }
        if let authenticated { return try router.pinned(to: authenticated, .authentication) }
        let scope = RoutingScope(platform: bot.platform, mode: payment.mode)
        let facts = RoutingFacts(
            bot: bot.id, country: bot.country, method: RoutedMethod(method.instrument), brand: card?.brand,
            issuerPrefix: card?.issuerPrefix, amount: payment.amount)
        if refused == nil, method.instrument == .card, texts.requiresAuthentication {
            do {
                let need = RoutedNeed.authenticatedCharge(returnURL: texts["return_url"])
                return try router.route(operation, of: .bot(bot.id), scope, need, at: now, facts)
            } catch Refusal.noConnection where texts[DetailFields.ruledAuthentication] != nil {
                // Nobody there asks cardholders: what the rule wants cannot be had.
                refused = .authenticationRequiredByRule
            }
        }
        return try router.route(
            operation, of: .bot(bot.id), scope, method.instrument == .card ? .charge : .wallet(method.instrument),
            at: now, facts)
    }

    /// An authentication that the cardholder was just sent to: the processor's reference for it, and where it is known.
    private func authentication(
        _ payment: Payment, _ reader: any StoreReader
    ) throws -> (reference: String, connection: ConnectionID)? {
        guard case .requiresAction(let id) = payment.state, let charge = try reader.charge(id),
            case .requiresAction(let action) = charge.state
        else { return nil }
        return (action.processorReference, charge.connection)
    }

    /// What was handed in with the payment itself, as a payment method.
    private func handed(
        _ new: NewPayment, _ hand: CardInHand?, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> (method: PaymentMethodID, bond: CheckoutBond?)? {
        if let hand { return (try cards.store(hand, caller, transaction, now).id, nil) }
        if let token = new.token {
            let (method, bond) = try transaction.redeem(token, named: new.tokenParameter, caller)
            return (method.id, bond)
        }
        return try new.account.map { (try tools.store($0, caller, transaction, now).id, nil) }
    }

    func approvedCharge(
        of payment: Payment, _ reader: any StoreReader
    ) throws -> (Charge, OriginalOperation) {
        guard let charge = try payment.latestCharge.flatMap(reader.charge), let original = charge.original else {
            throw StoreError.corrupt("payment \(payment.id) is authorized without an approved charge")
        }
        return (charge, original)
    }

    /// The payment, if it is the caller's.
    func owned(_ id: PaymentID, _ caller: Caller, _ reader: any StoreReader) throws -> Payment {
        guard let payment = try reader.payment(id), .bot(payment.bot) == caller.owner, payment.mode == caller.mode
        else {
            throw Refusal.notFound(kind: "payment_intent", id: id.text, parameter: "intent")
        }
        return payment
    }

    private func checkChangeable(_ payment: Payment) throws {
        switch payment.state {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: return
        case .authorizing, .capturing, .voiding, .incrementing: throw Refusal.outcomeUnknown
        case .authorized, .succeeded, .canceled: throw Refusal.paymentState(payment)
        }
    }

    func moved(_ step: PaymentStep, asked parameter: String? = nil) throws -> Payment {
        switch step {
        case .moved(let payment, _): return payment
        case .refused(let refusal): throw Refusal(refusal, parameter: parameter)
        case .ignored, .conflict: throw Refusal.outcomeUnknown
        }
    }
}

extension Refusal {
    static let noCard = Refusal.invalid(
        parameter: "payment_method", code: "payment_intent_unexpected_state",
        message: "This payment has no payment method; name one with payment_method.")

    static let cardholderIsThere = Refusal.invalid(
        parameter: "off_session", code: "parameter_invalid",
        message: "The cardholder has been sent to authenticate this payment: confirm it without off_session.")

    static func paymentState(_ payment: Payment) -> Refusal {
        .unexpectedState(
            code: "payment_intent_unexpected_state",
            message: "This payment's status does not allow it; retrieve the payment to see its status.")
    }

    init(_ refusal: PaymentRefusal, parameter: String?) {
        self =
            switch refusal {
            case .unexpectedState:
                .unexpectedState(
                    code: "payment_intent_unexpected_state",
                    message: "This payment's status does not allow it; retrieve the payment to see its status.")
            case .outcomeUnknown: .outcomeUnknown
            case .underReview:
                .unexpectedState(
                    code: "payment_intent_unexpected_state",
                    message: "This payment is being looked at by the operator; its status changes once that is done.")
            case .noPaymentMethod: .noCard
            case .amountNotPositive:
                .invalid(
                    parameter: parameter, code: "parameter_invalid_integer", message: "The amount must be positive.")
            case .amountTooSmall(let held):
                .invalid(
                    parameter: parameter, code: "amount_too_small",
                    message: "\(held) is held already; an increment names more than that, in all.")
            case .amountTooLarge(let maximum):
                .invalid(
                    parameter: parameter, code: "amount_too_large",
                    message: "The amount is larger than what is left; the most is \(maximum).")
            }
    }
}
