import Primitives
import ProcessorKit

// Cards that are verified and not charged.
extension BraintreeBook {
    mutating func verify(_ token: String) throws(BraintreeFailure) -> JSONValue {
        guard let stored = tokens[token], !stored.isUsed else {
            throw .invalid("91565", "Unknown or expired payment method nonce.", "payment_method_nonce")
        }
        guard BraintreeTestCards.isPlausible(stored.card.number) else {
            throw .invalid("81715", "Credit card number is invalid.", "number")
        }
        tokens[token]?.isUsed = true
        let id = name()
        let isDeclined = stored.card.number == BraintreeTestCards.unverified
        if !isDeclined { verifications += 1 }
        return [
            "__typename": "Verification", "id": .string(id), "legacyId": .string(id),
            "status": isDeclined ? "PROCESSOR_DECLINED" : "VERIFIED", "gatewayRejectionReason": .null,
            "processorResponse": [
                "legacyCode": isDeclined ? "2000" : "1000",
                "message": isDeclined ? "Do Not Honor" : "Approved", "cvvResponse": "NOT_PROVIDED",
            ],
            "paymentMethodSnapshot": snapshot(id),
        ]
    }
}
