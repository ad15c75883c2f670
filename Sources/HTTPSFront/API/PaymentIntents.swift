import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/payment_intents`: a bot charges cards.
struct PaymentIntents: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/payment_intents", .bot(.write(.paymentIntents)), create),
            Endpoint(.get, "/v1/payment_intents", .bot(.read(.paymentIntents)), list),
            Endpoint(.get, "/v1/payment_intents/{id}", .paying(.read(.paymentIntents)), retrieve),
            Endpoint(.post, "/v1/payment_intents/{id}", .bot(.write(.paymentIntents)), update),
            Endpoint(.post, "/v1/payment_intents/{id}/confirm", .paying(.write(.paymentIntents)), confirm),
            Endpoint(.post, "/v1/payment_intents/{id}/capture", .bot(.write(.paymentIntents)), capture),
            Endpoint(.post, "/v1/payment_intents/{id}/cancel", .bot(.write(.paymentIntents)), cancel),
            Endpoint(
                .post, "/v1/payment_intents/{id}/increment_authorization", .bot(.write(.paymentIntents)), increment),
        ]
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        var new = NewPayment(amount: try parameters.money())
        new.captureMethod = try captureMethod(parameters)
        new.customer = try parameters.optionalIdentifier("customer", of: "customer")
        let chosen = try call.chosenCard(bringsTokens: true)
        (new.paymentMethod, new.account, new.card, new.token) = (
            chosen.method, chosen.account, chosen.new, chosen.token
        )
        new.tokenParameter = "payment_method_data[card][token]"
        new.confirm = try parameters.bool("confirm") ?? false
        new.details["description"] = try parameters.freeText("description")
        new.details["statement_descriptor"] = try parameters.statementDescriptor()
        new.details["return_url"] = try parameters.returnURL()
        new.details["automatic_payment_methods"] = try parameters.automaticMethods()
        try parameters.refuseReceipts()
        if case .set(let suffix) = try parameters.statementSuffix() {
            new.details[DetailFields.statementSuffix] = suffix
        }
        if case .set(let usage) = try parameters.futureUsage() { new.details[DetailFields.futureUsage] = usage }
        new.details[DetailFields.confirmationMethod] = try confirmationMethod(parameters)
        let options = try parameters.cardOptions(mayIncrement: true)
        new.details[DetailFields.threeDSecure] = options.threeDSecure
        new.details[DetailFields.increments] = options.increments
        var confirmation = try parameters.confirmation()
        confirmation.merge(try parameters.mandateData())
        if let name = confirmation.allNames.first, !new.confirm {
            throw APIError.onlyWhenConfirming(name.hasPrefix("acceptance.") ? "mandate_data" : name)
        }
        new.details.merge(confirmation)
        for entry in try parameters.metadata().entries { new.details.setMetadata(entry.key, entry.value) }
        new.details.merge(try parameters.shipping())
        new.details[DetailFields.methodTypes] = try methodTypes(parameters)
        let payer = try call.payerAddress(isTried: new.confirm)
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        if new.confirm, chosen.isNothing { throw APIError.missing("payment_method") }
        return try await services.payments.create(
            new, for: call.bot, call.caller(expanding: expansions, card: chosen.fingerprint).paying(from: payer))
    }

    private func retrieve(_ call: APICall<PayingPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        try prove(id, call)
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        let answer = try await call.read { reader in
            guard let payment = try reader.payment(id), .bot(payment.bot) == owner, payment.mode == mode else {
                throw APIError.noSuch("payment_intent", id: id.text, parameter: "intent")
            }
            return try renderer.payment(payment, expand: expansions, reader)
        }
        return try shown(answer, call)
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        let parameters = call.parameters
        var change = PaymentChange()
        change.amount = try parameters.optionalInteger("amount", in: 1...V1Amounts.largest)
        change.currency = try parameters.optionalCurrency()
        change.customer = try parameters.optionalIdentifier("customer", of: "customer")
        change.paymentMethod = try parameters.optionalIdentifier("payment_method", of: "payment_method")
        var texts = TextChanges()
        texts.note("description", try parameters.change("description", max: 1_000))
        texts.texts["statement_descriptor"] = try parameters.statementDescriptor()
        try parameters.refuseReceipts()
        texts.note(DetailFields.statementSuffix, try parameters.statementSuffix())
        texts.note(DetailFields.futureUsage, try parameters.futureUsage())
        let options = try parameters.cardOptions(mayIncrement: true)
        texts.texts[DetailFields.threeDSecure] = options.threeDSecure
        texts.texts[DetailFields.increments] = options.increments
        texts.note(try parameters.metadata())
        try texts.noteShipping(parameters, isParcel: true)
        texts.texts[DetailFields.methodTypes] = try methodTypes(parameters)
        (change.details, change.removals) = (texts.texts, texts.removals)
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        if change.amount != nil || change.currency != nil {
            let stored = try await services.store.read { try $0.payment(id) }
            if let amount = change.amount ?? stored?.amount.minorUnits,
                let currency = change.currency ?? stored?.amount.currency
            {
                try parameters.checkRounding(Money(minorUnits: amount, currency: currency))
            }
        }
        return try await services.payments.update(id, change, call.caller(expanding: expansions))
    }

    private func confirm(_ call: APICall<PayingPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        try prove(id, call)
        let chosen = try call.chosenCard(bringsTokens: false)
        var texts = try call.parameters.mandateData()
        texts["return_url"] = try call.parameters.returnURL()
        // Whoever pays says how they agree; what is asked of them is the bot's to say.
        if case .bot = call.principal {
            texts.merge(try call.parameters.confirmation())
            try call.parameters.refuseReceipts()
            if case .set(let usage) = try call.parameters.futureUsage() { texts[DetailFields.futureUsage] = usage }
            let options = try call.parameters.cardOptions(mayIncrement: true)
            if let secure = options.threeDSecure { texts[DetailFields.threeDSecure] = secure }
            if let increments = options.increments { texts[DetailFields.increments] = increments }
            texts.merge(try call.parameters.shipping())
        }
        let payer = try call.payerAddress()
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        let answer = try await services.payments.confirm(
            id, paymentMethod: chosen.method, account: chosen.account, card: chosen.new, texts: texts,
            call.caller(expanding: expansions, card: chosen.fingerprint).paying(from: payer))
        return try shown(answer, call)
    }

    /// A guest proves with the client secret that they were given this payment. Without it, a payment that exists looks like
    /// one that does not, and nothing is read.
    private func prove(_ id: PaymentID, _ call: APICall<PayingPrincipal>) throws(APIError) {
        let secret = try call.parameters.optionalString("client_secret", max: 200)
        switch (call.principal, secret.map { services.renderer.isClientSecret($0, of: id) }) {
        case (_, true?), (.bot, nil): return
        case (.guest, nil): throw .missing("client_secret")
        case (.guest, false?): throw .noSuch("payment_intent", id: id.text, parameter: "intent")
        case (.bot, false?):
            throw .invalid(
                "client_secret", "This client_secret belongs to another payment. Leave it out, or send its own.")
        }
    }

    private func shown(_ answer: Answer, _ call: APICall<PayingPrincipal>) throws(APIError) -> Answer {
        switch call.principal {
        case .bot: answer
        case .guest: try answer.cut(to: .answerForGuest)
        }
    }

    private func capture(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        let amount = try call.parameters.optionalInteger("amount_to_capture", in: 1...V1Amounts.largest)
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        return try await services.payments.capture(id, amount: amount, call.caller(expanding: expansions))
    }

    private func increment(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        let parameters = call.parameters
        let amount = try parameters.integer("amount", in: 1...V1Amounts.largest)
        var texts = TextChanges()
        texts.note("description", try parameters.change("description", max: 1_000))
        texts.texts["statement_descriptor"] = try parameters.statementDescriptor()
        texts.note(try parameters.metadata())
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        if let stored = try await services.store.read({ try $0.payment(id) }) {
            try parameters.checkRounding(Money(minorUnits: amount, currency: stored.amount.currency))
        }
        return try await services.payments.increment(
            id, to: amount, details: texts.texts, removals: texts.removals, call.caller(expanding: expansions))
    }

    private func cancel(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PaymentID = try call.identifier(of: "payment_intent")
        let reason = try call.parameters.enumeration("cancellation_reason", CancellationChoice.self)
        let expansions = try call.expansions(of: .paymentIntent)
        try call.finish()
        return try await services.payments.cancel(
            id, reason?.reason ?? .unspecified, call.caller(expanding: expansions))
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "payment_intent", by: PaymentKind.self)
        let customer: CustomerID? = try call.parameters.optionalIdentifier("customer", of: "customer")
        let expand = Expansion(try call.expansions(of: .paymentIntent, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            if let customer {
                try PaymentMethodHolder.customer(customer).check(isOf: .bot(bot), mode, named: "customer", reader)
            }
            return try reader.payments(of: bot, mode: mode, customer: customer, page)
                .rendered(url: "/v1/payment_intents") { try renderer.write($0, expand, reader, into: &$1) }
        }
    }
}

// MARK: - Parameters

extension PaymentIntents {
    private enum CaptureChoice: String, CaseIterable { case automatic, manual }
    private enum ConfirmationChoice: String, CaseIterable { case automatic, manual }
    private enum CancellationChoice: String, CaseIterable {
        case duplicate, fraudulent
        case requestedByCustomer = "requested_by_customer"
        case abandoned

        var reason: CancellationReason {
            switch self {
            case .duplicate: .duplicate
            case .fraudulent: .fraudulent
            case .requestedByCustomer: .requestedByCustomer
            case .abandoned: .abandoned
            }
        }
    }

    private func captureMethod(_ parameters: Parameters) throws(APIError) -> CaptureMethod {
        switch try parameters.enumeration("capture_method", CaptureChoice.self) {
        case .automatic, nil: return .automatic
        case .manual: return .manual
        }
    }

    /// - Returns: `manual` where only the server may confirm; nil for what everybody expects.
    private func confirmationMethod(_ parameters: Parameters) throws(APIError) -> String? {
        try parameters.enumeration("confirmation_method", ConfirmationChoice.self) == .manual ? "manual" : nil
    }

    /// As they are kept with the payment; nil when none are named.
    private func methodTypes(_ parameters: Parameters) throws(APIError) -> String? {
        let types = try parameters.strings("payment_method_types")
        for (index, type) in types.enumerated() where PaymentInstrument(named: type) == nil {
            throw APIError.onlyCards("payment_method_types[\(index)]")
        }
        var known: [String] = []
        for type in types where !known.contains(type) { known.append(type) }
        return known.isEmpty ? nil : known.joined(separator: ",")
    }
}
