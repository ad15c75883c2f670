package import Primitives

/// Whether a mandate can be used. Raw values are stored.
package enum MandateStatus: Int64, Hashable, Sendable, CaseIterable {
    case active = 1
    /// Revoked: the card was detached, destroyed, or another mandate took its place. Final.
    case inactive = 2
}

/// How the cardholder agreed. Raw values are stored.
package enum MandateAcceptance: Int64, Hashable, Sendable, CaseIterable {
    /// On a page or in a conversation.
    case online = 1
    /// On paper, by telephone.
    case offline = 2
}

/// By what a mandate was given.
package enum MandateSource: Hashable, Sendable {
    case payment(PaymentID)
    case setupIntent(SetupIntentID)
}

/// A cardholder's agreement that a bot keeps a card and what it may be charged for. The text of the agreement is the bot's;
/// this is the record that it was given, when and how.
package struct Mandate: Hashable, Sendable {
    package let id: MandateID
    package let bot: BotID
    package let mode: Mode
    package let paymentMethod: PaymentMethodID
    package let usage: FutureUsage
    package let source: MandateSource
    package let acceptance: MandateAcceptance
    /// When the cardholder agreed.
    package let accepted: Timestamp
    /// Salt of the key that seals ``details``; empty once it was destroyed.
    package let subjectSalt: [UInt8]
    /// Address and program that an online agreement came from, sealed.
    package let details: SealedDetails?
    package let created: Timestamp
    package var status: MandateStatus

    package init(
        id: MandateID, bot: BotID, mode: Mode, paymentMethod: PaymentMethodID, usage: FutureUsage,
        source: MandateSource, acceptance: MandateAcceptance = .online, accepted: Timestamp, subjectSalt: [UInt8],
        details: SealedDetails?, created: Timestamp, status: MandateStatus = .active
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.paymentMethod = paymentMethod
        self.usage = usage
        self.source = source
        self.acceptance = acceptance
        self.accepted = accepted
        self.subjectSalt = subjectSalt
        self.details = details
        self.created = created
        self.status = status
    }

    /// Whether it covers a charge without the cardholder.
    package var allowsOffSession: Bool { status == .active && usage == .offSession }
}

/// What later merchant-initiated charges of a kept card quote: one for each card, from its latest agreement.
package struct KeptCredential: Hashable, Sendable {
    package let paymentMethod: PaymentMethodID
    /// The scheme's transaction id, 1 to 64 printable ASCII characters.
    package let networkTransactionID: String
    /// Where it was learnt.
    package let connection: ConnectionID
    /// The charge or verification that it is of.
    package let operation: OperationID
    package let created: Timestamp

    /// - Returns: nil for an id that could not be sent as it is.
    package init?(
        paymentMethod: PaymentMethodID, networkTransactionID: String, connection: ConnectionID, operation: OperationID,
        created: Timestamp
    ) {
        guard (1...64).contains(networkTransactionID.utf8.count),
            networkTransactionID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.paymentMethod = paymentMethod
        self.networkTransactionID = networkTransactionID
        self.connection = connection
        self.operation = operation
        self.created = created
    }
}
