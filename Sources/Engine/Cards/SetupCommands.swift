package import Payments
import Ports
import Primitives

/// What a bot asks for when it wants to keep a card. Texts were checked by the front.
package struct NewSetupIntent: Sendable {
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    /// A card, stored for this in place of ``paymentMethod``.
    package var card: NewCard?
    package var usage: FutureUsage
    package var details: DetailFields
    /// Verify at once; needs a payment method.
    package var confirm: Bool

    package init(
        customer: CustomerID? = nil, paymentMethod: PaymentMethodID? = nil, usage: FutureUsage = .offSession,
        details: DetailFields = DetailFields(), confirm: Bool = false
    ) {
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.usage = usage
        self.details = details
        self.confirm = confirm
    }
}

/// What a bot changes on a setup intent that was not confirmed yet. Nil leaves a thing as it is.
package struct SetupChange: Sendable {
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    /// Texts to set, merged over the stored ones.
    package var details = DetailFields()
    /// Names of texts to remove first.
    package var removals: [String] = []

    package init() {}
}

/// A bot keeps cards without charging them.
package struct SetupCommands: Sendable {
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

    /// Creates a setup intent and, if asked, has the card verified. Durable before the processor is called.
    package func create(_ new: NewSetupIntent, for bot: BotID, _ caller: Caller) async throws -> Answer {
        try await cards.holding(new.card) { try await create(new, $0, for: bot, caller) }
    }

    private func create(
        _ new: NewSetupIntent, _ hand: CardInHand?, for bot: BotID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let owner = try transaction.activeBot(bot)
            try caller.checkCustomer(new.customer, transaction)
            let id: SetupIntentID = tools.randomness.identifier(at: now)
            let chosen = try hand.map { try cards.store($0, caller, transaction, now).id } ?? new.paymentMethod
            let method = try chosen.map { try card($0, new.customer, caller, transaction) }
            let intent = SetupIntent(
                id: id, bot: bot, mode: caller.mode, created: now, customer: new.customer,
                paymentMethod: chosen, usage: new.usage,
                details: try sealed(new.details, of: id, caller.mode))
            try transaction.insert(intent)
            let event = try told(.setupIntentCreated, intent, caller, transaction, now)
            guard new.confirm else {
                return .answered(event.answer, event: caller.expansions.isEmpty ? event.id : nil)
            }
            return try start(intent, method, new.details, owner, caller, transaction, now)
        }
    }

    /// Changes a setup intent that was not confirmed yet; description and metadata may change at any time.
    package func update(_ id: SetupIntentID, _ change: SetupChange, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            var intent = try owned(id, caller, transaction)
            if let customer = change.customer, customer != intent.customer {
                try checkChangeable(intent)
                try caller.checkCustomer(customer, transaction)
                intent.customer = customer
            }
            if let method = change.paymentMethod {
                _ = try card(method, intent.customer, caller, transaction)
                intent = try moved(intent.step(.choosePaymentMethod(method)))
            }
            let details = try tools.sealing.fields(of: intent).changed(by: change.details, removing: change.removals)
            intent.details = try sealed(details, of: id, intent.mode)
            try transaction.update(intent)
            return .answered(
                Answer(body: try tools.renderer.setupIntent(intent, expand: caller.expansions, transaction)))
        }
    }

    /// Has the card verified, another one if one is named.
    /// - Parameter details: merged over the stored texts: return address, how the cardholder agreed.
    package func confirm(
        _ id: SetupIntentID, paymentMethod: PaymentMethodID?, card: NewCard? = nil, details: DetailFields,
        _ caller: Caller
    ) async throws -> Answer {
        try await cards.holding(card) { hand in
            try await confirm(id, paymentMethod: paymentMethod, hand, details: details, caller)
        }
    }

    private func confirm(
        _ id: SetupIntentID, paymentMethod named: PaymentMethodID?, _ hand: CardInHand?, details: DetailFields,
        _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var intent = try owned(id, caller, transaction)
            let owner = try transaction.activeBot(intent.bot)
            let paymentMethod = try hand.map { try cards.store($0, caller, transaction, now).id } ?? named
            try paymentMethod.map { try caller.checkGuest($0, transaction) }
            if let paymentMethod, paymentMethod != intent.paymentMethod || intent.state == .requiresPaymentMethod {
                intent = try moved(intent.step(.choosePaymentMethod(paymentMethod)))
            }
            var texts = try tools.sealing.fields(of: intent)
            if !details.isEmpty {
                texts.merge(details)
                intent.details = try sealed(texts, of: id, intent.mode)
            }
            let method = try intent.paymentMethod.map { try card($0, intent.customer, caller, transaction) }
            return try start(intent, method, texts, owner, caller, transaction, now)
        }
    }

    /// Gives a setup intent up. One whose outcome is open cannot be.
    package func cancel(_ id: SetupIntentID, _ reason: CancellationReason, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let intent = try owned(id, caller, transaction)
            let next = try moved(intent.step(.cancel(reason)))
            try transaction.update(next)
            let event = try told(.setupIntentCanceled, next, caller, transaction, now)
            return .answered(event.answer, event: caller.expansions.isEmpty ? event.id : nil)
        }
    }
}

extension SetupCommands {
    /// The first commit of a verification: attempt and open operation. The intent is stored already.
    private func start(
        _ intent: SetupIntent, _ method: PaymentMethod?, _ texts: DetailFields, _ bot: Bot, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let earlier = try authentication(intent, transaction)
        let id: SetupAttemptID =
            intent.latestAttempt.map { tools.furtherReference(for: nil, after: $0, at: now) }
            ?? tools.randomness.identifier(at: now)
        let next = try moved(intent.step(.confirm(id)))
        guard let method else { throw Refusal.noSetupCard }
        let card = try tools.builder.card(method)
        let verdict = earlier == nil ? try screened(method, intent.customer, bot, id, caller, transaction, now) : nil
        let mustAuthenticate = earlier == nil && (texts.requiresAuthentication || verdict?.action == .authenticate)
        let need = RoutedNeed.verification(authenticated: mustAuthenticate, returnURL: texts["return_url"])
        let route: Route
        if let earlier {
            route = try router.pinned(to: earlier.connection, .authentication)
        } else {
            route = try router.route(
                id.retyped(), of: .bot(bot.id), RoutingScope(platform: bot.platform, mode: intent.mode), need, at: now,
                RoutingFacts(
                    bot: bot.id, country: bot.country, method: .card, brand: card.number.brand,
                    issuerPrefix: card.number.issuerPrefix, amount: RiskFacts.noAmount))
        }
        let attempt = SetupAttempt(
            id: id, setupIntent: intent.id, bot: bot.id, mode: intent.mode, connection: route.connection.id,
            adapterVersion: route.routed.adapterVersion, paymentMethod: method.id, usage: intent.usage, created: now)
        try verdict?.store(for: id.bits, in: transaction)
        if verdict?.action == .block { return try blocked(next, attempt, caller, transaction, now) }
        try transaction.update(next)
        try transaction.insert(attempt)
        let open = try tools.open(
            id.retyped(), .verification, subject: intent.id.bits, at: route.connection.id, for: caller, transaction, now
        )
        let content = OutgoingMessage.Verification(
            card: card, usage: intent.usage,
            securityCodeOf: method.awaitsSecurityCode && earlier == nil ? method.id : nil,
            authenticatedReference: earlier?.reference, requiresAuthentication: mustAuthenticate,
            returnURL: texts["return_url"])
        return .sending(OutgoingMessage(operation: open, content: .verify(content)))
    }

    private func screened(
        _ method: PaymentMethod, _ customer: CustomerID?, _ bot: Bot, _ attempt: SetupAttemptID, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> RiskVerdict? {
        guard let screen = tools.screen(transaction, now) else { return nil }
        var facts = RiskFacts(subject: .setup, mode: caller.mode, amount: RiskFacts.noAmount)
        (facts.bot, facts.customer) = (bot.id, customer)
        try facts.note(method.instrument == .card ? method : nil, caller, tools)
        return try screen.judge(facts, attempt: attempt.bits)
    }

    /// An attempt that a rule refused: stored as declined, so that it can be explained, and no processor is asked.
    private func blocked(
        _ started: SetupIntent, _ draft: SetupAttempt, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let intent = try moved(started.step(.attemptResolved(draft.id, .declined(.blockedByRule))))
        var attempt = draft
        attempt.state = .declined(.blockedByRule)
        try transaction.update(intent)
        try transaction.insert(attempt)
        _ = try told(.setupIntentSetupFailed, intent, caller, transaction, now)
        return .answered(
            Answer(
                status: 402,
                body: try tools.renderer.declined(
                    .blockedByRule, setup: intent, expand: caller.expansions, transaction)))
    }

    /// An authentication that the cardholder was just sent to.
    private func authentication(
        _ intent: SetupIntent, _ reader: any StoreReader
    ) throws -> (reference: String, connection: ConnectionID)? {
        guard case .requiresAction(let id) = intent.state, let attempt = try reader.setupAttempt(id),
            case .requiresAction(let action) = attempt.state
        else { return nil }
        return (action.processorReference, attempt.connection)
    }

    private func card(
        _ id: PaymentMethodID, _ customer: CustomerID?, _ caller: Caller, _ reader: any StoreReader
    ) throws -> PaymentMethod {
        let method = try caller.usableCard(id, customer: customer, reader)
        guard method.instrument == .card else { throw Refusal.needsCard }
        return method
    }

    private func owned(_ id: SetupIntentID, _ caller: Caller, _ reader: any StoreReader) throws -> SetupIntent {
        guard let intent = try reader.setupIntent(id), .bot(intent.bot) == caller.owner, intent.mode == caller.mode
        else { throw Refusal.notFound(kind: "setupintent", id: id.text, parameter: "intent") }
        return intent
    }

    private func checkChangeable(_ intent: SetupIntent) throws {
        switch intent.state {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: return
        case .processing: throw Refusal.outcomeUnknown
        case .succeeded, .canceled: throw Refusal.setupState
        }
    }

    private func moved(_ step: SetupStep) throws -> SetupIntent {
        switch step {
        case .moved(let intent, _): return intent
        case .refused(.noPaymentMethod): throw Refusal.noSetupCard
        case .refused(.unexpectedState): throw Refusal.setupState
        case .refused, .ignored, .askProcessor: throw Refusal.outcomeUnknown
        }
    }

    private func sealed(_ details: DetailFields, of id: SetupIntentID, _ mode: Mode) throws -> SealedDetails? {
        try tools.sealing.seal(details, .setupDetails, of: id, mode: mode, salt: id.bytes)
    }

    /// Stores an event; the answer is its object, or the same with what was asked to be shown whole.
    private func told(
        _ type: EventType, _ intent: SetupIntent, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> (id: EventID, answer: Answer) {
        let object = try tools.renderer.setupIntent(intent, expand: [], transaction)
        let event = try tools.outbox.emit(
            type, about: intent.id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        guard !caller.expansions.isEmpty else { return (event, Answer(body: object)) }
        return (
            event, Answer(body: try tools.renderer.setupIntent(intent, expand: caller.expansions, transaction))
        )
    }
}

extension RiskFacts {
    /// What a card that is only kept costs.
    static let noAmount = Money(minorUnits: 0, currency: .usd)
}

extension Refusal {
    static let noSetupCard = Refusal.invalid(
        parameter: "payment_method", code: "setup_intent_unexpected_state",
        message: "This setup intent has no payment method; name one with payment_method.")

    static let setupState = Refusal.unexpectedState(
        code: "setup_intent_unexpected_state",
        message: "This setup intent's status does not allow it; retrieve the setup intent to see its status.")
}
