/// Why a merchant charges a kept card while its holder is away. Raw values are stored.
package enum MerchantReason: Int64, Hashable, Sendable, CaseIterable {
    /// One of a series at fixed intervals.
    case recurring = 1
    /// A part of one purchase that is paid in parts.
    case installment = 2
    /// Neither: a top-up, a ride, a late fee.
    case unscheduled = 3
}

/// What a cardholder agreed that the card may be kept for. Raw values are stored.
package enum FutureUsage: Int64, Hashable, Sendable, CaseIterable {
    /// Later charges that the cardholder starts.
    case onSession = 1
    /// Later charges while the cardholder is away, and all others.
    case offSession = 2
}

/// Who starts a charge of a kept card, and how it goes on from the first one: what the schemes call the stored-credential
/// framework (Visa: Stored Credential Transaction Framework; Mastercard: Credential on File).
package struct StoredCredential: Hashable, Sendable {
    /// Who wants the money now.
    package enum Initiator: Hashable, Sendable {
        /// The cardholder is there.
        case cardholder
        /// Nobody is there to be asked.
        case merchant(MerchantReason)
    }

    /// Whether the card was kept before this charge.
    package enum Stage: Hashable, Sendable {
        /// It is kept from this charge on: the cardholder agrees to that now.
        case first
        case subsequent
    }

    package let initiator: Initiator
    package let stage: Stage
    /// What the card is kept for from now on; nil where nothing is agreed anew.
    package let futureUsage: FutureUsage?
    /// The scheme's transaction id of the charge or verification at which the cardholder agreed. Nil for the first one, and
    /// where no processor told it.
    package let networkTransactionID: String?

    package init(
        _ initiator: Initiator, _ stage: Stage, futureUsage: FutureUsage? = nil, networkTransactionID: String? = nil
    ) {
        self.initiator = initiator
        self.stage = stage
        self.futureUsage = futureUsage
        self.networkTransactionID = networkTransactionID
    }

    /// A charge without its cardholder, as agreed before.
    package static func merchant(_ reason: MerchantReason, networkTransactionID: String?) -> StoredCredential {
        StoredCredential(.merchant(reason), .subsequent, networkTransactionID: networkTransactionID)
    }

    /// The charge or verification at which the cardholder agrees that the card is kept.
    package static func first(for usage: FutureUsage) -> StoredCredential {
        StoredCredential(.cardholder, .first, futureUsage: usage)
    }

    /// The cardholder pays with a card that was kept before.
    package static let cardholderAgain = StoredCredential(.cardholder, .subsequent)

    /// Why the merchant charges it; nil when the cardholder does.
    package var merchantReason: MerchantReason? {
        if case .merchant(let reason) = initiator { reason } else { nil }
    }
}
