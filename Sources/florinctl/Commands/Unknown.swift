import AdminContract
import ArgumentParser

struct Unknown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Messages to processors whose outcome is not known.",
        subcommands: [List.self, Show.self, Ask.self, Resolve.self],
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

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "All there is to decide upon: references, what was asked, what was answered.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The operation.", valueName: "op_…")) var id: String

        func run() async throws {
            try await show(.unknownOperation, AdminRoute.unknownOperation.path(id), as: UnknownView.self) {
                Unknown.facts($0, $1)
            }
        }
    }

    struct Resolve: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose what became of one; another operator approves it.",
            discussion: """
                For outcomes that no processor tells any more, and for contradictions. Look at `unknown show` and at the \
                processor's own records first: what is approved is booked. `approved` needs the processor's reference for \
                a charge, a pull or a top-up. `declined` and `not-processed` give back what was held. `book-stands` ends a \
                contradiction that nobody waits for and leaves the book as it is. Write no names into the evidence.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The operation.", valueName: "op_…")) var id: String
        @Option(
            name: .customLong("as"),
            help: ArgumentHelp("approved, declined, not-processed or book-stands.", valueName: "outcome"))
        var decision: String
        @Option(help: ArgumentHelp("What shows it, in your words.", valueName: "text")) var evidence: String
        @Option(help: ArgumentHelp("The processor's own name for it.", valueName: "reference"))
        var processorReference: String?
        @Option(help: ArgumentHelp("What was approved, when it is less than was asked.", valueName: "minor-units"))
        var amount: Int64?

        func run() async throws {
            let body = try AdminJSON.encode(
                ResolveRequest(
                    decision: decision, evidence: evidence, processorReference: processorReference, minorUnits: amount))
            try await show(
                .resolveUnknown, AdminRoute.resolveUnknown.path(id), body: body, as: ProposalView.self
            ) { Proposals.proposed($0, $1) }
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

    static func facts(_ view: UnknownView, _ style: Style) -> String {
        var facts = Facts()
        if let operation = view.operation {
            facts.add("operation", operation.id)
            facts.add("purpose", operation.purpose)
            facts.add("subject", operation.subject)
            facts.add("mode", operation.mode)
            facts.add("amount", view.amount?.text)
            facts.add("sent to", "\(view.processor ?? "?"), \(operation.connection)")
            facts.add("reference", view.reference)
            facts.add("builds on", view.original)
            facts.add("created", operation.created)
            facts.add("valid until", view.validUntil)
            facts.add("why", operation.conflict == nil ? operation.unknown : nil, .warning)
            facts.add("conflict", operation.conflict, .bad)
            facts.add("asked", "\(operation.lookups) times")
            facts.add("next", operation.nextLookup)
            facts.add("awaited by", view.isAwaitedByRequest ? "a request" : nil)
        } else {
            facts.add("operation", view.reference)
            facts.add("status", "settled", .good)
        }
        var table = Table(
            .text("FIRST"), .text("LAST"), .number("TIMES"), .text("WHAT"), none: "Nothing was answered yet.")
        for item in view.evidence {
            table.rows.append([Cell(item.first), Cell(item.last), Cell(String(item.count)), Cell(item.text)])
        }
        let waiting = view.proposal.map { "\nA decision waits:\n" + Proposals.facts($0, style) } ?? ""
        return facts.text(style) + "\n" + table.text(style) + waiting
    }

    static func text(_ answer: AskView, _ style: Style) -> String {
        guard let operation = answer.operation else {
            return style.paint("Settled", .good) + ": the outcome is stored.\n"
        }
        return table([operation], style)
    }
}
