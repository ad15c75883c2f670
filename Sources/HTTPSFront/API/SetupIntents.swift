import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/setup_intents`: a bot keeps cards without charging them.
struct SetupIntents: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/setup_intents", .bot(.write(.setupIntents)), create),
            Endpoint(.get, "/v1/setup_intents", .bot(.read(.setupIntents)), list),
            Endpoint(.get, "/v1/setup_intents/{id}", .paying(.read(.setupIntents)), retrieve),
            Endpoint(.post, "/v1/setup_intents/{id}", .bot(.write(.setupIntents)), update),
            Endpoint(.post, "/v1/setup_intents/{id}/confirm", .paying(.write(.setupIntents)), confirm),
            Endpoint(.post, "/v1/setup_intents/{id}/cancel", .bot(.write(.setupIntents)), cancel),
        ]
    }

    private enum UsageChoice: String, CaseIterable {
        case onSession = "on_session"
        case offSession = "off_session"
    }
    private enum CancellationChoice: String, CaseIterable {
        case abandoned, duplicate
        case requestedByCustomer = "requested_by_customer"

        var reason: CancellationReason {
            switch self {
            case .abandoned: .abandoned
            case .duplicate: .duplicate
            case .requestedByCustomer: .requestedByCustomer
            }
        }
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        if parameters.has("single_use") {
            throw APIError.invalid(
                "single_use", code: "parameter_unknown",
                "Mandates for a single payment are not offered: leave single_use out, and keep the card with usage.")
        }
        var new = NewSetupIntent()
        new.customer = try parameters.optionalIdentifier("customer", of: "customer")
        let chosen = try call.chosenCard(bringsTokens: false)
        (new.paymentMethod, new.card) = (chosen.method, chosen.new)
        new.usage = try parameters.enumeration("usage", UsageChoice.self) == .onSession ? .onSession : .offSession
        new.confirm = try parameters.bool("confirm") ?? false
        new.details["description"] = try parameters.freeText("description")
        new.details["return_url"] = try parameters.returnURL()
        new.details["automatic_payment_methods"] = try parameters.automaticMethods()
        new.details[DetailFields.threeDSecure] = try parameters.cardOptions(mayIncrement: false).threeDSecure
        try parameters.checkCardsOnly()
        let acceptance = try parameters.mandateData()
        if !acceptance.isEmpty, !new.confirm { throw APIError.onlyWhenConfirming("mandate_data") }
        new.details.merge(acceptance)
        for entry in try parameters.metadata().entries { new.details.setMetadata(entry.key, entry.value) }
        let expansions = try call.expansions(of: .setupIntent)
        try call.finish()
        if chosen.account != nil { throw APIError.onlyCards("payment_method_data[type]") }
        if new.confirm, chosen.isNothing { throw APIError.missing("payment_method") }
        return try await services.setups.create(
            new, for: call.bot, call.caller(expanding: expansions, card: chosen.fingerprint))
    }

    private func retrieve(_ call: APICall<PayingPrincipal>) async throws -> Answer {
        let id: SetupIntentID = try call.identifier(of: "setupintent")
        try prove(id, call)
        let expansions = try call.expansions(of: .setupIntent)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let answer = try await call.read { reader in
            guard let intent = try reader.setupIntent(id), .bot(intent.bot) == owner, intent.mode == mode else {
                throw APIError.noSuch("setupintent", id: id.text, parameter: "intent")
            }
            return try renderer.setupIntent(intent, expand: expansions, reader)
        }
        return try shown(answer, call)
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: SetupIntentID = try call.identifier(of: "setupintent")
        let parameters = call.parameters
        var change = SetupChange()
        change.customer = try parameters.optionalIdentifier("customer", of: "customer")
        change.paymentMethod = try parameters.optionalIdentifier("payment_method", of: "payment_method")
        var texts = TextChanges()
        texts.note("description", try parameters.change("description", max: 1_000))
        texts.texts[DetailFields.threeDSecure] = try parameters.cardOptions(mayIncrement: false).threeDSecure
        texts.note(try parameters.metadata())
        try parameters.checkCardsOnly()
        (change.details, change.removals) = (texts.texts, texts.removals)
        let expansions = try call.expansions(of: .setupIntent)
        try call.finish()
        return try await services.setups.update(id, change, call.caller(expanding: expansions))
    }

    private func confirm(_ call: APICall<PayingPrincipal>) async throws -> Answer {
        let id: SetupIntentID = try call.identifier(of: "setupintent")
        try prove(id, call)
        let chosen = try call.chosenCard(bringsTokens: false)
        var details = try call.parameters.mandateData()
        details["return_url"] = try call.parameters.returnURL()
        if case .bot = call.principal {
            details[DetailFields.threeDSecure] = try call.parameters.cardOptions(mayIncrement: false).threeDSecure
        }
        let expansions = try call.expansions(of: .setupIntent)
        try call.finish()
        if chosen.account != nil { throw APIError.onlyCards("payment_method_data[type]") }
        let answer = try await services.setups.confirm(
            id, paymentMethod: chosen.method, card: chosen.new, details: details,
            call.caller(expanding: expansions, card: chosen.fingerprint))
        return try shown(answer, call)
    }

    private func cancel(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: SetupIntentID = try call.identifier(of: "setupintent")
        let reason = try call.parameters.enumeration("cancellation_reason", CancellationChoice.self)
        let expansions = try call.expansions(of: .setupIntent)
        try call.finish()
        return try await services.setups.cancel(
            id, reason?.reason ?? .unspecified, call.caller(expanding: expansions))
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "setupintent", by: SetupIntentKind.self)
        let customer: CustomerID? = try call.parameters.optionalIdentifier("customer", of: "customer")
        let method: PaymentMethodID? = try call.parameters.optionalIdentifier("payment_method", of: "payment_method")
        let expand = Expansion(try call.expansions(of: .setupIntent, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            if let customer {
                try PaymentMethodHolder.customer(customer).check(isOf: .bot(bot), mode, named: "customer", reader)
            }
            return try reader.setupIntents(of: bot, mode: mode, customer: customer, paymentMethod: method, page)
                .rendered(url: "/v1/setup_intents") { try renderer.write($0, expand, reader, into: &$1) }
        }
    }

    /// As for payments: a guest proves with the client secret that they were given this one.
    private func prove(_ id: SetupIntentID, _ call: APICall<PayingPrincipal>) throws(APIError) {
        let secret = try call.parameters.optionalString("client_secret", max: 200)
        switch (call.principal, secret.map { services.renderer.isClientSecret($0, of: id) }) {
        case (_, true?), (.bot, nil): return
        case (.guest, nil): throw .missing("client_secret")
        case (.guest, false?): throw .noSuch("setupintent", id: id.text, parameter: "intent")
        case (.bot, false?):
            throw .invalid(
                "client_secret", "This client_secret belongs to another setup intent. Leave it out, or send its own.")
        }
    }

    private func shown(_ answer: Answer, _ call: APICall<PayingPrincipal>) throws(APIError) -> Answer {
        switch call.principal {
        case .bot: answer
        case .guest: try answer.cut(to: .setupForGuest)
        }
    }
}
