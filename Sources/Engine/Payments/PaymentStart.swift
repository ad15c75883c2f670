import Ledger
import Payments
import Ports
import Primitives

extension PaymentCommands {
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
}
