import AdminContract
import ArgumentParser

struct Transfers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Transfers from person to person.", subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest transfers.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(help: ArgumentHelp("Only sent or received by this person.", valueName: "per_…")) var person: String?

        func run() async throws {
            let query = list.query.merging(["mode": mode, "person": person]) { $1 }
            try await show(.transfers, query: query, as: ListView<TransferView>.self) { Transfers.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One transfer.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The transfer.", valueName: "ft_…")) var id: String

        func run() async throws {
            try await show(.transfer, AdminRoute.transfer.path(id), as: TransferView.self) { Transfers.facts($0, $1) }
        }
    }

    static func table(_ transfers: ListView<TransferView>, _ style: Style) -> String {
        var table = Table(
            .text("TRANSFER"), .text("CREATED"), .text("MODE"), .number("AMOUNT"), .text("STATUS"), .text("FROM"),
            .text("TO"), none: "No transfers.")
        for transfer in transfers.items {
            table.rows.append([
                Cell(transfer.id), Cell(transfer.created), Cell(transfer.mode), Cell(transfer.amount.text),
                Cell(state: transfer.status), Cell(transfer.sender), Cell(transfer.recipient),
            ])
        }
        return table.text(style) + more(transfers.hasMore, after: transfers.items.last?.id, style)
    }

    static func facts(_ transfer: TransferView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("transfer", transfer.id)
        facts.add(state: transfer.status)
        facts.add("returned", transfer.returnReason)
        facts.add("declined", transfer.declineCode, .bad)
        facts.add("amount", transfer.amount.text)
        facts.add("from", "\(transfer.sender), by \(transfer.funding)")
        facts.add("to", transfer.recipient)
        facts.add("mode", transfer.mode)
        facts.add("created", transfer.created)
        facts.add("lapses", transfer.expires)
        return facts.text(style)
    }
}
