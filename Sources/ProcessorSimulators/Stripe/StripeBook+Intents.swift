import ProcessorKit

// What can be done with payment intents. Every function checks first and changes afterwards, so that a throw leaves nothing
// behind, declines excepted: those are kept, as Stripe keeps them.
extension StripeBook {
    mutating func makeMethod(_ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard form["type"] == "card" else { throw .invalid("type", "Only cards are simulated.") }
        guard allowsRawCards else {
            throw StripeFailure(
                status: 402, message: "Sending credit card numbers directly to the Stripe API is generally unsafe.")
        }
        let number = (form["card[number]"] ?? "").filter { $0 != " " }
        guard let month = form["card[exp_month]"].flatMap({ Int64($0) }), (1...12).contains(month) else {
            throw cardError("invalid_expiry_month", "card[exp_month]")
        }
        guard let year = form["card[exp_year]"].flatMap({ Int64($0) }), year >= 2020 else {
            throw cardError("invalid_expiry_year", "card[exp_year]")
        }
        guard let card = StripeTestCard.all.first(where: { $0.number == number }) else {
            throw number == "4242424242424241"
                ? cardError("incorrect_number", "number") : cardError("card_declined", nil, "test_mode_live_card")
        }
        let method = Method(
            id: name("pm"), card: card, expiryMonth: month, expiryYear: year,
            hasSecurityCode: form["card[cvc]"] != nil, created: now, isReadyMade: false)
        methods[method.id] = method
        return object(method)
    }

    private func cardError(_ code: String, _ parameter: String?, _ decline: String? = nil) -> StripeFailure {
        StripeFailure(
            status: 402, type: "card_error", code: code, declineCode: decline, parameter: parameter,
            message: "Your card was declined.", isKept: true)
    }

    mutating func makeIntent(_ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let amount = form["amount"].flatMap({ Int64($0) }), amount > 0, amount <= 99_999_999 else {
            throw .invalid("amount", "Invalid positive integer", code: "parameter_invalid_integer")
        }
        guard let currency = form["currency"], currency.utf8.count == 3 else {
            throw .invalid("currency", "Missing required param: currency.", code: "parameter_missing")
        }
        let methodID = try form["payment_method"].map { id throws(StripeFailure) in try method(id, for: nil, at: now) }
        var intent = Intent(
            id: name("pi"), amount: amount, currency: currency.lowercased(),
            capture: form["capture_method"] ?? "automatic", confirmation: form["confirmation_method"] ?? "automatic",
            status: methodID == nil ? "requires_payment_method" : "requires_confirmation", method: methodID,
            metadata: Dictionary(form.map("metadata").map { ($0.key, $0.value) }) { $1 },
            description: form["description"], created: now, returnURL: form["return_url"],
            suffix: form["statement_descriptor_suffix"],
            methodTypes: form.list("payment_method_types").isEmpty ? ["card"] : form.list("payment_method_types"))
        intent.futureUsage = form["setup_future_usage"]
        intent.mayIncrement =
            form["payment_method_options[card][request_incremental_authorization]"] == "if_available"
        if form["confirm"] == "true", form["off_session"] != nil, intent.confirmation == "manual" {
            throw .invalid("off_session", "off_session cannot be used with confirmation_method=manual.")
        }
        intents.append(intent)
        note("payment_intent.created", object(intent), at: now)
        guard form["confirm"] == "true" else { return object(intent, expand: Set(form.list("expand"))) }
        return try confirm(intent.id, form, at: now)
    }

    /// A payment method that may be charged by `intent`.
    mutating func method(_ id: String, for intent: String?, at now: Int64) throws(StripeFailure) -> String {
        if let method = methods[id] {
            guard method.usedBy == nil || method.usedBy == intent else {
                throw .invalid(
                    "payment_method",
                    "The provided PaymentMethod was previously used without being attached to a Customer.")
            }
            return id
        }
        guard let card = StripeTestCard.all.first(where: { $0.token == id && !id.isEmpty }) else {
            throw .missing("payment_method", id)
        }
        let made = Method(
            id: name("pm"), card: card, expiryMonth: 12, expiryYear: 2034, hasSecurityCode: true, created: now,
            isReadyMade: true)
        methods[made.id] = made
        return made.id
    }

    mutating func confirm(_ id: String, _ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = intentIndex(id) else { throw .missing("payment_intent", id) }
        if let named = form["payment_method"],
            intents[index].method == nil || methods[named] == nil || named != intents[index].method
        {
            let isFirst = intents[index].charge == nil && intents[index].status == "requires_confirmation"
            if !isFirst || intents[index].method == nil { intents[index].method = try method(named, for: id, at: now) }
        }
        let intent = intents[index]
        switch intent.status {
        case "requires_confirmation", "requires_payment_method", "requires_action": break
        default: throw .state("confirm", object(intent), intent.status)
        }
        guard let methodID = intent.method, var method = methods[methodID] else {
            throw .invalid(
                "payment_method", "You cannot confirm without a payment method.",
                code: "payment_intent_unexpected_state")
        }
        if let url = form["return_url"] { intents[index].returnURL = url }
        method.usedBy = id
        methods[methodID] = method
        let expand = Set(form.list("expand"))
        switch method.card.behaviour {
        case .authenticates(let thenDeclines):
            if intents[index].isAuthenticated {
                guard !thenDeclines else {
                    throw decline(
                        index,
                        StripeFailure(
                            code: "card_declined", declineCode: "insufficient_funds",
                            message: "Your card has insufficient funds."), at: now)
                }
                break
            }
            if form["error_on_requires_action"] == "true" || form["off_session"] != nil {
                throw decline(
                    index,
                    StripeFailure(
                        code: "authentication_required", declineCode: "authentication_required",
                        message: "This transaction requires authentication."), at: now)
            }
            intents[index].status = "requires_action"
            note("payment_intent.requires_action", object(intents[index]), at: now)
            return object(intents[index], expand: expand)
        case .declines(let code, let declineCode, let advice, let parameter):
            throw decline(
                index,
                StripeFailure(
                    code: code, declineCode: declineCode, advice: advice, parameter: parameter,
                    message: "Your card was declined."), at: now)
        case .approves, .disputed, .refundsLate, .refundsFail:
            let isForced = form["payment_method_options[card][request_three_d_secure]"] == "any"
            if isForced, !intents[index].isAuthenticated {
                intents[index].status = "requires_action"
                return object(intents[index], expand: expand)
            }
        }
        approve(index, methodID, at: now)
        return object(intents[index], expand: expand)
    }

    /// Notes the refusal on the intent.
    private mutating func decline(_ index: Int, _ failure: StripeFailure, at now: Int64) -> StripeFailure {
        var failure = failure
        failure.status = 402
        failure.type = "card_error"
        failure.isKept = true
        let charge = Charge(
            id: name("ch"), intent: intents[index].id, method: intents[index].method ?? "",
            amount: intents[index].amount, currency: intents[index].currency, captured: 0, isCaptured: false,
            isPaid: false, failure: failure, created: now)
        charges.append(charge)
        failure.charge = charge.id
        intents[index].status = "requires_payment_method"
        intents[index].charge = charge.id
        intents[index].isAuthenticated = false
        intents[index].lastError = failure.object
        intents[index].method = nil
        note("payment_intent.payment_failed", object(intents[index]), at: now)
        failure.intent = object(intents[index])
        return failure
    }

    private mutating func approve(_ index: Int, _ method: String, at now: Int64) {
        let takes = intents[index].capture != "manual"
        let charge = Charge(
            id: name("ch"), intent: intents[index].id, method: method, amount: intents[index].amount,
            currency: intents[index].currency, captured: takes ? intents[index].amount : 0, isCaptured: takes,
            isPaid: true, failure: nil, created: now)
        charges.append(charge)
        intents[index].charge = charge.id
        intents[index].lastError = .null
        intents[index].status = takes ? "succeeded" : "requires_capture"
        intents[index].received = takes ? intents[index].amount : 0
        intents[index].capturable = takes ? 0 : intents[index].amount
        note(
            takes ? "payment_intent.succeeded" : "payment_intent.amount_capturable_updated", object(intents[index]),
            at: now)
        if takes { move("charge", charge.id, charge.amount, charge.currency, at: now) }
        if methods[method]?.card.behaviour == .disputed { dispute(charges.count - 1, at: now) }
    }

    mutating func capture(_ id: String, _ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = intentIndex(id),
            let charge = chargeIndex(intents[index].charge) ?? intentIndex(id).map({ _ in -1 })
        else { throw .missing("payment_intent", id) }
        guard intents[index].status == "requires_capture", charge >= 0 else {
            throw .state("capture", object(intents[index]), intents[index].status)
        }
        let amount = form["amount_to_capture"].flatMap { Int64($0) } ?? intents[index].capturable
        guard amount > 0, amount <= intents[index].capturable else {
            throw .invalid(
                "amount_to_capture", "The amount is larger than what can be captured.", code: "amount_too_large")
        }
        for (key, value) in form.map("metadata") { intents[index].metadata[key] = value }
        move("charge", charges[charge].id, amount, charges[charge].currency, at: now)
        charges[charge].captured = amount
        charges[charge].isCaptured = true
        intents[index].received = amount
        intents[index].capturable = 0
        intents[index].status = "succeeded"
        note("payment_intent.succeeded", object(intents[index]), at: now)
        return object(intents[index], expand: Set(form.list("expand")))
    }

    mutating func cancel(_ id: String, _ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = intentIndex(id) else { throw .missing("payment_intent", id) }
        switch intents[index].status {
        case "succeeded", "canceled", "processing":
            throw .state("cancel", object(intents[index]), intents[index].status)
        default: break
        }
        intents[index].status = "canceled"
        intents[index].capturable = 0
        intents[index].canceledAt = now
        intents[index].cancellation = form["cancellation_reason"]
        note("payment_intent.canceled", object(intents[index]), at: now)
        return object(intents[index], expand: Set(form.list("expand")))
    }

    mutating func update(_ id: String, _ form: FormFields) throws(StripeFailure) -> JSONValue {
        guard let index = intentIndex(id) else { throw .missing("payment_intent", id) }
        for (key, value) in form.map("metadata") {
            intents[index].metadata[key] = value.isEmpty ? nil : value
        }
        if let description = form["description"] { intents[index].description = description }
        return object(intents[index], expand: Set(form.list("expand")))
    }

    /// The cardholder did, or did not, prove who they are.
    /// - Returns: where they go back to; nil when nobody waits for them.
    mutating func authenticate(_ id: String, passes: Bool, at now: Int64) -> String? {
        if id.hasPrefix("seti_") { return authenticateSetup(id, passes: passes, at: now) }
        guard let index = intentIndex(id), intents[index].status == "requires_action",
            let url = intents[index].returnURL
        else { return nil }
        if passes {
            intents[index].isAuthenticated = true
            intents[index].status = "requires_confirmation"
            // With automatic confirmation Stripe goes on by itself.
            if intents[index].confirmation == "automatic" { _ = try? confirm(id, FormFields(parsing: []), at: now) }
        } else {
            _ = decline(
                index,
                StripeFailure(
                    code: "payment_intent_authentication_failure",
                    message: "The cardholder did not authenticate."), at: now)
        }
        return url
    }
}

// MARK: - Refunds

extension StripeBook {
    mutating func refund(_ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        let chargeID: String?
        if let intent = form["payment_intent"] {
            guard let found = intentIndex(intent) else { throw .missing("payment_intent", intent) }
            chargeID = intents[found].charge
        } else {
            chargeID = form["charge"]
        }
        guard let index = chargeIndex(chargeID), charges[index].isCaptured, charges[index].isPaid else {
            throw StripeFailure(code: "charge_not_refundable", message: "There is no successful charge to refund.")
        }
        let left = charges[index].captured - charges[index].refunded
        guard left > 0 else {
            throw StripeFailure(code: "charge_already_refunded", message: "The charge has already been refunded.")
        }
        let amount = form["amount"].map { Int64($0) ?? 0 } ?? left
        guard amount > 0, amount <= left else {
            throw .invalid(
                "amount", "Refund amount is greater than unrefunded amount on charge.", code: "amount_too_large")
        }
        let behaviour = methods[charges[index].method]?.card.behaviour
        let refund = Refund(
            id: name("re"), charge: charges[index].id, intent: charges[index].intent, amount: amount,
            currency: charges[index].currency, status: behaviour == .refundsLate ? "pending" : "succeeded",
            reason: form["reason"], metadata: Dictionary(form.map("metadata").map { ($0.key, $0.value) }) { $1 },
            created: now)
        move("refund", refund.id, -amount, refund.currency, at: now)
        charges[index].refunded += amount
        refunds.append(refund)
        note("charge.refunded", object(charges[index]), at: now)
        return object(refund)
    }

    /// What happens to refunds of the cards that are made for it: late ones succeed, false ones fail.
    mutating func settleRefunds(at now: Int64) {
        for index in refunds.indices {
            guard let charge = chargeIndex(refunds[index].charge) else { continue }
            switch (methods[charges[charge].method]?.card.behaviour, refunds[index].status) {
            case (.refundsLate, "pending"): refunds[index].status = "succeeded"
            case (.refundsFail, "succeeded"):
                refunds[index].status = "failed"
                refunds[index].failure = "lost_or_stolen_card"
                move("refund_failure", refunds[index].id, refunds[index].amount, refunds[index].currency, at: now)
                charges[charge].refunded -= refunds[index].amount
            default: continue
            }
            note("charge.refund.updated", object(refunds[index]), at: now)
        }
    }
}

// MARK: - Events

extension StripeBook {
    mutating func note(_ type: String, _ object: JSONValue, at now: Int64) {
        let event = Event(id: name("evt"), type: type, created: now, object: object)
        events.append(event)
        if events.count > 10_000 { events.removeFirst(1_000) }
        unsent.append(event)
    }
}
