package import Primitives

/// How a charge is paid.
package enum RoutedMethod: String, Hashable, Sendable, CaseIterable {
    case card
    /// A wallet at PayPal that the buyer opens by redirect.
    case paypal
}

/// What the router knows of a charge before it picks a connection.
package struct RoutingFacts: Hashable, Sendable {
    /// Nil for money that a person moves: no rule about bots applies then.
    package let bot: BotID?
    /// ISO 3166-1 alpha-2 of the bot, upper case.
    package let country: String?
    package let method: RoutedMethod
    /// Nil when no card is charged.
    package let brand: CardBrand?
    /// The first eight digits of the card number (``CardNumber/issuerPrefix``); nil when they are not known.
    package let issuerPrefix: UInt32?
    /// ISO 3166-1 alpha-2 of the bank that issued the card, upper case; nil where no table says.
    package var issuerCountry: String?
    package let amount: Money

    package init(
        bot: BotID?, country: String?, method: RoutedMethod = .card, brand: CardBrand?, issuerPrefix: UInt32?,
        issuerCountry: String? = nil, amount: Money
    ) {
        self.issuerCountry = issuerCountry
        self.bot = bot
        self.country = country
        self.method = method
        self.brand = brand
        self.issuerPrefix = issuerPrefix
        self.amount = amount
    }
}

/// What must hold for a rule to apply: every condition that is stated, and of each condition any of its values.
package struct RoutingConditions: Hashable, Sendable {
    package var brands: [CardBrand] = []
    package var methods: [RoutedMethod] = []
    package var currencies: [Currency] = []
    /// Minor units, and only beside exactly one currency: 1 000 yen and 1 000 cents are not the same amount.
    package var minorUnits: ClosedRange<Int64>?
    /// Of the bot, upper case.
    package var countries: [String] = []
    /// Of the card's issuer, upper case.
    package var issuerCountries: [String] = []
    /// Ranges over the first eight digits; `411111` is 41111100...41111199.
    package var issuerPrefixes: [ClosedRange<UInt32>] = []
    package var bots: Set<BotID> = []

    /// Holds for every charge until conditions are added.
    package init() {}

    /// The first condition, in the order above, that `facts` does not meet; nil when all of them hold.
    package func firstUnmet(_ facts: RoutingFacts) -> RoutingCondition? {
        if !brands.isEmpty, !(facts.brand.map { brands.contains($0) } ?? false) { return .brand }
        if !methods.isEmpty, !methods.contains(facts.method) { return .method }
        if !currencies.isEmpty, !currencies.contains(facts.amount.currency) { return .currency }
        if let minorUnits, !minorUnits.contains(facts.amount.minorUnits) { return .amount }
        if !countries.isEmpty, !(facts.country.map { countries.contains($0) } ?? false) { return .country }
        if !issuerCountries.isEmpty, !(facts.issuerCountry.map { issuerCountries.contains($0) } ?? false) {
            return .issuerCountry
        }
        if !issuerPrefixes.isEmpty {
            guard let prefix = facts.issuerPrefix, issuerPrefixes.contains(where: { $0.contains(prefix) }) else {
                return .bin
            }
        }
        if !bots.isEmpty, !(facts.bot.map { bots.contains($0) } ?? false) { return .bot }
        return nil
    }
}

/// The name of a condition, as the text of a table writes it.
package enum RoutingCondition: String, Hashable, Sendable, CaseIterable {
    case brand, method, currency, amount, country
    case issuerCountry = "issuer_country"
    case bin, bot
}

/// A connection that may serve a rule's charges.
package struct RoutingCandidate: Hashable, Sendable {
    package let connection: ConnectionID
    /// Its share beside the other candidates, 1 to 10 000; 0 makes it a fallback that is used only when no weighted
    /// candidate is left.
    package let weight: Int64

    package init(connection: ConnectionID, weight: Int64) {
        self.connection = connection
        self.weight = weight
    }
}

/// One rule of a table: for charges like these, these connections.
package struct RoutingRule: Hashable, Sendable {
    /// Unique in its table, 1 to 80 characters, shown in explanations.
    package let name: String
    package var conditions: RoutingConditions
    package var candidates: [RoutingCandidate]
    /// Where it begins in the text it was read from, from 1; 0 when it was read from none.
    package let line: Int

    package init(
        name: String, conditions: RoutingConditions = RoutingConditions(), candidates: [RoutingCandidate] = [],
        line: Int = 0
    ) {
        self.name = name
        self.conditions = conditions
        self.candidates = candidates
        self.line = line
    }
}

/// Ordered rules; the first that applies decides. A value of this type was checked.
package struct RoutingTable: Hashable, Sendable {
    package static let mostRules = 1_000
    package static let mostCandidates = 16
    package static let mostWeight: Int64 = 10_000
    package static let longestName = 80

    /// Raised by one with every change; stored with every decision.
    package let version: Int64
    package let rules: [RoutingRule]
    /// The first rule that asks in which country a card was issued; nil when none does, and nobody needs to look it up.
    package let firstAboutIssuerCountry: RoutingRule?
    private let sketches: [RuleSketch]

    /// - Throws: every problem at once.
    package init(version: Int64, rules: [RoutingRule]) throws(RoutingTableRefusal) {
        let problems = RoutingTableProblem.all(in: rules)
        guard problems.isEmpty else { throw RoutingTableRefusal(problems: problems) }
        self.version = version
        self.rules = rules
        firstAboutIssuerCountry = rules.first { !$0.conditions.issuerCountries.isEmpty }
        sketches = rules.map { RuleSketch($0.conditions) }
    }

    /// The rule that decides for `facts`; nil when none applies.
    package func rule(for facts: RoutingFacts) -> RoutingRule? {
        let sketch = FactsSketch(facts)
        for index in sketches.indices where sketches[index].mayApply(sketch) {
            if rules[index].conditions.firstUnmet(facts) == nil { return rules[index] }
        }
        return nil
    }

    /// Whether every charge finds a rule.
    package var takesEverything: Bool { rules.last?.conditions == RoutingConditions() }

    /// Every connection that a rule names.
    package var connections: Set<ConnectionID> {
        Set(rules.flatMap { rule in rule.candidates.map(\.connection) })
    }
}
