package import Payments
import Primitives

/// Something a processor reports of an operation that was over: nobody asked for it, and it is true all the same.
package struct ProcessorFact: Hashable, Sendable {
    /// What happened.
    package enum Kind: Hashable, Sendable {
        /// A refund that had succeeded came back: the cardholder never got the money.
        case refundFailed(Decline)
        /// Something happened in a dispute. ``ProcessorFact/operation`` names the charge (also the funding of a transfer, a
        /// top-up), or the capture that took its money.
        case dispute(DisputeReport)
    }
    /// The most bytes of ``id`` and of a cursor.
    package static let longestName = 128

    /// The processor's own name for this report, unique within the connection: reported twice, it counts once.
    package let id: String
    /// The reference that Florin gave the message which this is about.
    package let operation: OperationID
    package let kind: Kind

    package init(id: String, operation: OperationID, kind: Kind) {
        self.id = id
        self.operation = operation
        self.kind = kind
    }
}

/// One look into what a processor has to report.
package enum ReportedChanges: Hashable, Sendable {
    /// What is new, in the processor's order, and where the next look begins. No facts: nothing is new.
    case facts([ProcessorFact], next: String)
    /// The processor did not answer, or not as agreed; nothing was learned.
    case unavailable
}

/// Can be asked what has happened since the last look.
package protocol ReportingProcessor: Processor {
    /// Reads on from `cursor`, or from the beginning; at most 100 facts at a time. Read-only: the same cursor gives the same
    /// facts again, since they are stored only after the answer.
    func changes(since cursor: String?) async -> ReportedChanges
}
