import Payments
import Primitives

extension Refusal {
    static let noCard = Refusal.invalid(
        parameter: "payment_method", code: "payment_intent_unexpected_state",
        message: "This payment has no payment method; name one with payment_method.")

    static let cardholderIsThere = Refusal.invalid(
        parameter: "off_session", code: "parameter_invalid",
        message: "The cardholder has been sent to authenticate this payment: confirm it without off_session.")

    static func paymentState(_ payment: Payment) -> Refusal {
        .unexpectedState(
            code: "payment_intent_unexpected_state",
            message: "This payment's status does not allow it; retrieve the payment to see its status.")
    }

    init(_ refusal: PaymentRefusal, parameter: String?) {
        self =
            switch refusal {
            case .unexpectedState:
                .unexpectedState(
                    code: "payment_intent_unexpected_state",
                    message: "This payment's status does not allow it; retrieve the payment to see its status.")
            case .outcomeUnknown: .outcomeUnknown
            case .underReview:
                .unexpectedState(
                    code: "payment_intent_unexpected_state",
                    message: "This payment is being looked at by the operator; its status changes once that is done.")
            case .noPaymentMethod: .noCard
            case .amountNotPositive:
                .invalid(
                    parameter: parameter, code: "parameter_invalid_integer", message: "The amount must be positive.")
            case .amountTooSmall(let held):
                .invalid(
                    parameter: parameter, code: "amount_too_small",
                    message: "\(held) is held already; an increment names more than that, in all.")
            case .amountTooLarge(let maximum):
                .invalid(
                    parameter: parameter, code: "amount_too_large",
                    message: "The amount is larger than what is left; the most is \(maximum).")
            }
    }
}
