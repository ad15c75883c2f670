package import Primitives

/// What of checkouts can be closed by itself. Raw values are stored.
package enum AvailabilityFeature: Int64, Hashable, Sendable, CaseIterable {
    /// Every checkout, whatever led to it.
    case checkout = 1
    case paymentLinks = 2
    /// What was offered in the words of a chat platform.
    case messenger = 3
    case telegram = 4
    /// What was made by `/v1` itself: sessions, and links that are followed on the web.
    case web = 5

    /// As callers write it.
    package var name: StaticString {
        switch self {
        case .checkout: "checkout"
        case .paymentLinks: "payment_links"
        case .messenger: "messenger"
        case .telegram: "telegram"
        case .web: "web"
        }
    }

    /// - Returns: nil for a name that nobody has.
    package init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = found
    }

    /// What an offer in a platform's words is.
    package init(_ surface: SurfaceName) {
        self =
            switch surface {
            case .messenger: .messenger
            case .telegram: .telegram
            case .web: .web
            }
    }
}

/// To whom one feature of a bot is open, as one of those said who have a say. Everybody's rules hold at once.
package struct AvailabilityRule: Hashable, Sendable {
    /// Who said so. Raw values are stored.
    package enum Author: Int64, Hashable, Sendable, CaseIterable {
        /// The platform by its key, or an operator.
        case platform = 1
        case bot = 2
    }
    package let feature: AvailabilityFeature
    package let author: Author
    /// Off: nobody can pay.
    package var isOn: Bool
    /// ISO 3166-1 alpha-2. Every country that is known of the payer must be among them; empty is no condition.
    package var countries: [String]
    /// ISO 4217, in capitals; empty is no condition.
    package var currencies: [String]
    /// Only those who are named as testers can pay.
    package var testersOnly: Bool
    /// People (`per_…`) and customers of the bot (`cus_…`).
    package var testers: [String]

    package init(
        feature: AvailabilityFeature, author: Author, isOn: Bool = true, countries: [String] = [],
        currencies: [String] = [], testersOnly: Bool = false, testers: [String] = []
    ) {
        self.feature = feature
        self.author = author
        self.isOn = isOn
        self.countries = countries
        self.currencies = currencies
        self.testersOnly = testersOnly
        self.testers = testers
    }

    /// The most of each that one rule may name.
    package static let mostCountries = 250
    package static let mostCurrencies = 200
    package static let mostTesters = 500

    /// Whether it asks for nothing, so that it need not be kept.
    package var isOpen: Bool { isOn && countries.isEmpty && currencies.isEmpty && !testersOnly && testers.isEmpty }
}

/// Why somebody cannot pay somewhere.
package struct Unavailability: Error, Hashable, Sendable {
    /// What is in the way, as the page's `error.reason` has it.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The seller may not sell, or not like that.
        case seller
        case country
        case currency
        /// It is being tried out with a few people.
        case testers
    }
    package let reason: Reason
    /// For developers, and for a page that does not know the reason.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

/// What is known of a purchase when it is asked whether it can be made.
package struct AvailabilityQuestion: Hashable, Sendable {
    package var features: Set<AvailabilityFeature>
    package var currency: Currency
    /// Countries that are known: where the visitor lives, where it is sent to, who issued the card. Nothing is guessed.
    package var countries: Set<String> = []
    /// The visitor, as `per_…` or `cus_…`; nil for a guest. Asked for only where ``asksVisitor``.
    package var visitor: String?
    /// Whether there is a visitor at all: when something is only being made, there is none yet.
    package var asksVisitor = false
    /// The chat platform proved somebody who stands among its account's testers.
    package var isTesterOfSurface = false

    package init(_ features: Set<AvailabilityFeature>, _ currency: Currency) {
        self.features = features
        self.currency = currency
    }
}

extension [AvailabilityRule] {
    /// The first thing in the way; nil when there is none. Seller before currency before country before testers.
    package func reason(against question: AvailabilityQuestion) -> Unavailability? {
        let rules = filter { question.features.contains($0.feature) }
        if rules.contains(where: { !$0.isOn }) {
            return Unavailability(.seller, "This seller does not sell here at the moment.")
        }
        let currency = question.currency.code
        if rules.contains(where: { !$0.currencies.isEmpty && !$0.currencies.contains(currency) }) {
            return Unavailability(.currency, "This seller does not sell in \(currency) here.")
        }
        for rule in rules where !rule.countries.isEmpty {
            if let country = question.countries.sorted().first(where: { !rule.countries.contains($0) }) {
                return Unavailability(.country, "This seller does not sell to \(country) here.")
            }
        }
        guard question.asksVisitor else { return nil }
        for rule in rules where rule.testersOnly {
            let isTester = question.visitor.map(rule.testers.contains) ?? false
            guard isTester || question.isTesterOfSurface else { return .onlyTesters }
        }
        return nil
    }
}

extension Unavailability {
    /// Somebody who is not among those it is tried out with.
    package static let onlyTesters = Unavailability(
        .testers, "Paying here is being tried out with a few people, and you are not one of them yet.")
}
