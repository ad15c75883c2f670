import Engine
package import Payments
package import Ports
import Primitives

/// A refusal by the card's issuer in the words of Stripe's API.
/// Source: docs.stripe.com/error-codes and docs.stripe.com/declines/codes (read 2026-11).
struct CardErrorText {
    let code: StaticString
    let declineCode: StaticString
    /// For the person who pays.
    let message: StaticString

    private init(_ code: StaticString, _ declineCode: StaticString, _ message: StaticString) {
        self.code = code
        self.declineCode = declineCode
        self.message = message
    }

    private static func declined(
        _ declineCode: StaticString, _ message: StaticString = "The card was declined. Try another card."
    ) -> CardErrorText {
        CardErrorText("card_declined", declineCode, message)
    }

    init(_ reason: DeclineReason) {
        self =
            switch reason {
            case .genericDecline: .declined("generic_decline")
            case .insufficientFunds: .declined("insufficient_funds", "The card has insufficient funds.")
            case .lostCard: .declined("lost_card")
            case .stolenCard: .declined("stolen_card")
            case .expiredCard: Self("expired_card", "expired_card", "The card has expired.")
            case .incorrectSecurityCode:
                Self("incorrect_cvc", "incorrect_cvc", "The card's security code is incorrect.")
            case .processingError:
                Self(
                    "processing_error", "processing_error",
                    "The card could not be processed just now. Try again in a little while.")
            case .doNotHonor: .declined("do_not_honor")
            case .fraudulent: .declined("fraudulent")
            case .cardVelocityExceeded: .declined("card_velocity_exceeded", "The card was used too often for now.")
            case .authenticationRequired:
                Self(
                    "authentication_required", "authentication_required",
                    "The card's issuer wants the cardholder to authenticate this payment.")
            case .cardNotSupported: .declined("card_not_supported", "The card does not support this kind of purchase.")
            case .currencyNotSupported: .declined("currency_not_supported", "The card does not support this currency.")
            case .invalidAmount: .declined("invalid_amount", "The amount is not allowed for this card.")
            case .incorrectNumber: Self("incorrect_number", "incorrect_number", "The card number is incorrect.")
            case .tryAgainLater: .declined("try_again_later", "The card was declined. Try again later.")
            case .pickupCard: .declined("pickup_card")
            case .restrictedCard: .declined("restricted_card")
            }
    }
}

extension Renderer {
    package func declined(
        _ decline: Decline, payment: Payment, charge: ChargeID?, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        let text = CardErrorText(decline.reason)
        var json = JSONWriter(capacity: 3_000)
        json.beginObject()
        try json.object("error") { json in
            if let charge { json.field("charge", charge) }
            json.field("code", text.code)
            json.field("decline_code", text.declineCode)
            json.field("message", text.message)
            json.key("payment_intent")
            try write(payment, Expansion(expand), reader, into: &json)
            // A declined card is not on the payment any more; whoever pays is told which one it was.
            let attempted = try payment.paymentMethod ?? charge.flatMap(reader.charge)?.paymentMethod
            if let method = try attempted.flatMap(reader.paymentMethod) {
                json.key("payment_method")
                try write(method, Expansion([]), reader, into: &json)
            }
            json.field("type", "card_error")
        }
        json.endObject()
        return json.bytes
    }

    package func declined(_ decline: Decline) -> [UInt8] {
        let text = CardErrorText(decline.reason)
        return JSONWriter.object(capacity: 256) { json in
            json.object("error") { json in
                json.field("code", text.code)
                json.field("decline_code", text.declineCode)
                json.field("message", text.message)
                json.field("type", "card_error")
            }
        }
    }
}
