import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/external_accounts`: where a bot is paid out to. Stripe keeps these below an account; a bot's key is its account.
struct ExternalAccounts: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/external_accounts", .bot(.write(.externalAccounts)), create),
            Endpoint(.get, "/v1/external_accounts", .bot(.read(.externalAccounts)), list),
            Endpoint(.get, "/v1/external_accounts/{id}", .bot(.read(.externalAccounts)), retrieve),
            Endpoint(.post, "/v1/external_accounts/{id}", .bot(.write(.externalAccounts)), update),
            Endpoint(.delete, "/v1/external_accounts/{id}", .bot(.write(.externalAccounts)), remove),
        ]
    }

    private func create(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        let isText = parameters.isText("external_account")
        let account: NewDestination
        let terms: DestinationTerms
        if isText {
            account = try parameters.card("external_account")
            terms = try self.terms(parameters, of: parameters)
        } else {
            let place = try parameters.requiredObject("external_account")
            terms = try self.terms(place, of: parameters)
            account = try await place.account(terms.country, call, services)
        }
        _ = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.destinations.create(account, terms, call.caller())
    }

    private func terms(_ place: Parameters, of call: Parameters) throws(APIError) -> DestinationTerms {
        let currency = try place.currency()
        let country = try place.country()
        let isDefault = try call.bool("default_for_currency")
        var texts = TextChanges()
        texts.note(try call.metadata())
        return DestinationTerms(currency: currency, country: country, isDefault: isDefault, texts: texts.texts)
    }

    private func retrieve(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutDestinationID = try call.identifier(of: "external account")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            guard let found = try reader.payoutDestination(id), found.bot == bot, found.mode == mode,
                found.state != .removed
            else { throw APIError.noSuch("external account", id: id.text) }
            return try renderer.payoutDestination(found, reader)
        }
    }

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let page = try call.page(of: "external account", by: PayoutDestinationKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.payoutDestinations(of: bot, mode: mode, page).rendered(url: "/v1/external_accounts") {
                try renderer.write($0, reader, into: &$1)
            }
        }
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutDestinationID = try call.identifier(of: "external account")
        let isDefault = try call.parameters.bool("default_for_currency")
        var texts = TextChanges()
        texts.note(try call.parameters.metadata())
        _ = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.destinations.update(
            id, isDefault: isDefault, texts: texts.texts, removals: texts.removals, call.caller())
    }

    private func remove(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: PayoutDestinationID = try call.identifier(of: "external account")
        try call.finish()
        return try await services.useCases.destinations.remove(id, call.caller())
    }
}

private enum ObjectWord: String, CaseIterable {
    case card
    case bankAccount = "bank_account"
    case payPalAccount = "paypal_account"
}
private enum HolderWord: String, CaseIterable { case individual, company }

extension Parameters {
    /// `tok_…` or `pm_…`: a card that was tokenized before.
    fileprivate func card(_ key: StaticString) throws(APIError) -> NewDestination {
        let text = try string(key, max: 100)
        if let token = TokenID(text) { return .token(token) }
        if let method = PaymentMethodID(text) { return .card(method) }
        throw .noSuch("token", id: nil, parameter: path(key))
    }

    fileprivate func account(
        _ country: String?, _ call: APICall<BotPrincipal>, _ services: APIServices
    ) async throws -> NewDestination {
        guard let object: ObjectWord = try enumeration("object") else {
            throw APIError.invalid(
                path("object"), code: "parameter_missing",
                "external_account[object] must be card, bank_account or paypal_account.")
        }
        switch object {
        case .card: return try card("token")
        case .payPalAccount:
            guard case .set(let email) = try checkedEmail() else {
                throw APIError.invalid(
                    path("email"), code: "parameter_missing", "external_account[email] names the PayPal account.")
            }
            return .paypal(email: email)
        case .bankAccount:
            let holder = try string("account_holder_name", max: 140)
            let type: HolderWord? = try enumeration("account_holder_type")
            let bank = try optionalString("bank_name", max: 140)
            let account = try string("account_number", max: 64)
            let routing = try optionalString("routing_number", max: 40)
            let home: String
            if let country {
                home = country
            } else {
                let id = call.bot
                home = try await services.store.read { try $0.bot(id)?.country } ?? ""
            }
            do {
                return .bank(
                    try BankAccountNumber(account: account, routing: routing, country: home), holder: holder,
                    holderType: type?.rawValue, bankName: bank)
            } catch {
                let key: StaticString = error.parameter == "routing_number" ? "routing_number" : "account_number"
                throw APIError.invalid(path(key), code: "\(key)_invalid", error.message)
            }
        }
    }

    fileprivate func country() throws(APIError) -> String? {
        guard let text = try optionalString("country", max: 2) else { return nil }
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw .invalid(
                path("country"), code: "country_code_invalid", "country has two capital letters, such as DE.")
        }
        return text
    }
}
