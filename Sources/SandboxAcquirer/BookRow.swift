package import Primitives
package import SandboxProcessor

/// What became of an operation. Raw values are stored.
package enum BookStatus: Int64, Hashable, Sendable, CaseIterable {
    case approved = 1
    case partial = 2
    case declined = 3
    /// Waits for the cardholder to authenticate.
    case action = 4
    /// A refund that will succeed at ``BookRow/settlesAt``.
    case pending = 5
    case refused = 6
    /// Never executed and never to be: the operation came too late or a look-up after its time found nothing.
    case expired = 7
    /// A refund that was approved and failed afterwards; its money is back on the charge.
    case failed = 8

    /// As the wire and the dump write it.
    package var word: String {
        switch self {
        case .approved: "approved"
        case .partial: "partial"
        case .declined: "declined"
        case .action: "action"
        case .pending: "pending"
        case .refused: "refused"
        case .expired: "expired"
        case .failed: "failed"
        }
    }
}

/// One operation in the acquirer's book. An authorization's or sale's row is also its account: what was captured,
/// refunded and released of it. No card number is kept, only the test card's id.
package struct BookRow: Hashable, Sendable {
    package var reference: SandboxReference
    package var operation: SandboxOperation
    package var status: BookStatus
    /// A `DeclineReason` when declined, else 0.
    package var reason: Int64 = 0
    package var card: Int64 = 0
    /// ISO 4217 numeric code; 0 when unknown (an expired look-up).
    package var currency: Int64 = 0
    /// Minor units that were asked for, or fewer when approved in part.
    package var amount: Int64 = 0
    package var captured: Int64 = 0
    package var refunded: Int64 = 0
    package var released: Int64 = 0
    /// The charge that a capture, void or refund acts on; the authentication that a charge relied on.
    package var original: SandboxReference?
    /// Of the message's content, without card number and security code; tells a repeat from a clash.
    package var digest: Int64 = 0
    package var flags: Int64 = 0
    package var made: Timestamp
    /// When a refund's later fate is due, for the two cards that have one.
    package var settlesAt: Timestamp?

    package static let hadSecurityCode: Int64 = 1
    package static let authenticationPassed: Int64 = 2
    package static let authenticationFailed: Int64 = 4
    package static let authenticationUsed: Int64 = 8
    /// The cardholder agreed that the card is kept, with this message or one that it quotes.
    package static let keepsCard: Int64 = 16

    /// Whether any of these flags is set.
    package func has(_ flag: Int64) -> Bool { flags & flag != 0 }

    /// A row that says "never executed, never to be".
    package static func tombstone(_ reference: SandboxReference, _ operation: SandboxOperation, at now: Timestamp)
        -> BookRow
    {
        BookRow(reference: reference, operation: operation, status: .expired, made: now)
    }
}
