/// What can happen to a payout.
package enum PayoutEvent: Hashable, Sendable {
    /// Its message is about to be stored as open.
    case send(ConnectionID)
    /// An operator begins the bank transfer.
    case begin(operator: Int64)
    /// The processor's answer, or what was found out about it.
    case outcome(Outcome)
    /// An operator says that the bank has made the transfer, under this reference.
    case confirm(reference: String)
    /// An operator says that it came to nothing, or came back.
    case fail(PayoutFailure)
    /// The bot does not want it any more.
    case cancel
}

/// What a step does to the book, in the same commit.
package enum PayoutEffect: Hashable, Sendable {
    /// Out of flight, to the processor or the bank.
    case paid
    /// Out of flight, back to what the platform owes the bot.
    case givenBack
    /// What had been paid is there again, and the bot's.
    case cameBack
}

/// Why a step is not taken. The caller is told; nothing changes.
package enum PayoutRefusal: Hashable, Sendable {
    /// It has left; only its outcome can end it.
    case alreadySent
    /// It is over.
    case closed
    /// An operator has to begin the transfer first.
    case notBegun
    /// A processor decides, not an operator.
    case notByHand
    /// An operator decides, not a processor.
    case notByProcessor
}

/// The answer of the state machine.
package enum PayoutStep: Hashable, Sendable {
    case moved(Payout, PayoutEffect?)
    case askProcessor
    /// A repeat: answer as before.
    case ignored
    case refused(PayoutRefusal)
    case conflict(String)
}

extension Payout {
    /// Pure and total. A payout has one message, under its own identifier: what was certainly not executed has failed, and
    /// whoever still wants the money makes another payout.
    package func step(_ event: PayoutEvent) -> PayoutStep {
        switch state {
        case .pending: stepPending(event)
        case .inTransit: stepInTransit(event)
        case .paid: stepPaid(event)
        case .failed, .canceled: stepClosed(event)
        }
    }

    private func stepPending(_ event: PayoutEvent) -> PayoutStep {
        var next = self
        switch event {
        case .send(let connection):
            guard rail.isPushed else { return .refused(.notByProcessor) }
            next.connection = connection
            return .moved(next.with(.inTransit), nil)
        case .begin(let user):
            guard !rail.isPushed else { return .refused(.notByHand) }
            next.begunBy = user
            return .moved(next.with(.inTransit), nil)
        case .outcome: return .conflict("the processor answered what was never sent")
        case .confirm: return .refused(rail.isPushed ? .notByHand : .notBegun)
        case .fail(let failure): return .moved(with(.failed, failure), .givenBack)
        case .cancel: return .moved(with(.canceled), .givenBack)
        }
    }

    private func stepInTransit(_ event: PayoutEvent) -> PayoutStep {
        switch event {
        case .send, .begin, .cancel: return .refused(.alreadySent)
        case .outcome(let outcome): return rail.isPushed ? settle(outcome) : .refused(.notByProcessor)
        case .confirm(let reference):
            guard !rail.isPushed else { return .refused(.notByHand) }
            var next = with(.paid)
            next.reference = reference
            return .moved(next, .paid)
        case .fail(let failure):
            guard !rail.isPushed else { return .refused(.notByHand) }
            return .moved(with(.failed, failure), .givenBack)
        }
    }

    private func settle(_ outcome: Outcome) -> PayoutStep {
        switch outcome {
        case .approved(let approval):
            guard approval.amount == amount else {
                return .conflict("the processor moved another amount than was asked for")
            }
            var next = with(.paid)
            next.reference = approval.processorReference
            return .moved(next, .paid)
        case .approvedPartial: return .conflict("the processor moved less than was asked for")
        case .declined(let decline): return .moved(with(.failed, PayoutFailure(decline)), .givenBack)
        case .requiresAction: return .moved(with(.failed, .declined), .givenBack)
        case .notProcessed: return .moved(with(.failed, .couldNotProcess), .givenBack)
        case .pending, .unknown: return .askProcessor
        }
    }

    private func stepPaid(_ event: PayoutEvent) -> PayoutStep {
        switch event {
        case .send, .begin, .cancel: return .refused(.closed)
        case .confirm(let other): return other == reference ? .ignored : .refused(.closed)
        case .fail(let failure): return .moved(with(.failed, failure), .cameBack)
        case .outcome(let outcome):
            switch outcome {
            case .approved(let approval):
                return approval.amount == amount ? .ignored : .conflict("the processor now names another amount")
            case .pending, .unknown: return .ignored
            case .declined, .notProcessed, .approvedPartial, .requiresAction:
                return .conflict("the processor now denies what it had approved")
            }
        }
    }

    private func stepClosed(_ event: PayoutEvent) -> PayoutStep {
        switch event {
        case .send, .begin, .confirm: return .refused(.closed)
        case .cancel: return state == .canceled ? .ignored : .refused(.closed)
        case .fail(let other): return failure == other ? .ignored : .refused(.closed)
        case .outcome(let outcome):
            switch outcome {
            case .approved, .approvedPartial: return .conflict("the processor moved money after it had refused to")
            case .declined, .notProcessed, .requiresAction, .pending, .unknown: return .ignored
            }
        }
    }

    private func with(_ state: PayoutState, _ failure: PayoutFailure? = nil) -> Payout {
        var next = self
        next.state = state
        next.failure = failure
        return next
    }
}
