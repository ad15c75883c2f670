import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/customers`: buyers as one bot knows them.
struct Customers: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/customers", .bot(.write(.customers)), create),
            Endpoint(.get, "/v1/customers", .bot(.read(.customers)), list),
            Endpoint(.get, "/v1/customers/{id}", .bot(.read(.customers)), retrieve),
            Endpoint(.post, "/v1/customers/{id}", .bot(.write(.customers)), update),
            Endpoint(.delete, "/v1/customers/{id}", .bot(.write(.customers)), delete),
            Endpoint(.get, "/v1/customers/{id}/payment_methods", .bot(.read(.paymentMethods)), listCards),
            Endpoint(
                .get, "/v1/customers/{id}/payment_methods/{method}", .bot(.read(.paymentMethods)), retrieveCard),
        ]
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let profile = try self.profile(call)
        let (card, isDefault) = try self.card(call)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        let caller = try call.caller(expanding: expansions)
        guard let card else {
            return try await services.parties.createCustomer(profile: profile.texts, bot: call.bot, caller)
        }
        return try await services.cards.createCustomer(
            profile: profile.texts, bot: call.bot, with: card, isDefault: isDefault, services.parties, caller)
    }

    /// `payment_method`, to be saved with the new customer, and whether `invoice_settings` calls it the usual one.
    private func card(_ call: APICall<BotPrincipal>) throws(APIError) -> (CustomerCard?, isDefault: Bool) {
        let chosen = try call.namedMethod()
        let name = try call.parameters.optionalString("payment_method", max: 100)
        let usual = try call.parameters.object("invoice_settings")?.optionalString("default_payment_method", max: 100)
        if let usual, usual != name {
            throw .noSuch(
                "payment_method", id: PaymentMethodID(usual)?.text,
                parameter: "invoice_settings[default_payment_method]")
        }
        let card = chosen.method.map(CustomerCard.method) ?? chosen.new.map(CustomerCard.new)
        guard card == nil || call.principal.allows(.write(.paymentMethods)) else {
            throw .missingScope(.write(.paymentMethods))
        }
        return (card, usual != nil)
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CustomerID = try call.identifier(of: "customer")
        var profile = try self.profile(call)
        if let settings = try call.parameters.object("invoice_settings") {
            switch try settings.change("default_payment_method", max: 100) {
            case .unchanged: break
            case .cleared: profile.removals.append(DetailFields.defaultMethod)
            case .set(let text):
                guard let method = PaymentMethodID(text) else {
                    throw APIError.noSuch(
                        "payment_method", id: nil, parameter: "invoice_settings[default_payment_method]")
                }
                profile.texts[DetailFields.defaultMethod] = method.text
            }
        }
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.parties.updateCustomer(
            id, profile: profile.texts, removals: profile.removals, call.caller(expanding: expansions))
    }

    private func profile(_ call: APICall<BotPrincipal>) throws(APIError) -> TextChanges {
        var profile = TextChanges()
        profile.note("name", try call.parameters.change("name", max: 256))
        profile.note("email", try call.parameters.checkedEmail())
        profile.note("phone", try call.parameters.change("phone", max: 20))
        profile.note("description", try call.parameters.change("description", max: 1_000))
        try profile.noteAddress(try call.parameters.object("address"))
        try profile.noteShipping(call.parameters, isParcel: false)
        profile.note(try call.parameters.metadata())
        return profile
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CustomerID = try call.identifier(of: "customer")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            // A deleted customer is still answered, as deleted.
            guard let customer = try reader.customer(id), .bot(customer.bot) == owner, customer.mode == mode else {
                throw APIError.noSuch("customer", id: id.text)
            }
            return try renderer.customer(customer, reader)
        }
    }

    private func delete(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CustomerID = try call.identifier(of: "customer")
        try call.finish()
        return try await services.parties.deleteCustomer(id, call.caller())
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "customer", by: CustomerKind.self)
        let email = try call.parameters.optionalString("email", max: 512).map(services.parties.emailHash)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.customers(of: bot, mode: mode, emailHash: email, page)
                .rendered(url: "/v1/customers") { try renderer.write($0, into: &$1) }
        }
    }

    private func listCards(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CustomerID = try call.identifier(of: "customer")
        let page = try call.page(of: "payment_method", by: PaymentMethodKind.self)
        let instrument = try call.instrument()
        let expansions = try call.expansions(of: .paymentMethod, inList: true)
        try call.finish()
        let url = "/v1/customers/\(id.text)/payment_methods"
        return try await PaymentMethods(services: services).list(
            of: .customer(id), instrument, named: "id", page, Expansion(expansions), url: url, call)
    }

    private func retrieveCard(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CustomerID = try call.identifier(of: "customer")
        let card: PaymentMethodID = try call.identifier(1, of: "payment_method")
        let expansions = try call.expansions(of: .paymentMethod)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let method = try reader.paymentMethod(card), method.owner == owner, method.mode == mode,
                method.holder == .customer(id)
            else { throw APIError.noSuch("payment_method", id: card.text) }
            var json = JSONWriter()
            try renderer.write(method, Expansion(expansions), reader, into: &json)
            return json.bytes
        }
    }
}
