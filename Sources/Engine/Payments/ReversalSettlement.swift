import Ledger
import Payments
import Ports
import Primitives

extension Settlement {
    /// Stores the message that gives back what was approved although it was less than was asked for, and books what was
    /// taken apart from everything else until it is back.
    /// - Parameters:
    ///   - isTaken: the money was taken at once; else it is only held.
    ///   - directBot: whose own account at the processor took it, if not the platform's.
    func reverse(
        _ approval: Approval, of attempt: OpenOperation, isTaken: Bool, directBot: BotID? = nil
    ) throws -> OutgoingMessage {
        let reversal = Reversal(
            id: tools.randomness.identifier(at: now), attempt: attempt.id, mode: attempt.mode,
            connection: attempt.connection, directBot: directBot, amount: approval.amount,
            processorReference: approval.processorReference, isTaken: isTaken, created: now)
        try transaction.insert(reversal)
        if isTaken { try post(try PostingPlans.partialApproval(reversal), for: reversal) }
        let open = try open(reversal.id.retyped(), .reversal, subject: reversal.id.bits, like: attempt)
        return OutgoingMessage(operation: open, content: reversal.content)
    }

    func settleReversal(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        guard let reversal = try transaction.reversal(ReversalID(bits: operation.subject)) else {
            throw StoreError.corrupt("open operation \(operation.id) belongs to no reversal")
        }
        switch reversal.step(outcome) {
        case .moved(var next):
            if operation.id != reversal.id.retyped() { next.operation = operation.id }
            if next.isTaken { try post(try PostingPlans.reversal(next), for: next) }
            try transaction.update(next)
            return Settled(fate: .closed)
        case .askProcessor: return Settled(fate: .open(outcome.unknownReason))
        case .sendAgain:
            try openReplacement(tools.randomness.identifier(at: now), of: operation)
            return Settled(fate: .closed)
        case .ignored: return Settled(fate: .closed)
        case .conflict(let reason): return Settled(fate: .conflict(reason))
        }
    }

    private func post(_ posting: Posting, for reversal: Reversal) throws {
        _ = try transaction.post(LedgerTransaction(source: reversal.attempt, created: now, postings: [posting]))
    }
}

extension Reversal {
    /// The message that gives it back.
    var content: OutgoingMessage.Content {
        let original = OriginalOperation(operation: attempt, processorReference: processorReference)
        return isTaken ? .refund(amount: amount, original: original) : .void(original: original)
    }
}
