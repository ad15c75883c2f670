package import Payments
package import Primitives
package import SandboxProcessor

/// What happens in a dispute, one after the other. Raw values are stored.
package enum DisputeStepKind: Int64, Hashable, Sendable, CaseIterable {
    case inquiry = 1
    case opened = 2
    /// The money goes back to the cardholder, and a fee to the acquirer.
    case withdrawn = 3
    case reinstated = 4
    case underReview = 5
    case inquiryClosed = 6
    case won = 7
    case lost = 8
}

/// A dispute in the acquirer's book. A charge has one at most, and it is about the whole charge.
package struct BookDispute: Hashable, Sendable {
    /// How long a cardholder's bank waits for evidence.
    package static let responseTime = Duration.seconds(7 * 86_400)
    /// What the acquirer takes for a dispute, in minor units of its currency.
    package static let fee: Int64 = 1_500

    package let charge: SandboxReference
    /// What it has come to; what is still to be told of it counts as told.
    package var state: DisputeState
    package let reason: DisputeReason
    /// ISO 4217 numeric code.
    package let currency: Int64
    package let amount: Int64
    package let fee: Int64
    /// When it is first told of.
    package let opens: Timestamp
    package var respondBy: Timestamp

    /// As the wire tells it.
    func news(_ step: DisputeStepKind) -> SandboxDisputeNews? {
        guard let currency = Currency(numeric: currency) else { return nil }
        let word: SandboxDisputeNews.Word =
            switch step {
            case .inquiry: .inquiry
            case .opened: .opened
            case .withdrawn: .withdrawn
            case .reinstated: .reinstated
            case .underReview: .underReview
            case .inquiryClosed: .inquiryClosed
            case .won: .won
            case .lost: .lost
            }
        return SandboxDisputeNews(
            word: word, dispute: charge.retyped(), disputed: Money(minorUnits: amount, currency: currency),
            reason: reason, respondBy: respondBy, fee: step == .withdrawn ? fee : 0)
    }
}

// MARK: - The rules of disputes

extension BookRules {
    /// Cards that are disputed are disputed for what was taken, some seconds later.
    func openDispute(of charge: BookRow, in book: any BookSession) throws {
        let (state, reason, steps): (DisputeState, DisputeReason, [DisputeStepKind])
        switch SandboxCards.card(id: charge.card)?.behaviour {
        case .dispute(let why): (state, reason, steps) = (.needsResponse, why, [.opened, .withdrawn])
        case .inquire(let why): (state, reason, steps) = (.warningNeedsResponse, why, [.inquiry])
        default: return
        }
        guard try book.dispute(of: charge.reference) == nil else { return }
        let opens = now.advanced(by: BookRules.settlingTime)
        try book.insert(
            BookDispute(
                charge: charge.reference, state: state, reason: reason, currency: charge.currency,
                amount: charge.captured, fee: BookDispute.fee, opens: opens,
                respondBy: opens.advanced(by: BookDispute.responseTime)))
        for step in steps { try book.appendChange(of: charge.reference, due: opens, step: step) }
    }

    /// Evidence, or the end of it. What comes too late, or twice, is declined; and recorded, as every message.
    func respond(in book: any BookSession) throws -> BookVerdict {
        if let known = try repeated(in: book) { return known }
        var row = blank(.refused)
        if now > message.validUntil {
            row = BookRow.tombstone(reference, message.operation, at: now)
        } else if let name = message.dispute, var dispute = try book.dispute(of: name.retyped()), now >= dispute.opens {
            row.original = dispute.charge
            (row.amount, row.currency) = (dispute.amount, dispute.currency)
            if let steps = answer(to: &dispute) {
                row.status = .approved
                try book.update(dispute)
                for (step, due) in steps { try book.appendChange(of: dispute.charge, due: due, step: step) }
            } else {
                row = declined(row, .genericDecline)
            }
        }
        return try book.insert(row) ? .stands(row) : .conflict
    }

    /// - Returns: what is to be told, and when; nil when nothing is taken any more.
    private func answer(to dispute: inout BookDispute) -> [(DisputeStepKind, Timestamp)]? {
        let decided = now.advanced(by: BookRules.settlingTime)
        if message.operation == .accept {
            guard dispute.state == .needsResponse || dispute.state == .underReview else { return nil }
            dispute.state = .lost
            return [(.lost, now)]
        }
        guard dispute.state.awaitsResponse, now < dispute.respondBy else { return nil }
        switch (dispute.state.isWarning, message.evidence) {
        case (true, .winning), (true, .losing):
            dispute.state = .warningClosed
            return [(.underReview, now), (.inquiryClosed, decided)]
        case (true, .escalating):
            dispute.state = .needsResponse
            dispute.respondBy = decided.advanced(by: BookDispute.responseTime)
            return [(.underReview, now), (.opened, decided), (.withdrawn, decided)]
        case (true, .other):
            dispute.state = .warningUnderReview
            return [(.underReview, now)]
        case (false, .winning):
            dispute.state = .won
            return [(.underReview, now), (.won, decided), (.reinstated, decided)]
        case (false, .losing):
            dispute.state = .lost
            return [(.underReview, now), (.lost, decided)]
        case (false, .escalating), (false, .other):
            dispute.state = .underReview
            return [(.underReview, now)]
        }
    }

    /// Whoever turns a test clock says that the time of a dispute is over.
    func passDeadline(in book: any BookSession) throws {
        guard let name = message.dispute, var dispute = try book.dispute(of: name.retyped()), now >= dispute.opens,
            dispute.state.awaitsResponse, now < dispute.respondBy
        else { return }
        dispute.respondBy = now
        try book.update(dispute)
    }

    /// Who says nothing in time has said that the cardholder is right; an inquiry comes to nothing.
    func closeOverdue(in book: any BookSession) throws {
        guard var dispute = try book.overdueDispute(at: now) else { return }
        let step: DisputeStepKind = dispute.state.isWarning ? .inquiryClosed : .lost
        dispute.state = dispute.state.isWarning ? .warningClosed : .lost
        try book.update(dispute)
        try book.appendChange(of: dispute.charge, due: now, step: step)
    }
}
