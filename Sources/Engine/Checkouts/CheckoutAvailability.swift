package import Payments
import Ports
package import Primitives

/// To whom checkouts are open. An empty list leaves its question open to everybody; the texts are those of the configuration.
package struct CheckoutAvailability: Hashable, Sendable {
    /// Where a bot must be at home: ISO 3166-1 alpha-2.
    package var countries: [String] = []
    /// Three letters, in capitals.
    package var currencies: [String] = []
    /// The bots that may sell at all.
    package var bots: [String] = []
    /// The bots that may make payment links.
    package var linkBots: [String] = []
    /// The people and customers who may pay; everybody else reads that it is not open to them yet.
    package var testers: [String] = []

    package init() {}

    /// What a bot wants to use.
    package enum Feature: Hashable, Sendable { case sessions, links }

    /// Why a bot cannot sell like that; nil when it can.
    package func reason(against bot: Bot, _ currency: Currency, _ feature: Feature) -> Unavailability? {
        if !countries.isEmpty, !countries.contains(bot.country) {
            return Unavailability(.seller, "Checkouts are not available to sellers in \(bot.country) here.")
        }
        if !currencies.isEmpty, !currencies.contains(currency.code) {
            return Unavailability(.currency, "Checkouts in \(currency.code) are not available here.")
        }
        if !bots.isEmpty, !bots.contains(bot.id.text) {
            return Unavailability(.seller, "Checkouts are not available to this seller yet.")
        }
        if feature == .links, !linkBots.isEmpty, !linkBots.contains(bot.id.text) {
            return Unavailability(.seller, "Payment links are not available to this seller yet.")
        }
        return nil
    }

    /// Why this visitor cannot pay; nil when they can.
    package func reason(against visitor: CheckoutVisitor) -> Unavailability? {
        guard !testers.isEmpty else { return nil }
        if let name = visitor.name, testers.contains(name) { return nil }
        return .onlyTesters
    }
}

extension CheckoutVisitor {
    /// As `per_…` or `cus_…`; nil for a guest.
    var name: String? {
        switch self {
        case .guest: nil
        case .person(let id): id.text
        case .customer(let id): id.text
        }
    }
}

extension Refusal {
    static func checkoutNotAvailable(_ reason: Unavailability) -> Refusal {
        .unexpectedState(code: "checkout_not_available", message: reason.message)
    }
}
