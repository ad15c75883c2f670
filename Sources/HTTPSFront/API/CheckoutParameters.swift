import Engine
import Payments
import Primitives

/// What a checkout or a payment link is made of, as its caller sends it.
struct CheckoutParameters {
    let currency: Currency
    let terms: CheckoutTerms
    /// Texts of the checkout and of its payment, without metadata of the checkout.
    let texts: DetailFields

    /// Reads everything that checkouts and links have in common.
    /// - Parameter newLineID: gives each line its name.
    init(
        _ parameters: Parameters, _ options: APIOptions, newLineID: () -> LineItemID
    ) throws(APIError) {
        try parameters.refuseWhatCheckoutsLack()
        let (currency, lines) = try parameters.checkoutLines(newLineID: newLineID)
        var terms = CheckoutTerms(lines: lines)
        terms.discounts = try parameters.discountLines()
        terms.tip = try parameters.tipOffer()
        terms.shipping = try parameters.shippingOptions(currency)
        terms.chosenShipping = terms.shipping.first?.id
        terms.collection = try parameters.checkoutCollection()
        self.currency = currency
        self.terms = terms
        texts = try parameters.checkoutTexts(options)
    }
}

extension Parameters {
    private enum UIChoice: String, CaseIterable {
        case hosted
        case hostedPage = "hosted_page"
    }
    private enum ModeChoice: String, CaseIterable { case payment }
    private enum AddressChoice: String, CaseIterable { case auto }
    private enum SubmitChoice: String, CaseIterable { case auto, book, donate, pay }
    private enum LocaleChoice: String, CaseIterable { case auto, en, it, fr, de }
    private enum SaveChoice: String, CaseIterable { case enabled, disabled }
    private enum CreationChoice: String, CaseIterable {
        case always
        case ifRequired = "if_required"
    }
    private enum CaptureChoice: String, CaseIterable { case automatic, manual }
    private enum ShippingChoice: String, CaseIterable { case fixedAmount = "fixed_amount" }

    /// Names what Stripe has and checkouts here lack, and what else would be used in its place.
    fileprivate func refuseWhatCheckoutsLack() throws(APIError) {
        for (key, advice): (StaticString, StaticString) in [
            ("discounts", "Coupons are not kept: take something off with discount_lines[]."),
            ("subscription_data", "Checkouts take single payments: charge a kept card with off_session later."),
            ("setup_intent_data", "Checkouts take payments: keep a card with setup_future_usage, or a setup intent."),
        ] where has(key) {
            throw .invalid(path(key), code: "parameter_unknown", "Received unknown parameter: \(key). \(advice)")
        }
        _ = try enumeration("ui_mode", UIChoice.self)
        _ = try enumeration("mode", ModeChoice.self)
        _ = try enumeration("billing_address_collection", AddressChoice.self)
        for key: StaticString in ["automatic_tax", "tax_id_collection", "invoice_creation", "adaptive_pricing"] {
            try refuseEnabled(try object(key))
        }
        guard try bool("allow_promotion_codes") != true else {
            throw .invalid(
                "allow_promotion_codes", "Promotion codes are not kept: take something off with discount_lines[].")
        }
    }

    private func refuseEnabled(_ object: Parameters?) throws(APIError) {
        guard let object, try object.bool("enabled") == true else { return }
        throw .invalid(object.path("enabled"), "\(object.path("enabled")) can only be false.")
    }

    /// `line_items[]`, each with its price beside it.
    fileprivate func checkoutLines(newLineID: () -> LineItemID) throws(APIError) -> (Currency, [CheckoutLine]) {
        let items = try objects("line_items", maxCount: CheckoutTerms.mostLines)
        guard !items.isEmpty else { throw .missing(path("line_items")) }
        let common = try optionalCurrency()
        var (currency, lines): (Currency?, [CheckoutLine]) = (common, [])
        for item in items {
            guard !item.has("price") else {
                throw .invalid(
                    item.path("price"), code: "parameter_unknown",
                    "Prices are not kept: send price_data with currency, unit_amount and product_data[name].")
            }
            let price = try item.requiredObject("price_data")
            let own = try price.currency()
            guard currency == nil || currency == own else {
                throw .invalid(
                    price.path("currency"), code: "currency_mismatch", "All of a checkout is in one currency.")
            }
            currency = own
            lines.append(try item.checkoutLine(price, own, newLineID()))
        }
        guard let currency else { throw .missing("currency") }
        return (currency, lines)
    }

    private func checkoutLine(
        _ price: Parameters, _ currency: Currency, _ id: LineItemID
    ) throws(APIError) -> CheckoutLine {
        let product = try price.requiredObject("product_data")
        var line = CheckoutLine(
            id: id, label: try product.string("name", max: 250),
            description: try product.optionalString("description", max: 500), unitAmount: 0,
            quantity: try optionalInteger("quantity", in: 1...CheckoutTerms.mostQuantity) ?? 1)
        line.flexible = try price.flexibleAmount()
        if let flexible = line.flexible {
            line.unitAmount = flexible.preset ?? 0
            guard !price.has("unit_amount") else {
                throw .invalid(price.path("unit_amount"), "Send unit_amount or custom_unit_amount, not both.")
            }
        } else {
            line.unitAmount = try price.integer("unit_amount", in: 0...V1Amounts.largest)
            try price.checkRounding(Money(minorUnits: line.unitAmount, currency: currency))
        }
        if let adjustable = try object("adjustable_quantity"), try adjustable.bool("enabled") == true {
            let most = try adjustable.optionalInteger("maximum", in: 1...CheckoutTerms.mostQuantity) ?? 99
            let least = try adjustable.optionalInteger("minimum", in: 0...CheckoutTerms.mostQuantity) ?? 0
            guard least <= line.quantity, line.quantity <= most else {
                throw .invalid(
                    adjustable.path("maximum"), "The quantity must lie between the minimum and the maximum.")
            }
            line.adjustable = least...most
        }
        return line
    }

    /// `custom_unit_amount`: the buyer says how much.
    private func flexibleAmount() throws(APIError) -> FlexibleAmount? {
        guard let custom = try object("custom_unit_amount"), try custom.bool("enabled") != false else { return nil }
        let least = try custom.optionalInteger("minimum", in: 1...V1Amounts.largest) ?? 1
        let most = try custom.optionalInteger("maximum", in: 1...V1Amounts.largest) ?? V1Amounts.largest
        guard least <= most else {
            throw .invalid(custom.path("maximum"), "maximum must be at least minimum.")
        }
        let preset = try custom.optionalInteger("preset", in: least...most)
        return FlexibleAmount(range: least...most, preset: preset)
    }

    /// `discount_lines[]`: a label and what is taken off.
    func discountLines() throws(APIError) -> [CheckoutPart] {
        var parts: [CheckoutPart] = []
        for part in try objects("discount_lines", maxCount: CheckoutTerms.mostOptions) {
            parts.append(
                CheckoutPart(
                    label: try part.string("label", max: 100),
                    amount: try part.integer("amount", in: 1...V1Amounts.largest)))
        }
        return parts
    }

    /// `tip`: the most, and up to four suggestions.
    fileprivate func tipOffer() throws(APIError) -> TipOffer? {
        guard let tip = try object("tip") else { return nil }
        let maximum = try tip.integer("max", in: 1...V1Amounts.largest)
        let suggested = try tip.numbers("suggested", in: 1...maximum, maxCount: 4)
        return TipOffer(maximum: maximum, suggested: suggested)
    }

    /// `shipping_options[]`, each with its rate beside it.
    func shippingOptions(_ currency: Currency) throws(APIError) -> [ShippingOption] {
        var options: [ShippingOption] = []
        for option in try objects("shipping_options", maxCount: CheckoutTerms.mostOptions) {
            guard !option.has("shipping_rate") else {
                throw .invalid(
                    option.path("shipping_rate"), code: "parameter_unknown",
                    "Shipping rates are not kept: send shipping_rate_data.")
            }
            let rate = try option.requiredObject("shipping_rate_data")
            _ = try rate.enumeration("type", ShippingChoice.self)
            let fixed = try rate.requiredObject("fixed_amount")
            guard try fixed.currency() == currency else {
                throw .invalid(
                    fixed.path("currency"), code: "currency_mismatch", "All of a checkout is in one currency.")
            }
            let id = try option.optionalString("id", max: 64) ?? "shr_\(options.count + 1)"
            guard !options.contains(where: { $0.id == id }) else {
                throw .invalid(option.path("id"), "Two shipping options have this id.")
            }
            options.append(
                ShippingOption(
                    id: id, label: try rate.string("display_name", max: 100),
                    amount: try fixed.integer("amount", in: 0...V1Amounts.largest)))
        }
        return options
    }

    fileprivate func checkoutCollection() throws(APIError) -> CheckoutCollection {
        var collection = CheckoutCollection()
        collection.phone = try object("phone_number_collection")?.bool("enabled") ?? false
        collection.email = try object("email_collection")?.bool("enabled") ?? false
        if let individual = try object("name_collection")?.object("individual") {
            collection.name = try individual.bool("enabled") ?? false
            _ = try individual.bool("optional")
        }
        if let shipping = try object("shipping_address_collection") {
            let countries = try shipping.strings("allowed_countries", maxCount: 250, max: 2)
            for (index, country) in countries.enumerated() where !country.isCountryCode {
                throw .invalid(
                    shipping.path("allowed_countries") + "[\(index)]",
                    "allowed_countries are two-letter codes (ISO 3166-1), in capitals.")
            }
            collection.shippingCountries = countries
        }
        return collection
    }

    /// Addresses, words and what the payment gets.
    fileprivate func checkoutTexts(_ options: APIOptions) throws(APIError) -> DetailFields {
        var texts = DetailFields()
        texts[DetailFields.termsURL] = try returnURL("terms_url")
        texts[DetailFields.privacyURL] = try returnURL("privacy_url")
        if let url = try optionalString("callback_url", max: 2_048) {
            texts[DetailFields.callbackURL] = try WebhookEndpoints.checked(url, named: "callback_url", options)
        }
        texts[DetailFields.ref] = try optionalString("ref", max: 250)
        texts[DetailFields.submitType] = try enumeration("submit_type", SubmitChoice.self)?.rawValue
        texts[DetailFields.customerCreation] = try enumeration("customer_creation", CreationChoice.self)?.rawValue
        let save = try object("saved_payment_method_options")
        if try save?.enumeration("payment_method_save", SaveChoice.self) == .enabled {
            texts[DetailFields.offersToSave] = SaveChoice.enabled.rawValue
        }
        let types = try strings("payment_method_types")
        for (index, type) in types.enumerated() where PaymentInstrument(named: type) == nil {
            throw APIError.onlyCards("payment_method_types[\(index)]")
        }
        if !types.isEmpty { texts.setOfPayment(DetailFields.methodTypes, types.joined(separator: ",")) }
        let most = try participants(types)
        texts[DetailFields.participants] = most.map { String($0) }
        guard let payment = try object("payment_intent_data") else { return texts }
        texts.setOfPayment("description", try payment.freeText("description"))
        texts.setOfPayment("statement_descriptor", try payment.statementDescriptor())
        if case .set(let suffix) = try payment.statementSuffix() {
            texts.setOfPayment(DetailFields.statementSuffix, suffix)
        }
        if case .set(let usage) = try payment.futureUsage() {
            texts.setOfPayment(DetailFields.futureUsage, usage)
            if let other = types.first(where: { $0 != PaymentInstrument.card.name }) {
                throw .invalid(
                    payment.path("setup_future_usage"),
                    "Only cards are kept: leave setup_future_usage out, or \(other) out of payment_method_types.")
            }
        }
        if try payment.enumeration("capture_method", CaptureChoice.self) == .manual {
            texts[DetailFields.captureMethod] = CaptureChoice.manual.rawValue
        }
        for entry in try payment.metadata().entries { texts.setMetadataOfPayment(entry.key, entry.value) }
        try checkTogether(texts)
        return texts
    }

    /// `participants`: among how many people the buyer may share it.
    private func participants(_ types: [String]) throws(APIError) -> Int64? {
        guard let participants = try object("participants") else { return nil }
        let most = try participants.integer("max", in: CheckoutGroup.sizes)
        guard types.isEmpty || types.contains(PaymentInstrument.card.name) else {
            throw .invalid(
                participants.path("max"), "Several people pay with cards: add card to payment_method_types.")
        }
        return most
    }

    /// What cannot be right when several pay, by name.
    private func checkTogether(_ texts: DetailFields) throws(APIError) {
        guard texts[DetailFields.participants] != nil else { return }
        if texts[DetailFields.captureMethod] != nil {
            throw .invalid(
                "payment_intent_data[capture_method]",
                "What several people pay together is held until all are there and taken then: leave capture_method out."
            )
        }
        if texts.ofPayment[DetailFields.futureUsage] != nil {
            throw .invalid(
                "payment_intent_data[setup_future_usage]",
                "The cards of several people cannot be kept for one buyer: leave setup_future_usage or participants out."
            )
        }
    }

    /// What only a session has: where its buyer goes back to, whose it is, and until when.
    func sessionTexts(into texts: inout DetailFields) throws(APIError) {
        texts[DetailFields.successURL] = try returnURL("success_url")
        texts[DetailFields.cancelURL] = try returnURL("cancel_url")
        texts[DetailFields.clientReference] = try optionalString("client_reference_id", max: 200)
        texts[DetailFields.locale] = try enumeration("locale", LocaleChoice.self)?.rawValue
        for entry in try metadata().entries { texts.setMetadata(entry.key, entry.value) }
    }
}

extension String {
    var isCountryCode: Bool {
        utf8.count == 2 && utf8.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
    }
}
