import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `payment_link`, with nothing expanded.
    package func paymentLink(_ link: PaymentLink, _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 1_500)
        try write(link, Expansion([]), reader, into: &json)
        return json.bytes
    }

    func write(
        _ link: PaymentLink, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let (terms, texts) = try sealing.open(link)
        let completed = try link.completedLimit.map { _ in try reader.countCheckoutsCompleted(of: link.id) }
        json.object { json in
            json.field("id", link.id)
            json.field("object", "payment_link")
            json.field("active", link.isActive)
            json.object("after_completion") { json in
                if let url = texts[DetailFields.successURL] {
                    json.object("redirect") { $0.field("url", url) }
                    json.field("type", "redirect")
                } else {
                    json.object("hosted_confirmation") { $0.null("custom_message") }
                    json.field("type", "hosted_confirmation")
                }
            }
            json.field("allow_promotion_codes", false)
            json.nulls("application", "application_fee_amount", "application_fee_percent")
            json.object("automatic_tax") { json in
                json.field("enabled", false)
                json.null("liability")
            }
            json.field("billing_address_collection", "auto")
            json.field("callback_url", texts[DetailFields.callbackURL])
            json.null("consent_collection")
            json.currency(link.currency)
            json.array("custom_fields") { _ in }
            json.object("custom_text") { json in
                json.nulls("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
            }
            json.field("customer_creation", texts[DetailFields.customerCreation] ?? "if_required")
            json.nulls("inactive_message", "invoice_creation")
            if expand.below("line_items") != nil {
                json.key("line_items")
                write(terms.lines, link.currency, url: "/v1/payment_links/\(link.id)/line_items", into: &json)
            }
            json.field("livemode", link.mode == .live)
            json.metadata(texts)
            json.null("on_behalf_of")
            if let most = texts[DetailFields.participants].flatMap({ Int64($0) }) {
                json.object("participants") { $0.field("max", most) }
            } else {
                json.null("participants")
            }
            json.null("payment_intent_data")
            json.field("payment_method_collection", "always")
            if let types = texts.ofPayment[DetailFields.methodTypes] {
                json.array("payment_method_types") { json in
                    for type in types.split(separator: ",") { json.value(String(type)) }
                }
            } else {
                json.null("payment_method_types")
            }
            json.object("phone_number_collection") { $0.field("enabled", terms.collection.phone) }
            json.field("ref", texts[DetailFields.ref])
            if let limit = link.completedLimit {
                json.object("restrictions") { json in
                    json.object("completed_sessions") { json in
                        json.field("count", completed ?? 0)
                        json.field("limit", limit)
                    }
                }
            } else {
                json.null("restrictions")
            }
            if let countries = terms.collection.shippingCountries {
                json.object("shipping_address_collection") { json in
                    json.array("allowed_countries") { json in for country in countries { json.value(country) } }
                }
            } else {
                json.null("shipping_address_collection")
            }
            json.array("shipping_options") { json in
                for option in terms.shipping {
                    json.object { json in
                        json.field("shipping_amount", option.amount)
                        json.field("shipping_rate", option.id)
                    }
                }
            }
            json.field("submit_type", texts[DetailFields.submitType] ?? "auto")
            json.null("subscription_data")
            json.object("tax_id_collection") { $0.field("enabled", false) }
            json.null("transfer_data")
            json.field("url", "\(address.url)/pay/\(link.id)")
        }
    }
}
