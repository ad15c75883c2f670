import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `bots availability`: operators speak for the platform.
struct BotAvailabilityFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] {
        [.botAvailability: json(availability), .setBotAvailability: json(setAvailability)]
    }

    private func availability(_ request: AdminRequest) async throws -> ListView<AvailabilityView> {
        try request.allow("mode")
        let id: BotID = try request.identifier("bot")
        let mode = try request.mode() ?? .live
        return try await store.read { try Self.views(of: id, mode, $0) }
    }

    private func setAvailability(_ request: AdminRequest) async throws -> ListView<AvailabilityView> {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        let wanted = try request.decoded(SetAvailabilityRequest.self)
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        let (rule, hook) = (try Self.rule(wanted), request.trail.hook)
        return try await store.write { transaction in
            _ = try Self.views(of: id, mode, transaction)
            try AvailabilityCommands.store(rule, of: id, mode, transaction)
            try hook(transaction)
            return try Self.views(of: id, mode, transaction)
        }
    }

    private static func rule(_ wanted: SetAvailabilityRequest) throws(AdminError) -> AvailabilityRule {
        guard let feature = AvailabilityFeature(name: wanted.feature) else {
            throw AdminError(
                .invalid, "“feature” is checkout, payment_links, messenger, telegram or web.")
        }
        var rule = AvailabilityRule(feature: feature, author: .platform)
        rule.isOn = wanted.on ?? true
        rule.countries = wanted.countries ?? []
        rule.currencies = (wanted.currencies ?? []).map { $0.uppercased() }
        rule.testersOnly = wanted.testersOnly ?? false
        rule.testers = wanted.testers ?? []
        guard rule.countries.count <= AvailabilityRule.mostCountries,
            rule.currencies.count <= AvailabilityRule.mostCurrencies,
            rule.testers.count <= AvailabilityRule.mostTesters
        else {
            throw AdminError(
                .invalid,
                "There may be \(AvailabilityRule.mostCountries) countries, \(AvailabilityRule.mostCurrencies) currencies and "
                    + "\(AvailabilityRule.mostTesters) testers.")
        }
        for country in rule.countries where !IssuerCountries.isCountry(country) {
            throw AdminError(.invalid, "“\(country.prefix(20))” is no country of two capital letters (ISO 3166-1).")
        }
        for currency in rule.currencies where Currency(code: currency) == nil {
            throw AdminError(.invalid, "“\(currency.prefix(20))” is not a currency's code in ISO 4217.")
        }
        for tester in rule.testers where PersonID(tester) == nil && CustomerID(tester) == nil {
            throw AdminError(
                .invalid, "“\(tester.prefix(40))” is neither a person (per_…) nor a customer of a bot (cus_…).")
        }
        return rule
    }

    private static func views(
        of id: BotID, _ mode: Mode, _ reader: any StoreReader
    ) throws -> ListView<AvailabilityView> {
        guard try reader.bot(id) != nil else { throw AdminError.noSuch("bot", id.text) }
        return ListView(
            items: try reader.availability(of: id, mode: mode).map { rule in
                AvailabilityView(
                    feature: rule.feature.name.description, setBy: rule.author == .bot ? "bot" : "platform",
                    on: rule.isOn, countries: rule.countries, currencies: rule.currencies.map { $0.lowercased() },
                    testersOnly: rule.testersOnly, testers: rule.testers)
            })
    }
}
