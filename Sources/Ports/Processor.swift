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
    /// Who starts the charge of a card that is or will be kept; nil for a card that is used once.
    package let credential: StoredCredential?
    /// The cardholder has just passed the processor's own authentication for this earlier reference.
    package let authenticatedReference: String?
    /// What the cardholder's statement shows, 5 to 22 characters.
    package let statementDescriptor: String?
    /// Where the processor sends the cardholder back to after authentication; nil leaves it to the connection's setting.
    package let returnURL: String?
    /// What ``TokenizingProcessor/tokenize(_:as:)`` answered for this very reference: sent instead of the card.
    package let token: ProcessorToken?
    /// The cardholder is to authenticate whatever the processor thinks of it. Asked of an ``AuthenticatingProcessor`` only.
    package let requiresAuthentication: Bool
    /// The hold may have to be raised later. Asked of an ``IncrementingProcessor`` only.
    package let mayIncrement: Bool

    package init(
        reference: WireReference, amount: Money, card: CardCredentials, capture: Bool,
        credential: StoredCredential? = nil,
        authenticatedReference: String? = nil, statementDescriptor: String? = nil, returnURL: String? = nil,
        token: ProcessorToken? = nil, requiresAuthentication: Bool = false, mayIncrement: Bool = false
    ) {
        self.reference = reference
        self.amount = amount
        self.card = card
        self.capture = capture
        self.credential = credential
        self.requiresAuthentication = requiresAuthentication
        self.mayIncrement = mayIncrement
        self.authenticatedReference = authenticatedReference
        self.statementDescriptor = statementDescriptor
        self.returnURL = returnURL
        self.token = token
    }

    /// Whether nobody is there to be asked (MIT), as opposed to a charge that the cardholder starts (CIT).
    package var isMerchantInitiated: Bool { credential?.merchantReason != nil }
}

/// The earlier, approved operation that a capture, void or refund acts on.
package struct OriginalOperation: Hashable, Sendable {
    package let operation: OperationID
    /// The processor's reference, from the approval.
    package let processorReference: String
    /// The capture that took the money, where it was a message of its own: some processors refund captures.
    package let capture: ChargeCapture?

    package init(operation: OperationID, processorReference: String, capture: ChargeCapture? = nil) {
        self.operation = operation
        self.processorReference = processorReference
        self.capture = capture
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

/// What a look-up asks about: what was stored before the message was sent. Processors that find every operation by its
/// reference alone ignore the rest; others find a capture only at the charge it belongs to.
package struct Inquiry: Hashable, Sendable {
    /// What the message asked for.
    package enum Kind: Hashable, Sendable {
        /// An authorization or a sale.
        case charge
        case capture
        case void
        case refund
        case push
        /// Evidence that was sent for the dispute of this name; ``Inquiry/original`` is the charge.
        case disputeEvidence(dispute: String)
        /// A card was verified in order to be kept.
        case verification
        /// A hold was raised; ``Inquiry/amount`` is what was to be held in all.
        case increment
        /// A dispute of this name was given up.
        case disputeAcceptance(dispute: String)
    }
    package let reference: WireReference
    package let kind: Kind
    /// What was asked; nil for a void, and where it is not stored any more. An answer with another amount is no answer.
    package let amount: Money?
    /// What a capture, void or refund acts on; nil where it is not known any more.
    package let original: OriginalOperation?
    /// The authenticated reference that a charge or verification went on from, if it did.
    package let authenticatedReference: String?
    /// What the processor called the operation when it answered ``Outcome/pending(processorReference:)``, the last time it did.
    package var pendingReference: String?

    package init(
        reference: WireReference, kind: Kind, amount: Money? = nil, original: OriginalOperation? = nil,
        authenticatedReference: String? = nil, pendingReference: String? = nil
    ) {
        self.pendingReference = pendingReference
        self.reference = reference
        self.kind = kind
        self.amount = amount
        self.original = original
        self.authenticatedReference = authenticatedReference
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
    /// Asks what became of an operation by what was stored about it before it was sent. Moves no money; it may leave a
    /// mark at the processor that keeps a message which has not arrived from ever being executed.
    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer
}

/// Takes cards: authorize, sale (authorize and capture in one), capture, void and refund.
package protocol CardProcessor: Processor {
    func authorize(_ request: AuthorizeRequest) async -> Outcome
    func capture(_ request: CaptureRequest) async -> Outcome
    /// Approved too when nothing is held any more: it was released before, by whoever, or has expired.
    func void(_ request: VoidRequest) async -> Outcome
    func refund(_ request: RefundRequest) async -> Outcome
}

/// Pays out to cards.
package protocol PushingProcessor: Processor {
    func push(_ request: PushRequest) async -> Outcome
}

/// The processor's name for a card that lies there ready to be charged once.
package struct ProcessorToken: Hashable, Sendable {
    /// The name as the processor wrote it, 1 to 255 printable ASCII characters.
    package let text: String

    /// - Returns: nil for text that cannot be sent as it is.
    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.text = text
    }
}

/// What came of storing a card at the processor. No money can have moved, whatever the answer.
package enum TokenizeOutcome: Hashable, Sendable {
    case token(ProcessorToken)
    case declined(Decline)
    case notProcessed(NotProcessedReason)
}

/// Takes a card, and its security code, apart from the charge: the message that moves money then carries neither, so that
/// it can be repeated byte for byte.
package protocol TokenizingProcessor: Processor {
    /// Stores the card for the charge `reference`. Called again for the same reference and card, it answers the same.
    func tokenize(_ card: CardCredentials, as reference: WireReference) async -> TokenizeOutcome
}

/// What a configured account is asked before it is used, and from time to time afterwards.
package protocol ProbingProcessor: Processor {
    /// Asks for something that changes nothing and needs the credentials.
    func probe() async -> ProbeAnswer
}

/// Whether an account can be used.
package enum ProbeAnswer: Hashable, Sendable {
    /// The processor took the credentials. The text names the account or its state, for people.
    case usable(String)
    /// The processor refused the credentials or the account. The text says why, without secrets.
    case refused(String)
    /// It could not be asked. The text says why.
    case unreachable(String)
}
