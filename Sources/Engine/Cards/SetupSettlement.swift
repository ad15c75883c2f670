import Payments
import Ports
import Primitives

extension Settlement {
    /// The second commit of a verification.
    func settleSetup(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let (intent, attempt) = try setup(operation)
        switch intent.step(.attemptResolved(attempt.id, outcome)) {
        case .moved(let next, let news):
            guard outcome.isFinal else {
                try transaction.update(next)
                return Settled(fate: .open(outcome.unknownReason), answer: try answer(next))
            }
            return try conclude(next, news, attempt.resolved(outcome), outcome)
        case .askProcessor:
            return Settled(fate: .open(outcome.unknownReason), answer: try answer(intent))
        case .ignored:
            guard outcome.isFinal else { return Settled(fate: .open(outcome.unknownReason)) }
            return Settled(fate: .closed, answer: try answer(intent))
        case .refused(let refusal):
            return Settled(fate: .conflict("an answer met a setup intent that refused it: \(refusal)"))
        }
    }

    private func setup(_ operation: OpenOperation) throws -> (SetupIntent, SetupAttempt) {
        guard let intent = try transaction.setupIntent(SetupIntentID(bits: operation.subject)),
            let attempt = try transaction.setupAttempt(operation.id.retyped())
        else { throw StoreError.corrupt("open operation \(operation.id) belongs to no setup intent") }
        return (intent, attempt)
    }

    private func conclude(
        _ moved: SetupIntent, _ news: SetupNews?, _ attempt: SetupAttempt, _ outcome: Outcome
    ) throws -> Settled {
        var intent = moved
        try transaction.update(attempt)
        let texts = try tools.sealing.fields(of: intent)
        if attempt.state == .approved {
            let agreement = Agreement(
                usage: intent.usage, source: .setupIntent(intent.id), bot: intent.bot, mode: intent.mode,
                customer: intent.customer, connection: attempt.connection, operation: attempt.id.retyped(),
                networkTransactionID: attempt.networkTransactionID, texts: texts)
            intent.mandate = try keep(attempt.paymentMethod, agreement)
        }
        if outcome.isFinalNo || attempt.state == .approved, texts[DetailFields.acceptanceType] != nil {
            intent.details = try tools.sealing.seal(
                texts.withoutAcceptance, .setupDetails, of: intent.id, mode: intent.mode, salt: intent.id.bytes)
        }
        try transaction.update(intent)
        var settled = Settled(fate: .closed)
        if let type = news?.eventType {
            let object = try tools.renderer.setupIntent(intent, expand: [], transaction)
            let event = try tools.outbox.emit(
                type, about: intent.id, to: .bot(intent.bot), mode: intent.mode, at: now, request: request,
                object: object, in: transaction)
            if expansions.isEmpty, news != .failed {
                (settled.event, settled.answer) = (event, Answer(body: object))
                return settled
            }
        }
        settled.answer = try intent.lastDecline.map { try answer($0, intent) } ?? answer(intent)
        return settled
    }

    private func answer(_ intent: SetupIntent) throws -> Answer { try asItStands.answer(intent) }

    private func answer(_ decline: Decline, _ intent: SetupIntent) throws -> Answer {
        try asItStands.answer(decline, intent)
    }
}

extension SetupAttempt {
    /// This attempt with its outcome noted.
    func resolved(_ outcome: Outcome) -> SetupAttempt {
        var next = self
        switch outcome {
        case .approved(let approval), .approvedPartial(let approval):
            next.state = .approved
            next.processorReference = approval.processorReference
            next.networkTransactionID = approval.networkTransactionID
        case .declined(let decline): next.state = .declined(decline)
        case .requiresAction(let action): next.state = .requiresAction(action)
        case .notProcessed(let reason): next.state = .notProcessed(reason)
        case .pending, .unknown: break
        }
        return next
    }
}

extension SetupNews {
    var eventType: EventType {
        switch self {
        case .requiresAction: .setupIntentRequiresAction
        case .succeeded: .setupIntentSucceeded
        case .failed: .setupIntentSetupFailed
        case .canceled: .setupIntentCanceled
        }
    }
}
