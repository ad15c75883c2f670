import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    func write(
        _ method: PaymentMethod, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: method)
        try json.object { json in
            json.field("id", method.id)
            json.field("object", "payment_method")
            writeBilling(texts, into: &json)
            if method.instrument == .card { writeCard(of: method, into: &json) }
            json.field("created", method.created)
            if case .customer(let customer) = method.holder {
                try write(customer, expand.below("customer"), reader, into: &json)
            } else {
                json.null("customer")
            }
            json.field("livemode", method.mode == .live)
            json.metadata(texts)
            // A card saved with a person is the platform's; bots never see one.
            if method.instrument == .paypal { json.object("paypal") { $0.nulls("payer_email", "payer_id") } }
            if case .person(let person) = method.holder { json.field("person", person) }
            json.field("type", method.instrument.name)
        }
    }

    private func writeCard(of method: PaymentMethod, into json: inout JSONWriter) {
        json.object("card") { json in
            json.field("brand", method.brand.name)
            json.object("checks") { json in
                json.nulls("address_line1_check", "address_postal_code_check", "cvc_check")
            }
            json.null("country")
            json.field("exp_month", method.expiry.month)
            json.field("exp_year", method.expiry.year)
            json.field("fingerprint", method.shownFingerprint)
            json.field("funding", method.funding.name)
            json.null("generated_from")
            json.field("last4", method.lastFour.text)
            json.object("networks") { json in
                json.array("available") { $0.value(method.brand.name) }
                json.null("preferred")
            }
            json.object("three_d_secure_usage") { $0.field("supported", true) }
            json.null("wallet")
        }
    }

    func write(_ token: CardToken, _ reader: any StoreReader, into json: inout JSONWriter) throws {
        guard let method = try reader.paymentMethod(token.paymentMethod) else {
            throw StoreError.corrupt("token \(token.id) has no card")
        }
        let texts = try sealing.fields(of: method)
        json.object { json in
            json.field("id", token.id)
            json.field("object", "token")
            json.object("card") { writeCardObject(of: method, texts, into: &$0) }
            json.null("client_ip")
            json.field("created", token.created)
            json.field("livemode", token.mode == .live)
            json.field("type", "card")
            json.field("used", token.isUsed)
        }
    }

    /// The older card object, which only tokens show.
    private func writeCardObject(of method: PaymentMethod, _ texts: DetailFields, into json: inout JSONWriter) {
        let id: Identifier<CardObjectKind> = method.id.retyped()
        json.field("id", id)
        json.field("object", "card")
        json.field("address_city", texts[AddressPart.city.name])
        json.field("address_country", texts[AddressPart.country.name])
        json.field("address_line1", texts[AddressPart.line1.name])
        json.null("address_line1_check")
        json.field("address_line2", texts[AddressPart.line2.name])
        json.field("address_state", texts[AddressPart.state.name])
        json.field("address_zip", texts[AddressPart.postalCode.name])
        json.null("address_zip_check")
        json.field("brand", method.brand.displayName)
        json.null("country")
        json.text("cvc_check", method.awaitsSecurityCode ? "unchecked" : nil)
        json.null("dynamic_last4")
        json.field("exp_month", method.expiry.month)
        json.field("exp_year", method.expiry.year)
        json.field("fingerprint", method.shownFingerprint)
        json.field("funding", method.funding.name)
        json.field("last4", method.lastFour.text)
        json.metadata(DetailFields())
        json.field("name", texts["name"])
        json.null("tokenization_method")
    }
}

/// `card_…`: another view of a payment method.
enum CardObjectKind: IdentifierKind { static var prefix: String { "card" } }

extension PaymentMethod {
    /// Enough of the keyed hash to tell cards apart.
    var shownFingerprint: String { Hex.encode(fingerprint.prefix(10)) }
}

extension CardBrand {
    var name: StaticString {
        switch self {
        case .visa: "visa"
        case .mastercard: "mastercard"
        case .americanExpress: "amex"
        }
    }

    var displayName: StaticString {
        switch self {
        case .visa: "Visa"
        case .mastercard: "MasterCard"
        case .americanExpress: "American Express"
        }
    }
}

extension CardFunding {
    var name: StaticString {
        switch self {
        case .credit: "credit"
        case .debit: "debit"
        case .prepaid: "prepaid"
        case .unknown: "unknown"
        }
    }
}
