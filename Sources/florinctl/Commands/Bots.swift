import AdminContract
import ArgumentParser

struct Bots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The merchants.", subcommands: [List.self, Show.self], defaultSubcommand: List.self)

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
