package import Payments

/// Stripe's decline codes and what they mean here.
///
/// Source of the codes: docs.stripe.com/declines/codes; of the advice: docs.stripe.com/declines/card, "advice_code" (both
/// read 2026-11). Precedence: the advice that came along, then the decline code, then the error code, then a soft decline.
package enum StripeDeclines {
    /// One row of the table.
    package struct Row: Hashable, Sendable {
        package let code: String
        package let reason: DeclineReason
        /// Whether the same card may be tried again.
        package let isSoft: Bool
    }

    package static let rows: [Row] =
        soft(.genericDecline, "generic_decline", "duplicate_transaction", "incorrect_pin", "invalid_pin")
        + soft(.genericDecline, "offline_pin_required", "online_or_offline_pin_required", "incorrect_zip")
        + soft(.doNotHonor, "do_not_honor", "call_issuer", "no_action_taken", "not_permitted", "security_violation")
        + soft(.doNotHonor, "service_not_allowed", "approve_with_id")
        + soft(.insufficientFunds, "insufficient_funds")
        + soft(.cardVelocityExceeded, "card_velocity_exceeded", "withdrawal_count_limit_exceeded", "pin_try_exceeded")
        + soft(.incorrectSecurityCode, "incorrect_cvc", "invalid_cvc")
        + soft(.authenticationRequired, "authentication_required")
        + soft(.processingError, "processing_error")
        + soft(.tryAgainLater, "try_again_later", "issuer_not_available", "reenter_transaction")
        + hard(.genericDecline, "do_not_try_again", "new_account_information_available")
        + hard(.doNotHonor, "transaction_not_allowed", "stop_payment_order", "revocation_of_authorization")
        + hard(.doNotHonor, "revocation_of_all_authorizations")
        + hard(.cardNotSupported, "card_not_supported")
        + hard(.currencyNotSupported, "currency_not_supported")
        + hard(.expiredCard, "expired_card", "invalid_expiry_month", "invalid_expiry_year")
        + hard(.fraudulent, "fraudulent", "merchant_blacklist")
        + hard(.incorrectNumber, "incorrect_number", "invalid_number", "testmode_decline")
        + hard(.invalidAmount, "invalid_amount")
        + hard(.lostCard, "lost_card")
        + hard(.stolenCard, "stolen_card")
        + hard(.pickupCard, "pickup_card")
        + hard(.restrictedCard, "restricted_card", "invalid_account")

    /// What a card error means.
    /// - Parameters:
    ///   - code: the error's own code, such as `card_declined` or `expired_card`.
    ///   - declineCode: why the issuer declined, if it did.
    ///   - advice: `do_not_try_again`, `try_again_later` or `confirm_card_data`.
    package static func decline(code: String?, declineCode: String?, advice: String?) -> Decline {
        let row = [declineCode, code].lazy.compactMap { $0 }.compactMap { byCode[$0] }.first
        let isSoft =
            switch advice {
            case "do_not_try_again": false
            case "try_again_later", "confirm_card_data": true
            default: row?.isSoft ?? true
            }
        return Decline(
            reason: row?.reason ?? .genericDecline, isSoft: isSoft, processorCode: shown(declineCode ?? code))
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: rows.map { ($0.code, $0) })

    private static func soft(_ reason: DeclineReason, _ codes: String...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: true) }
    }

    private static func hard(_ reason: DeclineReason, _ codes: String...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: false) }
    }

    /// At most 32 characters of printable ASCII.
    private static func shown(_ code: String?) -> String? {
        code.map { String(decoding: $0.utf8.filter { $0 > 0x20 && $0 < 0x7F }.prefix(32), as: UTF8.self) }
    }
}
