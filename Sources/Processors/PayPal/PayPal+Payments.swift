import Payments
package import Ports
import Primitives
import ProcessorKit

// What PayPal has under a name that a message of its own brought: a capture, an authorization, an order or a refund. Whatever
// it is, the order tells the whole: what was asked for, what became of it, and the reference that it was made under.
extension PayPal: PaymentReadingProcessor {
    package func payment(_ name: String) async -> PaymentReading {
        for kind in PayPalObjectKind.allCases {
            guard let exchange = codec.object(kind, name) else { return .absent }
            switch await wire.perform(exchange) {
            case .absent: continue
            case .unavailable: return .unavailable
            case .object(let body): return await reading(kind, body, name)
            }
        }
        return .absent
    }

    private func reading(_ kind: PayPalObjectKind, _ body: JSONValue, _ name: String) async -> PaymentReading {
        switch kind {
        case .order: return PayPalOrder(body).flatMap(\.payment).map { .payment($0) } ?? .unavailable
        case .refund:
            if let fact = PayPalReading.failure(ofRefund: body) { return .fact(fact) }
            guard let capture = PayPalReading.linked("up", in: body, below: "/captures/"), capture != name else {
                return .unavailable
            }
            return await payment(capture)
        case .capture, .authorization:
            guard let payment = PayPalPayment(body, named: name) else { return .unavailable }
            guard let order = await self.order(nameOf: payment, kind) else {
                return payment.alone.map { .payment($0) } ?? .unavailable
            }
            guard let exchange = codec.object(.order, order), case .object(let body) = await wire.perform(exchange)
            else { return .unavailable }
            return PayPalOrder(body).flatMap(\.payment).map { .payment($0) } ?? .unavailable
        }
    }

    /// The order that a capture or authorization belongs to; a capture may only say of which authorization it is.
    /// - Returns: nil for what was made without an order.
    private func order(nameOf payment: PayPalPayment, _ kind: PayPalObjectKind) async -> String? {
        if let order = payment.order { return order }
        guard kind == .capture, let held = PayPalReading.linked("up", in: payment.body, below: "/authorizations/"),
            let exchange = codec.object(.authorization, held),
            case .object(let body) = await wire.perform(exchange)
        else { return nil }
        return PayPalPayment(body, named: held)?.order
    }
}

/// What a name of PayPal's may be of, in the order in which it is tried.
enum PayPalObjectKind: CaseIterable, Sendable {
    case capture
    case authorization
    case order
    case refund

    fileprivate var path: String {
        switch self {
        case .capture: "/v2/payments/captures/"
        case .authorization: "/v2/payments/authorizations/"
        case .order: "/v2/checkout/orders/"
        case .refund: "/v2/payments/refunds/"
        }
    }
}

enum PayPalObjectAnswer: Sendable {
    case object(JSONValue)
    /// PayPal has none of that kind by that name.
    case absent
    case unavailable
}

extension PayPalCodec {
    /// Reads an object of that kind.
    /// - Returns: nil for what is no name.
    func object(_ kind: PayPalObjectKind, _ name: String) -> WireExchange<PayPalObjectAnswer>? {
        guard let path = PayPalCodec.path(kind.path, name) else { return nil }
        return WireExchange(WireRequest(method: "GET", path: path, headers: [PayPalCodec.json])) { result in
            if case .answered(let answer) = result, answer.status == 404 { return .absent }
            guard let body = PayPalReading.document(result), body["id"]?.text == name else { return .unavailable }
            return .object(body)
        }
    }
}

extension PayPalReading {
    /// The last part of the address that a link leads to, if that is one of such a kind.
    static func linked(_ relation: String, in body: JSONValue, below path: String) -> String? {
        link(relation, in: body).flatMap { $0.contains(path) ? $0.split(separator: "/").last.map(String.init) : nil }
    }

    /// That a refund came to nothing; nil while that is not so, and for refunds that Florin did not make.
    static func failure(ofRefund body: JSONValue) -> ProcessorFact? {
        guard let id = body["id"]?.text, PayPalCodec.isName(id), let status = body["status"]?.text,
            status == "FAILED" || status == "CANCELLED",
            let operation = (body["invoice_id"]?.text ?? body["custom_id"]?.text).flatMap({ OperationID($0) })
        else { return nil }
        let code = body["status_details"]?["reason"]?.text ?? status
        let decline = Decline(reason: .genericDecline, isSoft: false, processorCode: PayPalDeclines.shown(code))
        return ProcessorFact(id: "\(id):failed", operation: operation, kind: .refundFailed(decline))
    }
}

extension PayPalPayment {
    /// What was made without an order, and so not by Florin, as far as it tells of itself.
    fileprivate var alone: ProcessorPayment? {
        let state: ProcessorPayment.State
        switch status {
        case "COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED": state = .taken
        case "CREATED", "PARTIALLY_CAPTURED", "CAPTURED": state = .authorized
        case "PENDING": state = .pending
        case "VOIDED": state = .canceled
        case "DENIED", "DECLINED", "FAILED": state = .failed
        default: return nil
        }
        return ProcessorPayment(
            processorReference: id,
            reference: (body["custom_id"]?.text ?? body["invoice_id"]?.text).flatMap { OperationID($0) },
            state: state, amount: amount, taken: state == .taken ? amount.minorUnits : 0, refunded: nil)
    }
}

extension PayPalOrder {
    /// The payment as Florin compares it with its book; nil for a status that is not listed.
    var payment: ProcessorPayment? {
        guard let (name, state, taken) = standing else { return nil }
        let returned = refunds.reduce(Int64(0)) { sum, refund in
            let isDead = ["FAILED", "CANCELLED"].contains(refund["status"]?.text)
            return sum + (isDead ? 0 : PayPalReading.money(refund["amount"])?.minorUnits ?? 0)
        }
        return ProcessorPayment(
            processorReference: name, reference: operation.flatMap { OperationID($0) }, state: state, amount: amount,
            taken: taken, refunded: returned)
    }

    /// What PayPal calls the money, what became of it, and how much of it was taken. Of several attempts to pay one order the
    /// last one counts.
    private var standing: (name: String, state: ProcessorPayment.State, taken: Int64)? {
        let done = captures.filter { ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"].contains($0["status"]?.text) }
        if let last = done.last, let name = last["id"]?.text {
            let amounts = done.compactMap { PayPalReading.money($0["amount"])?.minorUnits }
            return amounts.count == done.count ? (name, .taken, amounts.reduce(0, +)) : nil
        }
        if let capture = captures.last, let name = capture["id"]?.text {
            switch capture["status"]?.text {
            case "PENDING": return (name, .pending, 0)
            case "DECLINED", "FAILED": break
            default: return nil
            }
            if authorizations.isEmpty { return (name, .failed, 0) }
        }
        if let hold = authorizations.last, let name = hold["id"]?.text {
            switch hold["status"]?.text {
            case "CREATED", "PARTIALLY_CAPTURED", "CAPTURED": return (name, .authorized, 0)
            case "PENDING": return (name, .pending, 0)
            case "VOIDED": return (name, .canceled, 0)
            case "DENIED": return (name, .failed, 0)
            default: return nil
            }
        }
        switch status {
        case "CREATED", "SAVED", "PAYER_ACTION_REQUIRED": return (id, .waitsForCardholder, 0)
        case "APPROVED": return (id, .awaitsConfirmation, 0)
        case "VOIDED": return (id, .canceled, 0)
        default: return nil
        }
    }
}
