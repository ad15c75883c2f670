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

    /// Why a bot cannot sell like that, in words for its developer and for the buyer; nil when it can.
    package func reason(against bot: Bot, _ currency: Currency, _ feature: Feature) -> String? {
        if !countries.isEmpty, !countries.contains(bot.country) {
            return "Checkouts are not available to sellers in \(bot.country) here."
        }
        if !currencies.isEmpty, !currencies.contains(currency.code) {
            return "Checkouts in \(currency.code) are not available here."
        }
        if !bots.isEmpty, !bots.contains(bot.id.text) { return "Checkouts are not available to this seller yet." }
        if feature == .links, !linkBots.isEmpty, !linkBots.contains(bot.id.text) {
            return "Payment links are not available to this seller yet."
        }
        return nil
    }

    /// Why this visitor cannot pay; nil when they can.
    package func reason(against visitor: CheckoutVisitor) -> String? {
        guard !testers.isEmpty else { return nil }
        let name: String? =
            switch visitor {
            case .guest: nil
            case .person(let id): id.text
            case .customer(let id): id.text
            }
        if let name, testers.contains(name) { return nil }
        return "Paying here is being tried out with a few people, and you are not one of them yet."
    }
}

extension CheckoutAvailability {
    func check(_ bot: Bot, _ currency: Currency, _ feature: Feature) throws(Refusal) {
        if let reason = reason(against: bot, currency, feature) { throw .checkoutNotAvailable(reason) }
    }
}

extension Refusal {
    static func checkoutNotAvailable(_ reason: String) -> Refusal {
        .unexpectedState(code: "checkout_not_available", message: reason)
    }
}
