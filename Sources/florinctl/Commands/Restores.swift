import AdminContract
import ArgumentParser

struct RestoredBook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring a book that was restored from a backup back into use.",
        discussion: """
            A restored book is read-only: it does not know what happened after the backup. The daemon asks every processor \
            what it has done since, books what it can, and keeps the rest as cases. Then an operator opens the book.
            """,
        subcommands: [Show.self, Cases.self, CloseCase.self, Open.self], defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "How far a restored book is from being used again.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await show(.restore, as: RestoreView.self) { RestoredBook.text($0, $1) }
        }
    }

    struct Cases: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "What processors did that the restored book did not know.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Flag(help: "Also those that were booked, claimed or closed.")
        var all = false

        func run() async throws {
            var query = list.query
            if all { query["all"] = "true" }
            try await show(.recovered, query: query, as: ListView<RecoveredView>.self) { page, style in
                RestoredBook.text(page.items, style) + more(page.hasMore, after: page.items.last?.reference, style)
            }
        }
    }

    struct CloseCase: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "close", abstract: "Note that a case has been dealt with. Moves no money.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The operation's reference.", valueName: "reference"))
        var reference: String
        @Option(help: ArgumentHelp("What was done about it.", valueName: "text"))
        var reason: String

        func run() async throws {
            let body = try AdminJSON.encode(CloseCaseRequest(reason: reason))
            try await show(
                .closeRecovered, AdminRoute.closeRecovered.path(reference), body: body, as: RecoveredView.self
            ) { RestoredBook.text([$0], $1) }
        }
    }

    struct Open: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the restored book move money again.",
            discussion: """
                Refused until every processor has told what it did since the backup, the book verifies, and this machine's \
                clock is ahead of every reference that is known. Another admin has to approve it, but in `florind dev`. It \
                cannot be taken back.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Why; it is kept with the decision.", valueName: "text"))
        var reason: String
        @Flag(help: "Somebody compared the statements of connections that cannot be asked with the book.")
        var comparedByHand = false

        func run() async throws {
            let body = try AdminJSON.encode(OpenBookRequest(reason: reason, comparedByHand: comparedByHand))
            try await show(.openBook, body: body, timeoutSeconds: 600, as: RestoreView.self) {
                RestoredBook.text($0, $1)
                    + ($0.proposal.map { "\nAsk another admin to run: florinctl proposals approve \($0)\n" } ?? "")
            }
        }
    }

    static func text(_ view: RestoreView, _ style: Style) -> String {
        guard view.generation > 0 else { return "This book was never restored from a backup.\n" }
        var facts = Facts()
        facts.add("book", view.isReadOnly ? "read-only" : "open", view.isReadOnly ? .warning : .good)
        facts.add("backup", view.backup)
        facts.add("made", view.backupCreated)
        facts.add("restored", view.restored)
        facts.add("generation", String(view.generation))
        facts.add("opened", view.opened)
        facts.add("by", view.operators)
        facts.add("reason", view.reason)
        facts.add("cases", "\(view.openCases) open", view.openCases == 0 ? .good : .warning)
        var table = Table(
            .text("CONNECTION"), .text("PROCESSOR"), .text("STATE"), .number("SEEN"), .number("RECOVERED"),
            .text("ASKED"), none: "No processor connection is configured.")
        for connection in view.connections {
            table.rows.append([
                Cell(connection.connection), Cell(connection.processor), Cell(state: connection.state),
                Cell(String(connection.seen)), Cell(String(connection.recovered)), Cell(connection.updated),
            ])
        }
        return facts.text(style) + "\n" + table.text(style)
    }

    static func text(_ operations: [RecoveredView], _ style: Style) -> String {
        var table = Table(
            .text("REFERENCE"), .text("MADE"), .text("KIND"), .number("AMOUNT"), .text("STATE"), .text("NOTE"),
            none: "There are no cases.")
        for operation in operations {
            table.rows.append([
                Cell(operation.reference), Cell(operation.made), Cell(operation.kind), Cell(operation.amount.text),
                Cell(state: operation.state), Cell(operation.note),
            ])
        }
        return table.text(style)
    }
}
