package import Primitives

/// What can happen to a dispute.
package enum DisputeEvent: Hashable, Sendable {
    case reported(DisputeNews)
    /// The owner wants its evidence sent; `operation` names the message.
    case submitEvidence(OperationID, now: Timestamp)
    /// The owner gives up.
    case accept(OperationID)
    /// What became of a message about it.
    case resolved(OperationID, Outcome, now: Timestamp)
}

/// What the engine must do in the same commit, or right after it.
package enum DisputeEffect: Hashable, Sendable {
    case send(DisputeResponse)
    /// Book it; a fee stands beside what it was asked for.
    case move(DisputeMovementKind, Money, fee: Money?)
    /// The outcome is not known: keep the operation open and ask the processor.
    case askProcessor
    /// Certainly not executed and still wanted: send it again under another reference.
    case sendAgain
    case announce(DisputeAnnouncement)
}

/// News that become events for the owner.
package enum DisputeAnnouncement: Hashable, Sendable {
    case updated, closed, fundsWithdrawn, fundsReinstated
}

/// Why a dispute does not do what its owner asked; nothing changed.
package enum DisputeRefusal: Error, Hashable, Sendable {
    case closed
    /// Evidence is with the issuer already: it is taken once.
    case alreadySubmitted
    case pastDue
    /// The outcome of an earlier message is open.
    case outcomeUnknown
    /// Inquiries take no money and cannot be given up: refund the payment instead.
    case onlyInquiry
}

/// The answer of the state machine.
package enum DisputeStep: Hashable, Sendable {
    case moved(Dispute, [DisputeEffect])
    case ignored
    case refused(DisputeRefusal)
    case conflict(String)
}

extension Dispute {
    /// The state in which a first report finds a dispute, before its news are applied.
    package static func initialState(for news: DisputeNews) -> DisputeState {
        switch news {
        case .inquiry, .inquiryClosed: .warningNeedsResponse
        case .opened, .fundsWithdrawn, .fundsReinstated, .feeTaken, .feeReturned, .underReview, .won, .lost:
            .needsResponse
        }
    }

    /// This dispute with what a report says of it besides its news.
    package func described(by report: DisputeReport) -> Dispute {
        var next = self
        next.amount = report.amount
        next.reason = report.reason
        next.networkReasonCode = report.networkReasonCode ?? networkReasonCode
        next.respondBy = report.respondBy ?? respondBy
        return next
    }

    /// The whole behaviour of a dispute: pure and total.
    package func step(_ event: DisputeEvent) -> DisputeStep {
        switch event {
        case .reported(let news): reported(news)
        case .submitEvidence(let operation, let now): submitting(operation, now)
        case .accept(let operation): accepting(operation)
        case .resolved(let operation, let outcome, let now): resolved(operation, outcome, now)
        }
    }

    private func reported(_ news: DisputeNews) -> DisputeStep {
        switch news {
        case .fundsWithdrawn(let money, let fee): moving(.withdrawn, money, fee, .fundsWithdrawn)
        case .fundsReinstated(let money, let fee): moving(.reinstated, money, fee, .fundsReinstated)
        case .feeTaken(let money): moving(.fee, money, nil, .updated)
        case .feeReturned(let money): moving(.feeReturned, money, nil, .updated)
        case .inquiry: inquiry
        case .opened: opened
        case .underReview: underReview
        case .inquiryClosed: inquiryClosed
        case .won: decided(.won)
        case .lost: decided(.lost)
        }
    }

    /// Money is booked whatever the state is: the processor has moved it.
    private func moving(
        _ kind: DisputeMovementKind, _ money: Money, _ fee: Money?, _ announcement: DisputeAnnouncement
    ) -> DisputeStep {
        guard money.isPositive, fee?.isPositive ?? true else {
            return .conflict("the processor reports an amount that is not positive")
        }
        return .moved(self, [.move(kind, money, fee: fee), .announce(announcement)])
    }

    /// An inquiry comes before everything else; told later, it is old news.
    private var inquiry: DisputeStep {
        switch state {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed, .needsResponse, .underReview, .won, .lost:
            .ignored
        }
    }

    private var opened: DisputeStep {
        switch state {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed, .won, .lost: moved(.needsResponse)
        case .needsResponse, .underReview: .ignored
        }
    }

    private var underReview: DisputeStep {
        switch state {
        case .warningNeedsResponse: moved(.warningUnderReview)
        case .needsResponse: moved(.underReview)
        case .warningUnderReview, .warningClosed, .underReview, .won, .lost: .ignored
        }
    }

    private var inquiryClosed: DisputeStep {
        switch state {
        case .warningNeedsResponse, .warningUnderReview: moved(.warningClosed)
        case .warningClosed: .ignored
        case .needsResponse, .underReview, .won, .lost:
            .conflict("the processor closes as an inquiry what it had opened as a dispute")
        }
    }

    private func decided(_ decision: DisputeState) -> DisputeStep {
        switch state {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed, .needsResponse, .underReview:
            moved(decision)
        case .won, .lost: state == decision ? .ignored : moved(decision)
        }
    }

    private func submitting(_ operation: OperationID, _ now: Timestamp) -> DisputeStep {
        switch state {
        case .warningClosed, .won, .lost: return .refused(.closed)
        case .warningUnderReview, .underReview: return .refused(.alreadySubmitted)
        case .warningNeedsResponse, .needsResponse:
            guard response == nil else { return .refused(.outcomeUnknown) }
            guard !isPastDue(at: now) else { return .refused(.pastDue) }
            return sending(.evidence(operation))
        }
    }

    private func accepting(_ operation: OperationID) -> DisputeStep {
        switch state {
        case .warningClosed, .won, .lost: return .refused(.closed)
        case .warningNeedsResponse, .warningUnderReview: return .refused(.onlyInquiry)
        case .needsResponse, .underReview:
            guard response == nil else { return .refused(.outcomeUnknown) }
            return sending(.acceptance(operation))
        }
    }

    private func sending(_ message: DisputeResponse) -> DisputeStep {
        var next = self
        next.response = message
        return .moved(next, [.send(message)])
    }

    private func moved(_ state: DisputeState) -> DisputeStep {
        var next = self
        next.state = state
        return .moved(next, [.announce(state.isClosed ? .closed : .updated)])
    }
}

extension Dispute {
    private func resolved(_ operation: OperationID, _ outcome: Outcome, _ now: Timestamp) -> DisputeStep {
        guard let response, response.operation == operation else { return .ignored }
        switch outcome {
        case .approved: return taken(response)
        case .declined, .notProcessed(.refusedInvalid): return withdrawingResponse
        case .notProcessed:
            // Nobody got it. What is over, or too late, is not sent again.
            let isWanted =
                switch response {
                case .evidence: state.awaitsResponse && !isPastDue(at: now)
                case .acceptance: !state.isClosed
                }
            return isWanted ? .moved(self, [.sendAgain]) : withdrawingResponse
        case .pending, .unknown: return .moved(self, [.askProcessor])
        case .approvedPartial, .requiresAction:
            return .conflict("the processor answered a message about a dispute with something that is no answer to one")
        }
    }

    private var withdrawingResponse: DisputeStep {
        var next = self
        next.response = nil
        return .moved(next, [.announce(.updated)])
    }

    private func taken(_ response: DisputeResponse) -> DisputeStep {
        var next = self
        next.response = nil
        switch response {
        case .evidence:
            next.submissions += 1
            switch state {
            case .warningNeedsResponse: next.state = .warningUnderReview
            case .needsResponse: next.state = .underReview
            case .warningUnderReview, .warningClosed, .underReview, .won, .lost: break
            }
            return .moved(next, [.announce(.updated)])
        case .acceptance:
            switch state {
            case .warningClosed, .won, .lost: return .moved(next, [.announce(.updated)])
            case .warningNeedsResponse, .warningUnderReview, .needsResponse, .underReview:
                next.state = .lost
                return .moved(next, [.announce(.closed)])
            }
        }
    }
}
