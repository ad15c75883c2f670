import Payments
package import Ports
package import Primitives
package import ProcessorKit

extension StripeCodec {
    /// The movements of the account's balance in a period, newest first.
    /// Source: docs.stripe.com/api/balance_transactions/list (read 2026-11).
    package func balanceLines(
        from start: Timestamp, to end: Timestamp, after: String?
    ) -> WireExchange<StripeSettlementAnswer> {
        var query = FormBody()
        query.field("created[gte]", start.seconds)
        query.field("created[lt]", end.seconds)
        return lines(query, payout: nil, after: after)
    }

    /// The movements that a payout carries, its own included.
    /// Source: docs.stripe.com/payouts/reconciliation (read 2026-11): automatic payouts only.
    package func balanceLines(of payout: String, after: String?) -> WireExchange<StripeSettlementAnswer> {
        var query = FormBody()
        query.field("payout", payout)
        return lines(query, payout: payout, after: after)
    }

    private func lines(
        _ filter: FormBody, payout: String?, after: String?
    ) -> WireExchange<StripeSettlementAnswer> {
        var query = filter
        query.field("limit", 100)
        query.field("expand[0]", "data.source")
        if let after { query.field("starting_after", after) }
        let request = WireRequest(method: "GET", path: "/v1/balance_transactions?\(query.text)")
        return WireExchange(request) { result in
            guard let body = StripeCodec.list(result) else {
                return .unavailable("Stripe did not give its list of balance transactions")
            }
            var lines: [SettlementLine] = []
            for object in body["data"]?.elements ?? [] {
                guard let line = StripeSettlement.line(object, payout: payout) else {
                    return .unavailable("a balance transaction of Stripe's cannot be read")
                }
                lines.append(line)
            }
            let last = body["data"]?.elements.last?["id"]?.text
            return .lines(lines, next: body["has_more"]?.flag == true ? last : nil)
        }
    }

    /// The next payout of a period; the newest first.
    package func nextPayout(
        from start: Timestamp, to end: Timestamp, after: String?
    ) -> WireExchange<StripePayoutAnswer> {
        var query = FormBody()
        query.field("created[gte]", start.seconds)
        query.field("created[lt]", end.seconds)
        query.field("limit", 1)
        if let after { query.field("starting_after", after) }
        return WireExchange(WireRequest(method: "GET", path: "/v1/payouts?\(query.text)")) { result in
            guard let body = StripeCodec.list(result) else { return .unavailable }
            guard let payout = body["data"]?.elements.first else { return .none }
            guard let id = payout["id"]?.text, StripeCodec.isName(id) else { return .unavailable }
            // What a payout by hand carries, Stripe itself does not know.
            return .payout(id, listsLines: payout["automatic"]?.flag == true)
        }
    }

    /// A payment intent, whoever made it.
    package func payment(_ id: String) -> WireExchange<PaymentReading>? {
        guard let path = StripeCodec.path("/v1/payment_intents/", id) else { return nil }
        let mode = mode
        return WireExchange(WireRequest(method: "GET", path: path)) { result in
            guard case .answered(let answer) = result else { return .unavailable }
            if answer.status == 404 { return .absent }
            guard answer.status == 200, let intent = JSONValue(parsing: answer.body),
                let fact = StripeIntent(intent, StripeExpectation(intent: id, mode: mode)),
                let state = StripeSettlement.state(fact.status)
            else { return .unavailable }
            return .payment(
                ProcessorPayment(
                    processorReference: fact.id,
                    reference: intent["metadata"]?[StripeCodec.metadataKey]?.text.flatMap { OperationID($0) },
                    state: state, amount: fact.amount, taken: fact.received.minorUnits, refunded: nil))
        }
    }

    private static func list(_ result: WireResult) -> JSONValue? {
        guard case .answered(let answer) = result, answer.status == 200,
            let body = JSONValue(parsing: answer.body), body["object"]?.text == "list"
        else { return nil }
        return body
    }
}

/// A part of the list of balance transactions.
package enum StripeSettlementAnswer: Sendable {
    case lines([SettlementLine], next: String?)
    case unavailable(String)
}

/// The next payout of a period.
package enum StripePayoutAnswer: Sendable {
    case payout(String, listsLines: Bool)
    case none
    case unavailable
}

/// Reads balance transactions.
enum StripeSettlement {
    /// - Returns: nil for what is no balance transaction, or of a currency that is not sent.
    static func line(_ object: JSONValue, payout: String?) -> SettlementLine? {
        guard object["object"]?.text == "balance_transaction", let id = object["id"]?.text, StripeCodec.isName(id),
            let amount = object["amount"]?.integer, let charged = object["fee"]?.integer,
            let category = object["reporting_category"]?.text, let created = object["created"]?.integer,
            let currency = object["currency"]?.text, let gross = money(amount, currency),
            let fee = money(charged, currency)
        else { return nil }
        let source = object["source"]
        let kind = kind(category)
        return SettlementLine(
            name: id, kind: kind,
            reference: source?["metadata"]?[StripeCodec.metadataKey]?.text.flatMap { OperationID($0) },
            processorReference: name(of: source, kind), gross: gross,
            fee: fee.minorUnits,
            payout: kind == .payout || kind == .payoutFailure ? StripeReading.name(source) ?? payout : payout,
            occurred: Timestamp(seconds: created))
    }

    /// A charge is known to the book by its payment intent.
    private static func name(of source: JSONValue?, _ kind: SettlementLine.Kind) -> String? {
        switch kind {
        case .charge: StripeReading.name(source?["payment_intent"]) ?? StripeReading.name(source)
        default: StripeReading.name(source)
        }
    }

    /// Amounts are signed here, and fees too when Stripe gives some back.
    static func money(_ amount: Int64, _ currency: String) -> Money? {
        guard amount != .min, let money = StripeCurrencies.reported(abs(amount), currency: currency) else { return nil }
        return amount < 0 ? Money(minorUnits: -money.minorUnits, currency: money.currency) : money
    }

    /// Source: docs.stripe.com/reports/reporting-categories (read 2026-11).
    static func kind(_ category: String) -> SettlementLine.Kind {
        switch category {
        case "charge": .charge
        case "refund": .refund
        case "refund_failure": .refundFailure
        case "dispute": .dispute
        case "dispute_reversal": .disputeReversal
        case "fee", "network_cost": .fee
        case "payout": .payout
        case "payout_reversal": .payoutFailure
        default: .other
        }
    }

    static func state(_ status: String) -> ProcessorPayment.State? {
        switch status {
        case "requires_payment_method": .failed
        case "requires_confirmation": .awaitsConfirmation
        case "requires_action": .waitsForCardholder
        case "processing": .pending
        case "requires_capture": .authorized
        case "succeeded": .taken
        case "canceled": .canceled
        default: nil
        }
    }
}
