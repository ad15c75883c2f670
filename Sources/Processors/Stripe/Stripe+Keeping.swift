package import Payments
package import Ports
import Primitives
package import ProcessorKit

// Cards that are kept, and holds that are raised.
//
// A verification is a setup intent of Stripe's, confirmed in the message that makes it. It has no confirmation by hand, so what
// goes on after an authentication is only read: nothing is taken by it, and a setup intent that was given up meanwhile moves
// nothing. Stripe tells no network transaction id of it; the id comes with the first charge.
extension Stripe: VerifyingProcessor, IncrementingProcessor, AuthenticatingProcessor {
    package func verify(_ request: VerifyRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        if let intent = request.authenticatedReference {
            return await perform(codec.verified(intent, request.reference))
        }
        switch await tokenize(request.card, as: request.reference) {
        case .token(let token): return await perform(codec.verify(request, token: token))
        case .declined(let decline): return .declined(decline)
        case .notProcessed(let reason): return .notProcessed(reason)
        }
    }

    package func increment(_ request: IncrementRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        return await perform(codec.increment(request))
    }

    /// Stripe sends cardholders back to an address, or does not send them away at all.
    package func canAuthenticate(returnURL: String?) -> Bool { (returnURL ?? account.returnURL) != nil }

    /// What became of a verification: found by its reference in the list of the time in which it could be sent.
    func verification(_ inquiry: Inquiry) async -> LookupAnswer {
        if let intent = inquiry.authenticatedReference {
            guard let exchange = codec.verified(intent, inquiry.reference) else { return .unavailable }
            let outcome = await wire.perform(exchange)
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        }
        var after: String?
        for _ in 0..<StripeCodec.maximumPages {
            switch await wire.perform(codec.setups(inquiry.reference, settled: Stripe.settleTime, after: after)) {
            case .unavailable: return .unavailable
            case .found(let outcome): return .found(outcome)
            case .page(next: nil):
                let end = inquiry.reference.validUntil.advanced(by: Stripe.settleTime)
                return clock.now() >= end ? .absent : .notFoundYet
            case .page(let next): after = next
            }
        }
        return .unavailable
    }
}

extension StripeCodec {
    /// Verifies a tokenized card, to keep it.
    package func verify(_ request: VerifyRequest, token: ProcessorToken) -> WireExchange<Outcome> {
        var body = FormBody()
        body.field("payment_method", token.text)
        body.field("payment_method_types[0]", "card")
        body.field("usage", request.usage == .offSession ? "off_session" : "on_session")
        body.field("confirm", true)
        if let url = request.returnURL ?? returnURL { body.field("return_url", url) }
        if request.requiresAuthentication { body.field("payment_method_options[card][request_three_d_secure]", "any") }
        body.field("metadata[\(StripeCodec.metadataKey)]", request.reference.operation.text)
        let (mode, operation) = (mode, request.reference.operation.text)
        return WireExchange(post("/v1/setup_intents", body, request.reference)) {
            StripeReading.setup($0, mode, operation: operation)
        }
    }

    /// The setup intent whose cardholder was sent away, as it is now.
    func verified(_ intent: String, _ reference: WireReference) -> WireExchange<Outcome>? {
        guard let path = StripeCodec.path("/v1/setup_intents/", intent) else { return nil }
        let mode = mode
        return WireExchange(get(path, FormBody(), reference)) { StripeReading.setup($0, mode, intent: intent) }
    }

    /// Raises what is held. Stripe counts in totals, as Florin does.
    package func increment(_ request: IncrementRequest) -> WireExchange<Outcome>? {
        guard let amount = StripeCurrencies.wire(request.total),
            let path = StripeCodec.path(
                "/v1/payment_intents/", request.original.processorReference, "/increment_authorization")
        else { return nil }
        var body = FormBody()
        body.field("amount", amount)
        let expected = StripeExpectation(
            intent: request.original.processorReference, mode: mode, amount: request.total)
        return WireExchange(post(path, body, request.reference)) { StripeReading.increment($0, expected) }
    }

    /// The setup intents that were made while the message could be executed.
    func setups(_ reference: WireReference, settled: Duration, after: String?) -> WireExchange<StripeRefundsAnswer> {
        let query = madeMeanwhile(reference, settled: settled, after: after)
        let (mode, operation) = (mode, reference.operation.text)
        return WireExchange(get("/v1/setup_intents", query, reference)) { result in
            guard let body = StripeCodec.body(result), let data = body["data"] else { return .unavailable }
            let match = data.elements.first { $0["metadata"]?[StripeCodec.metadataKey]?.text == operation }
            guard let match else {
                return .page(next: body["has_more"]?.flag == true ? data.elements.last?["id"]?.text : nil)
            }
            let outcome = StripeReading.setup(match, mode)
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        }
    }
}

extension StripeReading {
    static func setup(
        _ result: WireResult, _ mode: Mode, operation: String? = nil, intent: String? = nil
    ) -> Outcome {
        read(result) { object in
            guard operation == nil || object["metadata"]?[StripeCodec.metadataKey]?.text == operation,
                intent == nil || object["id"]?.text == intent
            else { return .unknown(.contractViolation) }
            return setup(object, mode)
        }
    }

    /// What a setup intent says of the verification that it is.
    static func setup(_ object: JSONValue, _ mode: Mode) -> Outcome {
        guard object["object"]?.text == "setup_intent", let id = object["id"]?.text, StripeCodec.isName(id),
            object["livemode"]?.flag == (mode == .live)
        else { return .unknown(.contractViolation) }
        switch object["status"]?.text {
        case "succeeded":
            return .approved(Approval(processorReference: id, amount: Money(minorUnits: 0, currency: .usd)))
        case "requires_action":
            let url = object["next_action"]?["redirect_to_url"]?["url"]?.text
            guard let url, url.hasPrefix("https://") || url.hasPrefix("http://") else { break }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: id))
        case "processing": return .pending(processorReference: id)
        case "requires_payment_method":
            guard let error = object["last_setup_error"] else { break }
            return .declined(
                StripeDeclines.decline(
                    code: error["code"]?.text, declineCode: error["decline_code"]?.text,
                    advice: error["advice_code"]?.text))
        case "canceled": return .declined(Decline(reason: .genericDecline, isSoft: true, processorCode: "canceled"))
        default: break
        }
        return .unknown(.contractViolation)
    }

    static func increment(_ result: WireResult, _ expected: StripeExpectation) -> Outcome {
        read(result) { intent in
            guard let fact = StripeIntent(intent, expected), fact.status == "requires_capture",
                fact.amount == expected.amount, fact.capturable == expected.amount
            else { return .unknown(.contractViolation) }
            return .approved(fact.approval)
        }
    }
}
