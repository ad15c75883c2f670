import Payments
import Ports
import Primitives

/// What decides whether an attempt is handed on to another connection, besides its outcome.
struct CascadeFacts: Sendable {
    let isCancelled: Bool
    /// Why the attempt went where it went; nil when there was nothing to choose.
    let decision: RoutingDecision?
    /// Attempts of the payment with this card, this one included.
    let attemptsOfCard: Int
    /// The card's security code went with the attempt.
    let sentSecurityCode: Bool

    /// Attempts of this confirmation, this one included: each decision names those before it.
    var attempts: Int { 1 + (decision?.excluded.count { $0.why == .tried } ?? 0) }

    /// Why there is no further attempt; nil when there may be one, if a connection is left.
    func stop(after outcome: Outcome) -> Cascade.Stop? {
        guard Cascade.mayTryAnother(after: outcome) else { return .outcome }
        guard !isCancelled else { return .cancelled }
        guard let decision else { return .noCandidate }
        if decision.basis == .authentication { return .authenticated }
        guard attempts < Cascade.mostAttempts, attemptsOfCard < Cascade.mostAttemptsOfCard else { return .attempts }
        if sentSecurityCode, Cascade.usesUpSecurityCode(outcome) { return .securityCodeUsed }
        return decision.hasAlternatives ? nil : .noCandidate
    }
}

extension Settlement {
    /// Hands an attempt that came to nothing on to another connection, in the commit that closes it. A crash before that
    /// commit leaves the old attempt open and a crash after it the new one: never both, never neither.
    /// - Returns: nil when the attempt is the last: the caller is told what came of it.
    func handOn(
        _ payment: Payment, _ charge: Charge, _ operation: OpenOperation, _ outcome: Outcome
    ) throws -> Settled? {
        guard let router, operation.purpose == .charge, Cascade.mayTryAnother(after: outcome),
            payment.state == .authorizing(charge.id)
        else { return nil }
        guard let bot = try transaction.bot(payment.bot),
            let method = try transaction.paymentMethod(charge.paymentMethod)
        else { throw StoreError.corrupt("charge \(charge.id) belongs to nobody, or to no card") }
        // A payer's account lies at one processor.
        guard method.instrument == .card else { return nil }
        let facts = try CascadeFacts(payment, charge, method, transaction)
        let details = payment.details == nil ? DetailFields() : try tools.sealing.fields(of: payment)
        guard facts.stop(after: outcome) == nil, let decision = facts.decision,
            let route = router.next(
                after: decision, of: decision.basis == .ownAccount ? .bot(bot.id) : .platform(bot.platform),
                mode: payment.mode, details.neededOfCharges, at: now)
        else { return nil }
        let id: ChargeID = tools.furtherReference(for: operation.idempotency, after: charge.id, at: now)
        guard case .moved(let next, _) = payment.step(.attemptHandedOn(charge.id, outcome, to: id)) else { return nil }
        try transaction.update(charge.resolved(outcome))
        try transaction.update(next)
        try transaction.insert(Charge(id, of: next, method, at: route, now))
        try transaction.insert(route.decision, of: id.retyped())
        let open = tools.newOperation(id.retyped(), takingThePlaceOf: operation, at: route.connection.id, now)
        try transaction.insert(open)
        let authorization = try tools.authorization(
            next, details, method, try tools.builder.card(method), bot, authenticated: nil, transaction)
        var message = OutgoingMessage(operation: open, content: .authorize(authorization))
        message.hasAlternatives = route.decision.hasAlternatives && facts.attempts + 1 < Cascade.mostAttempts
        return Settled(fate: .closed, next: message)
    }
}

extension CascadeFacts {
    init(_ payment: Payment, _ charge: Charge, _ method: PaymentMethod, _ reader: any StoreReader) throws {
        let attempts = try reader.charges(ofPayment: payment.id)
        self.init(
            isCancelled: payment.cancellation != nil, decision: try reader.routingDecision(of: charge.id.retyped()),
            attemptsOfCard: attempts.count { $0.paymentMethod == charge.paymentMethod && $0.id <= charge.id },
            sentSecurityCode: method.awaitsSecurityCode)
    }
}

extension Charge {
    /// An attempt that is about to be sent.
    init(_ id: ChargeID, of payment: Payment, _ method: PaymentMethod, at route: Route, _ now: Timestamp) {
        self.init(
            id: id, payment: payment.id, bot: payment.bot, mode: payment.mode, connection: route.connection.id,
            adapterVersion: route.routed.adapterVersion, fundsFlow: route.connection.fundsFlow, amount: payment.amount,
            paymentMethod: method.id, created: now)
    }
}

extension SettlementTools {
    /// The message of an attempt: what a charge says beside its reference.
    /// - Parameter authenticated: the processor's reference of an authentication that the cardholder was just sent to.
    func authorization(
        _ payment: Payment, _ details: DetailFields, _ method: PaymentMethod, _ card: CardCredentials, _ bot: Bot,
        authenticated: String?, _ reader: any StoreReader
    ) throws -> OutgoingMessage.Authorization {
        // The message that the cardholder was asked to authenticate has carried the security code already.
        let needsCode = method.awaitsSecurityCode && authenticated == nil
        return OutgoingMessage.Authorization(
            amount: payment.amount, card: card, capture: payment.takesAtOnce,
            securityCodeOf: needsCode ? method.id : nil, authenticatedReference: authenticated,
            statementDescriptor: details.statementDescriptor(of: bot), returnURL: details["return_url"],
            credential: try reader.credential(of: method, details),
            requiresAuthentication: details.requiresAuthentication && authenticated == nil,
            mayIncrement: details[DetailFields.increments] != nil && payment.captureMethod == .manual)
    }

    /// The same request waits for it, at another connection.
    fileprivate func newOperation(
        _ id: OperationID, takingThePlaceOf earlier: OpenOperation, at connection: ConnectionID, _ now: Timestamp
    ) -> OpenOperation {
        OpenOperation(
            id: id, purpose: earlier.purpose, subject: earlier.subject, mode: earlier.mode, connection: connection,
            created: now, validUntil: now.advanced(by: configuration.operationValidity),
            idempotency: earlier.idempotency, request: earlier.request, expansions: earlier.expansions,
            due: now.advanced(by: configuration.lookupBackoff))
    }
}
