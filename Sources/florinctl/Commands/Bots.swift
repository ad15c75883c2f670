import AdminContract
import ArgumentParser

struct Bots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The merchants.",
        subcommands: [List.self, Show.self, Create.self, BotFees.self, BotAvailability.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest bots.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await show(.bots, query: list.query, as: ListView<BotView>.self) { Bots.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One bot with its accounts.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var id: String

        func run() async throws {
            try await show(.bot, AdminRoute.bot.path(id), as: BotView.self) { Bots.facts($0, $1) }
        }
    }

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Make a bot of a platform.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("What people see in the chat.", valueName: "text")) var name: String
        @Option(help: ArgumentHelp("The business behind it.", valueName: "text")) var legalName: String
        @Option(help: ArgumentHelp("Its trade, four digits of ISO 18245.", valueName: "code")) var category: String
        @Option(help: ArgumentHelp("Where it is, two letters of ISO 3166-1.", valueName: "code")) var country: String
        @Option(help: ArgumentHelp("What statements of cards show, 5 to 22 characters.", valueName: "text"))
        var statement: String
        @Argument(help: ArgumentHelp("The platform.", valueName: "plat_…")) var platform: String

        func run() async throws {
            let body = try AdminJSON.encode(
                CreateBotRequest(
                    platform: platform, name: name, legalName: legalName, merchantCategory: category, country: country,
                    statementDescriptor: statement))
            try await show(.createBot, body: body, as: BotView.self) { Bots.facts($0, $1) }
        }
    }

    static func table(_ bots: ListView<BotView>, _ style: Style) -> String {
        var table = Table(
            .text("BOT"), .text("STATE"), .text("COUNTRY"), .text("CATEGORY"), .text("NAME"), .text("LEGAL NAME"),
            none: "No bots.")
        for bot in bots.items {
            table.rows.append([
                Cell(bot.id), Cell(state: bot.isActive ? "active" : "disabled"), Cell(bot.country),
                Cell(bot.merchantCategory), Cell(bot.name), Cell(bot.legalName),
            ])
        }
        return table.text(style) + more(bots.hasMore, after: bots.items.last?.id, style)
    }

    static func facts(_ bot: BotView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("bot", bot.id)
        facts.add(state: bot.isActive ? "active" : "disabled", "state")
        facts.add("name", bot.name)
        facts.add("legal name", bot.legalName)
        facts.add("category", bot.merchantCategory)
        facts.add("country", bot.country)
        facts.add("statement", bot.statementDescriptor)
        facts.add("platform", bot.platform)
        facts.add("created", bot.created)
        return facts.text(style) + "\n" + Ledger.table(bot.accounts, style)
    }
}
