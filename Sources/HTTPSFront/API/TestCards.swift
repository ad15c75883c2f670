import Engine
import Payments
import Ports
import Primitives

/// Test cards by the names that bots' own tests have for them: `pm_card_visa` where a payment method goes, `tok_visa` where a token
/// goes. Each use stores a new card. In test mode only, and as far as test mode takes the numbers (docs/sandbox.md).
enum TestCards {
    /// Names without `pm_card_` or `tok_`, and numbers. Source: docs.stripe.com/testing, "Payment methods" and "Tokens"
    /// (read 2026-11).
    static let numbers: [String: StaticString] = [
        "visa": "4242424242424242", "visa_debit": "4000056655665556", "mastercard": "5555555555554444",
        "mastercard_debit": "5200828282828210", "amex": "378282246310005",
        "visa_chargeDeclined": "4000000000000002", "chargeDeclined": "4000000000000002",
        "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
        "chargeDeclinedInsufficientFunds": "4000000000009995",
        "visa_chargeDeclinedLostCard": "4000000000009987", "visa_chargeDeclinedStolenCard": "4000000000009979",
        "chargeDeclinedExpiredCard": "4000000000000069", "chargeDeclinedIncorrectCvc": "4000000000000127",
        "chargeDeclinedProcessingError": "4000000000000119",
        "visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975", "chargeCustomerFail": "4000000000000341",
        "radarBlock": "4100000000000019", "authenticationRequired": "4000002760003184",
        "authenticationRequiredOnSetup": "4000002500003155",
        "authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
        "pendingRefund": "4000000000007726", "refundFail": "4000000000005126", "createDispute": "4000000000000259",
        "createDisputeProductNotReceived": "4000000000002685", "createDisputeInquiry": "4000000000001976",
    ]

    enum Prefix: String { case method = "pm_card_", token = "tok_" }

    /// - Returns: nil when no test card has this name.
    static func card(_ name: String, _ prefix: Prefix, at now: Timestamp) -> NewCard? {
        guard name.hasPrefix(prefix.rawValue),
            let digits = numbers[String(name.dropFirst(prefix.rawValue.count))],
            let number = try? CardNumber(parsing: digits.description.utf8),
            let expiry = CardExpiry(month: 12, year: now.yearAndMonth.year + 3),
            let code = SecurityCode(
                parsing: Array("1234".utf8.prefix(number.brand.securityCodeLength)), brand: number.brand)
        else { return nil }
        return NewCard(number: number, expiry: expiry, securityCode: code, billing: DetailFields())
    }
}
