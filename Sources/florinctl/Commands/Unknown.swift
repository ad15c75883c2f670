import AdminContract
import ArgumentParser

struct Unknown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Messages to processors whose outcome is not known.", subcommands: [List.self, Ask.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every message without a stored outcome, the next to be asked about first.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("How many, 1 to 100.", valueName: "n")) var limit = 100

        func run() async throws {
            try await show(.unknown, query: ["limit": String(limit)], as: ListView<OperationView>.self) {
                Unknown.table($0.items, $1)
            }
        }
    }

    struct Ask: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the processor now what became of one.",
            discussion: "The daemon asks by itself, more and more rarely. Ends with 1 if the outcome stays unknown.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The operation.", valueName: "op_…")) var id: String

        func run() async throws {
            let answer = try await show(.ask, AdminRoute.ask.path(id), timeoutSeconds: 120, as: AskView.self) {
                Unknown.text($0, $1)
            }
            if !answer.wasSettled { throw Failure.refused("The outcome of \(id) is still not known.") }
        }
    }

    static func table(_ operations: [OperationView], _ style: Style) -> String {
        var table = Table(
            .text("OPERATION"), .text("CREATED"), .text("PURPOSE"), .text("SUBJECT"), .text("WHY"), .number("ASKED"),
            .text("NEXT"), none: "Every outcome is known.")
        for operation in operations {
            let why =
                operation.conflict.map { Cell("conflict: \($0)", .bad) }
                ?? Cell(operation.unknown ?? "awaiting the first answer", operation.unknown == nil ? .dim : .warning)
            table.rows.append([
                Cell(operation.id), Cell(operation.created), Cell(operation.purpose), Cell(operation.subject), why,
                Cell(String(operation.lookups)), Cell(operation.nextLookup),
            ])
        }
        return table.text(style)
    }

    static func text(_ answer: AskView, _ style: Style) -> String {
        guard let operation = answer.operation else {
            return style.paint("Settled", .good) + ": the outcome is stored.\n"
        }
        return table([operation], style)
    }
}
