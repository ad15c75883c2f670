import Ledger
import Payments
import Ports
import Primitives

extension Settlement {
    func settlePayment(_ operation: OpenOperation, _ answered: Outcome) throws -> Settled {
        let id = PaymentID(bits: operation.subject)
        guard let payment = try transaction.payment(id), let chargeID = payment.latestCharge,
            let charge = try transaction.charge(operation.purpose == .charge ? operation.id.retyped() : chargeID)
        else { throw StoreError.corrupt("open operation \(operation.id) belongs to no payment") }
        let outcome = try withoutCardholder(answered, payment)
        try announceCreation(payment, charge, operation)
        if let handedOn = try handOn(payment, charge, operation, outcome) { return handedOn }
        let event: PaymentEvent =
            switch operation.purpose {
            case .capture: .captureResolved(operation.id, outcome)
            case .void: .voidResolved(operation.id, outcome)
            case .increment: .incrementResolved(operation.id, outcome)
            default: .attemptResolved(charge.id, outcome)
            }
        switch payment.step(event) {
        case .moved(let next, let effects):
            if effects.contains(.askProcessor(operation.id)), next != payment { try transaction.update(next) }
            return try apply(next, effects, to: charge, operation, outcome)
        case .ignored:
            return Settled(fate: .closed, answer: try answer(payment, after: operation, outcome))
        case .refused(let refusal):
            return Settled(fate: .conflict("an answer met a payment that refused it: \(refusal)"))
        case .conflict(let reason):
            return Settled(fate: .conflict(reason), answer: try answer(payment, after: operation, outcome))
        }
    }

    /// Where nobody is there to act, wanting the cardholder to is a "no".
    private func withoutCardholder(_ outcome: Outcome, _ payment: Payment) throws -> Outcome {
        guard case .requiresAction = outcome, try tools.sealing.fields(of: payment).refusesAction else {
            return outcome
        }
        return .declined(Decline(reason: .authenticationRequired, isSoft: true))
    }

    private func apply(
        _ next: Payment, _ effects: [PaymentEffect], to before: Charge, _ operation: OpenOperation, _ outcome: Outcome
    ) throws -> Settled {
        var settled = Settled(fate: .closed)
        var payment = next.dated(now)
        if effects.contains(.askProcessor(operation.id)) {
            settled.fate = .open(outcome.unknownReason)
            guard operation.unknown == nil else {
                return try answering(settled, payment, operation, outcome, rendered: nil)
            }
            let news = try announced(.processing, payment, nil, captured: false)
            settled.event = news.event
            return try answering(settled, payment, operation, outcome, rendered: news.object)
        }
        var charge = operation.purpose == .charge ? before.resolved(outcome) : before
        if case .postCharge(let amount)? = effects.first {
            try book(amount, taken: &charge)
        }
        if operation.purpose == .capture, case .approved(let approval) = outcome {
            charge.capture = ChargeCapture(operation: operation.id, processorReference: approval.processorReference)
        }
        for case .raiseAuthorization(let amount) in effects {
            charge = charge.raised(to: amount)
            try transaction.raiseAuthorization(of: charge)
        }
        if charge != before, operation.purpose != .increment { try transaction.update(charge) }
        for case .giveBackPart(let approval) in effects {
            settled.followUps.append(
                try reverse(
                    approval, of: operation, isTaken: payment.takesAtOnce,
                    directBot: charge.fundsFlow == .toBot ? charge.bot : nil))
        }
        var used: PaymentMethod?
        if operation.purpose == .charge, charge.state == .approved, try !keepCard(of: &payment, charge) {
            used = try noteUse(of: charge.paymentMethod)
        }
        if operation.purpose == .charge, outcome.isFinalNo { try forgetAcceptance(of: &payment) }
        if operation.purpose == .charge { try forgetCard(of: charge, payment, used) }
        if effects.contains(.cancelNow) {
            if let message = try startVoid(&payment, charge, operation) { settled.followUps.append(message) }
        }
        if effects.contains(.refundInFull) {
            settled.followUps.append(try refundInFull(&payment, charge, operation))
        }
        try transaction.update(payment)
        if effects.contains(.announce(.held)) {
            try openReview(
                of: payment.id.bits, .charge, decision: charge.id.bits,
                due: tools.clocks.now(of: .bot(payment.bot), payment.mode, at: now)
                    .advanced(by: tools.configuration.reviewTime))
        }
        if effects.contains(.announce(.capturable)) {
            try tools.noteAuthorization(of: payment, charge, transaction, now)
        }
        var rendered: [UInt8]?
        for case .announce(let news) in effects {
            let news = try announced(news, payment, charge, captured: operation.purpose == .capture)
            (settled.event, rendered) = (news.event, news.object)
        }
        return try answering(settled, payment, operation, outcome, rendered: rendered)
    }

    /// Books what was taken, and what the platform asks for it.
    private func book(_ captured: Int64, taken charge: inout Charge) throws {
        var postings = [try PostingPlans.charge(charge, captured: captured)]
        if let fee = try transaction.platformFee(of: charge.bot, currency: charge.amount.currency),
            let bot = try transaction.bot(charge.bot),
            case let asked = try fee.amount(onCaptured: captured), asked > 0
        {
            postings.append(try PostingPlans.platformFee(asked, of: charge, to: bot.platform))
            charge.fee = asked
        }
        let book = try LedgerTransaction(source: charge.id, created: now, postings: postings)
        charge.posting = try transaction.postPayingDebts(book).first
    }

    private func answering(
        _ settled: Settled, _ payment: Payment, _ operation: OpenOperation, _ outcome: Outcome, rendered: [UInt8]?
    ) throws -> Settled {
        var settled = settled
        settled.answer = try answer(payment, after: operation, outcome, rendered: rendered)
        // Pointing at the event saves a second copy, where the answer is that very object.
        if settled.answer?.status != 200 || !expansions.isEmpty { settled.event = nil }
        return settled
    }

    /// - Returns: nil when it takes the place of a void that was not executed: the resolver sends it later.
    private func startVoid(
        _ payment: inout Payment, _ charge: Charge, _ operation: OpenOperation
    ) throws -> OutgoingMessage? {
        let id: OperationID = tools.randomness.identifier(at: now)
        guard case .moved(let voiding, _) = payment.step(.cancel(payment.cancellation ?? .unspecified, void: id)),
            let original = charge.original
        else { throw StoreError.corrupt("payment \(payment.id) cannot be voided") }
        payment = voiding
        if operation.purpose == .void {
            try openReplacement(id, of: operation)
            return nil
        }
        let open = try open(id, .void, subject: payment.id.bits, like: operation)
        return OutgoingMessage(operation: open, content: .void(original: original))
    }

    /// A card that is not saved is used up by an approval; a security code that was checked is not asked for again.
    /// - Returns: the card as it is then; nil when it is gone.
    @discardableResult
    func noteUse(of card: PaymentMethodID) throws -> PaymentMethod? {
        guard var method = try transaction.paymentMethod(card) else { return nil }
        let isUsedUp = method.holder == .nobody
        guard method.awaitsSecurityCode || (isUsedUp && !method.isConsumed) else { return method }
        method.awaitsSecurityCode = false
        method.isConsumed = isUsedUp
        try transaction.update(method)
        return method
    }

    /// Erases a card that was used and not saved when its customer was deleted meanwhile: until now it might have had to be
    /// sent again. Before anything is told, so that no event shows whose card it was.
    /// - Parameter used: the card, where it was read already.
    private func forgetCard(of charge: Charge, _ payment: Payment, _ used: PaymentMethod?) throws {
        guard let id = payment.customer, let method = try used ?? transaction.paymentMethod(charge.paymentMethod),
            method.holder == .nobody, method.owner == .bot(payment.bot), try transaction.customer(id)?.isDeleted == true
        else { return }
        _ = try transaction.destroyCard(method.id)
    }

    private func refundInFull(
        _ payment: inout Payment, _ charge: Charge, _ operation: OpenOperation
    ) throws -> OutgoingMessage {
        let refund = Refund(
            id: tools.randomness.identifier(at: now), payment: payment.id, charge: charge.id, bot: payment.bot,
            mode: payment.mode, amount: Money(minorUnits: payment.refundable, currency: payment.amount.currency),
            reason: RefundReason(payment.cancellation ?? .unspecified), created: now)
        payment.refunding += refund.amount.minorUnits
        if let account = PostingPlans.refundHold(charge) {
            try transaction.hold(refund.amount.minorUnits, on: account)
        }
        try transaction.insert(refund)
        let object = try tools.renderer.refund(refund, expand: [], transaction)
        try tools.outbox.emit(
            .refundCreated, about: refund.id, to: .bot(payment.bot), mode: payment.mode, at: now, request: request,
            object: object, in: transaction)
        guard let original = charge.original else { throw StoreError.corrupt("charge \(charge.id) has no approval") }
        let open = try open(refund.id.retyped(), .refund, subject: refund.id.bits, like: operation)
        return OutgoingMessage(operation: open, content: .refund(amount: refund.amount, original: original))
    }

    /// Stores the events of one piece of news.
    /// - Returns: the payment's own event.
    @discardableResult
    func announce(_ news: PaymentNews, _ payment: Payment, _ charge: Charge?, captured: Bool) throws -> EventID {
        try announced(news, payment, charge, captured: captured).event
    }

    /// As ``announce(_:_:_:captured:)``, with the payment as the event shows it: nearly always the answer as well.
    private func announced(
        _ news: PaymentNews, _ payment: Payment, _ charge: Charge?, captured: Bool
    ) throws -> (event: EventID, object: [UInt8]) {
        let chargeType: EventType? =
            switch news {
            case .succeeded: captured ? .chargeCaptured : .chargeSucceeded
            case .capturable, .held: .chargeSucceeded
            case .failed: .chargeFailed
            case .processing, .requiresAction, .canceled, .stillCapturable: nil
            }
        if let chargeType, let charge {
            let object = try tools.renderer.charge(charge, of: payment, expand: [], transaction)
            try tools.outbox.emit(
                chargeType, about: charge.id, to: .bot(payment.bot), mode: payment.mode, at: now, request: request,
                object: object, in: transaction)
        }
        let object = try tools.renderer.payment(payment, expand: [], transaction)
        let event = try tools.outbox.emit(
            news.eventType, about: payment.id, to: .bot(payment.bot), mode: payment.mode, at: now, request: request,
            object: object, in: transaction)
        return (event, object)
    }

    /// - Parameter rendered: the payment as it was just rendered without expansions, if it was.
    private func answer(
        _ payment: Payment, after operation: OpenOperation, _ outcome: Outcome, rendered: [UInt8]? = nil
    ) throws -> Answer {
        if case .voiding = payment.state, operation.purpose == .void {
            // The void is being repeated: nothing was refused.
            return try asItStands.answer(payment)
        }
        if outcome.isDecline, let decline = payment.lastDecline ?? outcome.decline {
            return try answer(decline, payment)
        }
        if expansions.isEmpty, let rendered { return Answer(body: rendered) }
        return try asItStands.answer(payment)
    }

    func answer(_ decline: Decline, _ payment: Payment) throws -> Answer { try asItStands.answer(decline, payment) }
}

extension Charge {
    /// This attempt with its outcome noted.
    func resolved(_ outcome: Outcome) -> Charge {
        var next = self
        if let state = ChargeState(outcome) { next.state = state }
        switch outcome {
        case .approved(let approval), .approvedPartial(let approval): next.approval = approval
        case .declined, .requiresAction, .pending, .notProcessed, .unknown: break
        }
        return next
    }
}

extension ChargeState {
    /// The state an outcome ends an attempt in; nil while it is open.
    init?(_ outcome: Outcome) {
        switch outcome {
        case .approved: self = .approved
        case .approvedPartial: self = .declined(.partialApproval)
        case .declined(let decline): self = .declined(decline)
        case .requiresAction(let action): self = .requiresAction(action)
        case .notProcessed(let reason): self = .notProcessed(reason)
        case .pending, .unknown: return nil
        }
    }
}

extension Outcome {
    /// The reason kept with an open operation; a processor that says "pending" is uncertain by its own word.
    var unknownReason: UnknownReason {
        if case .unknown(let reason) = self { reason } else { .processorUncertain }
    }

    /// Whether the caller is told "no". Part of the money is none of it.
    var isDecline: Bool {
        if case .approvedPartial = self { true } else { isFinalNo }
    }

    /// A "no" in the words callers read.
    var decline: Decline? {
        switch self {
        case .declined(let decline): decline
        case .notProcessed(let reason): reason.decline
        case .approvedPartial: .partialApproval
        case .approved, .requiresAction, .pending, .unknown: nil
        }
    }
}

extension PaymentNews {
    var eventType: EventType {
        switch self {
        case .processing, .held: .paymentIntentProcessing
        case .requiresAction: .paymentIntentRequiresAction
        case .capturable, .stillCapturable: .paymentIntentAmountCapturableUpdated
        case .succeeded: .paymentIntentSucceeded
        case .failed: .paymentIntentPaymentFailed
        case .canceled: .paymentIntentCanceled
        }
    }
}

extension RefundReason {
    init(_ reason: CancellationReason) {
        self =
            switch reason {
            case .requestedByCustomer: .requestedByCustomer
            case .duplicate: .duplicate
            case .fraudulent: .fraudulent
            case .abandoned, .unspecified, .automatic: .unspecified
            }
    }
}
