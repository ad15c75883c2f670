import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/payment_methods`: tokenized cards. A bot saves them with its customers, the platform with its people.
struct PaymentMethods: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/payment_methods", .cardIntake(.write(.paymentMethods)), create),
            Endpoint(.get, "/v1/payment_methods", .cards(.read(.paymentMethods)), list),
            Endpoint(.get, "/v1/payment_methods/{id}", .cards(.read(.paymentMethods)), retrieve),
            Endpoint(.post, "/v1/payment_methods/{id}", .cards(.write(.paymentMethods)), updateCard),
            Endpoint(.post, "/v1/payment_methods/{id}/attach", .cards(.write(.paymentMethods)), attach),
            Endpoint(.post, "/v1/payment_methods/{id}/detach", .cards(.write(.paymentMethods)), detach),
        ]
    }

    private func create(_ call: APICall<TokenizingPrincipal>) async throws -> Answer {
        let type = try call.parameters.string("type", max: 40)
        if let instrument = PaymentInstrument(named: type), instrument != .card {
            return try await create(instrument, call)
        }
        guard type == "card" else { throw APIError.onlyCards("type") }
        let card = try call.parameters.requiredObject("card")
        if card.isText("token"), let known = call.testCard(try card.string("token", max: 100), .token) {
            let expansions = try call.expansions(of: .nothing)
            try call.finish()
            return try await services.cards.createPaymentMethod(known, call.caller(expanding: expansions))
                .shown(to: call.principal, as: .cardForPerson)
        }
        if let token: TokenID = try card.optionalIdentifier("token", of: "token") {
            // A token has its number, and its billing details, already.
            let expansions = try call.expansions(of: .nothing)
            try call.finish()
            return try await services.cards.redeem(token, call.caller(expanding: expansions))
                .shown(to: call.principal, as: .cardForPerson)
        }
        var billing = try call.parameters.billingDetails()
        billing.note(try call.parameters.metadata())
        let new = try call.newCard(card, billing: billing.texts)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.createPaymentMethod(
            new.card, call.caller(expanding: expansions, card: new.fingerprint)
        ).shown(to: call.principal, as: .cardForPerson)
    }

    /// A payer's account. Its own parameters, under the name of its type, are none.
    private func create(
        _ instrument: PaymentInstrument, _ call: APICall<TokenizingPrincipal>
    ) async throws -> Answer {
        var billing = try call.parameters.billingDetails()
        billing.note(try call.parameters.metadata())
        _ = try call.parameters.object("paypal")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.createPaymentMethod(
            NewAccountMethod(instrument, billing: billing.texts), call.caller(expanding: expansions)
        ).shown(to: call.principal, as: .cardForPerson)
    }

    private func retrieve(_ call: APICall<CardholderPrincipal>) async throws -> Answer {
        let id: PaymentMethodID = try call.identifier(of: "payment_method")
        let expansions = try call.expansions(of: .paymentMethod)
        try call.finish()
        let (owner, mode, person, renderer) = (call.owner, call.mode, call.principal.person, services.renderer)
        return try await call.read { reader in
            guard let method = try reader.paymentMethod(id), method.owner == owner, method.mode == mode,
                person.map({ method.holder == .person($0) }) ?? true
            else { throw APIError.noSuch("payment_method", id: id.text) }
            var json = JSONWriter()
            try renderer.write(method, Expansion(expansions), reader, into: &json)
            return json.bytes
        }.shown(to: call.principal, as: .cardForPerson)
    }

    private func updateCard(_ call: APICall<CardholderPrincipal>) async throws -> Answer {
        let id: PaymentMethodID = try call.identifier(of: "payment_method")
        var texts = try call.parameters.billingDetails()
        texts.note(try call.parameters.metadata())
        var expiry: CardExpiryChange?
        if let card = try call.parameters.object("card") { expiry = try card.expiryChange() }
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.update(
            id, expiry: expiry, texts: texts.texts, removals: texts.removals, call.caller(expanding: expansions)
        ).shown(to: call.principal, as: .cardForPerson)
    }

    private func attach(_ call: APICall<CardholderPrincipal>) async throws -> Answer {
        if let known = call.testCard(call.pathText, .method) {
            let holder = try call.requiredHolder()
            let expansions = try call.expansions(of: .nothing)
            try call.finish()
            return try await services.cards.createPaymentMethod(
                known, savedWith: holder.value, call.caller(expanding: expansions)
            ).shown(to: call.principal, as: .cardForPerson)
        }
        let id: PaymentMethodID = try call.identifier(of: "payment_method")
        let holder = try call.requiredHolder()
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.attach(id, to: holder.value, call.caller(expanding: expansions))
            .shown(to: call.principal, as: .cardForPerson)
    }

    private func detach(_ call: APICall<CardholderPrincipal>) async throws -> Answer {
        let id: PaymentMethodID = try call.identifier(of: "payment_method")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.cards.detach(id, call.caller(expanding: expansions))
            .shown(to: call.principal, as: .cardForPerson)
    }

    private func list(_ call: APICall<CardholderPrincipal>) async throws -> Answer {
        let page = try call.page(of: "payment_method", by: PaymentMethodKind.self)
        let instrument = try call.instrument()
        let holder = try call.requiredHolder()
        let expansions = try call.expansions(of: .paymentMethod, inList: true)
        try call.finish()
        return try await list(
            of: holder.value, instrument, named: holder.parameter, page, Expansion(expansions),
            url: "/v1/payment_methods", call
        ).shown(to: call.principal, as: .list(of: .cardForPerson))
    }

    /// The cards saved with somebody.
    /// - Parameters:
    ///   - instrument: only those; nil for all.
    ///   - parameter: what an error about the holder names.
    func list(
        of holder: PaymentMethodHolder, _ instrument: PaymentInstrument?, named parameter: String, _ page: ListRequest,
        _ expand: Expansion, url: String, _ call: APICall<some CallingPrincipal>
    ) async throws -> Answer {
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try holder.check(isOf: owner, mode, named: parameter, reader)
            return try reader.paymentMethods(of: holder, mode: mode, instrument, page)
                .rendered(url: url) { try renderer.write($0, expand, reader, into: &$1) }
        }
    }
}

extension APIError {
    static func onlyCards(_ parameter: String) -> APIError {
        .invalid(parameter, "Invalid \(parameter): only card and paypal are supported.")
    }
}

extension APICall {
    /// `type` in lists; nil for all.
    func instrument() throws(APIError) -> PaymentInstrument? {
        guard let type = try parameters.optionalString("type", max: 40) else { return nil }
        guard let instrument = PaymentInstrument(named: type) else { throw .onlyCards("type") }
        return instrument
    }
}

extension PaymentInstrument {
    /// Reads `type` as the API has it.
    init?(named name: String) {
        guard let found = PaymentInstrument.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

extension APICall where Principal == CardholderPrincipal {
    /// `customer` for bots, `person` for platforms: the other one is an unknown parameter. A person is their own holder, and
    /// need not name themself.
    func requiredHolder() throws(APIError) -> (value: PaymentMethodHolder, parameter: String) {
        switch principal {
        case .bot: return (.customer(try parameters.identifier("customer", of: "customer")), "customer")
        case .people(let people):
            let named: PersonID? = try parameters.optionalIdentifier("person", of: "person")
            return (.person(try people.acting(named, parameter: "person")), "person")
        }
    }
}

extension PaymentMethodHolder {
    /// - Throws: 404 when there is no such customer or person, or it is somebody else's.
    func check(isOf owner: Owner, _ mode: Mode, named parameter: String, _ reader: any StoreReader) throws {
        switch self {
        case .nobody: return
        case .customer(let id):
            guard let customer = try reader.customer(id), .bot(customer.bot) == owner, customer.mode == mode,
                !customer.isDeleted
            else { throw APIError.noSuch("customer", id: id.text, parameter: parameter) }
        case .person(let id):
            guard let person = try reader.person(id), .platform(person.platform) == owner, person.mode == mode else {
                throw APIError.noSuch("person", id: id.text, parameter: parameter)
            }
        }
    }
}
