import Ledger
import Payments
import Ports
import Primitives

/// The name of a new message to a processor.
struct NewReference<Kind: IdentifierKind>: Sendable {
    let id: Identifier<Kind>
    /// What the processor has carried out under this very reference already, before the book was restored.
    let claimed: RecoveredOperation?
}

extension SettlementTools {
    /// Makes the reference of a message that a request causes.
    ///
    /// It carries a witness of the request's Idempotency-Key. If the book was restored and a processor carried the request
    /// out after the backup, the operation that was recovered from it carries the same witness: then the request takes
    /// that operation over, under its old reference, and nothing is executed a second time.
    /// - Parameter earlier: the attempt before, which the new one has to sort behind: by that order it is known what a payer was
    ///   sent away with, and the clock may have been set back since.
    /// - Throws: `Refusal.lostInRestore` when what was recovered is not what the request asks for.
    func reference<Kind>(
        for kind: ProcessorOperation.Kind, _ amount: Money, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp, _: Kind.Type = Kind.self, after earlier: Identifier<Kind>? = nil
    ) throws -> NewReference<Kind> {
        let time = earlier.map { max(now, $0.time.advanced(by: .milliseconds(1))) } ?? now
        guard let key = caller.idempotency?.id else {
            return NewReference(id: randomness.identifier(at: time), claimed: nil)
        }
        let found = try transaction.recoveredOperations(witness: key.witness)
        guard !found.isEmpty else {
            return NewReference(
                id: Identifier(at: time, random: randomness.next(), witness: key.witness), claimed: nil)
        }
        guard var claimed = found.first(where: { $0.kind == kind && $0.amount == amount && $0.mode == caller.mode })
        else { throw Refusal.lostInRestore }
        if claimed.posting != nil {
            // From suspense back to where it came from; settling the request books it to its owner.
            let posting = try RecoveredPosting.plan(
                claimed.kind, claimed.amount, connection: claimed.connection, mode: claimed.mode, isReversal: true)
            if let posting {
                _ = try transaction.post(
                    LedgerTransaction(source: claimed.reference, created: now, postings: [posting]))
            }
        }
        claimed.state = .claimed
        claimed.note = "the request that caused it came again"
        try transaction.update(claimed)
        return NewReference(id: claimed.reference.retyped(), claimed: claimed)
    }
}

extension SettlementTools {
    /// The reference of an attempt that takes the place of another within one request. It carries the same witness: should
    /// the book be restored, the request finds whichever of its attempts was carried out. It sorts behind the one before,
    /// however fast that came to nothing.
    func furtherReference<Kind>(
        for request: IdempotencyID?, after earlier: Identifier<Kind>, at now: Timestamp
    ) -> Identifier<Kind> {
        let time = max(now, earlier.time.advanced(by: .milliseconds(1)))
        guard let request else { return randomness.identifier(at: time) }
        return Identifier(at: time, random: randomness.next(), witness: request.witness)
    }
}

extension NewReference {
    /// The message, or the question what became of it.
    func message(_ operation: OpenOperation, _ content: OutgoingMessage.Content) -> OutgoingMessage {
        guard claimed != nil else { return OutgoingMessage(operation: operation, content: content) }
        let inquiry: Inquiry =
            switch content {
            case .authorize(let authorization):
                Inquiry(
                    reference: operation.reference, kind: .charge, amount: authorization.amount,
                    authenticatedReference: authorization.authenticatedReference)
            case .authorizeWallet(let wallet):
                Inquiry(
                    reference: operation.reference, kind: .charge, amount: wallet.amount,
                    authenticatedReference: wallet.approvedReference)
            case .verify(let verification):
                Inquiry(
                    reference: operation.reference, kind: .verification,
                    authenticatedReference: verification.authenticatedReference)
            case .increment(let total, let original):
                Inquiry(reference: operation.reference, kind: .increment, amount: total, original: original)
            case .push(let amount, _), .pushWallet(let amount, _, _):
                Inquiry(reference: operation.reference, kind: .push, amount: amount)
            case .refund(let amount, let original):
                Inquiry(reference: operation.reference, kind: .refund, amount: amount, original: original)
            case .capture(let amount, let original):
                Inquiry(reference: operation.reference, kind: .capture, amount: amount, original: original)
            case .void(let original): Inquiry(reference: operation.reference, kind: .void, original: original)
            case .disputeEvidence(_, let disputed):
                Inquiry(
                    reference: operation.reference, kind: .disputeEvidence(dispute: disputed.dispute),
                    amount: disputed.amount, original: disputed.original)
            case .disputeAcceptance(let disputed):
                Inquiry(
                    reference: operation.reference, kind: .disputeAcceptance(dispute: disputed.dispute),
                    amount: disputed.amount, original: disputed.original)
            case .lookUp(let inquiry): inquiry
            }
        return OutgoingMessage(operation: operation, content: .lookUp(inquiry))
    }
}

/// The money of an operation that a restored book knows nothing of: whose it is will be known later, if ever.
enum RecoveredPosting {
    /// - Parameter isReversal: back out of suspense, once it is known.
    /// - Returns: nil when the operation moves no money.
    static func plan(
        _ kind: ProcessorOperation.Kind, _ amount: Money, connection: ConnectionID, mode: Mode, isReversal: Bool
    ) throws(LedgerError) -> Posting? {
        let clearing = AccountKey(.processorClearing, of: connection, currency: amount.currency, mode: mode)
        let suspense = AccountKey(.suspense, of: connection, currency: amount.currency, mode: mode)
        let takesIn: Bool
        switch kind {
        case .authorization, .void: return nil
        case .sale, .capture: takesIn = !isReversal
        case .refund, .push: takesIn = isReversal
        }
        return try Posting(
            debit: takesIn ? clearing : suspense, credit: takesIn ? suspense : clearing, amount: amount.minorUnits,
            reason: .adjustment)
    }
}
