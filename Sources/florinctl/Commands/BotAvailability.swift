import AdminContract
import ArgumentParser

struct BotAvailability: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "availability", abstract: "To whom a bot's checkouts are open.",
        subcommands: [Show.self, Set.self], defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the platform and the bot say; all of it holds at once.")

        @OptionGroup var common: CommonOptions
        @Option(help: "test or live.") var mode = "live"
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String

        func run() async throws {
            try await show(
                .botAvailability, AdminRoute.botAvailability.path(bot), query: ["mode": mode],
                as: ListView<AvailabilityView>.self
            ) { BotAvailability.table($0.items, $1) }
        }
    }

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say for the platform to whom one feature of a bot is open.",
            discussion: """
                Replaces what was said of this feature before: what is not named is no condition. With nothing but the feature \
                it is open to everybody. Whoever is left out is told so, and nothing is charged. Countries are those that are \
                known of the payer: of their address, of where it is sent to, and of the card's issuer where there is a table.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "test or live.") var mode = "live"
        @Option(help: "checkout, payment_links, messenger, telegram or web.") var feature = "checkout"
        @Flag(help: "Nobody can pay.") var off = false
        @Option(parsing: .upToNextOption, help: ArgumentHelp("Two letters each (ISO 3166-1).", valueName: "code"))
        var countries: [String] = []
        @Option(parsing: .upToNextOption, help: ArgumentHelp("Three letters each (ISO 4217).", valueName: "code"))
        var currencies: [String] = []
        @Flag(help: "Only those who are named with --testers, or by the bot at its chat platform.") var testersOnly =
            false
        @Option(parsing: .upToNextOption, help: ArgumentHelp("People and customers.", valueName: "per_…"))
        var testers: [String] = []
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String

        func run() async throws {
            let request = SetAvailabilityRequest(
                mode: mode, feature: feature, on: !off, countries: countries, currencies: currencies,
                testersOnly: testersOnly, testers: testers)
            try await show(
                .setBotAvailability, AdminRoute.setBotAvailability.path(bot), body: try AdminJSON.encode(request),
                as: ListView<AvailabilityView>.self
            ) { BotAvailability.table($0.items, $1) }
        }
    }

    static func table(_ rules: [AvailabilityView], _ style: Style) -> String {
        var table = Table(
            .text("FEATURE"), .text("SAID BY"), .text("STATE"), .text("COUNTRIES"), .text("CURRENCIES"),
            .text("TESTERS"), none: "Open to everybody whom the configuration lets in.")
        for rule in rules {
            table.rows.append([
                Cell(rule.feature), Cell(rule.setBy), Cell(state: rule.on ? "active" : "disabled"),
                Cell(rule.countries.joined(separator: " ")), Cell(rule.currencies.joined(separator: " ")),
                Cell(rule.testersOnly ? "only \(rule.testers.count)" : ""),
            ])
        }
        return table.text(style)
    }
}
