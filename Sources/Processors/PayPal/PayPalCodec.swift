import Payments
import Ports
package import Primitives
import ProcessorKit

/// Turns operations into PayPal's requests and its answers into outcomes. Pure: the same operation gives the same bytes.
///
/// A charge is two messages. The first makes an order, which moves no money and holds no card; the second pays it. So the
/// order can be asked for again at any time under the same `PayPal-Request-Id`, which is how a charge is found again: PayPal
/// has no search by our own reference.
///
/// Names on the wire: the operation's own text is the `PayPal-Request-Id` of the message that moves money, with ``orderSuffix``
/// that of the message that makes the order, and stands in the object as `custom_id` and `invoice_id`.
package struct PayPalCodec: Sendable {
    /// Put behind the operation for the key of the message that makes the order.
    static let orderSuffix = "-order"
    static let json = (name: "content-type", value: "application/json")
    /// Answers hold the whole object.
    static let whole = (name: "prefer", value: "return=representation")

    package let mode: Mode
    /// Where payers come back to when the payment names no place.
    package let returnURL: String?

    package init(mode: Mode, returnURL: String? = nil) {
        self.mode = mode
        self.returnURL = returnURL
    }
}

/// What an order was made for; stands in it as the purchase unit's `reference_id`.
enum PayPalPurpose: String, Hashable, Sendable {
    case capture = "florin-capture"
    case authorize = "florin-authorize"
    /// Made by a look-up, because there was none: it is never paid, and keeps one from ever being made.
    case lookUp = "florin-look-up"

    init(takesMoney: Bool) { self = takesMoney ? .capture : .authorize }

    var intent: String { self == .capture ? "CAPTURE" : "AUTHORIZE" }
    /// The intent under which the message that pays is refused.
    var opposite: String { self == .capture ? "AUTHORIZE" : "CAPTURE" }
}

// MARK: - Charges

extension PayPalCodec {
    /// Makes the order of a charge, or finds the one that was made. Moves no money.
    /// - Returns: nil for an amount that PayPal cannot be sent.
    func order(
        _ reference: WireReference, _ amount: Money, _ purpose: PayPalPurpose, descriptor: String? = nil,
        source: JSONValue? = nil
    ) -> WireExchange<PayPalOrderAnswer>? {
        guard let value = PayPalCurrencies.wire(amount) else { return nil }
        let operation = reference.operation.text
        var unit: [JSONValue.Member] = [
            .init("reference_id", .string(purpose.rawValue)), .init("custom_id", .string(operation)),
            .init("invoice_id", .string(operation)), .init("amount", PayPalCodec.amount(amount, value)),
        ]
        if let descriptor = PayPalCodec.softDescriptor(descriptor) {
            unit.append(.init("soft_descriptor", .string(descriptor)))
        }
        var body: [JSONValue.Member] = [
            .init("intent", .string(purpose.intent)), .init("purchase_units", [.object(unit)]),
        ]
        if let source { body.append(.init("payment_source", source)) }
        let request = post(
            "/v2/checkout/orders", JSONValue.object(body).encoded, reference,
            key: operation + PayPalCodec.orderSuffix)
        return WireExchange(request) { PayPalReading.made($0, operation: operation) }
    }

    /// Pays an order with a card. The only request that carries a number and a security code: wipe it after use.
    func pay(_ order: String, _ request: AuthorizeRequest) -> WireExchange<PayPalPaymentAnswer>? {
        guard let path = PayPalCodec.path(order, request.capture) else { return nil }
        var body = PayPalBody()
        body.raw("{\"payment_source\":{\"card\":{\"number\":")
        body.digits(capacity: request.card.number.digitCount) { request.card.number.writeDigits(into: $0) }
        let month = request.card.expiry.month
        body.raw(",\"expiry\":\"\(request.card.expiry.year)-\(month < 10 ? "0" : "")\(month)\"")
        if let credential = request.credential {
            body.raw(",\"stored_credential\":")
            body.value(PayPalCodec.storedCredential(credential))
        }
        // PayPal refuses a security code where nobody is there to have typed it.
        if !request.isMerchantInitiated {
            if let code = request.card.securityCode {
                body.raw(",\"security_code\":")
                body.digits(capacity: SecurityCode.longest) { code.writeDigits(into: $0) }
            }
            if let url = request.returnURL ?? returnURL {
                body.raw(
                    ",\"attributes\":{\"verification\":{\"method\":\"SCA_\(request.requiresAuthentication ? "ALWAYS" : "WHEN_REQUIRED")\"}},\"experience_context\":"
                )
                body.value(["return_url": .string(url), "cancel_url": .string(url)])
            }
        }
        body.raw("}}}")
        let expected = PayPalExpectation(
            operation: request.reference.operation.text, order: order, amount: request.amount)
        return WireExchange(post(path, body.bytes, request.reference)) {
            PayPalReading.paid($0, expected, takesMoney: request.capture)
        }
    }

    /// Goes on with an order whose payer has approved it or has authenticated.
    func complete(_ order: String, _ request: AuthorizeRequest) -> WireExchange<PayPalPaymentAnswer>? {
        complete(order, request.reference, request.amount, takesMoney: request.capture)
    }

    func complete(
        _ order: String, _ reference: WireReference, _ amount: Money, takesMoney: Bool
    ) -> WireExchange<PayPalPaymentAnswer>? {
        guard let path = PayPalCodec.path(order, takesMoney) else { return nil }
        let expected = PayPalExpectation(order: order, amount: amount)
        return WireExchange(post(path, Array("{}".utf8), reference)) {
            PayPalReading.paid($0, expected, takesMoney: takesMoney)
        }
    }

    private static func path(_ order: String, _ takesMoney: Bool) -> String? {
        path("/v2/checkout/orders/", order, takesMoney ? "/capture" : "/authorize")
    }
}

// MARK: - Changes

extension PayPalCodec {
    /// Takes held money; what is left is released.
    func capture(_ request: CaptureRequest) -> WireExchange<Outcome>? {
        let path = PayPalCodec.path(
            "/v2/payments/authorizations/", request.original.processorReference, "/capture")
        guard let value = PayPalCurrencies.wire(request.amount), let path else { return nil }
        let operation = request.reference.operation.text
        let body: JSONValue = [
            "amount": PayPalCodec.amount(request.amount, value), "invoice_id": .string(operation),
            "final_capture": true,
        ]
        let expected = PayPalExpectation(operation: operation, amount: request.amount)
        return WireExchange(post(path, body.encoded, request.reference)) { result in
            PayPalReading.read(result) { PayPalReading.capture($0, expected) }
        }
    }

    /// Releases held money.
    func void(_ request: VoidRequest) -> WireExchange<Outcome>? {
        let authorization = request.original.processorReference
        guard let path = PayPalCodec.path("/v2/payments/authorizations/", authorization, "/void") else { return nil }
        return WireExchange(post(path, [], request.reference)) { PayPalReading.void($0, authorization) }
    }

    /// Gives back (part of) what was captured. What is refunded at PayPal is a capture.
    func refund(_ request: RefundRequest) -> WireExchange<Outcome>? {
        guard let value = PayPalCurrencies.wire(request.amount),
            let path = PayPalCodec.path("/v2/payments/captures/", request.original.captured, "/refund")
        else { return nil }
        let operation = request.reference.operation.text
        let body: JSONValue = [
            "amount": PayPalCodec.amount(request.amount, value), "custom_id": .string(operation),
            "invoice_id": .string(operation),
        ]
        let expected = PayPalExpectation(operation: operation, amount: request.amount)
        return WireExchange(post(path, body.encoded, request.reference)) { result in
            PayPalReading.read(result) { PayPalReading.refund($0, expected) }
        }
    }
}

extension OriginalOperation {
    /// PayPal's name for the money that was taken.
    var captured: String { capture?.processorReference ?? processorReference }
}

// MARK: - Parts

extension PayPalCodec {
    static func amount(_ money: Money, _ value: String) -> JSONValue {
        ["currency_code": .string(money.currency.code), "value": .string(value)]
    }

    func post(_ path: String, _ body: [UInt8], _ reference: WireReference, key: String? = nil) -> WireRequest {
        WireRequest(
            path: path,
            headers: [
                PayPalCodec.json, PayPalCodec.whole,
                (name: "paypal-request-id", value: key ?? reference.operation.text),
            ], body: body, trace: reference.operation)
    }

    func get(_ path: String, _ reference: WireReference) -> WireRequest {
        WireRequest(method: "GET", path: path, headers: [PayPalCodec.json], trace: reference.operation)
    }

    /// A path with one of PayPal's names in it.
    /// - Returns: nil for a name that PayPal would not give.
    static func path(_ prefix: String, _ name: String, _ suffix: String = "") -> String? {
        isName(name) ? prefix + name + suffix : nil
    }

    /// Capital letters and digits, as every published `id` is; payout items have hyphens and underscores too.
    static func isName(_ name: String) -> Bool {
        (4...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// What PayPal puts behind the account's own prefix: letters, digits and `-*. `, at most 22 characters.
    static func softDescriptor(_ text: String?) -> String? {
        guard let text else { return nil }
        let allowed = text.utf8.filter { byte in
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                || Array("-*. ".utf8).contains(byte)
        }
        return allowed.isEmpty ? nil : String(decoding: allowed.prefix(22), as: UTF8.self)
    }
}
