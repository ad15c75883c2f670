import Payments
import Ports
import Primitives
import ProcessorKit

/// What an answer must say to be the answer to what was asked.
struct StripeExpectation: Sendable {
    /// The reference in the object's metadata; nil where Stripe keeps none.
    var operation: String?
    /// The payment intent that it must be or belong to; nil where it is new.
    var intent: String?
    var mode: Mode
    /// Nil where none was asked.
    var amount: Money?
    /// Whether this is the first answer, before anything else can have happened to the object.
    var isFresh = false
}

/// Reads Stripe's answers. A status or shape that is not listed is never guessed at.
enum StripeReading {
    static func charge(_ result: WireResult, _ expected: StripeExpectation) -> Outcome {
        read(result) { charge(intent: $0, expected) }
    }

    static func capture(_ result: WireResult, _ expected: StripeExpectation) -> Outcome {
        read(result) { intent in
            guard let fact = StripeIntent(intent, expected), fact.status == "succeeded",
                fact.received == expected.amount
            else { return .unknown(.contractViolation) }
            return .approved(Approval(processorReference: fact.id, amount: fact.received))
        }
    }

    static func void(_ result: WireResult, _ expected: StripeExpectation) -> Outcome {
        read(result) { intent in
            guard let fact = StripeIntent(intent, expected), fact.status == "canceled" else {
                return .unknown(.contractViolation)
            }
            return .approved(Approval(processorReference: fact.id, amount: fact.amount))
        }
    }

    static func refund(_ result: WireResult, _ expected: StripeExpectation) -> Outcome {
        read(result) { refund($0, expected) }
    }

    static func token(_ result: WireResult) -> TokenizeOutcome {
        switch result {
        case .notSent: return .notProcessed(.notSent)
        // No money can have moved, so silence costs nothing but a repetition, and the security code.
        case .unknown: return .notProcessed(.cardStepFailed)
        case .answered(let answer):
            if answer.status == 200, let body = JSONValue(parsing: answer.body),
                body["object"]?.text == "payment_method",
                let token = body["id"]?.text.flatMap({ ProcessorToken($0) })
            {
                return .token(token)
            }
            switch StripeError(answer)?.outcome {
            case .declined(let decline): return .declined(decline)
            case .notProcessed(let reason): return .notProcessed(reason)
            default: return .notProcessed(.cardStepFailed)
            }
        }
    }

    /// The common part: silence, errors, and a body that is JSON.
    static func read(_ result: WireResult, _ body: (JSONValue) -> Outcome) -> Outcome {
        guard case .answered(let answer) = result else { return result.silence ?? .unknown(.contractViolation) }
        guard answer.status != 200 else {
            return JSONValue(parsing: answer.body).map(body) ?? .unknown(.contractViolation)
        }
        return StripeError(answer)?.outcome ?? .unknown(.contractViolation)
    }
}

// MARK: - Objects

extension StripeReading {
    /// What a payment intent says of the charge that it is.
    static func charge(intent: JSONValue, _ expected: StripeExpectation) -> Outcome {
        guard let fact = StripeIntent(intent, expected), expected.amount == nil || expected.amount == fact.amount else {
            return .unknown(.contractViolation)
        }
        switch fact.status {
        case "requires_capture":
            guard fact.capturable == fact.amount else { break }
            return .approved(fact.approval)
        case "succeeded":
            // Later a part may have been captured; a sale takes all.
            guard fact.received.isPositive, !expected.isFresh || fact.received == fact.amount else { break }
            return .approved(fact.approval)
        case "requires_action":
            guard let url = fact.redirect else { break }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: fact.id))
        case "processing": return .pending(processorReference: fact.id)
        case "requires_payment_method":
            guard let decline = fact.decline else { break }
            return .declined(decline)
        // Given up, by Stripe or on its own pages: nothing is held and nothing can be taken any more.
        case "canceled": return .declined(Decline(reason: .genericDecline, isSoft: true, processorCode: "canceled"))
        // "requires_confirmation" is no answer to a confirmation; what is not listed here is not guessed at.
        default: break
        }
        return .unknown(.contractViolation)
    }

    static func refund(_ object: JSONValue, _ expected: StripeExpectation) -> Outcome {
        guard object["object"]?.text == "refund", let id = object["id"]?.text, !id.isEmpty,
            let amount = object["amount"]?.integer,
            let money = StripeCurrencies.money(amount, currency: object["currency"]?.text ?? ""),
            expected.amount == nil || expected.amount == money,
            expected.intent == nil || name(object["payment_intent"]) == expected.intent,
            expected.operation == nil || object["metadata"]?[StripeCodec.metadataKey]?.text == expected.operation
        else { return .unknown(.contractViolation) }
        switch object["status"]?.text {
        case "succeeded": return .approved(Approval(processorReference: id, amount: money))
        case "pending", "requires_action": return .pending(processorReference: id)
        case "failed":
            let code = object["failure_reason"]?.text
            return .declined(StripeDeclines.decline(code: code, declineCode: nil, advice: "do_not_try_again"))
        case "canceled":
            return .declined(Decline(reason: .genericDecline, isSoft: true, processorCode: "canceled"))
        default: return .unknown(.contractViolation)
        }
    }

    /// The name of an object that is there by name or whole.
    static func name(_ value: JSONValue?) -> String? { value?.text ?? value?["id"]?.text }
}

/// A payment intent, checked against what was asked.
struct StripeIntent {
    let id: String
    let status: String
    let amount: Money
    let capturable: Money
    let received: Money
    let redirect: String?
    let decline: Decline?
    let approval: Approval

    /// - Returns: nil when it is another one than was asked about, or lacks what every intent has.
    init?(_ intent: JSONValue, _ expected: StripeExpectation) {
        guard intent["object"]?.text == "payment_intent", let id = intent["id"]?.text, StripeCodec.isName(id),
            let status = intent["status"]?.text, let code = intent["currency"]?.text,
            let amount = intent["amount"]?.integer.flatMap({ StripeCurrencies.money($0, currency: code) }),
            let capturable = StripeCurrencies.money(intent["amount_capturable"]?.integer ?? 0, currency: code),
            let received = StripeCurrencies.money(intent["amount_received"]?.integer ?? 0, currency: code),
            intent["livemode"]?.flag == (expected.mode == .live),
            expected.intent == nil || id == expected.intent,
            expected.operation == nil || intent["metadata"]?[StripeCodec.metadataKey]?.text == expected.operation
        else { return nil }
        (self.id, self.status, self.amount, self.capturable, self.received) = (id, status, amount, capturable, received)
        let url = intent["next_action"]?["redirect_to_url"]?["url"]?.text
        redirect = url.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
        decline = intent["last_payment_error"].map { error in
            StripeDeclines.decline(
                code: error["code"]?.text, declineCode: error["decline_code"]?.text,
                advice: error["advice_code"]?.text)
        }
        let card = intent["latest_charge"]?["payment_method_details"]?["card"]
        let check = card?["checks"]?["cvc_check"]?.text
        approval = Approval(
            processorReference: id, authorizationCode: card?["authorization_code"]?.text,
            networkTransactionID: card?["network_transaction_id"]?.text, amount: amount,
            securityCodeMatched: check == "pass" ? true : check == "fail" ? false : nil)
    }
}
