package import Primitives

/// What the router knows of a charge before it picks a connection.
package struct RoutingFacts: Hashable, Sendable {
    package let bot: BotID
    /// ISO 3166-1 alpha-2 of the bot, upper case.
    package let country: String
    package let brand: CardBrand
    /// The first eight digits of the card number (``CardNumber/issuerPrefix``).
    package let issuerPrefix: UInt32
    package let amount: Money
    package let mode: Mode

    package init(
        bot: BotID, country: String, brand: CardBrand, issuerPrefix: UInt32, amount: Money, mode: Mode
    ) {
        self.bot = bot
        self.country = country
        self.brand = brand
        self.issuerPrefix = issuerPrefix
        self.amount = amount
        self.mode = mode
    }
}

/// What must hold for a rule to apply: every condition that is stated, and of each condition any of its values.
package struct RoutingConditions: Hashable, Sendable {
    package var bots: Set<BotID> = []
    package var countries: Set<String> = []
    package var brands: Set<CardBrand> = []
    /// Ranges over the first eight digits; `411111` is written as 41111100...41111199.
    package var issuerPrefixes: [ClosedRange<UInt32>] = []
    package var currencies: Set<Currency> = []
    /// Minor units, and only beside exactly one currency: 1 000 yen and 1 000 cents are not the same amount.
    package var minorUnits: ClosedRange<Int64>?
    package var modes: Set<Mode> = []

    /// Holds for every charge until conditions are added.
    package init() {}

    /// The first condition, in the order above, that `facts` does not meet; nil when all of them hold.
    package func firstUnmet(_ facts: RoutingFacts) -> RoutingCondition? {
        if !bots.isEmpty, !bots.contains(facts.bot) { return .bot }
        if !countries.isEmpty, !countries.contains(facts.country) { return .country }
        if !brands.isEmpty, !brands.contains(facts.brand) { return .brand }
        if !issuerPrefixes.isEmpty, !issuerPrefixes.contains(where: { $0.contains(facts.issuerPrefix) }) {
            return .issuerPrefix
        }
        if !currencies.isEmpty, !currencies.contains(facts.amount.currency) { return .currency }
        if let minorUnits, !minorUnits.contains(facts.amount.minorUnits) { return .amount }
        if !modes.isEmpty, !modes.contains(facts.mode) { return .mode }
        return nil
    }
}

/// The name of a condition, for explanations.
package enum RoutingCondition: String, Hashable, Sendable, CaseIterable {
    case bot, country, brand, issuerPrefix, currency, amount, mode
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

/// One line of the table: for charges like these, these connections.
package struct RoutingRule: Hashable, Sendable {
    /// Unique in its table, 1 to 80 characters, shown in explanations.
    package let name: String
    package let conditions: RoutingConditions
    package let candidates: [RoutingCandidate]

    package init(name: String, conditions: RoutingConditions, candidates: [RoutingCandidate]) {
        self.name = name
        self.conditions = conditions
        self.candidates = candidates
    }
}

/// Why a table was refused. Every problem names its rule, so that it can be mended in one go.
package enum RoutingTableProblem: Error, Hashable, Sendable {
    case tooManyRules(limit: Int)
    case badName(rule: String)
    case duplicateName(rule: String)
    case noCandidates(rule: String)
    case tooManyCandidates(rule: String, limit: Int)
    case duplicateCandidate(rule: String, ConnectionID)
    case weightOutOfRange(rule: String, ConnectionID)
    case amountWithoutSingleCurrency(rule: String)
    case badCountry(rule: String, String)
    /// The rule can never apply: an earlier one without conditions takes every charge.
    case unreachable(rule: String, behind: String)
}

/// All problems of a table that was refused, in the order of its rules.
package struct RoutingTableRefusal: Error, Hashable, Sendable {
    package let problems: [RoutingTableProblem]
}

/// Ordered rules; the first that applies decides. A value of this type was checked.
package struct RoutingTable: Hashable, Sendable {
    package static let mostRules = 1_000
    package static let mostCandidates = 16

    /// Raised by one with every change; stored with every decision.
    package let version: Int64
    package let rules: [RoutingRule]

    /// - Throws: every problem at once.
    package init(version: Int64, rules: [RoutingRule]) throws(RoutingTableRefusal) {
        var problems: [RoutingTableProblem] = []
        if rules.count > Self.mostRules { problems.append(.tooManyRules(limit: Self.mostRules)) }
        var names: Set<String> = []
        var takesAll: String?
        for rule in rules {
            if !names.insert(rule.name).inserted { problems.append(.duplicateName(rule: rule.name)) }
            if let takesAll { problems.append(.unreachable(rule: rule.name, behind: takesAll)) }
            problems += Self.problems(of: rule)
            if rule.conditions == RoutingConditions() { takesAll = takesAll ?? rule.name }
        }
        guard problems.isEmpty else { throw RoutingTableRefusal(problems: problems) }
        self.version = version
        self.rules = rules
    }

    private static func problems(of rule: RoutingRule) -> [RoutingTableProblem] {
        var problems: [RoutingTableProblem] = []
        if !(1...80).contains(rule.name.count) { problems.append(.badName(rule: rule.name)) }
        if rule.candidates.isEmpty { problems.append(.noCandidates(rule: rule.name)) }
        if rule.candidates.count > mostCandidates {
            problems.append(.tooManyCandidates(rule: rule.name, limit: mostCandidates))
        }
        var connections: Set<ConnectionID> = []
        for candidate in rule.candidates {
            if !connections.insert(candidate.connection).inserted {
                problems.append(.duplicateCandidate(rule: rule.name, candidate.connection))
            }
            if !(0...10_000).contains(candidate.weight) {
                problems.append(.weightOutOfRange(rule: rule.name, candidate.connection))
            }
        }
        if rule.conditions.minorUnits != nil, rule.conditions.currencies.count != 1 {
            problems.append(.amountWithoutSingleCurrency(rule: rule.name))
        }
        for country in rule.conditions.countries.sorted()
        where country.utf8.count != 2
            || !country.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        {
            problems.append(.badCountry(rule: rule.name, country))
        }
        return problems
    }

    /// The rule that decides for `facts`; nil when none applies.
    package func rule(for facts: RoutingFacts) -> RoutingRule? {
        rules.first { $0.conditions.firstUnmet(facts) == nil }
    }
}
