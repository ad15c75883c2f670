/// How a simulated card behaves.
struct StripeTestCard: Sendable {
    /// What happens when it is charged.
    enum Behaviour: Hashable, Sendable {
        case approves
        case declines(code: String, declineCode: String, advice: String?, parameter: String?)
        /// The cardholder must authenticate; then it is approved, or declined for lack of funds.
        case authenticates(thenDeclines: Bool)
        /// Approved, and disputed right after.
        case disputed
        /// Its refunds are pending at first.
        case refundsLate
        /// Its refunds succeed, and fail later.
        case refundsFail
    }
    let number: String
    let brand: String
    let funding: String
    let token: String
    let behaviour: Behaviour

    /// Stripe's test numbers, the names of its ready-made payment methods, and what they do. Source of numbers and names:
    /// docs.stripe.com/testing; of the advice codes: answers of Stripe's test mode (both read 2026-11).
    static let all: [StripeTestCard] = [
        .init("4242424242424242", "visa", "credit", "pm_card_visa", .approves),
        .init("4000056655665556", "visa", "debit", "pm_card_visa_debit", .approves),
        .init("5555555555554444", "mastercard", "credit", "pm_card_mastercard", .approves),
        .init("2223003122003222", "mastercard", "credit", "", .approves),
        .init("5200828282828210", "mastercard", "debit", "pm_card_mastercard_debit", .approves),
        .init("5105105105105100", "mastercard", "prepaid", "pm_card_mastercard_prepaid", .approves),
        .init("378282246310005", "amex", "credit", "pm_card_amex", .approves),
        .init("371449635398431", "amex", "credit", "", .approves),
        .init(
            "4000000000000002", "visa", "credit", "pm_card_visa_chargeDeclined",
            declined("generic_decline", "try_again_later")),
        .init(
            "4000000000009995", "visa", "credit", "pm_card_visa_chargeDeclinedInsufficientFunds",
            declined("insufficient_funds", "try_again_later")),
        .init(
            "4000000000009987", "visa", "credit", "pm_card_visa_chargeDeclinedLostCard",
            declined("lost_card", "do_not_try_again")),
        .init(
            "4000000000009979", "visa", "credit", "pm_card_visa_chargeDeclinedStolenCard",
            declined("stolen_card", "do_not_try_again")),
        .init(
            "4000000000006975", "visa", "credit", "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
            declined("card_velocity_exceeded", nil)),
        .init("4000000000000341", "visa", "credit", "pm_card_chargeCustomerFail", declined("generic_decline", nil)),
        .init("4100000000000019", "visa", "credit", "pm_card_radarBlock", declined("fraudulent", nil)),
        .init(
            "4000000000000069", "visa", "credit", "pm_card_chargeDeclinedExpiredCard",
            .declines(
                code: "expired_card", declineCode: "expired_card", advice: "confirm_card_data", parameter: "exp_month")),
        .init(
            "4000000000000127", "visa", "credit", "pm_card_chargeDeclinedIncorrectCvc",
            .declines(
                code: "incorrect_cvc", declineCode: "incorrect_cvc", advice: "confirm_card_data", parameter: "cvc")),
        .init(
            "4000000000000119", "visa", "credit", "pm_card_chargeDeclinedProcessingError",
            .declines(
                code: "processing_error", declineCode: "processing_error", advice: "try_again_later", parameter: nil)),
        .init("4000002500003155", "visa", "credit", "", .authenticates(thenDeclines: false)),
        .init(
            "4000002760003184", "visa", "credit", "pm_card_authenticationRequired", .authenticates(thenDeclines: false)),
        .init(
            "4000008260003178", "visa", "credit", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            .authenticates(thenDeclines: true)),
        .init("4000000000000259", "visa", "credit", "pm_card_createDispute", .disputed),
        .init("4000000000007726", "visa", "credit", "pm_card_pendingRefund", .refundsLate),
        .init("4000000000005126", "visa", "credit", "pm_card_refundFail", .refundsFail),
    ]

    private static func declined(_ code: String, _ advice: String?) -> Behaviour {
        .declines(code: "card_declined", declineCode: code, advice: advice, parameter: nil)
    }

    private init(_ number: String, _ brand: String, _ funding: String, _ token: String, _ behaviour: Behaviour) {
        (self.number, self.brand, self.funding, self.token) = (number, brand, funding, token)
        self.behaviour = behaviour
    }
}
