import Ledger
import Payments
import Ports
import Primitives

/// What two operators decided about a message whose outcome no processor tells.
extension OperationRunner {
    /// Stores the decision as the outcome: the second commit, made by people. Whatever waits for the operation goes on
    /// from there.
    /// - Parameter also: runs in the same commit.
    /// - Throws: ``ProposalRefusal``; nothing was changed then.
    func decide(
        _ id: OperationID, _ decision: OutcomeDecision,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws {
        guard claim(id) else { throw ProposalRefusal.busy }
        defer { release(id) }
        let now = clock.now()
        let tools = tools
        let stored: Stored
        do {
            stored = try await store.writeRetryingConflicts { transaction -> Stored in
                guard let operation = try transaction.openOperation(id) else { throw ProposalRefusal.settled }
                try also(transaction)
                let settlement = Settlement(
                    transaction: transaction, now: now, tools: tools, expansions: operation.expansions,
                    request: operation.request)
                var settled = try settlement.settle(operation, as: decision)
                try transaction.addEvidence("decided by two operators: \(decision.text)", on: id, at: now)
                try transaction.deleteOpenOperation(id)
                try transaction.forgetPendingReference(of: id)
                let finished = try Self.finish(operation, &settled, transaction, tools)
                return Stored(settled: settled, finished: finished)
            }
        } catch let error as LedgerError {
            throw ProposalRefusal.contradicted("the ledger refuses it: \(error)")
        }
        if let record = stored.finished { inFlight.finished(record) }
        for message in stored.settled.followUps { startDetached(message) }
    }
}

extension Settlement {
    fileprivate func settle(_ operation: OpenOperation, as decision: OutcomeDecision) throws -> Settled {
        if case .bookStands = decision {
            guard operation.conflict != nil, try !isAwaited(operation) else {
                throw ProposalRefusal.contradicted(
                    "something waits for this outcome: decide approved, declined or not-processed")
            }
            return Settled(fate: .closed, answer: try standing(operation))
        }
        let settled = try settle(operation, try outcome(of: decision, for: operation))
        switch settled.fate {
        case .closed: return settled
        case .open: throw ProposalRefusal.contradicted("this decision leaves the outcome open")
        case .conflict(let text): throw ProposalRefusal.contradicted(text)
        }
    }

    /// The processor's answer that the decision stands for.
    private func outcome(of decision: OutcomeDecision, for operation: OpenOperation) throws -> Outcome {
        switch decision {
        case .declined: return .declined(Decline(reason: .genericDecline, isSoft: false, processorCode: "operators"))
        case .notProcessed: return .notProcessed(.provenAbsent)
        case .bookStands: throw ProposalRefusal.invalid("the book stands: there is no outcome")
        case .approved(let reference, let amount):
            guard let asked = try asked(operation) else {
                throw StoreError.corrupt("operation \(operation.id) belongs to nothing that asks for an amount")
            }
            if reference == nil, operation.purpose.needsReference {
                throw ProposalRefusal.invalid("an approval needs the processor's reference")
            }
            let given = Money(minorUnits: amount ?? asked.minorUnits, currency: asked.currency)
            let approval = Approval(processorReference: reference ?? operation.id.text, amount: given)
            return given.minorUnits < asked.minorUnits ? .approvedPartial(approval) : .approved(approval)
        }
    }

    private func asked(_ operation: OpenOperation) throws -> Money? {
        switch operation.purpose {
        case .charge: return try transaction.charge(operation.id.retyped())?.amount
        case .void: return try transaction.payment(PaymentID(bits: operation.subject))?.amount
        case .capture:
            guard let payment = try transaction.payment(PaymentID(bits: operation.subject)) else { return nil }
            guard case .capturing(_, _, let amount) = payment.state else { return payment.amount }
            return Money(minorUnits: amount, currency: payment.amount.currency)
        case .increment:
            guard let payment = try transaction.payment(PaymentID(bits: operation.subject)) else { return nil }
            guard case .incrementing(_, _, let amount) = payment.state else { return payment.amount }
            return Money(minorUnits: amount, currency: payment.amount.currency)
        case .verification:
            return try transaction.setupAttempt(operation.id.retyped()).map { _ in RiskFacts.noAmount }
        case .refund: return try transaction.refund(RefundID(bits: operation.subject))?.amount
        case .transferFunding, .transferRefund:
            return try transaction.friendTransfer(FriendTransferID(bits: operation.subject))?.amount
        case .topUp, .cashOut: return try transaction.walletMovement(WalletMovementID(bits: operation.subject))?.amount
        case .reversal: return try transaction.reversal(ReversalID(bits: operation.subject))?.amount
        case .disputeEvidence, .disputeAcceptance:
            return try transaction.dispute(DisputeID(bits: operation.subject))?.amount
        case .payout: return try transaction.payout(PayoutID(bits: operation.subject))?.amount
        case .destinationCheck:
            return try transaction.payoutDestination(PayoutDestinationID(bits: operation.subject))?.checkAmount
        }
    }

    /// Whether the operation's subject stands still until its outcome is known.
    private func isAwaited(_ operation: OpenOperation) throws -> Bool {
        switch operation.purpose {
        case .verification:
            return try transaction.setupIntent(SetupIntentID(bits: operation.subject))?.state
                == .processing(operation.id.retyped())
        case .charge, .capture, .void, .increment:
            guard let payment = try transaction.payment(PaymentID(bits: operation.subject)) else { return false }
            return switch payment.state {
            case .authorizing(let charge): charge == operation.id.retyped()
            case .capturing(_, let waiting, _), .voiding(_, let waiting), .incrementing(_, let waiting, _):
                waiting == operation.id
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .authorized, .succeeded, .canceled:
                false
            }
        case .refund: return try transaction.refund(RefundID(bits: operation.subject))?.state == .pending
        case .transferFunding, .transferRefund:
            guard let transfer = try transaction.friendTransfer(FriendTransferID(bits: operation.subject)) else {
                return false
            }
            return switch transfer.state {
            case .funding: operation.purpose == .transferFunding
            case .returning(_, let waiting): waiting == operation.id
            case .held, .inFlight, .accepted, .returned, .failed: false
            }
        case .topUp, .cashOut:
            return try transaction.walletMovement(WalletMovementID(bits: operation.subject))?.state == .pending
        case .reversal: return try transaction.reversal(ReversalID(bits: operation.subject))?.state == .pending
        case .disputeEvidence, .disputeAcceptance:
            return try transaction.dispute(DisputeID(bits: operation.subject))?.response?.operation == operation.id
        case .payout: return try transaction.payout(PayoutID(bits: operation.subject))?.state == .inTransit
        case .destinationCheck:
            return try transaction.payoutDestination(PayoutDestinationID(bits: operation.subject))?.state == .checking
        }
    }
}

extension OperationPurpose {
    /// Whether later messages refer to this one by the processor's own name for it.
    package var needsReference: Bool {
        switch self {
        case .charge, .transferFunding, .topUp, .destinationCheck: true
        case .capture, .void, .refund, .transferRefund, .cashOut, .reversal, .disputeEvidence, .disputeAcceptance,
            .verification, .increment, .payout:
            false
        }
    }
}

extension OutcomeDecision {
    fileprivate var text: String {
        switch self {
        case .approved(let reference, let amount):
            "approved" + (amount.map { " for \($0) minor units" } ?? "")
                + (reference.map { ", reference \($0)" } ?? "")
        case .declined: "declined"
        case .notProcessed: "not processed"
        case .bookStands: "the book stands"
        }
    }
}
