import Payments
import Ports
import Primitives
import ProcessorKit

enum PayPalOrderState: Sendable {
    case order(PayPalOrder)
    case unavailable
}

/// What an authorization or capture says of itself.
struct PayPalPayment: Sendable {
    let id: String
    let status: String
    let amount: Money
    /// The order it belongs to.
    let order: String?
    let body: JSONValue

    init?(_ body: JSONValue, named name: String) {
        guard body["id"]?.text == name, let status = body["status"]?.text,
            let amount = PayPalReading.money(body["amount"])
        else { return nil }
        id = name
        self.status = status
        self.amount = amount
        self.body = body
        // Newer answers name the order; all of them link to it.
        let linked = PayPalReading.link("up", in: body)
            .flatMap { $0.contains("/checkout/orders/") ? $0.split(separator: "/").last : nil }
        order = body["supplementary_data"]?["related_ids"]?["order_id"]?.text ?? linked.map(String.init)
    }
}

enum PayPalPaymentState: Sendable {
    case payment(PayPalPayment)
    case unavailable
}

enum PayPalFence: Sendable {
    case placed
    /// The order is not open to changes: it was paid, or is being paid, or waits for its payer.
    case refused
    case unavailable
}

/// One page of the account's transactions, in search of one.
struct PayPalReportPage: Sendable {
    /// PayPal's name for the transaction with our reference, and whether it is an authorization.
    let match: (id: String, isAuthorization: Bool)?
    let isLast: Bool
    /// Up to when the report is complete.
    let refreshed: Timestamp?
}

enum PayPalReportAnswer: Sendable {
    case page(PayPalReportPage)
    case unavailable
}

extension PayPalCodec {
    /// At most so many pages of 500 are read in one look-up; more are no answer.
    static let maximumPages = 20

    func readOrder(_ id: String, _ reference: WireReference) -> WireExchange<PayPalOrderState>? {
        guard let path = PayPalCodec.path("/v2/checkout/orders/", id) else { return nil }
        return WireExchange(get(path, reference)) { result in
            guard let order = PayPalReading.document(result).flatMap({ PayPalOrder($0) }), order.id == id else {
                return .unavailable
            }
            return .order(order)
        }
    }

    func readAuthorization(_ id: String, _ reference: WireReference) -> WireExchange<PayPalPaymentState>? {
        readPayment("/v2/payments/authorizations/", id, reference)
    }

    func readCapture(_ id: String, _ reference: WireReference) -> WireExchange<PayPalPaymentState>? {
        readPayment("/v2/payments/captures/", id, reference)
    }

    private func readPayment(
        _ prefix: String, _ id: String, _ reference: WireReference
    ) -> WireExchange<PayPalPaymentState>? {
        guard let path = PayPalCodec.path(prefix, id) else { return nil }
        return WireExchange(get(path, reference)) { result in
            guard let payment = PayPalReading.document(result).flatMap({ PayPalPayment($0, named: id) }) else {
                return .unavailable
            }
            return .payment(payment)
        }
    }

    /// Turns an order that was not paid to the other intent: the message that would pay it is then refused
    /// (`ACTION_DOES_NOT_MATCH_INTENT`), should it still arrive.
    func fence(_ order: PayPalOrder, _ reference: WireReference) -> WireExchange<PayPalFence>? {
        guard let path = PayPalCodec.path("/v2/checkout/orders/", order.id), let purpose = order.purpose else {
            return nil
        }
        let body: JSONValue = [
            ["op": "replace", "path": "/intent", "value": .string(purpose.opposite)]
        ]
        let request = WireRequest(
            method: "PATCH", path: path, headers: [PayPalCodec.json], body: body.encoded, trace: reference.operation)
        return WireExchange(request) { result in
            guard case .answered(let answer) = result else { return .unavailable }
            if answer.status == 204 || answer.status == 200 { return .placed }
            return answer.status == 422 || answer.status == 409 ? .refused : .unavailable
        }
    }

    /// The account's transactions of the time in which the message could be executed.
    func report(_ reference: WireReference, settled: Duration, page: Int) -> WireExchange<PayPalReportAnswer> {
        let skew = Duration.seconds(300)
        var query = FormBody()
        query.field("start_date", reference.created.advanced(by: .zero - skew).description)
        query.field("end_date", reference.validUntil.advanced(by: settled).advanced(by: skew).description)
        query.field("fields", "transaction_info")
        // Holds move no balance, and are left out unless they are asked for.
        query.field("balance_affecting_records_only", "N")
        query.field("page_size", 500)
        query.field("page", Int64(page))
        let operation = reference.operation.text
        return WireExchange(get("/v1/reporting/transactions?\(query.text)", reference)) { result in
            guard let body = PayPalReading.document(result), let pages = body["total_pages"]?.integer else {
                return .unavailable
            }
            let rows = (body["transaction_details"]?.elements ?? []).compactMap { $0["transaction_info"] }
            let matches = rows.filter {
                $0["invoice_id"]?.text == operation && $0["transaction_event_code"]?.text?.hasPrefix("T11") != true
            }
            // Two would mean that the key did not hold: for people to look at, not for guessing.
            guard matches.count <= 1 else { return .unavailable }
            let match = matches.first.flatMap { row in
                row["transaction_id"]?.text.map {
                    (id: $0, isAuthorization: row["transaction_event_code"]?.text?.hasPrefix("T13") == true)
                }
            }
            return .page(
                PayPalReportPage(
                    match: match, isLast: Int64(page) >= pages,
                    refreshed: body["last_refreshed_datetime"]?.text.flatMap { PayPalTime.parse($0) }))
        }
    }
}
