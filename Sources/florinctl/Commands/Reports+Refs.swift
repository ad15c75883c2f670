import AdminContract
import ArgumentParser

extension Reports {
    struct Refs: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "What each ad, link or code that led to a bot's checkouts came to.",
            discussion: """
                Those with the most checkouts first. A checkout counts on the day it was opened, in UTC, and refunds are \
                not taken off. A ref that might be somebody's name or number is shown as the beginning of its hash.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String
        @Option(help: ArgumentHelp("Which money: test or live.", valueName: "mode")) var mode = "live"
        @Option(help: ArgumentHelp("From this day on, such as 2026-11-20.", valueName: "day")) var from: String?
        @Option(help: ArgumentHelp("To the end of this day.", valueName: "day")) var to: String?

        func run() async throws {
            var query = ["mode": mode]
            query["from"] = from
            query["to"] = to
            try await show(.botRefs, AdminRoute.botRefs.path(bot), query: query, as: ListView<RefSumView>.self) {
                Reports.table($0, $1)
            }
        }
    }

    static func table(_ refs: ListView<RefSumView>, _ style: Style) -> String {
        var table = Table(
            .text("REF"), .number("SESSIONS"), .number("COMPLETED"), .number("CAME TO"),
            none: "No checkout of that time carries a ref.")
        for one in refs.items {
            table.rows.append([
                Cell(one.ref), Cell(String(one.sessions)), Cell(String(one.completed)), Cell(one.amount.text),
            ])
        }
        return table.text(style) + (refs.hasMore ? "There are more; name fewer days with --from and --to.\n" : "")
    }
}
