import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/checkout/availability` and `/v1/bots/{id}/availability`: to whom a bot's checkouts are open, as the bot and its platform say.
struct AvailabilityEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/checkout/availability", .bot(.read(.checkoutSessions)), showOwn),
            Endpoint(.post, "/v1/checkout/availability", .bot(.write(.checkoutSessions)), setOwn),
            Endpoint(.get, "/v1/bots/{id}/availability", .platform(.read(.bots)), showOfBot),
            Endpoint(.post, "/v1/bots/{id}/availability", .platform(.write(.bots)), setOfBot),
        ]
    }

    private enum Feature: String, CaseIterable {
        case checkout, messenger, telegram, web
        case paymentLinks = "payment_links"
    }

    private func showOwn(_ call: APICall<BotPrincipal>) async throws -> Answer {
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode) = (call.bot, call.mode)
        return try await call.read { reader in
            Self.rendered(bot, mode, for: .bot, try reader.availability(of: bot, mode: mode))
        }
    }

    private func setOwn(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let (bot, mode) = (call.bot, call.mode)
        let rule = try rule(call.parameters, .bot)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.availability.set(rule, of: bot, call.caller(expanding: expansions)) {
            Self.rendered(bot, mode, for: .bot, $0)
        }
    }

    private func showOfBot(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let id: BotID = try call.identifier(of: "bot")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (platform, mode) = (call.platform, call.mode)
        return try await call.read { reader in
            guard try reader.bot(id)?.platform == platform else { throw APIError.noSuch("bot", id: id.text) }
            return Self.rendered(id, mode, for: .platform, try reader.availability(of: id, mode: mode))
        }
    }

    private func setOfBot(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let id: BotID = try call.identifier(of: "bot")
        let mode = call.mode
        let rule = try rule(call.parameters, .platform)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.availability.set(rule, of: id, call.caller(expanding: expansions)) {
            Self.rendered(id, mode, for: .platform, $0)
        }
    }

    // MARK: - Parameters

    /// All that one author says of one feature: what is not named is no condition.
    private func rule(
        _ parameters: Parameters, _ author: AvailabilityRule.Author
    ) throws(APIError) -> AvailabilityRule {
        guard let named = try parameters.enumeration("feature", Feature.self),
            let feature = AvailabilityFeature(name: named.rawValue)
        else { throw .missing("feature") }
        var rule = AvailabilityRule(feature: feature, author: author)
        rule.isOn = try parameters.bool("on") ?? true
        rule.countries = try list(
            parameters, "countries", AvailabilityRule.mostCountries, "a country's two letters (ISO 3166-1), in capitals"
        ) { IssuerCountries.isCountry($0) ? $0 : nil }
        rule.currencies = try list(
            parameters, "currencies", AvailabilityRule.mostCurrencies, "a currency's three letters (ISO 4217)"
        ) { Currency(code: $0.uppercased())?.code }
        rule.testersOnly = try parameters.bool("testers_only") ?? false
        rule.testers = try list(
            parameters, "testers", AvailabilityRule.mostTesters,
            author == .bot ? "a customer of the bot (cus_…)" : "a person (per_…) or a customer of the bot (cus_…)"
        ) { CustomerID($0) != nil || author == .platform && PersonID($0) != nil ? $0 : nil }
        return rule
    }

    private func list(
        _ parameters: Parameters, _ key: StaticString, _ most: Int, _ what: String, _ read: (String) -> String?
    ) throws(APIError) -> [String] {
        guard parameters.has(key) else {
            _ = try parameters.strings(key)
            return []
        }
        var found: [String] = []
        for (index, text) in try parameters.strings(key, maxCount: most, max: 64).enumerated() {
            guard let value = read(text) else {
                throw .invalid("\(key)[\(index)]", "Invalid \(key)[\(index)]: must be \(what).")
            }
            if !found.contains(value) { found.append(value) }
        }
        return found
    }

    // MARK: - Answers

    /// A bot is not told whom of its people the platform has named.
    private static func rendered(
        _ bot: BotID, _ mode: Mode, for reader: AvailabilityRule.Author, _ rules: [AvailabilityRule]
    ) -> [UInt8] {
        JSONWriter.object(capacity: 1_000) { json in
            json.field("object", "checkout_availability")
            json.field("bot", bot)
            json.field("livemode", mode == .live)
            json.array("rules") { json in
                for rule in rules {
                    json.object { json in
                        json.array("countries") { json in for country in rule.countries { json.value(country) } }
                        json.array("currencies") { json in
                            for currency in rule.currencies { json.value(currency.lowercased()) }
                        }
                        json.text("feature", rule.feature.name)
                        json.field("on", rule.isOn)
                        json.text("set_by", rule.author == .bot ? "bot" : "platform")
                        if rule.author == reader || reader == .platform {
                            json.array("testers") { json in for tester in rule.testers { json.value(tester) } }
                        } else {
                            json.null("testers")
                        }
                        json.field("testers_only", rule.testersOnly)
                    }
                }
            }
        }
    }
}
