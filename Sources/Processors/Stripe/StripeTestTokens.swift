package import Payments

/// Stripe's own test payment methods for its test numbers, for accounts to which it does not open raw card data.
/// Source: docs.stripe.com/testing, the "PaymentMethods" column (read 2026-11).
package enum StripeTestTokens {
    /// Number and name, in the order of Stripe's page.
    package static let all: [(number: String, name: String)] = [
        ("4242424242424242", "pm_card_visa"),
        ("4000056655665556", "pm_card_visa_debit"),
        ("5555555555554444", "pm_card_mastercard"),
        ("5200828282828210", "pm_card_mastercard_debit"),
        ("5105105105105100", "pm_card_mastercard_prepaid"),
        ("378282246310005", "pm_card_amex"),
        ("4000000000000002", "pm_card_visa_chargeDeclined"),
        ("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds"),
        ("4000000000009987", "pm_card_visa_chargeDeclinedLostCard"),
        ("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard"),
        ("4000000000000069", "pm_card_chargeDeclinedExpiredCard"),
        ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc"),
        ("4000000000000119", "pm_card_chargeDeclinedProcessingError"),
        ("4000000000006975", "pm_card_visa_chargeDeclinedVelocityLimitExceeded"),
        ("4000000000000341", "pm_card_chargeCustomerFail"),
        ("4100000000000019", "pm_card_radarBlock"),
        ("4000002760003184", "pm_card_authenticationRequired"),
        ("4000008260003178", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"),
        ("4000000000000259", "pm_card_createDispute"),
        ("4000000000007726", "pm_card_pendingRefund"),
        ("4000000000005126", "pm_card_refundFail"),
    ]

    private static let byNumber: [CardNumber: String] = {
        var found: [CardNumber: String] = [:]
        for entry in all {
            if let number = try? CardNumber(parsing: entry.number.utf8) { found[number] = entry.name }
        }
        return found
    }()

    /// - Returns: nil for a number that has no token: such a card cannot be used on this connection.
    package static func name(for number: CardNumber) -> String? { byNumber[number] }
}
