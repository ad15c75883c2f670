import Primitives

/// What can happen to a payment.
package enum PaymentEvent: Hashable, Sendable {
    /// Another (or a first) means of payment was chosen.
    case choosePaymentMethod(PaymentMethodID)
    /// The owner wants it charged; `charge` names the attempt that will be sent.
    case confirm(ChargeID)
    /// What became of an attempt.
    case attemptResolved(ChargeID, Outcome)
    /// An attempt came to nothing, and the engine hands it on to another connection as a new attempt.
    case attemptHandedOn(ChargeID, Outcome, to: ChargeID)
    /// The owner wants held money taken.
    case capture(OperationID, amount: Int64)
    case captureResolved(OperationID, Outcome)
    /// The owner gives up; `void` names the message that will be sent if money is held.
    case cancel(CancellationReason, void: OperationID)
    case voidResolved(OperationID, Outcome)
    /// An operator lets a payment under review go on; `capture` names the message that takes the money, where the bot did
    /// not want to take it itself.
    case release(capture: OperationID)
    /// The owner wants more held: `amount` in all.
    case increment(OperationID, amount: Int64)
    case incrementResolved(OperationID, Outcome)
}

/// What the engine must do in the same commit, or right after it.
package enum PaymentEffect: Hashable, Sendable {
    case sendAttempt(ChargeID)
    case sendCapture(OperationID, amount: Int64)
    case sendVoid(OperationID)
    case sendIncrement(OperationID, amount: Int64)
    /// So much is held now, in all.
    case raiseAuthorization(Int64)
    /// Post this much to the ledger as taken.
    case postCharge(amount: Int64)
    /// A cancel was waiting and the money is taken: give all of it back.
    case refundInFull
    /// A cancel was waiting and the money is held: void it, with the same reason.
    case cancelNow
    /// The outcome is not known: keep the operation open and ask the processor.
    case askProcessor(OperationID)
    /// Less than was asked for was approved: give it back.
    case giveBackPart(Approval)
    case announce(PaymentNews)
}

/// News that become events for the owner.
package enum PaymentNews: Hashable, Sendable {
    case processing, requiresAction, capturable, succeeded, failed, canceled
    /// Authorized, and an operator looks at it before the money is taken.
    case held
    /// A capture or void came to nothing: the money is still held.
    case stillCapturable
}

/// Why a payment does not do what its owner asked; nothing changed.
package enum PaymentRefusal: Error, Hashable, Sendable {
    /// The operation does not apply in this state.
    case unexpectedState
    /// The outcome of an earlier message is open: ask again once it is known.
    case outcomeUnknown
    case noPaymentMethod
    case amountNotPositive
    /// More than was authorized.
    case amountTooLarge(maximum: Int64)
    /// An increment must be more than what is held.
    case amountTooSmall(held: Int64)
    /// An operator looks at it first.
    case underReview
}

/// The answer of a state machine.
package enum PaymentStep: Hashable, Sendable {
    /// Store the changed payment and carry out the effects.
    case moved(Payment, [PaymentEffect])
    /// A duplicate or late event that changes nothing.
    case ignored
    case refused(PaymentRefusal)
    /// The other side contradicts what is stored: record it and raise a case; never guess.
    case conflict(String)
}

extension Payment {
    /// The whole behaviour of a payment: pure and total.
    package func step(_ event: PaymentEvent) -> PaymentStep {
        switch state {
        case .requiresPaymentMethod, .requiresConfirmation: beforeAttempt(event)
        case .requiresAction(let charge): whileWaitingForCardholder(event, charge)
        case .authorizing(let charge): whileAuthorizing(event, charge)
        case .authorized(let charge): whileAuthorized(event, charge)
        case .capturing(let charge, let operation, let amount): whileCapturing(event, charge, operation, amount)
        case .voiding(let charge, let operation): whileVoiding(event, charge, operation)
        case .incrementing(let charge, let operation, let amount): whileIncrementing(event, charge, operation, amount)
        case .succeeded(let charge): onceSucceeded(event, charge)
        case .canceled: onceCanceled(event)
        }
    }

    private static let neverSent = "an answer to a capture, void or increment that this payment never sent"

    /// The attempt whose approval was voided; nil when nothing was ever held.
    private var voidedCharge: ChargeID? { authorized > 0 ? latestCharge : nil }

    private func beforeAttempt(_ event: PaymentEvent) -> PaymentStep {
        switch event {
        case .choosePaymentMethod(let method): choosing(method)
        case .confirm(let charge): starting(charge)
        case .cancel(let reason, _): canceling(reason)
        case .capture: .refused(.unexpectedState)
        case .attemptResolved(let charge, let outcome): lateAttempt(charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved, .voidResolved, .incrementResolved: .conflict(Payment.neverSent)
        case .release, .increment: .refused(.unexpectedState)
        }
    }

    private func whileWaitingForCardholder(_ event: PaymentEvent, _ waiting: ChargeID) -> PaymentStep {
        switch event {
        case .choosePaymentMethod(let method): choosing(method)
        case .confirm(let charge): starting(charge)
        case .cancel(let reason, _): canceling(reason)
        case .capture: .refused(.unexpectedState)
        case .attemptResolved(let charge, let outcome):
            charge == waiting ? resolving(charge, outcome) : lateAttempt(charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved, .voidResolved, .incrementResolved: .conflict(Payment.neverSent)
        case .release, .increment: .refused(.unexpectedState)
        }
    }

    private func whileAuthorizing(_ event: PaymentEvent, _ current: ChargeID) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm, .capture: .refused(.outcomeUnknown)
        case .cancel(let reason, _): recordingCancel(reason)
        case .attemptResolved(let charge, let outcome):
            charge == current ? resolving(charge, outcome) : lateAttempt(charge, outcome)
        case .attemptHandedOn(let charge, let outcome, let next):
            charge == current ? handingOn(outcome, to: next) : .refused(.unexpectedState)
        case .captureResolved, .voidResolved, .incrementResolved: .conflict(Payment.neverSent)
        case .release, .increment: .refused(.unexpectedState)
        }
    }

    private func whileAuthorized(_ event: PaymentEvent, _ current: ChargeID) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm: .refused(.unexpectedState)
        case .capture(let operation, let amount):
            isUnderReview ? .refused(.underReview) : startingCapture(current, operation, amount)
        case .release(let operation): isUnderReview ? releasing(current, operation) : .refused(.unexpectedState)
        case .cancel(let reason, let void): startingVoid(current, void, reason)
        case .attemptResolved(let charge, let outcome):
            repeatedAttempt(charge, current, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(_, let outcome), .voidResolved(_, let outcome): lateAnswer(outcome)
        case .increment(let operation, let amount):
            isUnderReview ? .refused(.underReview) : startingIncrement(current, operation, amount)
        case .incrementResolved(_, let outcome): lateIncrement(outcome)
        }
    }

    private func whileCapturing(
        _ event: PaymentEvent, _ charge: ChargeID, _ operation: OperationID, _ amount: Int64
    ) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm: .refused(.unexpectedState)
        case .capture: .refused(.outcomeUnknown)
        case .cancel(let reason, _): recordingCancel(reason)
        case .attemptResolved(let other, let outcome): repeatedAttempt(other, charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(let answered, let outcome):
            answered == operation ? capturing(charge, operation, amount, outcome) : lateAnswer(outcome)
        case .voidResolved(_, let outcome): lateAnswer(outcome)
        case .increment: .refused(.outcomeUnknown)
        case .incrementResolved(_, let outcome): lateIncrement(outcome)
        case .release: .refused(.unexpectedState)
        }
    }

    private func whileVoiding(_ event: PaymentEvent, _ charge: ChargeID, _ operation: OperationID) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm: .refused(.unexpectedState)
        case .capture: .refused(.outcomeUnknown)
        case .cancel: .ignored
        case .attemptResolved(let other, let outcome): repeatedAttempt(other, charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(_, let outcome): lateAnswer(outcome)
        case .voidResolved(let answered, let outcome):
            answered == operation ? voiding(charge, operation, outcome) : lateAnswer(outcome)
        case .increment: .refused(.outcomeUnknown)
        case .incrementResolved(_, let outcome): lateIncrement(outcome)
        case .release: .refused(.unexpectedState)
        }
    }

    private func whileIncrementing(
        _ event: PaymentEvent, _ charge: ChargeID, _ operation: OperationID, _ amount: Int64
    ) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm: .refused(.unexpectedState)
        case .capture, .increment: .refused(.outcomeUnknown)
        case .cancel(let reason, _): recordingCancel(reason)
        case .attemptResolved(let other, let outcome): repeatedAttempt(other, charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(_, let outcome), .voidResolved(_, let outcome): lateAnswer(outcome)
        case .incrementResolved(let answered, let outcome):
            answered == operation ? incrementing(charge, operation, amount, outcome) : lateIncrement(outcome)
        case .release: .refused(.unexpectedState)
        }
    }

    private func onceSucceeded(_ event: PaymentEvent, _ charge: ChargeID) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm, .capture, .cancel: .refused(.unexpectedState)
        case .attemptResolved(let other, let outcome): repeatedAttempt(other, charge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(_, let outcome):
            takesAtOnce ? .conflict(Payment.neverSent) : repeated(outcome, amount: captured)
        case .voidResolved(_, let outcome): lateAnswer(outcome)
        case .incrementResolved(_, let outcome): lateIncrement(outcome)
        case .release, .increment: .refused(.unexpectedState)
        }
    }

    private func onceCanceled(_ event: PaymentEvent) -> PaymentStep {
        switch event {
        case .choosePaymentMethod, .confirm, .capture: .refused(.unexpectedState)
        case .cancel: .refused(.unexpectedState)
        case .attemptResolved(let charge, let outcome):
            repeatedAttempt(charge, voidedCharge, outcome)
        case .attemptHandedOn: .refused(.unexpectedState)
        case .captureResolved(_, let outcome):
            voidedCharge == nil
                ? .conflict(Payment.neverSent) : lateAnswer(outcome)
        case .voidResolved(_, let outcome):
            voidedCharge == nil ? .conflict(Payment.neverSent) : repeated(outcome, amount: nil)
        case .incrementResolved(_, let outcome): lateIncrement(outcome)
        case .release, .increment: .refused(.unexpectedState)
        }
    }
}

extension Payment {
    private func choosing(_ method: PaymentMethodID) -> PaymentStep {
        var next = self
        next.paymentMethod = method
        next.state = .requiresConfirmation
        return .moved(next, [])
    }

    private func starting(_ charge: ChargeID) -> PaymentStep {
        guard paymentMethod != nil else { return .refused(.noPaymentMethod) }
        var next = self
        next.state = .authorizing(charge)
        next.latestCharge = charge
        next.lastDecline = nil
        return .moved(next, [.sendAttempt(charge)])
    }

    /// Only after what certainly moved no money and says nothing that another processor would have to repeat.
    private func handingOn(_ outcome: Outcome, to charge: ChargeID) -> PaymentStep {
        guard Cascade.mayTryAnother(after: outcome), cancellation == nil else { return .refused(.unexpectedState) }
        return starting(charge)
    }

    private func canceling(_ reason: CancellationReason) -> PaymentStep {
        var next = self
        next.state = .canceled
        next.cancellation = reason
        return .moved(next, [.announce(.canceled)])
    }

    private func recordingCancel(_ reason: CancellationReason) -> PaymentStep {
        guard cancellation == nil else { return .ignored }
        var next = self
        next.cancellation = reason
        return .moved(next, [])
    }

    private func resolving(_ charge: ChargeID, _ outcome: Outcome) -> PaymentStep {
        var next = self
        switch outcome {
        case .approved(let approval):
            guard approval.amount == amount else {
                return .conflict("the processor approved another amount or currency than was asked for")
            }
            return approved(charge, approval)
        case .approvedPartial(let approval):
            guard approval.amount.currency == amount.currency, approval.amount.minorUnits > 0,
                approval.amount.minorUnits < amount.minorUnits
            else { return .conflict("the processor approved an amount or currency that was not asked for") }
            return declined(.partialApproval, first: [.giveBackPart(approval)])
        case .declined(let decline): return declined(decline)
        case .notProcessed(let reason): return declined(reason.decline)
        case .requiresAction:
            guard cancellation == nil else {
                next.state = .canceled
                return .moved(next, [.announce(.canceled)])
            }
            next.state = .requiresAction(charge)
            return state == next.state ? .ignored : .moved(next, [.announce(.requiresAction)])
        case .pending:
            // The cardholder has done what was asked and the bank decides: until then no other attempt may start.
            next.state = .authorizing(charge)
            return .moved(next, [.askProcessor(charge.retyped())])
        case .unknown:
            return .moved(next, [.askProcessor(charge.retyped())])
        }
    }

    /// The attempt is over. The card goes with it: to try it again, it has to be named again.
    private func declined(_ decline: Decline, first effects: [PaymentEffect] = []) -> PaymentStep {
        var next = self
        next.lastDecline = decline
        next.paymentMethod = nil
        guard cancellation == nil else {
            next.state = .canceled
            return .moved(next, effects + [.announce(.failed), .announce(.canceled)])
        }
        next.state = .requiresPaymentMethod
        return .moved(next, effects + [.announce(.failed)])
    }

    private func approved(_ charge: ChargeID, _ approval: Approval) -> PaymentStep {
        var next = self
        next.authorized = approval.amount.minorUnits
        next.latestCharge = charge
        guard takesAtOnce else {
            next.state = .authorized(charge)
            let news: PaymentNews = review == .held ? .held : .capturable
            return .moved(next, [cancellation == nil ? .announce(news) : .cancelNow])
        }
        next.captured = approval.amount.minorUnits
        next.state = .succeeded(charge)
        let wanted: [PaymentEffect] = [.postCharge(amount: next.captured), .announce(.succeeded)]
        return .moved(next, cancellation == nil ? wanted : wanted + [.refundInFull])
    }

    /// The operator's yes: the money is taken where the bot wanted that, else the bot may take it from now on.
    private func releasing(_ charge: ChargeID, _ operation: OperationID) -> PaymentStep {
        var next = self
        next.review = .released
        switch captureMethod {
        case .automatic: return next.startingCapture(charge, operation, authorized)
        case .manual: return .moved(next, [.announce(.capturable)])
        }
    }

    private func startingCapture(_ charge: ChargeID, _ operation: OperationID, _ amount: Int64) -> PaymentStep {
        guard amount > 0 else { return .refused(.amountNotPositive) }
        guard amount <= authorized else { return .refused(.amountTooLarge(maximum: authorized)) }
        var next = self
        next.state = .capturing(charge, operation, amount: amount)
        return .moved(next, [.sendCapture(operation, amount: amount)])
    }

    private func capturing(
        _ charge: ChargeID, _ operation: OperationID, _ amount: Int64, _ outcome: Outcome
    ) -> PaymentStep {
        var next = self
        switch outcome {
        case .approved(let approval):
            guard approval.amount.currency == self.amount.currency, approval.amount.minorUnits == amount else {
                return .conflict("the processor captured another amount than was asked for")
            }
            next.captured = amount
            next.state = .succeeded(charge)
            let wanted: [PaymentEffect] = [.postCharge(amount: amount), .announce(.succeeded)]
            return .moved(next, cancellation == nil ? wanted : wanted + [.refundInFull])
        case .declined, .notProcessed:
            next.state = .authorized(charge)
            return .moved(next, [cancellation == nil ? .announce(.stillCapturable) : .cancelNow])
        case .pending, .unknown:
            return .moved(next, [.askProcessor(operation)])
        case .approvedPartial, .requiresAction:
            return .conflict("the processor answered a capture with something that is not an answer to one")
        }
    }

    private func startingVoid(
        _ charge: ChargeID, _ operation: OperationID, _ reason: CancellationReason
    ) -> PaymentStep {
        var next = self
        next.cancellation = reason
        next.state = .voiding(charge, operation)
        return .moved(next, [.sendVoid(operation)])
    }

    private func voiding(_ charge: ChargeID, _ operation: OperationID, _ outcome: Outcome) -> PaymentStep {
        var next = self
        switch outcome {
        case .approved:
            next.state = .canceled
            return .moved(next, [.announce(.canceled)])
        case .declined, .notProcessed(.refusedInvalid):
            next.state = .authorized(charge)
            next.cancellation = nil
            return .moved(next, [.announce(.stillCapturable)])
        case .notProcessed:
            // Certainly not executed and still wanted: another message, with a reference of its own.
            next.state = .authorized(charge)
            return .moved(next, [.cancelNow])
        case .pending, .unknown:
            return .moved(next, [.askProcessor(operation)])
        case .approvedPartial, .requiresAction:
            return .conflict("the processor answered a void with something that is not an answer to one")
        }
    }

    private func startingIncrement(_ charge: ChargeID, _ operation: OperationID, _ amount: Int64) -> PaymentStep {
        guard amount > authorized else { return .refused(.amountTooSmall(held: authorized)) }
        var next = self
        next.state = .incrementing(charge, operation, amount: amount)
        return .moved(next, [.sendIncrement(operation, amount: amount)])
    }

    private func incrementing(
        _ charge: ChargeID, _ operation: OperationID, _ amount: Int64, _ outcome: Outcome
    ) -> PaymentStep {
        var next = self
        next.state = .authorized(charge)
        switch outcome {
        case .approved(let approval):
            guard approval.amount.currency == self.amount.currency, approval.amount.minorUnits == amount else {
                return .conflict("the processor holds another amount than was asked for")
            }
            next.authorized = amount
            next.amount = approval.amount
            let raised = PaymentEffect.raiseAuthorization(amount)
            return .moved(next, [raised, cancellation == nil ? .announce(.capturable) : .cancelNow])
        // What was held before is still held.
        case .declined, .notProcessed: return .moved(next, cancellation == nil ? [] : [.cancelNow])
        case .pending, .unknown: return .moved(self, [.askProcessor(operation)])
        case .approvedPartial, .requiresAction:
            return .conflict("the processor answered an increment with something that is not an answer to one")
        }
    }

    /// An increment that nobody waits for any more.
    private func lateIncrement(_ outcome: Outcome) -> PaymentStep {
        switch outcome {
        // The same answer again.
        case .approved(let approval) where approval.amount.minorUnits <= authorized: .ignored
        case .approved, .approvedPartial: .conflict("a late answer to an increment that had been given up")
        case .declined, .notProcessed, .requiresAction, .pending, .unknown: .ignored
        }
    }

    /// An attempt that this payment is no longer waiting for: a "no" is harmless, a "yes" is money nobody expected.
    private func lateAttempt(_ charge: ChargeID, _ outcome: Outcome) -> PaymentStep {
        outcome.mayHaveMovedMoney
            ? .conflict("an attempt that was over may have moved money after all") : .ignored
    }

    /// An answer to a capture or void that had been given up after a "no": a further "no" is harmless.
    private func lateAnswer(_ outcome: Outcome) -> PaymentStep {
        outcome.isFinalNo ? .ignored : .conflict("a late answer to a capture or void that had been given up")
    }

    private func repeatedAttempt(_ charge: ChargeID, _ current: ChargeID?, _ outcome: Outcome) -> PaymentStep {
        charge == current ? repeated(outcome, amount: authorized) : lateAttempt(charge, outcome)
    }

    /// The same answer again, or one that contradicts what is stored.
    /// - Parameter amount: what the first answer named; nil where amounts say nothing.
    private func repeated(_ outcome: Outcome, amount: Int64?) -> PaymentStep {
        switch outcome {
        case .declined, .notProcessed: return .conflict("the processor now denies what it had approved")
        case .approved(let approval), .approvedPartial(let approval):
            guard let amount, approval.amount != Money(minorUnits: amount, currency: self.amount.currency) else {
                return .ignored
            }
            return .conflict("the processor now names another amount than it had approved")
        case .requiresAction, .pending, .unknown: return .ignored
        }
    }
}

extension Outcome {
    /// Certain not to have moved money, now and later.
    package var isFinalNo: Bool {
        switch self {
        case .declined, .notProcessed: true
        case .approved, .approvedPartial, .requiresAction, .pending, .unknown: false
        }
    }

    /// Whether money may have moved, or may still move. Silence counts as that.
    package var mayHaveMovedMoney: Bool {
        switch self {
        case .approved, .approvedPartial, .pending, .unknown: true
        case .declined, .notProcessed, .requiresAction: false
        }
    }

    /// Whether the operation is over.
    package var isFinal: Bool {
        switch self {
        case .approved, .approvedPartial, .declined, .notProcessed, .requiresAction: true
        case .pending, .unknown: false
        }
    }
}
