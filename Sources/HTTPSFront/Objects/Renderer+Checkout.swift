import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `checkout.session`, with what `expand` names shown whole.
    package func checkout(
        _ checkout: Checkout, expand: [String], forOwner: Bool, _ reader: any StoreReader
    ) throws -> [UInt8] {
        var json = JSONWriter(capacity: 3_000)
        try write(checkout, Expansion(expand), forOwner: forOwner, reader, into: &json)
        return json.bytes
    }

    func write(
        _ checkout: Checkout, _ expand: Expansion, forOwner: Bool, _ reader: any StoreReader,
        into json: inout JSONWriter
    ) throws {
        let opened = try sealing.open(checkout)
        let (texts, terms, totals) = (opened.texts, opened.terms, try opened.totals())
        let payment = checkout.state == .complete ? try checkout.payment.flatMap(reader.payment) : nil
        try json.object { json in
            json.field("id", checkout.id)
            json.field("object", "checkout.session")
            json.nulls("adaptive_pricing", "after_expiration")
            json.null("allow_promotion_codes")
            json.field("amount_subtotal", totals.subtotal)
            json.field("amount_total", totals.total)
            json.object("automatic_tax") { json in
                json.field("enabled", false)
                json.nulls("liability", "provider", "status")
            }
            json.null("billing_address_collection")
            if forOwner {
                let secret = WebhookSigning(vault: vault).secretOfCallbacks(checkout.bot, checkout.mode)
                json.field("callback_secret", texts[DetailFields.callbackURL] == nil ? nil : secret.exposed())
            }
            json.field("callback_url", texts[DetailFields.callbackURL])
            json.field("cancel_url", texts[DetailFields.cancelURL])
            json.field("client_reference_id", texts[DetailFields.clientReference])
            json.null("client_secret")
            writeCollected(opened, into: &json)
            json.nulls("consent", "consent_collection")
            json.field("created", checkout.created)
            json.currency(checkout.amount.currency)
            json.null("currency_conversion")
            json.array("custom_fields") { _ in }
            json.object("custom_text") { json in
                json.nulls("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
            }
            try write(checkout.customer, expand.below("customer"), reader, into: &json)
            json.field("customer_creation", texts[DetailFields.customerCreation])
            writeCustomerDetails(opened.buyer, into: &json)
            json.field("customer_email", opened.buyer["email"])
            json.array("discount_lines") { json in
                for part in terms.discounts {
                    json.object { json in
                        json.field("amount", part.amount)
                        json.field("label", part.label)
                    }
                }
            }
            json.null("discounts")
            json.object("email_collection") { $0.field("enabled", terms.collection.email) }
            json.field("expires_at", checkout.expires)
            writeRoles(opened, into: &json)
            json.nulls("invoice", "invoice_creation")
            if expand.below("line_items") != nil {
                json.key("line_items")
                write(
                    terms.lines, checkout.amount.currency, url: "/v1/checkout/sessions/\(checkout.id)/line_items",
                    into: &json)
            }
            json.field("livemode", checkout.mode == .live)
            json.field("locale", texts[DetailFields.locale])
            json.metadata(texts)
            json.field("mode", "payment")
            if terms.collection.name {
                json.object("name_collection") { json in
                    json.object("individual") { json in
                        json.field("enabled", true)
                        json.field("optional", false)
                    }
                }
            }
            try writeParticipants(opened, reader, into: &json)
            try write(payment: checkout.payment, expand.below("payment_intent"), reader, into: &json)
            try write(link: checkout.link, expand.below("payment_link"), reader, into: &json)
            json.field("payment_method_collection", "if_required")
            json.null("payment_method_configuration_details")
            json.object("payment_method_options") { _ in }
            json.array("payment_method_types") { json in
                for type in texts.ofPayment[DetailFields.methodTypes]?.split(separator: ",") ?? ["card"] {
                    json.value(String(type))
                }
            }
            // A group's checkout is complete when the money of all is taken.
            let isPaid = checkout.isGroup ? checkout.state == .complete : CheckoutPayment(payment) == .paid
            json.field("payment_status", isPaid ? "paid" : "unpaid")
            json.object("phone_number_collection") { $0.field("enabled", terms.collection.phone) }
            json.field("privacy_url", texts[DetailFields.privacyURL])
            json.null("recovered_from")
            json.field("ref", texts[DetailFields.ref])
            json.object("saved_payment_method_options") { json in
                json.nulls("allow_redisplay_filters", "payment_method_remove")
                json.field("payment_method_save", texts[DetailFields.offersToSave] ?? "disabled")
            }
            json.null("setup_intent")
            writeShipping(opened, into: &json)
            json.field("status", checkout.state.statusName)
            json.field("submit_type", texts[DetailFields.submitType])
            json.null("subscription")
            json.field("success_url", texts[DetailFields.successURL])
            json.field("terms_url", texts[DetailFields.termsURL])
            writeTip(terms, into: &json)
            json.object("total_details") { json in
                json.field("amount_discount", totals.discount)
                json.field("amount_shipping", totals.shipping)
                json.field("amount_tax", totals.tax)
                json.field("amount_tip", totals.tip)
            }
            json.field("ui_mode", "hosted")
            json.field("url", checkout.isOver ? nil : link(to: checkout.id))
        }
    }

    /// Where the buyer goes. The secret stands in the fragment, which browsers keep to themselves: it reaches no log.
    func link(to checkout: CheckoutID) -> String {
        "\(address.url)/checkout/\(checkout)#\(clientSecret(of: checkout))"
    }

    private func write(
        payment id: PaymentID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let payment = try id.flatMap(reader.payment) else { return json.field("payment_intent", id) }
        json.key("payment_intent")
        try write(payment, expand, reader, into: &json)
    }

    private func write(
        link id: PaymentLinkID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let link = try id.flatMap(reader.paymentLink) else { return json.field("payment_link", id) }
        json.key("payment_link")
        try write(link, expand, reader, into: &json)
    }

    private func writeCustomerDetails(_ buyer: DetailFields, into json: inout JSONWriter) {
        guard !buyer.ofBuyer.isEmpty else { return json.null("customer_details") }
        json.object("customer_details") { json in
            json.address(buyer)
            json.field("email", buyer["email"])
            json.field("name", buyer["name"])
            json.field("phone", buyer["phone"])
            json.field("tax_exempt", "none")
            json.null("tax_ids")
        }
    }

    private func writeCollected(_ opened: OpenedCheckout, into json: inout JSONWriter) {
        json.object("collected_information") { json in
            json.null("business_name")
            json.field("individual_name", opened.buyer["name"])
            writeShippingDetails(opened, into: &json)
        }
    }

    private func writeShippingDetails(_ opened: OpenedCheckout, into json: inout JSONWriter) {
        guard opened.terms.collection.shippingAddress, opened.buyer[AddressPart.line1.name] != nil else {
            return json.null("shipping_details")
        }
        json.object("shipping_details") { json in
            json.address(opened.buyer)
            json.field("name", opened.buyer["name"] ?? "")
        }
    }

    private func writeShipping(_ opened: OpenedCheckout, into json: inout JSONWriter) {
        let terms = opened.terms
        if let countries = terms.collection.shippingCountries {
            json.object("shipping_address_collection") { json in
                json.array("allowed_countries") { json in for country in countries { json.value(country) } }
            }
        } else {
            json.null("shipping_address_collection")
        }
        if let option = terms.shippingOption {
            json.object("shipping_cost") { json in
                json.field("amount_subtotal", option.amount)
                json.field("amount_tax", 0)
                json.field("amount_total", option.amount)
                json.field("shipping_rate", option.id)
            }
        } else {
            json.null("shipping_cost")
        }
        writeShippingDetails(opened, into: &json)
        json.array("shipping_options") { json in
            for option in terms.shipping {
                json.object { json in
                    json.field("display_name", option.label)
                    json.field("shipping_amount", option.amount)
                    json.field("shipping_rate", option.id)
                }
            }
        }
    }

    private func writeTip(_ terms: CheckoutTerms, into json: inout JSONWriter) {
        guard let tip = terms.tip else { return json.null("tip") }
        json.object("tip") { json in
            json.field("chosen", terms.chosenTip)
            json.field("max", tip.maximum)
            json.array("suggested") { json in for amount in tip.suggested { json.value(amount) } }
        }
    }

    /// A list object of line items.
    func write(_ lines: [CheckoutLine], _ currency: Currency, url: String, into json: inout JSONWriter) {
        json.object { json in
            json.field("object", "list")
            json.array("data") { json in for line in lines { write(line, currency, into: &json) } }
            json.field("has_more", false)
            json.field("url", url)
        }
    }

    func write(_ line: CheckoutLine, _ currency: Currency, into json: inout JSONWriter) {
        // What was accepted once has been added up before.
        let amount = line.unitAmount.multipliedReportingOverflow(by: line.quantity).partialValue
        json.object { json in
            json.field("id", line.id)
            json.field("object", "item")
            if let adjustable = line.adjustable {
                json.object("adjustable_quantity") { json in
                    json.field("enabled", true)
                    json.field("maximum", adjustable.upperBound)
                    json.field("minimum", adjustable.lowerBound)
                }
            } else {
                json.null("adjustable_quantity")
            }
            json.field("amount_discount", 0)
            json.field("amount_subtotal", amount)
            json.field("amount_tax", 0)
            json.field("amount_total", amount)
            json.currency(currency)
            if let flexible = line.flexible {
                json.object("custom_unit_amount") { json in
                    json.field("maximum", flexible.range.upperBound)
                    json.field("minimum", flexible.range.lowerBound)
                    json.field("preset", flexible.preset)
                }
            }
            json.field("description", line.label)
            json.null("price")
            json.field("quantity", line.quantity)
        }
    }
}

extension Checkout {
    /// Whether nothing can be paid here any more.
    var isOver: Bool { state == .complete || state == .expired }
}

extension CheckoutState {
    /// As the `status` field has it.
    var statusName: StaticString {
        switch self {
        case .open, .gathering, .asking, .paying: "open"
        case .complete: "complete"
        case .expired: "expired"
        }
    }
}
