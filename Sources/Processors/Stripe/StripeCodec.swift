package import Payments
package import Ports
package import Primitives
package import ProcessorKit

/// Turns operations into Stripe's requests and its answers into outcomes. Pure: the same operation gives the same bytes.
///
/// Names on the wire: the operation's own text is the Idempotency-Key of the call that moves money, and stands in the
/// object's metadata under ``metadataKey``, by which it is found again.
package struct StripeCodec: Sendable {
    /// Under which name the reference stands in metadata.
    package static let metadataKey = "florin_operation"
    /// Under which name the reference stands in the metadata of a payment intent that only blocks its key.
    package static let fenceKey = "florin_fence"

    package let mode: Mode
    /// Where cardholders come back to when the payment names no place.
    package let returnURL: String?

    package init(mode: Mode, returnURL: String? = nil) {
        self.mode = mode
        self.returnURL = returnURL
    }
}

// MARK: - Charges

extension StripeCodec {
    /// Stores the card for one charge. The only request that carries a number and a security code: wipe it after use.
    package func tokenize(_ card: CardCredentials, as reference: WireReference) -> WireExchange<TokenizeOutcome> {
        var body = FormBody()
        body.field("type", "card")
        body.digits("card[number]", capacity: card.number.digitCount) { card.number.writeDigits(into: $0) }
        body.field("card[exp_month]", Int64(card.expiry.month))
        body.field("card[exp_year]", Int64(card.expiry.year))
        if let code = card.securityCode {
            body.digits("card[cvc]", capacity: SecurityCode.longest) { code.writeDigits(into: $0) }
        }
        let request = post("/v1/payment_methods", body, reference, key: "\(reference.operation.text)-card")
        return WireExchange(request) { StripeReading.token($0) }
    }

    /// Holds or takes money from a tokenized card. Confirmation is manual: after an authentication nothing is taken until
    /// Florin asks again, so that a payment which was given up meanwhile stays given up.
    /// - Returns: nil for an amount that Stripe cannot be sent.
    package func authorize(_ request: AuthorizeRequest, token: ProcessorToken) -> WireExchange<Outcome>? {
        guard let amount = StripeCurrencies.wire(request.amount) else { return nil }
        var body = FormBody()
        body.field("amount", amount)
        body.field("currency", request.amount.currency.lowercaseCode)
        body.field("payment_method", token.text)
        body.field("payment_method_types[0]", "card")
        body.field("capture_method", request.capture ? "automatic" : "manual")
        body.field("confirm", true)
        if request.isMerchantInitiated {
            // Stripe allows no manual confirmation off session, and nobody is there to be asked.
            switch request.credential?.merchantReason {
            case .recurring: body.field("off_session", "recurring")
            case .installment, .unscheduled, nil: body.field("off_session", true)
            }
            body.field("error_on_requires_action", true)
        } else {
            body.field("confirmation_method", "manual")
            if let url = request.returnURL ?? returnURL {
                body.field("return_url", url)
            } else {
                body.field("error_on_requires_action", true)
            }
        }
        if let usage = request.credential?.futureUsage {
            body.field("setup_future_usage", usage == .offSession ? "off_session" : "on_session")
        }
        if request.requiresAuthentication {
            body.field("payment_method_options[card][request_three_d_secure]", "any")
        }
        // Not in the description of 2023; named by the vendor's current packages, as what an increment needs.
        if request.mayIncrement {
            body.field("payment_method_options[card][request_incremental_authorization]", "if_available")
        }
        if let suffix = StripeCodec.statementSuffix(request.statementDescriptor) {
            body.field("statement_descriptor_suffix", suffix)
        }
        body.field("metadata[\(StripeCodec.metadataKey)]", request.reference.operation.text)
        body.field("expand[0]", "latest_charge")
        let expected = StripeExpectation(
            operation: request.reference.operation.text, mode: mode, amount: request.amount, isFresh: true)
        return WireExchange(post("/v1/payment_intents", body, request.reference)) {
            StripeReading.charge($0, expected)
        }
    }

    /// Goes on with a charge whose cardholder has authenticated.
    package func confirm(_ request: AuthorizeRequest, authenticated intent: String) -> WireExchange<Outcome>? {
        guard let path = StripeCodec.path("/v1/payment_intents/", intent, "/confirm") else { return nil }
        var body = FormBody()
        if let url = request.returnURL ?? returnURL {
            body.field("return_url", url)
        } else {
            body.field("error_on_requires_action", true)
        }
        body.field("expand[0]", "latest_charge")
        let expected = StripeExpectation(intent: intent, mode: mode, amount: request.amount)
        return WireExchange(post(path, body, request.reference)) { StripeReading.charge($0, expected) }
    }
}

// MARK: - Changes

extension StripeCodec {
    /// Takes held money; whatever is left is released, for an intent is captured once.
    package func capture(_ request: CaptureRequest) -> WireExchange<Outcome>? {
        guard let amount = StripeCurrencies.wire(request.amount),
            let path = StripeCodec.path("/v1/payment_intents/", request.original.processorReference, "/capture")
        else { return nil }
        var body = FormBody()
        body.field("amount_to_capture", amount)
        let expected = StripeExpectation(
            intent: request.original.processorReference, mode: mode, amount: request.amount)
        return WireExchange(post(path, body, request.reference)) { StripeReading.capture($0, expected) }
    }

    /// Releases held money. Answers no when the intent was captured or canceled before.
    package func void(_ request: VoidRequest) -> WireExchange<Outcome>? {
        guard let path = StripeCodec.path("/v1/payment_intents/", request.original.processorReference, "/cancel") else {
            return nil
        }
        var body = FormBody()
        body.field("cancellation_reason", "requested_by_customer")
        let expected = StripeExpectation(intent: request.original.processorReference, mode: mode)
        return WireExchange(post(path, body, request.reference)) { StripeReading.void($0, expected) }
    }

    /// Gives back (part of) what was captured.
    package func refund(_ request: RefundRequest) -> WireExchange<Outcome>? {
        guard let amount = StripeCurrencies.wire(request.amount),
            StripeCodec.isName(request.original.processorReference)
        else { return nil }
        var body = FormBody()
        body.field("payment_intent", request.original.processorReference)
        body.field("amount", amount)
        body.field("metadata[\(StripeCodec.metadataKey)]", request.reference.operation.text)
        let expected = StripeExpectation(
            operation: request.reference.operation.text, intent: request.original.processorReference, mode: mode,
            amount: request.amount)
        return WireExchange(post("/v1/refunds", body, request.reference)) { StripeReading.refund($0, expected) }
    }
}

// MARK: - Parts

extension StripeCodec {
    func post(_ path: String, _ body: FormBody, _ reference: WireReference, key: String? = nil) -> WireRequest {
        WireRequest(
            path: path,
            headers: [FormBody.contentType, (name: "idempotency-key", value: key ?? reference.operation.text)],
            body: body.bytes, trace: reference.operation)
    }

    func get(_ path: String, _ query: FormBody = FormBody(), _ reference: WireReference) -> WireRequest {
        WireRequest(
            method: "GET", path: query.bytes.isEmpty ? path : "\(path)?\(query.text)", trace: reference.operation)
    }

    /// A path with one of Stripe's names in it.
    /// - Returns: nil for a name that Stripe would not give.
    static func path(_ prefix: String, _ name: String, _ suffix: String = "") -> String? {
        isName(name) ? prefix + name + suffix : nil
    }

    static func isName(_ name: String) -> Bool {
        (4...255).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")
                    || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "_")
            }
    }

    /// What fits behind the account's own prefix on a statement: with the longest prefix and the separator, 10 of the 22
    /// characters are left. Stripe wants a letter in it and none of `<>\'"*`.
    static func statementSuffix(_ text: String?) -> String? {
        guard let text else { return nil }
        let forbidden = Array("<>\\'\"*".utf8)
        let allowed = text.utf8.filter { $0 >= 0x20 && $0 < 0x7F && !forbidden.contains($0) }.prefix(10)
        let isLetter: (UInt8) -> Bool = { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        return allowed.contains(where: isLetter) ? String(decoding: allowed, as: UTF8.self) : nil
    }
}
