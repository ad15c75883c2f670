import Engine
import Payments
import Primitives

/// A checkout as the page sees it: what a buyer may know, in the words of the page's own contract (docs/checkout.md).
struct CheckoutPageState {
    let view: CheckoutView
    /// What redirects of the sandbox begin with, and where they come back to.
    let returnURL: String
    /// Where a friend goes who is asked to pay; shown to the buyer only, once they have asked.
    let friendLink: String
    /// Where those go who pay a checkout together.
    let groupLink: (CheckoutID) -> String

    var json: [UInt8] { JSONWriter.object(capacity: 3_000) { write(into: &$0) } }

    private func write(into json: inout JSONWriter) {
        let (checkout, terms, texts) = (view.checkout, view.opened.terms, view.opened.texts)
        json.field("id", checkout.id)
        json.field("status", view.status.name)
        json.field("livemode", checkout.mode == .live)
        json.field("currency", checkout.amount.currency.lowercaseCode)
        json.field("currency_exponent", Int64(checkout.amount.currency.exponent))
        json.field("amount_step", checkout.amount.currency.chargeStep)
        json.field("locale", texts[DetailFields.locale])
        json.field("submit_type", texts[DetailFields.submitType])
        json.object("merchant") { json in
            json.field("name", view.bot.name)
            json.field("trading_as", texts[DetailFields.offerMerchant])
        }
        json.field("title", texts[DetailFields.offerTitle])
        json.field("subtitle", texts[DetailFields.offerDescription])
        json.array("lines") { json in for line in terms.lines { write(line, into: &json) } }
        json.array("discounts") { json in
            for part in terms.discounts {
                json.object { json in
                    json.field("label", part.label)
                    json.field("amount", part.amount)
                }
            }
        }
        if let tip = terms.tip, view.role == .buyer {
            json.object("tip") { json in
                json.field("max", tip.maximum)
                json.array("suggested") { json in for amount in tip.suggested { json.value(amount) } }
            }
        } else {
            json.null("tip")
        }
        // A friend pays what the buyer has chosen.
        let isBuyer = view.role == .buyer
        json.array("shipping_options") { json in
            for option in terms.shipping where isBuyer {
                json.object { json in
                    json.field("id", option.id)
                    json.field("label", option.label)
                    json.field("amount", option.amount)
                }
            }
        }
        writeTotals(into: &json)
        json.object("collect") { json in
            json.field("name", isBuyer && (terms.collection.name || terms.collection.shippingAddress))
            json.field("email", isBuyer && terms.collection.email)
            json.field("phone", isBuyer && terms.collection.phone)
            json.field("shipping_address", isBuyer && terms.collection.shippingAddress)
        }
        json.array("shipping_countries") { json in
            for country in isBuyer ? terms.collection.shippingCountries ?? [] : [] { json.value(country) }
        }
        writeDetails(into: &json)
        json.field("details_hidden", isBuyer && !view.showsDetails && !view.opened.buyer.ofBuyer.isEmpty)
        writeFriend(into: &json)
        writeTogether(into: &json)
        json.field("chosen_shipping", isBuyer ? terms.chosenShipping : nil)
        json.array("methods") { json in for method in view.methods { write(method, into: &json) } }
        if let pin = view.pin {
            json.object("pin") { json in
                json.field("asked", pin.isAsked)
                json.field("locked", pin.lock != nil)
                json.field("locked_until", pin.lock?.end)
            }
        } else {
            json.null("pin")
        }
        json.array("method_types") { json in
            for type in texts.ofPayment[DetailFields.methodTypes]?.split(separator: ",") ?? ["card"] {
                json.value(String(type))
            }
        }
        json.field("can_save", isBuyer && texts[DetailFields.offersToSave] != nil)
        json.field("can_remember", view.canRemember)
        json.field("will_save", texts.ofPayment[DetailFields.futureUsage] != nil)
        json.field("terms_url", texts[DetailFields.termsURL])
        json.field("privacy_url", texts[DetailFields.privacyURL])
        json.field("expires_at", checkout.expires)
        if let action = view.action {
            json.object("next_action") { json in
                json.field("url", SandboxPage.address(action.redirectURL, returningTo: returnURL))
                json.field("at", view.actionInstrument == .paypal ? "paypal" : "bank")
            }
        } else {
            json.null("next_action")
        }
        writeError(into: &json)
        json.field("return_url", view.returnURL)
        json.field("cancel_url", isBuyer ? texts[DetailFields.cancelURL] : nil)
        json.field("version", checkout.priceVersion)
    }

    private func write(_ line: CheckoutLine, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", line.id)
            json.field("label", line.label)
            json.field("description", line.description)
            json.field("unit_amount", line.unitAmount)
            json.field("amount", line.unitAmount.multipliedReportingOverflow(by: line.quantity).partialValue)
            json.field("quantity", line.quantity)
            if let adjustable = line.adjustable, view.role == .buyer {
                json.object("adjustable") { json in
                    json.field("min", adjustable.lowerBound)
                    json.field("max", adjustable.upperBound)
                }
            } else {
                json.null("adjustable")
            }
            if let flexible = line.flexible, view.role == .buyer {
                json.object("custom") { json in
                    json.field("min", flexible.range.lowerBound)
                    json.field("max", flexible.range.upperBound)
                    json.field("preset", flexible.preset)
                }
            } else {
                json.null("custom")
            }
        }
    }

    private func writeTotals(into json: inout JSONWriter) {
        json.object("totals") { json in
            json.field("subtotal", view.totals.subtotal)
            json.field("discount", view.totals.discount)
            json.field("shipping", view.totals.shipping)
            json.field("tax", view.totals.tax)
            json.field("tip", view.totals.tip)
            json.field("total", view.totals.total)
        }
    }

    /// Who looks, and who was asked to pay, or did.
    private func writeFriend(into json: inout JSONWriter) {
        let opened = view.opened
        json.field("role", view.role.rawValue)
        json.text("paid", view.status == .complete ? moneyName : nil)
        json.field("paid_by", view.status == .complete ? opened.paidBy : nil)
        json.object("friend") { json in
            let isAsked = opened.askedFriend != nil
            json.field("asked", isAsked)
            json.field("can_ask", view.role == .buyer && view.status == .open && opened.cannotAskFriend == nil)
            json.field("name", view.role == .buyer && view.status == .complete ? opened.friendName : nil)
            json.field("url", view.role == .buyer && view.status == .open && isAsked ? friendLink : nil)
        }
    }

    private func writeDetails(into json: inout JSONWriter) {
        let said = view.opened.buyer.ofBuyer.isEmpty ? view.remembered : view.opened.buyer
        let buyer = view.showsDetails ? said : DetailFields()
        json.object("details") { json in
            json.field("name", buyer["name"])
            json.field("email", buyer["email"])
            json.field("phone", buyer["phone"])
            if AddressPart.allCases.contains(where: { buyer[$0.name] != nil }) {
                json.object("shipping_address") { json in
                    for part in AddressPart.allCases { json.field(part.key, buyer[part.name]) }
                }
            } else {
                json.null("shipping_address")
            }
        }
    }

    private func write(_ method: PaymentMethod, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", method.id)
            json.field("brand", method.brand.name)
            json.field("last4", method.lastFour.text)
            json.field("exp_month", method.expiry.month)
            json.field("exp_year", method.expiry.year)
        }
    }

    private func writeError(into json: inout JSONWriter) {
        if let reason = view.unavailable {
            json.object("error") { json in
                json.field("code", "checkout_not_available")
                json.field("message", reason.message)
                json.field("reason", reason.reason.rawValue)
            }
        } else if let problem = view.problem {
            json.object("error") { json in
                json.field("code", problem.code.rawValue)
                json.field("message", problem.message)
            }
        } else if let decline = view.decline {
            let text = CardErrorText(decline.reason)
            json.object("error") { json in
                json.field("code", text.code)
                json.field("decline_code", text.declineCode)
                json.field("message", text.message)
            }
        } else {
            json.null("error")
        }
    }

    /// What a buyer keeps: what was bought, from whom, when, and with what it was paid.
    var receipt: [UInt8]? {
        guard view.status == .complete else { return nil }
        let checkout = view.checkout
        return JSONWriter.object(capacity: 2_000) { json in
            json.field("id", checkout.id)
            json.field("livemode", checkout.mode == .live)
            json.field("payment_intent", checkout.payment)
            json.field("paid", checkout.isGroup || CheckoutPayment(view.payment) == .paid)
            json.field("completed", checkout.completed)
            json.object("merchant") { json in
                json.field("name", view.bot.name)
                json.field("legal_name", view.bot.legalName)
                json.field("country", view.bot.country)
                json.field("statement_descriptor", view.bot.statementDescriptor)
            }
            json.field("currency", checkout.amount.currency.lowercaseCode)
            json.field("currency_exponent", Int64(checkout.amount.currency.exponent))
            json.array("lines") { json in for line in view.opened.terms.lines { write(line, into: &json) } }
            json.array("discounts") { json in
                for part in view.opened.terms.discounts {
                    json.object { json in
                        json.field("label", part.label)
                        json.field("amount", part.amount)
                    }
                }
            }
            writeTotals(into: &json)
            writeDetails(into: &json)
            json.field("paid_by", view.opened.paidBy)
            json.field("friend_name", view.role == .buyer ? view.opened.friendName : nil)
            if let method = view.paidWith {
                json.object("paid_with") { json in
                    json.field("type", method.instrument.name)
                    json.text("brand", method.instrument == .card ? method.brand.name : nil)
                    json.field("last4", method.instrument == .card ? method.lastFour.text : nil)
                }
            } else {
                json.null("paid_with")
            }
            let shares = checkout.isGroup ? view.together?.shares ?? [] : []
            json.field("refunded", shares.reduce(view.payment?.refunded ?? 0) { $0 + $1.refunded })
            json.field("return_url", view.returnURL)
        }
    }
}

extension CheckoutPageState {
    /// What became of the money of a complete checkout. A group's is complete when the money of all is taken.
    private var moneyName: StaticString {
        switch view.checkout.isGroup ? .paid : CheckoutPayment(view.payment) {
        case .paid: "paid"
        case .held, .underway, .awaitsPayer: "held"
        case .none, .canceled: "not_taken"
        }
    }
}

extension CheckoutView {
    /// Where the buyer goes back to.
    fileprivate var returnURL: String? {
        // Where the bot takes buyers back to is not for somebody else.
        guard role == .buyer else { return nil }
        return switch status {
        case .complete:
            // The template's name is Stripe's: docs.stripe.com/payments/checkout/custom-success-page (read 2026-11).
            opened.texts[DetailFields.successURL]?.replacing("{CHECKOUT_SESSION_ID}", with: checkout.id.text)
        case .open, .processing, .requiresAction, .expired, .gathering: opened.texts[DetailFields.cancelURL]
        }
    }
}

extension CheckoutView.Status {
    fileprivate var name: StaticString {
        switch self {
        case .open: "open"
        case .processing: "processing"
        case .requiresAction: "requires_action"
        case .complete: "complete"
        case .expired: "expired"
        case .gathering: "gathering"
        }
    }
}
