package import Payments
package import Primitives

/// What every message to a processor carries. All of it was stored before the message was built, so that the same
/// message can be built again, byte for byte, after a crash.
package struct WireReference: Hashable, Sendable {
    /// Sent as the processor's idempotency key or order reference.
    package let operation: OperationID
    package let mode: Mode
    /// When the operation was stored. A processor that honours it refuses to execute the message after ``validUntil``.
    package let created: Timestamp
    /// After this moment the message must not be executed any more; look-ups that find nothing later than this prove
    /// absence where the adapter's contract says so.
    package let validUntil: Timestamp

    package init(operation: OperationID, mode: Mode, created: Timestamp, validUntil: Timestamp) {
        self.operation = operation
        self.mode = mode
        self.created = created
        self.validUntil = validUntil
    }
}

/// Card data in clear on its way out to a processor.
package struct CardCredentials: Sendable {
    package let number: CardNumber
    package let expiry: CardExpiry
    /// Present at most once in the life of a code; nil for stored cards.
    package let securityCode: SecurityCode?

    package init(number: CardNumber, expiry: CardExpiry, securityCode: SecurityCode?) {
        self.number = number
        self.expiry = expiry
        self.securityCode = securityCode
    }
}

/// Ask for money from a card, held (`capture == false`) or taken at once (`capture == true`).
package struct AuthorizeRequest: Sendable {
    package let reference: WireReference
    package let amount: Money
    package let card: CardCredentials
    package let capture: Bool
    /// Whether the cardholder is present (CIT) or the merchant acts on a stored agreement (MIT).
    package let isMerchantInitiated: Bool
    /// The cardholder has just passed the processor's own authentication for this earlier reference.
    package let authenticatedReference: String?
    /// What the cardholder's statement shows, 5 to 22 characters.
    package let statementDescriptor: String?

    package init(
        reference: WireReference, amount: Money, card: CardCredentials, capture: Bool,
        isMerchantInitiated: Bool = false,
        authenticatedReference: String? = nil, statementDescriptor: String? = nil
    ) {
        self.reference = reference
        self.amount = amount
        self.card = card
        self.capture = capture
        self.isMerchantInitiated = isMerchantInitiated
        self.authenticatedReference = authenticatedReference
        self.statementDescriptor = statementDescriptor
    }
}

/// The earlier, approved operation that a capture, void or refund acts on.
package struct OriginalOperation: Hashable, Sendable {
    package let operation: OperationID
    /// The processor's reference, from the approval.
    package let processorReference: String

    package init(operation: OperationID, processorReference: String) {
        self.operation = operation
        self.processorReference = processorReference
    }
}

/// Take (part of) held money; whatever is not captured is released.
package struct CaptureRequest: Hashable, Sendable {
    package let reference: WireReference
    package let amount: Money
    package let original: OriginalOperation

    package init(reference: WireReference, amount: Money, original: OriginalOperation) {
        self.reference = reference
        self.amount = amount
        self.original = original
    }
}

/// Release held money.
package struct VoidRequest: Hashable, Sendable {
    package let reference: WireReference
    package let original: OriginalOperation

    package init(reference: WireReference, original: OriginalOperation) {
        self.reference = reference
        self.original = original
    }
}

/// Give back (part of) taken money.
package struct RefundRequest: Hashable, Sendable {
    package let reference: WireReference
    package let amount: Money
    package let original: OriginalOperation

    package init(reference: WireReference, amount: Money, original: OriginalOperation) {
        self.reference = reference
        self.amount = amount
        self.original = original
    }
}

/// Pay money out to a card.
package struct PushRequest: Sendable {
    package let reference: WireReference
    package let amount: Money
    package let card: CardCredentials

    package init(reference: WireReference, amount: Money, card: CardCredentials) {
        self.reference = reference
        self.amount = amount
        self.card = card
    }
}

/// What a look-up by our own reference found.
package enum LookupAnswer: Hashable, Sendable {
    /// The processor knows the operation, and this is what became of it.
    case found(Outcome)
    /// The processor does not know it and, by the adapter's documented absence rule, never will.
    case absent
    /// The processor does not know it, but a message may still be on its way: ask again later.
    case notFoundYet
    /// The processor did not answer the question; nothing was learned.
    case unavailable
}

/// A processor adapter bound to one connection (a configured account).
///
/// Every method is called from a task that is never cancelled, at most once at a time for one reference, returns within
/// the connection's deadline, and reports silence as ``Outcome/unknown(_:)`` instead of throwing. Sending the same
/// reference again must not execute twice: adapters state in their documentation how their processor guarantees it.
/// Capabilities are conformances to the protocols below, asked before routing.
package protocol Processor: Sendable {
    /// `sandbox`, `stripe`… Stored with every attempt.
    var name: String { get }
    /// Raised whenever the wire form changes; stored with every attempt.
    var adapterVersion: Int64 { get }
    /// Asks what became of an operation by the reference Florin gave it. Read-only.
    func lookUp(_ reference: WireReference) async -> LookupAnswer
}

/// Takes cards: authorize, sale (authorize and capture in one), capture, void and refund.
package protocol CardProcessor: Processor {
    func authorize(_ request: AuthorizeRequest) async -> Outcome
    func capture(_ request: CaptureRequest) async -> Outcome
    func void(_ request: VoidRequest) async -> Outcome
    func refund(_ request: RefundRequest) async -> Outcome
}

/// Pays out to cards.
package protocol PushingProcessor: Processor {
    func push(_ request: PushRequest) async -> Outcome
}
