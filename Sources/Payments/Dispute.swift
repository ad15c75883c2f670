package import Primitives

/// Why a cardholder disputes a charge, in words that every processor's codes are mapped to. Raw values are stored; the names
/// are those bots read as `reason`.
/// Source of the vocabulary: docs.stripe.com/disputes/categories (read 2026-11).
package enum DisputeReason: Int64, Hashable, Sendable, CaseIterable {
    case general = 1
    case fraudulent = 2
    case unrecognized = 3
    case duplicate = 4
    case productNotReceived = 5
    case productUnacceptable = 6
    case subscriptionCanceled = 7
    case creditNotProcessed = 8
    case customerInitiated = 9
    case debitNotAuthorized = 10
    case bankCannotProcess = 11
    case checkReturned = 12
    case incorrectAccountDetails = 13
    case insufficientFunds = 14
}

/// Where a dispute stands, in the words that bots read. Raw values are stored. A processor's later word counts: also what
/// is closed moves when the processor says so.
package enum DisputeState: Int64, Hashable, Sendable, CaseIterable {
    /// The issuer asks, or warns; no money has moved. → `warningUnderReview`, `warningClosed`, `needsResponse`
    case warningNeedsResponse = 1
    /// An answer was given to the inquiry. → `warningClosed`, `needsResponse`
    case warningUnderReview = 2
    /// The inquiry came to nothing. → `needsResponse`, when it is opened after all
    case warningClosed = 3
    /// The cardholder wants the money back, and nobody has answered yet. → `underReview`, `won`, `lost`
    case needsResponse = 4
    /// Evidence is with the issuer. → `won`, `lost`
    case underReview = 5
    /// The bot keeps the money. → `lost`, `needsResponse`, when the processor says so later
    case won = 6
    /// The cardholder keeps the money. → `won`, `needsResponse`, when the processor says so later
    case lost = 7

    /// Whether nothing more is expected.
    package var isClosed: Bool {
        switch self {
        case .warningClosed, .won, .lost: true
        case .warningNeedsResponse, .warningUnderReview, .needsResponse, .underReview: false
        }
    }

    /// Whether it is only an inquiry, which takes no money.
    package var isWarning: Bool {
        switch self {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed: true
        case .needsResponse, .underReview, .won, .lost: false
        }
    }

    /// Whether an answer is still awaited.
    package var awaitsResponse: Bool { self == .warningNeedsResponse || self == .needsResponse }
}

/// What is disputed.
package enum DisputeSubject: Hashable, Sendable {
    case charge(ChargeID, of: PaymentID)
    /// The charge that funded a friend transfer.
    case transfer(FriendTransferID)
    case topUp(WalletMovementID)
}

/// Who answers for the money.
package enum DisputeDebtor: Hashable, Sendable {
    case bot(BotID, FundsFlow)
    /// The person whose card funded a transfer or a top-up.
    case person(PersonID)
}

/// A message about a dispute whose outcome is open.
package enum DisputeResponse: Hashable, Sendable {
    case evidence(OperationID)
    case acceptance(OperationID)

    /// The message itself.
    package var operation: OperationID {
        switch self {
        case .evidence(let operation), .acceptance(let operation): operation
        }
    }
}

/// A cardholder's objection to a charge, as the processor reports it. What it did to the book stands in its
/// ``DisputeMovement``s.
package struct Dispute: Hashable, Sendable {
    package let id: DisputeID
    package let subject: DisputeSubject
    package let debtor: DisputeDebtor
    /// Who is told.
    package let owner: Owner
    package let mode: Mode
    package let connection: ConnectionID
    /// The processor's own name for it.
    package let processorReference: String
    package let created: Timestamp
    /// What is disputed; the whole charge or a part.
    package var amount: Money
    package var reason: DisputeReason
    /// The scheme's own code.
    package var networkReasonCode: String?
    /// Until when evidence is taken; nil when none can be given.
    package var respondBy: Timestamp?
    package var state: DisputeState
    /// The message whose outcome is open.
    package var response: DisputeResponse?
    /// How often evidence was taken by the processor.
    package var submissions: Int64
    /// Evidence and metadata, sealed.
    package var details: SealedDetails?
    /// Whether ``details`` holds evidence.
    package var hasEvidence: Bool
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    package init(
        id: DisputeID, subject: DisputeSubject, debtor: DisputeDebtor, owner: Owner, mode: Mode,
        connection: ConnectionID, processorReference: String, created: Timestamp, amount: Money, reason: DisputeReason,
        networkReasonCode: String?, respondBy: Timestamp?, state: DisputeState, response: DisputeResponse? = nil,
        submissions: Int64 = 0, details: SealedDetails? = nil, hasEvidence: Bool = false, version: Int64 = 0
    ) {
        self.id = id
        self.subject = subject
        self.debtor = debtor
        self.owner = owner
        self.mode = mode
        self.connection = connection
        self.processorReference = processorReference
        self.created = created
        self.amount = amount
        self.reason = reason
        self.networkReasonCode = networkReasonCode
        self.respondBy = respondBy
        self.state = state
        self.response = response
        self.submissions = submissions
        self.details = details
        self.hasEvidence = hasEvidence
        self.version = version
    }

    /// Whether it is too late for evidence, or none can be given.
    package func isPastDue(at now: Timestamp) -> Bool { respondBy.map { now >= $0 } ?? true }
}

/// What money did in a dispute. Raw values are stored.
package enum DisputeMovementKind: Int64, Hashable, Sendable, CaseIterable {
    case withdrawn = 1
    case reinstated = 2
    /// What the processor asked for its work.
    case fee = 3
    case feeReturned = 4
}

/// One movement of money in a dispute.
package struct DisputeMovement: Hashable, Sendable {
    package let dispute: DisputeID
    package let kind: DisputeMovementKind
    /// Positive.
    package let amount: Money
    /// The posting that recorded it. Grows with time.
    package let posting: Int64
    /// The posting of the movement that it is shown with: a fee that was told together with it.
    package let partOf: Int64?
    package let created: Timestamp

    package init(
        dispute: DisputeID, kind: DisputeMovementKind, amount: Money, posting: Int64, partOf: Int64? = nil,
        created: Timestamp
    ) {
        self.dispute = dispute
        self.kind = kind
        self.amount = amount
        self.posting = posting
        self.partOf = partOf
        self.created = created
    }
}
