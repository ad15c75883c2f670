import Ledger
import Payments
import Ports
import Primitives

// What processors report of disputes, and what became of messages about them. Facts are posted, whatever they do to
// balances; what cannot be attributed lies in suspense until a person explains it.
extension Settlement {
    /// Carries out one report.
    /// - Parameter fact: what the processor told, with the message that the report is about.
    /// - Returns: why a person must look; nil when all is well.
    func reported(
        _ report: DisputeReport, in fact: ProcessorFact, from connection: ConnectionID
    ) throws -> String? {
        guard report.amount.isPositive else { return "the disputed amount is not positive" }
        var report = report
        if let known = try transaction.dispute(named: report.dispute, of: connection) {
            report.respondBy = deadline(report, of: known.owner, known.mode, known: known.respondBy)
            return try apply(report, to: known, isNew: false)
        }
        guard let found = try disputed(by: fact.operation) else { return try unattributed(report, fact, connection) }
        guard found.connection == connection else { return nil }
        report.respondBy = deadline(report, of: found.owner, found.mode, known: nil)
        let dispute = Dispute(
            id: tools.randomness.identifier(at: now), subject: found.subject, debtor: found.debtor, owner: found.owner,
            mode: found.mode, connection: connection, processorReference: report.dispute, created: now,
            amount: report.amount, reason: report.reason, networkReasonCode: report.networkReasonCode,
            respondBy: report.respondBy, state: Dispute.initialState(for: report.news))
        return try apply(report, to: dispute, isNew: true)
    }

    private func apply(_ report: DisputeReport, to dispute: Dispute, isNew: Bool) throws -> String? {
        var next = dispute.described(by: report)
        var (problem, effects): (String?, [DisputeEffect]) = (nil, [])
        switch next.step(.reported(report.news)) {
        case .moved(let moved, let wanted): (next, effects) = (moved, wanted)
        case .ignored: break
        case .refused(let refusal): problem = "the dispute refuses it: \(refusal)"
        case .conflict(let reason): problem = reason
        }
        if isNew {
            guard try transaction.insert(next) else { throw StoreConflict() }
            try markCharge(of: next)
        } else if next != dispute {
            try transaction.update(next)
        }
        for case .move(let kind, let money, let fee) in effects { try post(kind, money, fee: fee, of: next) }
        var news: [EventType] = effects.compactMap { effect in
            if case .announce(let announcement) = effect { announcement.eventType } else { nil }
        }
        // That it exists says as much as that it has changed.
        if isNew { news = [.chargeDisputeCreated] + news.filter { $0 != .chargeDisputeUpdated } }
        if news.isEmpty, next != dispute { news = [.chargeDisputeUpdated] }
        for type in news { try announce(type, next) }
        return problem
    }

    /// A processor counts from the machine's time; an owner with a clock has as long by that. It is made once, and again
    /// when an inquiry becomes a dispute.
    private func deadline(
        _ report: DisputeReport, of owner: Owner, _ mode: Mode, known: Timestamp?
    ) -> Timestamp? {
        let ahead = tools.clocks.now(of: owner, mode, at: now).duration(since: now)
        guard ahead > .zero else { return report.respondBy }
        if let known, report.news != .opened { return known }
        return report.respondBy?.advanced(by: ahead)
    }

    private func post(_ kind: DisputeMovementKind, _ money: Money, fee: Money?, of dispute: Dispute) throws {
        var amounts = [(kind, money)]
        if let fee { amounts.append((kind == .withdrawn ? .fee : .feeReturned, fee)) }
        // A fee in another currency comes out of another account.
        let isTogether = fee?.currency ?? money.currency == money.currency
        var main: Int64?
        for group in isTogether ? [amounts] : amounts.map({ [$0] }) {
            let facts = try group.map { try PostingPlans.dispute($0.0, $0.1, of: dispute) }
            let numbers = try transaction.postFacts(facts, source: dispute.id, at: now)
            for ((kind, money), number) in zip(group, numbers) {
                try transaction.insert(
                    DisputeMovement(
                        dispute: dispute.id, kind: kind, amount: money, posting: number,
                        partOf: isTogether ? main : nil, created: now))
                main = main ?? number
            }
        }
    }

    /// Charges say whether they are disputed.
    private func markCharge(of dispute: Dispute) throws {
        guard case .charge(let id, _) = dispute.subject, var charge = try transaction.charge(id), !charge.isDisputed
        else { return }
        charge.isDisputed = true
        try transaction.update(charge)
    }

    /// What a message took money for.
    private struct Disputed {
        let subject: DisputeSubject
        let debtor: DisputeDebtor
        let owner: Owner
        let mode: Mode
        let connection: ConnectionID?
    }

    private func disputed(by operation: OperationID) throws -> Disputed? {
        if let charge = try transaction.attempt(meantBy: operation) {
            return Disputed(
                subject: .charge(charge.id, of: charge.payment), debtor: .bot(charge.bot, charge.fundsFlow),
                owner: .bot(charge.bot), mode: charge.mode, connection: charge.connection)
        }
        if let transfer = try transaction.friendTransfer(operation.retyped()) {
            return Disputed(
                subject: .transfer(transfer.id), debtor: .person(transfer.sender), owner: .platform(transfer.platform),
                mode: transfer.mode, connection: transfer.connection)
        }
        if let movement = try transaction.walletMovement(operation.retyped()), movement.direction == .topUp {
            return Disputed(
                subject: .topUp(movement.id), debtor: .person(movement.person), owner: .platform(movement.platform),
                mode: movement.mode, connection: movement.connection)
        }
        return nil
    }

    private func unattributed(
        _ report: DisputeReport, _ fact: ProcessorFact, _ id: ConnectionID
    ) throws -> String? {
        guard let connection = try transaction.connection(id) else {
            throw StoreError.corrupt("connection \(id) reports and is not there")
        }
        // An account tells all its connections; its money has moved once.
        for sibling in try transaction.siblings(of: connection)
        where try transaction.fact(fact.id, of: sibling) != nil { return nil }
        var amounts: [(DisputeMovementKind, Money)] = []
        switch report.news {
        case .fundsWithdrawn(let money, let fee):
            amounts = [(.withdrawn, money)] + (fee.map { [(.fee, $0)] } ?? [])
        case .fundsReinstated(let money, let fee):
            amounts = [(.reinstated, money)] + (fee.map { [(.feeReturned, $0)] } ?? [])
        case .feeTaken(let money): amounts = [(.fee, money)]
        case .feeReturned(let money): amounts = [(.feeReturned, money)]
        case .inquiry, .opened, .underReview, .inquiryClosed, .won, .lost: break
        }
        for (kind, money) in amounts {
            guard money.isPositive,
                let posting = try PostingPlans.unknownDispute(kind, money, at: connection)
            else { continue }
            _ = try transaction.post(LedgerTransaction(source: id, created: now, postings: [posting]))
        }
        return "no charge is known by this reference; dispute \(report.dispute) over \(report.amount)"
    }

    func announce(_ type: EventType, _ dispute: Dispute) throws {
        try tools.outbox.emit(
            type, about: dispute.id, to: dispute.owner, mode: dispute.mode, at: now, request: request,
            object: try tools.renderer.dispute(dispute, expand: [], transaction), in: transaction)
    }
}

// MARK: - Messages about disputes

extension Settlement {
    func settleDispute(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let id = DisputeID(bits: operation.subject)
        guard let dispute = try transaction.dispute(id) else {
            throw StoreError.corrupt("open operation \(operation.id) belongs to no dispute")
        }
        switch dispute.step(
            .resolved(operation.id, outcome, now: tools.clocks.now(of: dispute.owner, dispute.mode, at: now)))
        {
        case .moved(let next, let effects): return try apply(next, effects, operation, outcome)
        case .ignored: return Settled(fate: .closed, answer: try answer(dispute))
        case .refused(let refusal): return Settled(fate: .conflict("a dispute refused an answer: \(refusal)"))
        case .conflict(let reason): return Settled(fate: .conflict(reason), answer: try answer(dispute))
        }
    }

    private func apply(
        _ next: Dispute, _ effects: [DisputeEffect], _ operation: OpenOperation, _ outcome: Outcome
    ) throws -> Settled {
        if effects.contains(.askProcessor) {
            return Settled(fate: .open(outcome.unknownReason), answer: try answer(next))
        }
        var dispute = next
        if effects.contains(.sendAgain) {
            let again: OperationID = tools.randomness.identifier(at: now)
            dispute.response = operation.purpose == .disputeEvidence ? .evidence(again) : .acceptance(again)
            try openReplacement(again, of: operation)
        }
        try transaction.update(dispute)
        for case .announce(let announcement) in effects { try announce(announcement.eventType, dispute) }
        if case .notProcessed = outcome, effects.contains(.sendAgain) {
            return Settled(fate: .closed, answer: try answer(dispute))
        }
        if outcome.isFinalNo { return Settled(fate: .closed, answer: refused) }
        return Settled(fate: .closed, answer: try answer(dispute))
    }

    private var refused: Answer {
        Answer(
            status: 400,
            body: tools.renderer.refused(
                code: "dispute_response_refused",
                message: "The processor did not take this for the dispute: it is closed there, or the time is over."))
    }

    private func answer(_ dispute: Dispute) throws -> Answer { try asItStands.answer(dispute) }
}

extension DisputeAnnouncement {
    var eventType: EventType {
        switch self {
        case .updated: .chargeDisputeUpdated
        case .closed: .chargeDisputeClosed
        case .fundsWithdrawn: .chargeDisputeFundsWithdrawn
        case .fundsReinstated: .chargeDisputeFundsReinstated
        }
    }
}
