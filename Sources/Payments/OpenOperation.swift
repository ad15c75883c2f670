package import Primitives

/// What a message to a processor asks for. Raw values are stored.
package enum OperationPurpose: Int64, Hashable, Sendable, CaseIterable {
    case charge = 1
    case capture = 2
    case void = 3
    case refund = 4
    case transferFunding = 5
    case transferRefund = 6
    case topUp = 7
    case cashOut = 8
    /// Gives back what was approved although it was less than was asked for.
    case reversal = 9
    /// Evidence in a dispute. Moves no money.
    case disputeEvidence = 10
    /// The owner gives a dispute up. Moves no money by itself: what it costs, the processor reports.
    case disputeAcceptance = 11
    /// A payout to a bot over a processor.
    case payout = 12
    /// Whether a card that a bot wants to be paid out to works: a small hold that is let go at once.
    case destinationCheck = 13
    /// Asks whether a card is good, to keep it. Moves no money.
    case verification = 20
    /// Raises what is held on a card.
    case increment = 21
}

/// A message to a processor whose outcome is not stored yet. The row is written in the commit before the message is sent
/// and deleted in the commit that stores the outcome: whatever is here after a crash is what must be asked about.
package struct OpenOperation: Hashable, Sendable {
    package let id: OperationID
    package let purpose: OperationPurpose
    /// The 128 bits of the payment, refund, transfer or wallet movement it belongs to.
    package let subject: SIMD2<UInt64>
    package let mode: Mode
    package let connection: ConnectionID
    package let created: Timestamp
    /// The processor must not execute the message after this moment.
    package let validUntil: Timestamp
    /// Which request waits for the outcome; its stored answer is written when it is known.
    package let idempotency: IdempotencyID?
    /// Whose request caused it; nil for what Florin does by itself. Events about the outcome name it.
    package let request: RequestID?
    /// What that request asked to see whole in its answer.
    package let expansions: [String]
    /// How many messages before this one, with other references, were certainly not executed.
    package let replacements: Int64
    /// Why the outcome is unknown; nil while the first answer is awaited.
    package var unknown: UnknownReason?
    /// How often the processor was asked.
    package var lookups: Int64
    /// When to ask next.
    package var due: Timestamp
    /// The processor contradicted what is stored: a person must decide. What was said, without personal data.
    package var conflict: String?

    package init(
        id: OperationID, purpose: OperationPurpose, subject: SIMD2<UInt64>, mode: Mode, connection: ConnectionID,
        created: Timestamp, validUntil: Timestamp, idempotency: IdempotencyID?, request: RequestID? = nil,
        expansions: [String] = [], replacements: Int64 = 0, unknown: UnknownReason? = nil, lookups: Int64 = 0,
        due: Timestamp, conflict: String? = nil
    ) {
        self.id = id
        self.purpose = purpose
        self.subject = subject
        self.mode = mode
        self.connection = connection
        self.created = created
        self.validUntil = validUntil
        self.idempotency = idempotency
        self.request = request
        self.expansions = expansions
        self.replacements = replacements
        self.unknown = unknown
        self.lookups = lookups
        self.due = due
        self.conflict = conflict
    }
}

package enum IdempotencyRecordKind: IdentifierKind { package static var prefix: String { "idem" } }
/// The first 128 bits of the keyed hash over owner, mode and Idempotency-Key.
package typealias IdempotencyID = Identifier<IdempotencyRecordKind>

/// What is stored for an Idempotency-Key (design invariant 3).
package struct IdempotencyRecord: Hashable, Sendable {
    /// How far the request has come.
    package enum State: Hashable, Sendable {
        /// The work has begun and is being carried to its end.
        case started
        /// The answer: HTTP status and sealed body.
        case finished(status: Int64, answer: SealedDetails)
        /// The answer is the object that this event carries, with this HTTP status.
        case finishedAs(status: Int64, event: EventID)
    }
    package let id: IdempotencyID
    /// Keyed hash of the command, 32 bytes.
    package let digest: [UInt8]
    package let mode: Mode
    package let created: Timestamp
    package var state: State

    package init(id: IdempotencyID, digest: [UInt8], mode: Mode, created: Timestamp, state: State) {
        self.id = id
        self.digest = digest
        self.mode = mode
        self.created = created
        self.state = state
    }
}
