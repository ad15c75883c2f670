import Payments
import Ports
import Primitives
import ProcessorKit

/// One page of payment intents, in search of one.
struct StripePage: Sendable {
    /// The only intent with our reference, if there is one.
    let match: String?
    /// Where the next page begins; nil on the last.
    let next: String?
}

enum StripePageAnswer: Sendable {
    case page(StripePage)
    case unavailable
}

enum StripeRefundsAnswer: Sendable {
    case found(Outcome)
    case page(next: String?)
    case unavailable
}

/// What an object's state says of a change that was asked of it.
enum StripeState: Sendable {
    case done(Outcome)
    /// Not executed so far; it still could be.
    case notYet
    /// The object is in a state in which the change can never be executed any more.
    case never
    case unavailable
}

enum StripeFence: Sendable {
    /// The intent that blocks the key.
    case placed(String)
    case taken
    case unavailable
}

extension StripeCodec {
    /// At most so many pages of 100 are read in one look-up; more are no answer.
    static let maximumPages = 50
    /// Stripe's clock and ours may differ by so much.
    static let clockSkew: Duration = .seconds(300)

    func search(_ reference: WireReference) -> WireExchange<StripePageAnswer> {
        var query = FormBody()
        query.field("query", "metadata['\(StripeCodec.metadataKey)']:'\(reference.operation.text)'")
        query.field("limit", 10)
        return page(get("/v1/payment_intents/search", query, reference), reference)
    }

    /// The intents that were made while the message could be executed.
    func list(_ reference: WireReference, settled: Duration, after: String?) -> WireExchange<StripePageAnswer> {
        let query = madeMeanwhile(reference, settled: settled, after: after)
        return page(get("/v1/payment_intents", query, reference), reference)
    }

    /// Asks for what was made while the message could be executed, by either clock.
    func madeMeanwhile(_ reference: WireReference, settled: Duration, after: String?) -> FormBody {
        var query = FormBody()
        query.field("created[gte]", reference.created.advanced(by: .zero - StripeCodec.clockSkew).seconds)
        query.field(
            "created[lte]", reference.validUntil.advanced(by: settled).advanced(by: StripeCodec.clockSkew).seconds)
        query.field("limit", 100)
        if let after { query.field("starting_after", after) }
        return query
    }

    private func page(_ request: WireRequest, _ reference: WireReference) -> WireExchange<StripePageAnswer> {
        WireExchange(request) { result in
            guard let body = StripeCodec.body(result), let data = body["data"] else { return .unavailable }
            let matches = data.elements.filter {
                $0["metadata"]?[StripeCodec.metadataKey]?.text == reference.operation.text
            }
            // Two would mean that the key did not hold: for people to look at, not for guessing.
            guard matches.count <= 1 else { return .unavailable }
            let hasMore = body["has_more"]?.flag == true
            return .page(
                StripePage(match: matches.first?["id"]?.text, next: hasMore ? data.elements.last?["id"]?.text : nil))
        }
    }

    /// The intent of a charge as it is now.
    func intent(_ id: String, _ inquiry: Inquiry) -> WireExchange<LookupAnswer>? {
        let expected = StripeExpectation(
            operation: inquiry.reference.operation.text, intent: id, mode: mode, amount: inquiry.amount)
        return read(id, inquiry.reference) { intent in
            let outcome = StripeReading.charge(intent: intent, expected)
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        } otherwise: {
            .unavailable
        }
    }

    /// The intent that a charge went on from. Only Florin confirms it after the authentication, so whatever has come of it
    /// came of that charge.
    func confirmation(_ id: String, _ inquiry: Inquiry) -> WireExchange<StripeState>? {
        let expected = StripeExpectation(intent: id, mode: mode, amount: inquiry.amount)
        return read(id, inquiry.reference) { intent in
            switch intent["status"]?.text {
            case "requires_confirmation", "requires_action": return .notYet
            default: break
            }
            let outcome = StripeReading.charge(intent: intent, expected)
            if case .unknown = outcome { return .unavailable }
            return .done(outcome)
        } otherwise: {
            .unavailable
        }
    }

    /// The intent that a capture or void was asked of.
    func change(_ original: OriginalOperation, _ inquiry: Inquiry) -> WireExchange<StripeState>? {
        let expected = StripeExpectation(intent: original.processorReference, mode: mode, amount: inquiry.amount)
        let isCapture = inquiry.kind == .capture
        let isIncrement = inquiry.kind == .increment
        return read(original.processorReference, inquiry.reference) { intent in
            guard let fact = StripeIntent(intent, expected) else { return .unavailable }
            switch fact.status {
            case "requires_capture":
                guard isIncrement, fact.amount == expected.amount else { return .notYet }
                return .done(.approved(fact.approval))
            // What was held in the end was held before: the increment is there if the amount is.
            case "succeeded" where isIncrement, "canceled" where isIncrement:
                return fact.amount == expected.amount ? .done(.approved(fact.approval)) : .never
            case "succeeded":
                guard isCapture, expected.amount == nil || expected.amount == fact.received else { return .never }
                return .done(.approved(Approval(processorReference: fact.id, amount: fact.received)))
            case "canceled":
                guard !isCapture else { return .never }
                return .done(.approved(Approval(processorReference: fact.id, amount: fact.amount)))
            default: return .unavailable
            }
        } otherwise: {
            .unavailable
        }
    }

    func refunds(
        _ original: OriginalOperation, _ inquiry: Inquiry, after: String?
    ) -> WireExchange<StripeRefundsAnswer>? {
        guard StripeCodec.isName(original.processorReference) else { return nil }
        var query = FormBody()
        query.field("payment_intent", original.processorReference)
        query.field("limit", 100)
        if let after { query.field("starting_after", after) }
        let expected = StripeExpectation(
            operation: inquiry.reference.operation.text, intent: original.processorReference, mode: mode,
            amount: inquiry.amount)
        return WireExchange(get("/v1/refunds", query, inquiry.reference)) { result in
            guard let body = StripeCodec.body(result), let data = body["data"] else { return .unavailable }
            let match = data.elements.first {
                $0["metadata"]?[StripeCodec.metadataKey]?.text == expected.operation
            }
            guard let match else {
                return .page(next: body["has_more"]?.flag == true ? data.elements.last?["id"]?.text : nil)
            }
            let outcome = StripeReading.refund(match, expected)
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        }
    }

    /// An intent without a card, under the key of a charge that was not found.
    func fence(_ inquiry: Inquiry) -> WireExchange<StripeFence> {
        let operation = inquiry.reference.operation.text
        let asked = inquiry.amount ?? Money(minorUnits: 100, currency: .usd)
        var body = FormBody()
        body.field("amount", StripeCurrencies.wire(asked) ?? 100)
        body.field("currency", asked.currency.lowercaseCode)
        body.field("payment_method_types[0]", "card")
        body.field("capture_method", "manual")
        body.field("metadata[\(StripeCodec.fenceKey)]", operation)
        return WireExchange(post("/v1/payment_intents", body, inquiry.reference)) { result in
            guard case .answered(let answer) = result else { return .unavailable }
            if let error = StripeError(answer) {
                return error.type == "idempotency_error" || error.isBusyWithTheSame ? .taken : .unavailable
            }
            guard let intent = JSONValue(parsing: answer.body), let id = intent["id"]?.text,
                intent["metadata"]?[StripeCodec.fenceKey]?.text == operation
            else { return .unavailable }
            return .placed(id)
        }
    }

    func dropFence(_ intent: String, _ reference: WireReference) -> WireExchange<Void>? {
        guard let path = StripeCodec.path("/v1/payment_intents/", intent, "/cancel") else { return nil }
        var body = FormBody()
        body.field("cancellation_reason", "abandoned")
        return WireExchange(post(path, body, reference, key: "\(reference.operation.text)-fence")) { _ in }
    }

    private func read<Reading: Sendable>(
        _ id: String, _ reference: WireReference, _ reading: @escaping @Sendable (JSONValue) -> Reading,
        otherwise: @escaping @Sendable () -> Reading
    ) -> WireExchange<Reading>? {
        guard let path = StripeCodec.path("/v1/payment_intents/", id) else { return nil }
        var query = FormBody()
        query.field("expand[0]", "latest_charge")
        return WireExchange(get(path, query, reference)) { result in
            StripeCodec.body(result).map(reading) ?? otherwise()
        }
    }

    /// The document of a 200; nil for everything else, from which nothing is learned.
    static func body(_ result: WireResult) -> JSONValue? {
        guard case .answered(let answer) = result, answer.status == 200 else { return nil }
        return JSONValue(parsing: answer.body)
    }
}
