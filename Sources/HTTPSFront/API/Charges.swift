import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/charges`: the attempts of payments. Small bots make payments through them, in one step and without a redirect.
struct Charges: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/charges", .bot(.write(.charges)), create),
            Endpoint(.get, "/v1/charges", .bot(.read(.charges)), list),
            Endpoint(.get, "/v1/charges/{id}", .bot(.read(.charges)), retrieve),
            Endpoint(.post, "/v1/charges/{id}", .bot(.write(.charges)), update),
            Endpoint(.post, "/v1/charges/{id}/capture", .bot(.write(.charges)), capture),
        ]
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ChargeID = try call.identifier(of: "charge")
        let expansions = try call.expansions(of: .charge)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let charge = try reader.charge(id), .bot(charge.bot) == owner, charge.mode == mode else {
                throw APIError.noSuch("charge", id: id.text)
            }
            return try renderer.charge(charge, of: try charge.ownPayment(reader), expand: expansions, reader)
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "charge", by: ChargeKind.self)
        let payment: PaymentID? = try call.parameters.optionalIdentifier("payment_intent", of: "payment_intent")
        let customer: CustomerID? = try call.parameters.optionalIdentifier("customer", of: "customer")
        let expand = Expansion(try call.expansions(of: .charge, inList: true))
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            let charges: Page<Charge>
            switch (customer, payment) {
            case (let customer?, nil):
                try PaymentMethodHolder.customer(customer).check(isOf: .bot(bot), mode, named: "customer", reader)
                charges = try reader.charges(ofCustomer: customer, page)
            case (let customer?, let payment?) where try reader.payment(payment)?.customer != customer:
                charges = Page(items: [], hasMore: false)
            case (_, let payment):
                charges = try reader.charges(of: bot, mode: mode, payment: payment, page)
            }
            return try charges.rendered(url: "/v1/charges") { charge, json in
                try renderer.write(charge, of: try charge.ownPayment(reader), expand, reader, into: &json)
            }
        }
    }

    // MARK: - Changes

    /// A payment that is made and confirmed at once, of which the charge is shown.
    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        var new = NewPayment(amount: try parameters.money(), confirm: true)
        new.captureMethod = try parameters.bool("capture") == false ? .manual : .automatic
        new.customer = try parameters.optionalIdentifier("customer", of: "customer")
        try readSource(call, into: &new)
        new.details["description"] = try parameters.freeText("description")
        new.details["statement_descriptor"] = try parameters.statementDescriptor()
        for entry in try parameters.metadata().entries { new.details.setMetadata(entry.key, entry.value) }
        new.details.merge(try parameters.shipping())
        let waits = try parameters.enumeration("on_requires_action", OnRequiredAction.self) == .wait
        let payer = try call.payerAddress()
        let expansions = try call.expansions(of: .charge)
        try call.finish()
        let caller = try call.caller(expanding: Self.belowCharge(expansions)).paying(from: payer)
        let answer = try await services.payments.create(new, for: call.bot, caller)
        guard answer.status == 200 else { return try answer.cut(to: .declineOfCharge) }
        if answer.body.member("status") == Array("\"requires_action\"".utf8) {
            if waits, try await isOfCheckout(answer, call) { return try answer.latestCharge() }
            throw try await giveUp(answer, call)
        }
        return try answer.latestCharge()
    }

    /// What becomes of a charge whose issuer wants to see the cardholder.
    private enum OnRequiredAction: String, CaseIterable { case decline, wait }

    /// Its buyer is at the checkout's page, which can send them to their bank.
    private func isOfCheckout(_ answer: Answer, _ call: APICall<BotPrincipal>) async throws -> Bool {
        guard let payment = answer.body.text("id").flatMap({ PaymentID($0) }) else { return false }
        var filter = CheckoutFilter()
        filter.payment = payment
        let (bot, mode, wanted) = (call.bot, call.mode, filter)
        return try await services.store.read {
            try !$0.checkouts(of: bot, mode: mode, wanted, PageRequest(limit: 1)).items.isEmpty
        }
    }

    /// `source`: a token, or a card that is saved with the customer.
    private func readSource(_ call: APICall<BotPrincipal>, into new: inout NewPayment) throws(APIError) {
        let source = try call.parameters.string("source", max: 100)
        if let known = call.testCard(source, .token) {
            new.card = known
        } else if let token = TokenID(source) {
            new.token = token
        } else if let method = PaymentMethodID(source) {
            guard new.customer != nil else {
                throw .invalid("customer", code: "parameter_missing", "Name the customer with whom the card is saved.")
            }
            new.paymentMethod = method
        } else {
            throw .noSuch("token", id: nil, parameter: "source")
        }
    }

    /// A charge has no way to send the cardholder anywhere: what waits for them is given up, and said to be declined.
    private func giveUp(_ answer: Answer, _ call: APICall<BotPrincipal>) async throws -> APIError {
        guard let id = answer.body.text("id").flatMap({ PaymentID($0) }) else { throw APIError.internalError }
        let caller = Caller(
            owner: call.owner, mode: call.mode, actor: call.principal.actor, request: call.id, idempotency: nil)
        do {
            _ = try await services.payments.cancel(id, .abandoned, caller)
        } catch is Refusal {
            // A repeated request finds it given up.
        } catch is StoreError {
            // The payment is stored, waits for its cardholder and takes no money by itself.
            throw APIError.underway(id.text)
        }
        var error = APIError.card(
            "authentication_required", "source",
            "The card's issuer wants the cardholder to authenticate. Make a PaymentIntent, which can send them there.")
        error.declineCode = "authentication_required"
        error.chargeID = answer.body.member("latest_charge")?.text("id")
        return error
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ChargeID = try call.identifier(of: "charge")
        var texts = TextChanges()
        texts.note("description", try call.parameters.change("description", max: 1_000))
        texts.note(try call.parameters.metadata())
        try texts.noteShipping(call.parameters, isParcel: true)
        let expansions = try call.expansions(of: .charge)
        try call.finish()
        return try await services.payments.updateCharge(
            id, details: texts.texts, removals: texts.removals, call.caller(expanding: expansions))
    }

    private func capture(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: ChargeID = try call.identifier(of: "charge")
        let amount = try call.parameters.optionalInteger("amount", in: 1...V1Amounts.largest)
        let expansions = try call.expansions(of: .charge)
        try call.finish()
        let (owner, mode) = (call.owner, call.mode)
        let payment = try await services.store.read { reader -> PaymentID in
            guard let charge = try reader.charge(id), .bot(charge.bot) == owner, charge.mode == mode else {
                throw APIError.noSuch("charge", id: id.text)
            }
            guard try charge.ownPayment(reader).latestCharge == id else {
                throw APIError.invalid(
                    nil, code: "charge_not_capturable", "This attempt took no money; a later one did, or may.")
            }
            return charge.payment
        }
        let answer = try await services.payments.capture(
            payment, amount: amount, call.caller(expanding: Self.belowCharge(expansions)))
        return answer.status == 200 ? try answer.latestCharge() : try answer.cut(to: .declineOfCharge)
    }

    /// What to expand in a payment so that the charge in it shows `expansions`.
    private static func belowCharge(_ expansions: [String]) -> [String] {
        ["latest_charge"] + expansions.map { "latest_charge." + $0 }
    }
}

extension JSONShape {
    /// The error of a declined payment as the error of its charge.
    fileprivate static let declineOfCharge = JSONShape.except([
        "error": .except(["payment_intent": .absent, "payment_method": .absent])
    ])
}

extension Answer {
    /// The charge in the answer about a payment.
    fileprivate func latestCharge() throws(APIError) -> Answer {
        guard let charge = body.member("latest_charge") else { throw .internalError }
        return Answer(status: status, body: charge, isReplay: isReplay)
    }
}

extension [UInt8] {
    /// A member of a JSON object that we made, as it stands there.
    fileprivate func member(_ name: String) -> [UInt8]? {
        var reader = JSONSpan(self)
        var found: [UInt8]?
        let isObject = reader.members { member, reader in
            let start = reader.position
            guard reader.skipValue() else { return false }
            if member == name { found = Array(reader.bytes[start..<reader.position]) }
            return true
        } around: { _ in
        }
        return isObject ? found : nil
    }

    /// The text of a member that needs no escapes, such as an identifier.
    fileprivate func text(_ name: String) -> String? {
        guard let quoted = member(name), quoted.count > 2, quoted.first == UInt8(ascii: "\"") else { return nil }
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }
}

extension Charge {
    fileprivate func ownPayment(_ reader: any StoreReader) throws -> Payment {
        guard let payment = try reader.payment(payment) else {
            throw StoreError.corrupt("charge \(id) belongs to no payment")
        }
        return payment
    }
}
