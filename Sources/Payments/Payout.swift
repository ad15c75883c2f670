package import Primitives

package enum PayoutKind: IdentifierKind { package static var prefix: String { "po" } }
/// Also the reference the processor is given, for its one and only message.
package typealias PayoutID = Identifier<PayoutKind>

/// How fast a payout goes. Raw values are stored.
package enum PayoutMethod: Int64, Hashable, Sendable, CaseIterable {
    /// Sent after the configured wait, in which it can be canceled.
    case standard = 1
    /// Sent at once. Only where a processor is asked.
    case instant = 2
}

/// Why a payout came to nothing, in the words bots read as `failure_code`. Raw values are stored.
/// Source of the vocabulary: docs.stripe.com/api/payouts/failures (read 2026-11); only codes that Florin can know.
package enum PayoutFailure: Int64, Hashable, Sendable, CaseIterable {
    case couldNotProcess = 1
    case declined = 2
    case accountClosed = 3
    case accountFrozen = 4
    case invalidAccountNumber = 5
    case noAccount = 6
    case incorrectAccountHolderName = 7
    case bankAccountRestricted = 8
    case unsupportedCard = 9
    case invalidCurrency = 10

    /// As `failure_code`.
    package var name: StaticString {
        switch self {
        case .couldNotProcess: "could_not_process"
        case .declined: "declined"
        case .accountClosed: "account_closed"
        case .accountFrozen: "account_frozen"
        case .invalidAccountNumber: "invalid_account_number"
        case .noAccount: "no_account"
        case .incorrectAccountHolderName: "incorrect_account_holder_name"
        case .bankAccountRestricted: "bank_account_restricted"
        case .unsupportedCard: "unsupported_card"
        case .invalidCurrency: "invalid_currency"
        }
    }

    /// - Returns: nil when there is no such code.
    package init?(name: String) {
        guard let found = PayoutFailure.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = found
    }

    /// What a processor's refusal means for a payout.
    package init(_ decline: Decline) {
        self =
            switch decline.reason {
            case .processingError: .couldNotProcess
            default: .declined
            }
    }
}

/// Where a payout stands, in the words that bots read. Raw values are stored.
package enum PayoutState: Int64, Hashable, Sendable, CaseIterable {
    /// The money is set aside; nothing was sent. → `inTransit`, `canceled`, `failed`
    case pending = 1
    /// The message to the processor is stored, or an operator has begun the transfer. → `paid`, `failed`
    case inTransit = 2
    /// The processor or the operator says that it went out. → `failed`, when it comes back
    case paid = 3
    /// The money is the bot's again. Final.
    case failed = 4
    /// The money is the bot's again: it was never sent. Final.
    case canceled = 5

    /// As `status`.
    package var name: StaticString {
        switch self {
        case .pending: "pending"
        case .inTransit: "in_transit"
        case .paid: "paid"
        case .failed: "failed"
        case .canceled: "canceled"
        }
    }

    /// Whether its amount lies in flight.
    package var isInFlight: Bool {
        switch self {
        case .pending, .inTransit: true
        case .paid, .failed, .canceled: false
        }
    }
}

/// Money on its way from the platform to a bot. Its amount is set aside, out of what the platform owes the bot, in the
/// commit that stores it.
package struct Payout: Hashable, Sendable {
    package let id: PayoutID
    package let bot: BotID
    package let mode: Mode
    package let amount: Money
    package let destination: PayoutDestinationID
    package let rail: PayoutRail
    package let method: PayoutMethod
    /// Made by the bot's schedule.
    package let isAutomatic: Bool
    package let created: Timestamp
    /// When it is sent, if it waits.
    package let due: Timestamp
    /// When the bot may expect it.
    package let arrival: Timestamp
    /// The posting that set the amount aside.
    package let posting: Int64
    package var state: PayoutState
    package var failure: PayoutFailure?
    /// The posting that gave the amount back; nil as long as it is gone.
    package var returnPosting: Int64?
    /// Who pushes it; nil for a bank transfer and before it was sent.
    package var connection: ConnectionID?
    /// The processor's name for it, or the bank's reference.
    package var reference: String?
    /// Which operator began a bank transfer: the user's number on the machine.
    package var begunBy: Int64?
    /// When it left `pending`, and when it ended. A payout that came back after it was paid ended when it came back.
    package var sent: Timestamp?
    package var ended: Timestamp?
    /// Description, statement descriptor and metadata, sealed.
    package var details: SealedDetails?
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    package init(
        id: PayoutID, bot: BotID, mode: Mode, amount: Money, destination: PayoutDestinationID, rail: PayoutRail,
        method: PayoutMethod, isAutomatic: Bool, created: Timestamp, due: Timestamp, arrival: Timestamp,
        posting: Int64, state: PayoutState = .pending, failure: PayoutFailure? = nil, returnPosting: Int64? = nil,
        connection: ConnectionID? = nil, reference: String? = nil, begunBy: Int64? = nil, sent: Timestamp? = nil,
        ended: Timestamp? = nil, details: SealedDetails? = nil, version: Int64 = 0
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.amount = amount
        self.destination = destination
        self.rail = rail
        self.method = method
        self.isAutomatic = isAutomatic
        self.created = created
        self.due = due
        self.arrival = arrival
        self.posting = posting
        self.state = state
        self.failure = failure
        self.returnPosting = returnPosting
        self.connection = connection
        self.reference = reference
        self.begunBy = begunBy
        self.sent = sent
        self.ended = ended
        self.details = details
        self.version = version
    }
}

extension Payout {
    /// It had been paid, and the money is there again.
    package var hasComeBack: Bool { state == .failed && reference != nil }
}
