import Engine
import Payments
import Primitives

extension ConfigurationTable {
    private static func identifiers<Kind: IdentifierKind>(of _: Kind.Type, _ name: String) -> ValueKind<[String]> {
        .list(of: name, count: 0...10_000) { Identifier<Kind>($0) != nil }
    }

    static let checkout = ConfigurationSection(
        "checkout",
        """
        To whom checkouts and payment links are open. An empty list is no condition. Whoever is left out is told so: bots by \
        the code checkout_not_available, buyers on the page. What was made before stays as it was, but cannot be paid.
        """,
        [
            .init(
                "checkout.countries", \.limits.checkout.countries,
                .list(of: "countries", count: 0...250) { $0.utf8.count == 2 && $0 == $0.uppercased() }, .reload,
                "Where a bot must be at home to sell: codes of two letters (ISO 3166-1)."),
            .init(
                "checkout.currencies", \.limits.checkout.currencies,
                .list(of: "currencies", count: 0...200) { Currency(code: $0)?.code == $0 }, .reload,
                "In which currencies is sold: codes of three letters (ISO 4217)."),
            .init(
                "checkout.bots", \.limits.checkout.bots, identifiers(of: BotKind.self, "bots"), .reload,
                "Which bots may sell (bot_…)."),
            .init(
                "checkout.link_bots", \.limits.checkout.linkBots, identifiers(of: BotKind.self, "bots"), .reload,
                "Which bots may make payment links, of those that may sell."),
            .init(
                "checkout.testers", \.limits.checkout.testers,
                .list(of: "people and customers", count: 0...10_000) { PersonID($0) != nil || CustomerID($0) != nil },
                .reload,
                "Who may pay: people (per_…) and customers of bots (cus_…). Guests cannot, while anybody stands here."),
            .init(
                "checkout.answer_deadline", \.limits.answerDeadline, .duration(.seconds(1) ... .seconds(30)), .reload,
                """
                How long a bot has to answer a question about its checkout: another price, and the last word before a charge. \
                After that nothing is charged.
                """),
            .init(
                "checkout.pin_above", \.limits.pin.above, .amounts, .reload,
                """
                Above which amounts people who have a PIN are asked for it, when they pay with a card of theirs or send to a \
                friend. In a currency that does not stand here they always are.
                """),
            .init(
                "checkout.pin_session_age", \.limits.pin.sessionAge, .duration(.zero ... .seconds(86_400)), .reload,
                "How old a person's session may be for paying without the PIN."),
            .init(
                "checkout.keep_buyers", \.limits.buyerRetention,
                .duration(.seconds(86_400) ... .seconds(3_650 * 86_400)),
                .reload,
                """
                How long after a session was made what its buyer said of themselves is kept, and the card they used, when they \
                are no customer of the bot: longer than cards can be disputed.
                """),
        ])
}
