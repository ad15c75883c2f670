import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    func write(_ customer: Customer, into json: inout JSONWriter) throws {
        guard !customer.isDeleted else {
            return json.object { json in
                json.field("id", customer.id)
                json.field("object", "customer")
                json.field("deleted", true)
            }
        }
        let texts = try sealing.fields(of: customer)
        json.object { json in
            json.field("id", customer.id)
            json.field("object", "customer")
            if AddressPart.allCases.contains(where: { texts[$0.name] != nil }) {
                json.address(texts)
            } else {
                json.null("address")
            }
            json.field("balance", Int64(0))
            json.field("created", customer.created)
            json.nulls("currency", "default_source")
            json.field("delinquent", false)
            json.field("description", texts["description"])
            json.null("discount")
            json.field("email", texts["email"])
            json.object("invoice_settings") { json in
                json.null("custom_fields")
                json.field("default_payment_method", texts[DetailFields.defaultMethod])
                json.nulls("footer", "rendering_options")
            }
            json.field("livemode", customer.mode == .live)
            json.metadata(texts)
            json.field("name", texts["name"])
            json.field("phone", texts["phone"])
            json.array("preferred_locales") { _ in }
            json.shipping(texts)
            json.field("tax_exempt", "none")
            json.null("test_clock")
        }
    }

    func write(_ person: Person, into json: inout JSONWriter) throws {
        let texts = try sealing.fields(of: person)
        json.object { json in
            json.field("id", person.id)
            json.field("object", "person")
            json.field("created", person.created)
            json.field("email", texts["email"])
            json.field("livemode", person.mode == .live)
            json.metadata(texts)
            json.field("name", texts["name"])
            json.field("phone", texts["phone"])
            json.field("reference", texts["reference"])
        }
    }

    func write(_ bot: Bot, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", bot.id)
            json.field("object", "bot")
            json.field("active", bot.isActive)
            json.field("country", bot.country)
            json.field("created", bot.created)
            json.field("legal_name", bot.legalName)
            json.field("merchant_category_code", bot.categoryText)
            json.field("name", bot.name)
            json.field("statement_descriptor", bot.statementDescriptor)
        }
    }
}

extension Bot {
    /// Four digits with leading zeros.
    var categoryText: String {
        let digits = String(merchantCategory)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
