import AdminContract
import ArgumentParser

struct Surfaces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bots' accounts at chat platforms.", subcommands: [List.self, Enable.self, Disable.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest accounts, without their secrets.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: ArgumentHelp("Only those of this bot.", valueName: "bot_…")) var bot: String?

        func run() async throws {
            var query = list.query
            query["bot"] = bot
            try await show(.surfaces, query: query, as: ListView<SurfaceAccountView>.self) { Surfaces.table($0, $1) }
        }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Let an account sell again.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The account.", valueName: "sfa_…")) var id: String

        func run() async throws {
            try await show(.enableSurface, AdminRoute.enableSurface.path(id), as: SurfaceAccountView.self) {
                Surfaces.table(ListView(items: [$0]), $1)
            }
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close an account: its token lets nobody in, and what it offered cannot be paid.",
            discussion: "What was paid stays paid; its bot is still told of it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The account.", valueName: "sfa_…")) var id: String

        func run() async throws {
            try await show(.disableSurface, AdminRoute.disableSurface.path(id), as: SurfaceAccountView.self) {
                Surfaces.table(ListView(items: [$0]), $1)
            }
        }
    }

    static func table(_ accounts: ListView<SurfaceAccountView>, _ style: Style) -> String {
        var table = Table(
            .text("ACCOUNT"), .text("PLATFORM"), .text("NUMBER"), .text("MODE"), .text("STATE"), .text("GIVES"),
            .number("TESTERS"), .number("FAILED"), .text("BOT"), none: "No accounts at chat platforms.")
        for account in accounts.items {
            table.rows.append([
                Cell(account.id), Cell(account.surface), Cell(account.account), Cell(account.mode),
                Cell(state: account.state), Cell(account.credential), Cell(String(account.testers)),
                Cell(String(account.failures)), Cell(account.bot),
            ])
        }
        return table.text(style) + more(accounts.hasMore, after: accounts.items.last?.id, style)
    }
}
