import AdminContract
import ArgumentParser

struct Cases: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Disagreements between the book and processors.",
        subcommands: [List.self, Show.self, Assign.self, Release.self, Close.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The open ones, newest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "open, closed or all.") var state = "open"
        @Option(help: ArgumentHelp("Only of this kind, such as mismatch.", valueName: "kind")) var kind: String?
        @Option(help: ArgumentHelp("Only of this connection.", valueName: "con_…")) var connection: String?

        func run() async throws {
            let query = list.query.merging(["state": state, "kind": kind, "connection": connection]) { $1 }
            try await show(.cases, query: query, as: ListView<CaseView>.self) {
                Cases.table($0.items, $1) + more($0.hasMore, after: $0.items.last?.id, $1)
            }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One case: what each side says, and how it ended.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The case.", valueName: "case_…")) var id: String

        func run() async throws {
            try await show(.caseFile, AdminRoute.caseFile.path(id), as: CaseView.self) { Cases.facts($0, $1) }
        }
    }

    struct Assign: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Note that you look into it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The case.", valueName: "case_…")) var id: String

        func run() async throws {
            try await show(.assignCase, AdminRoute.assignCase.path(id), as: CaseView.self) { Cases.facts($0, $1) }
        }
    }

    struct Release: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Note that nobody looks into it any more.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The case.", valueName: "case_…")) var id: String

        func run() async throws {
            try await show(.releaseCase, AdminRoute.releaseCase.path(id), as: CaseView.self) { Cases.facts($0, $1) }
        }
    }

    struct Close: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close a case for good. Moves no money.",
            discussion: """
                `explained`: the two sides agree after all. `corrected`: the processor corrected its side. `adjusted`: the \
                book was corrected; name the posting that two operators made (`florinctl ledger adjust`). A closed case is \
                never opened again, also when the same difference is found again. Write no names into the reason.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The case.", valueName: "case_…")) var id: String
        @Option(
            name: .customLong("as"), help: ArgumentHelp("explained, adjusted or corrected.", valueName: "resolution"))
        var resolution: String
        @Option(help: ArgumentHelp("Why, in your words.", valueName: "text")) var reason: String
        @Option(help: ArgumentHelp("The approved adjustment.", valueName: "prop_…")) var proposal: String?

        func run() async throws {
            let body = try AdminJSON.encode(
                CaseClosingRequest(resolution: resolution, reason: reason, proposal: proposal))
            try await show(.closeCase, AdminRoute.closeCase.path(id), body: body, as: CaseView.self) {
                Cases.facts($0, $1)
            }
        }
    }

    static func table(_ cases: [CaseView], _ style: Style) -> String {
        var table = Table(
            .text("CASE"), .text("AGE"), .text("STATE"), .text("KIND"), .number("BOOK"), .number("PROCESSOR"),
            .text("ABOUT"), none: "No cases: book and processors agree.")
        for item in cases {
            table.rows.append([
                Cell(item.id), Cell(age(item.ageSeconds), item.state == "closed" ? .dim : .plain),
                Cell(item.assignee.map { "\(item.state): \($0.name)" } ?? item.resolution ?? item.state),
                Cell(item.kind),
                Cell(item.booked?.text), Cell(item.reported?.text), Cell(item.subject),
            ])
        }
        return table.text(style)
    }

    static func facts(_ item: CaseView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("case", item.id)
        facts.add("kind", item.kind)
        facts.add(state: item.state, "state")
        facts.add("finding", item.finding)
        facts.add("the book says", item.booked?.text)
        facts.add("the processor says", item.reported?.text)
        facts.add("about", item.subject)
        facts.add("our reference", item.reference)
        facts.add("processor's name", item.processorReference)
        facts.add("connection", "\(item.connection), \(item.mode)")
        facts.add("opened", "\(item.opened), \(age(item.ageSeconds)) ago")
        facts.add("found", item.seen == 1 ? nil : "\(item.seen) times, last \(item.lastSeen)")
        facts.add("looked into by", item.assignee?.name)
        if let resolution = item.resolution {
            facts.add("ended", "\(resolution), \(item.closed ?? "") by \(item.closer?.name ?? "Florin")")
        }
        facts.add("reason", item.reason)
        facts.add("corrected by", item.proposal)
        facts.add("next", item.next)
        return facts.text(style)
    }

    static func age(_ seconds: Int64) -> String {
        switch seconds {
        case ..<3_600: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
