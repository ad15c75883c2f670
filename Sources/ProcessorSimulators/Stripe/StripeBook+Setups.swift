import ProcessorKit

// Setup intents, and holds that are raised.
extension StripeBook {
    struct Setup: Sendable {
        let id: String
        let usage: String
        var status: String
        var method: String?
        let metadata: [String: String]
        let created: Int64
        let returnURL: String?
        var lastError: JSONValue = .null
    }

    mutating func makeSetup(_ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard form["confirm"] == "true", let named = form["payment_method"] else {
            throw .invalid("confirm", "Only setup intents that are confirmed at once are simulated.")
        }
        let methodID = try method(named, for: nil, at: now)
        guard var method = methods[methodID] else { throw .missing("payment_method", named) }
        var setup = Setup(
            id: name("seti"), usage: form["usage"] ?? "off_session", status: "succeeded", method: methodID,
            metadata: Dictionary(form.map("metadata").map { ($0.key, $0.value) }) { $1 }, created: now,
            returnURL: form["return_url"])
        method.usedBy = setup.id
        methods[methodID] = method
        let isForced = form["payment_method_options[card][request_three_d_secure]"] == "any"
        switch method.card.behaviour {
        case .declines(let code, let declineCode, let advice, let parameter):
            let failure = StripeFailure(
                status: 402, type: "card_error", code: code, declineCode: declineCode, advice: advice,
                parameter: parameter, message: "Your card was declined.", isKept: true)
            setup.status = "requires_payment_method"
            setup.lastError = failure.object
            setup.method = nil
            setups.append(setup)
            note("setup_intent.setup_failed", object(setup), at: now)
            throw failure
        case .authenticates: setup.status = "requires_action"
        case .approves, .disputed, .refundsLate, .refundsFail:
            if isForced { setup.status = "requires_action" }
        }
        setups.append(setup)
        note("setup_intent.\(setup.status == "succeeded" ? "succeeded" : "requires_action")", object(setup), at: now)
        return object(setup)
    }

    /// The cardholder did, or did not, prove who they are. Stripe goes on by itself.
    mutating func authenticateSetup(_ id: String, passes: Bool, at now: Int64) -> String? {
        guard let index = setups.lastIndex(where: { $0.id == id }), setups[index].status == "requires_action" else {
            return nil
        }
        setups[index].status = passes ? "succeeded" : "requires_payment_method"
        if !passes {
            setups[index].method = nil
            setups[index].lastError =
                StripeFailure(
                    type: "card_error", code: "setup_intent_authentication_failure",
                    message: "The cardholder did not authenticate."
                ).object
        }
        note("setup_intent.\(passes ? "succeeded" : "setup_failed")", object(setups[index]), at: now)
        return setups[index].returnURL
    }

    func object(_ setup: Setup) -> JSONValue {
        var action: JSONValue = .null
        if setup.status == "requires_action" {
            action =
                setup.returnURL.map {
                    [
                        "type": "redirect_to_url",
                        "redirect_to_url": [
                            "return_url": .string($0), "url": .string("\(pageBase)/_authenticate/\(setup.id)"),
                        ],
                    ]
                } ?? ["type": "use_stripe_sdk", "use_stripe_sdk": [:]]
        }
        return [
            "id": .string(setup.id), "object": "setup_intent", "application": nil, "automatic_payment_methods": nil,
            "cancellation_reason": nil, "client_secret": .string("\(setup.id)_secret_sim"),
            "created": .integer(setup.created), "customer": nil, "description": nil, "flow_directions": nil,
            "last_setup_error": setup.lastError, "latest_attempt": nil, "livemode": false, "mandate": nil,
            "metadata": StripeBook.metadata(setup.metadata), "next_action": action, "on_behalf_of": nil,
            "payment_method": .optional(setup.method),
            "payment_method_options": ["card": ["request_three_d_secure": "automatic"]],
            "payment_method_types": ["card"], "single_use_mandate": nil, "status": .string(setup.status),
            "usage": .string(setup.usage),
        ]
    }

    mutating func increment(_ id: String, _ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = intentIndex(id), let charge = chargeIndex(intents[index].charge) else {
            throw .missing("payment_intent", id)
        }
        guard intents[index].status == "requires_capture", intents[index].mayIncrement else {
            throw .state("increment the authorization on", object(intents[index]), intents[index].status)
        }
        guard let amount = form["amount"].flatMap({ Int64($0) }), amount > intents[index].amount else {
            throw .invalid("amount", "The amount must be larger than the current amount.", code: "amount_too_small")
        }
        intents[index].amount = amount
        intents[index].capturable = amount
        charges[charge].amount = amount
        note("payment_intent.amount_capturable_updated", object(intents[index]), at: now)
        return object(intents[index], expand: Set(form.list("expand")))
    }
}
