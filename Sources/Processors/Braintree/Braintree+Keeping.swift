package import Payments
package import Ports
import Primitives
package import ProcessorKit

// Cards that Florin keeps itself: "an external vault", in Braintree's words.
//
// A verification moves no money and has no name of ours, so it cannot be looked up. Nothing rests on one that was not answered:
// silence is told as "not executed", and the next verification is another one.
extension Braintree: VerifyingProcessor {
    package func verify(_ request: VerifyRequest) async -> Outcome {
        guard request.reference.mode == account.mode, clock.now() < request.reference.validUntil else {
            return .notProcessed(.notSent)
        }
        switch await ask(codec.tokenize(request.card, as: request.reference)) {
        case .token(let token): return await ask(codec.verify(token, request.reference))
        case .declined(let decline): return .declined(decline)
        case .notProcessed(let reason): return .notProcessed(reason)
        }
    }
}

extension BraintreeCodec {
    /// Asks the card's bank for nothing.
    package func verify(_ token: ProcessorToken, _ reference: WireReference) -> WireExchange<Outcome> {
        exchange(.verifyCard, ["input": ["paymentMethodId": .string(token.text)]], reference) {
            BraintreeReading.verification($0)
        }
    }

    /// Who starts a charge of a kept card, as Braintree's options say it.
    static func options(_ credential: StoredCredential) -> JSONValue {
        var vault: [JSONValue.Member] = [
            .init("status", credential.stage == .first ? "WILL_VAULT" : "VAULTED")
        ]
        // Only where the cardholder does not start the charge themself.
        if credential.merchantReason != nil, let id = credential.networkTransactionID {
            vault.append(.init("verifyingNetworkTransactionId", .string(id)))
        }
        return ["externalVault": .object(vault)]
    }

    static func initiator(_ reason: MerchantReason) -> String {
        switch reason {
        case .recurring: "RECURRING"
        case .installment: "INSTALLMENT"
        case .unscheduled: "UNSCHEDULED"
        }
    }
}

extension BraintreeReading {
    static func verification(_ answer: BraintreeAnswer) -> Outcome {
        guard case .payload(let payload) = answer else {
            if let outcome = answer.outcome, outcome.isFinalNo { return outcome }
            return .notProcessed(.cardStepFailed)
        }
        let verification = payload["verification"]
        let code = verification?["processorResponse"]?["legacyCode"]?.text
        switch verification?["status"]?.text {
        case "VERIFIED":
            guard let id = verification?["id"]?.text, !id.isEmpty else { return .notProcessed(.cardStepFailed) }
            return .approved(
                Approval(
                    processorReference: id, networkTransactionID: networkTransactionID(verification),
                    amount: Money(minorUnits: 0, currency: .usd)))
        case "PROCESSOR_DECLINED":
            return .declined(BraintreeDeclines.decline(code: code, declineType: nil, advice: nil))
        case "GATEWAY_REJECTED":
            return BraintreeDeclines.rejection(verification?["gatewayRejectionReason"]?.text).map { .declined($0) }
                ?? .notProcessed(.refusedInvalid)
        case "FAILED":
            return .declined(BraintreeDeclines.decline(code: code ?? "3000", declineType: "SOFT", advice: nil))
        // Not decided yet, or in a word that is not listed: it is of no use, and harms nobody.
        default: return .notProcessed(.cardStepFailed)
        }
    }

    /// What the scheme called a transaction or verification.
    static func networkTransactionID(_ object: JSONValue?) -> String? {
        object?["paymentMethodSnapshot"]?["networkTransactionId"]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
