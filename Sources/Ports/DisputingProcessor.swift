package import Payments
package import Primitives

/// A dispute as a message to its processor names it.
package struct DisputedCharge: Hashable, Sendable {
    /// The processor's own name for the dispute.
    package let dispute: String
    /// What is disputed; the approval of a message about the dispute names this amount.
    package let amount: Money
    /// The charge; nil where it is not known any more.
    package let original: OriginalOperation?

    package init(dispute: String, amount: Money, original: OriginalOperation?) {
        self.dispute = dispute
        self.amount = amount
        self.original = original
    }
}

/// Tell the issuer why the charge was right.
package struct EvidenceRequest: Hashable, Sendable {
    package let reference: WireReference
    package let disputed: DisputedCharge
    package let evidence: DisputeEvidence

    package init(reference: WireReference, disputed: DisputedCharge, evidence: DisputeEvidence) {
        self.reference = reference
        self.disputed = disputed
        self.evidence = evidence
    }
}

/// Give a dispute up.
package struct DisputeAcceptanceRequest: Hashable, Sendable {
    package let reference: WireReference
    package let disputed: DisputedCharge

    package init(reference: WireReference, disputed: DisputedCharge) {
        self.reference = reference
        self.disputed = disputed
    }
}

/// Takes evidence in disputes, and their surrender. That there is a dispute, and what becomes of it, is reported
/// (``ReportingProcessor``).
///
/// A message that was taken is answered `approved` with the processor's name for the dispute and the disputed amount; one that
/// the processor refuses for good (too late, closed) `declined`. Silence is asked about by ``Processor/lookUp(_:)`` with
/// ``Inquiry/Kind/disputeEvidence(dispute:)`` or ``Inquiry/Kind/disputeAcceptance(dispute:)``: reading the dispute tells
/// whether evidence has arrived, or whether it is lost.
package protocol DisputingProcessor: Processor {
    /// Hands all evidence to the issuer, for good: it is taken once.
    func submitEvidence(_ request: EvidenceRequest) async -> Outcome
    func accept(_ request: DisputeAcceptanceRequest) async -> Outcome
}
