package import Payments

/// The acquirer's words and what they mean. A word that is not here is a contract violation, never a guess.
package enum SandboxStatus: String, Hashable, Sendable, CaseIterable {
    case approved
    case partial
    case declined
    /// The cardholder must authenticate at `url` first.
    case action
    case pending
    /// Checked and refused before processing; recorded, so that it stays refused.
    case refused
    /// Came after its `until`; recorded, so that it is never executed.
    case expired
    /// The reference is taken by an operation with other content. Says nothing about that one.
    case conflict
    /// Look-up: unknown, and recorded as never to be executed.
    case absent
    /// Look-up: unknown, and a message may still come.
    case waiting
    /// A refund that had succeeded has failed; says which, and under which number.
    case changed
    /// Nothing has changed since the number that was named.
    case unchanged
}

/// Decline codes on the wire.
package enum SandboxStatusMap {
    private struct Row {
        let code: String
        let reason: DeclineReason
        /// Whether the same card may be tried again later without change.
        let isSoft: Bool
    }

    private static let rows: [Row] = [
        Row(code: "generic_decline", reason: .genericDecline, isSoft: true),
        Row(code: "insufficient_funds", reason: .insufficientFunds, isSoft: true),
        Row(code: "lost_card", reason: .lostCard, isSoft: false),
        Row(code: "stolen_card", reason: .stolenCard, isSoft: false),
        Row(code: "expired_card", reason: .expiredCard, isSoft: false),
        Row(code: "incorrect_cvc", reason: .incorrectSecurityCode, isSoft: false),
        Row(code: "processing_error", reason: .processingError, isSoft: true),
        Row(code: "do_not_honor", reason: .doNotHonor, isSoft: true),
        Row(code: "fraudulent", reason: .fraudulent, isSoft: false),
        Row(code: "card_velocity_exceeded", reason: .cardVelocityExceeded, isSoft: true),
        Row(code: "authentication_required", reason: .authenticationRequired, isSoft: true),
        Row(code: "card_not_supported", reason: .cardNotSupported, isSoft: false),
        Row(code: "currency_not_supported", reason: .currencyNotSupported, isSoft: false),
        Row(code: "invalid_amount", reason: .invalidAmount, isSoft: false),
        Row(code: "incorrect_number", reason: .incorrectNumber, isSoft: false),
        Row(code: "try_again_later", reason: .tryAgainLater, isSoft: true),
        Row(code: "pickup_card", reason: .pickupCard, isSoft: false),
        Row(code: "restricted_card", reason: .restrictedCard, isSoft: false),
    ]

    /// - Returns: nil for a code that is not in the contract.
    package static func decline(_ code: String) -> Decline? {
        guard let row = rows.first(where: { $0.code == code }) else { return nil }
        return Decline(reason: row.reason, isSoft: row.isSoft, processorCode: row.code)
    }

    package static func code(_ reason: DeclineReason) -> String {
        rows.first { $0.reason == reason }?.code ?? "generic_decline"
    }
}
