import AdminContract
import ArgumentParser

struct Erasures: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who was forgotten, with certificates.", subcommands: [List.self, Show.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest erasures.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await show(.erasures, query: list.query, as: ListView<ErasureView>.self) { Erasures.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The certificate: what was erased, what the books keep and why.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The erasure, the person or the customer.", valueName: "id")) var id: String

        func run() async throws {
            try await show(.erasure, AdminRoute.erasure.path(id), as: ErasureView.self) {
                Erasures.certificate($0, $1)
            }
        }
    }

    static func table(_ erasures: ListView<ErasureView>, _ style: Style) -> String {
        var table = Table(
            .text("ERASURE"), .text("SUBJECT"), .text("REQUESTED"), .text("BY"), .text("STEP"), .text("COMPLETED"),
            none: "Nobody was erased.")
        for erasure in erasures.items {
            table.rows.append([
                Cell(erasure.id), Cell(erasure.subject), Cell(erasure.requested), Cell(erasure.requestedBy),
                Cell(state: erasure.step), Cell(erasure.completed),
            ])
        }
        return table.text(style) + more(erasures.hasMore, after: erasures.items.last?.id, style)
    }

    static func certificate(_ erasure: ErasureView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("erasure", erasure.id)
        facts.add("subject", "\(erasure.subject), \(erasure.mode)")
        facts.add("requested", "\(erasure.requested) by \(erasure.requestedBy)")
        facts.add("again", erasure.isReplay ? "on a restored backup" : nil)
        if let completed = erasure.completed {
            facts.add("completed", completed, .good)
        } else {
            facts.add("under way", "\(erasure.step); the key is destroyed already", .warning)
        }
        var text = facts.text(style) + "\n" + style.paint("Erased", .heading) + "\n"
        for item in erasure.erased {
            text += "  - \(item.what)" + (item.count.map { " (\($0))" } ?? "") + ": \(item.how)\n"
        }
        text += "\n" + style.paint("Kept", .heading) + "\n"
        for item in erasure.kept { text += "  - \(item.what): \(item.why)\n" }
        text += "\n" + style.paint("Outside this gateway", .heading) + "\n"
        for note in erasure.notes { text += "  - \(note)\n" }
        return text
    }
}
