import AdminContract
import ArgumentParser

struct Proposals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Changes that take two operators.", subcommands: [List.self, Show.self, Approve.self, Reject.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest proposals.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "Only these: open, approved, rejected or expired.") var state: String?

        func run() async throws {
            let query = list.query.merging(["state": state]) { $1 }
            try await show(.proposals, query: query, as: ListView<ProposalView>.self) { Proposals.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One proposal with its reason and evidence.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The proposal.", valueName: "prop_…")) var id: String

        func run() async throws {
            try await show(.proposal, AdminRoute.proposal.path(id), as: ProposalView.self) { Proposals.facts($0, $1) }
        }
    }

    struct Approve: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve a proposal of somebody else, and carry it out.",
            discussion: """
                It happens in the same commit, once. Not by whoever proposed it, nor by the same login under another \
                user. What the book refuses is not carried out and the proposal waits on.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The proposal.", valueName: "prop_…")) var id: String

        func run() async throws {
            try await show(.approveProposal, AdminRoute.approveProposal.path(id), as: ProposalView.self) {
                Proposals.facts($0, $1)
            }
        }
    }

    struct Reject: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a proposal without carrying it out; your own too.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The proposal.", valueName: "prop_…")) var id: String

        func run() async throws {
            try await show(.rejectProposal, AdminRoute.rejectProposal.path(id), as: ProposalView.self) {
                Proposals.facts($0, $1)
            }
        }
    }

    static func table(_ proposals: ListView<ProposalView>, _ style: Style) -> String {
        var table = Table(
            .text("PROPOSAL"), .text("CREATED"), .text("STATE"), .text("BY"), .text("DECIDED BY"), .text("WHAT"),
            none: "No proposals.")
        for proposal in proposals.items {
            table.rows.append([
                Cell(proposal.id), Cell(proposal.created), Cell(state: proposal.state), Cell(proposal.proposer.name),
                Cell(proposal.decider?.name), Cell(proposal.summary),
            ])
        }
        return table.text(style) + more(proposals.hasMore, after: proposals.items.last?.id, style)
    }

    static func facts(_ proposal: ProposalView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("proposal", proposal.id)
        facts.add(state: proposal.state, "state")
        facts.add("what", proposal.summary)
        facts.add("reason", proposal.reason)
        facts.add("evidence", proposal.evidence)
        facts.add("proposed by", "\(proposal.proposer.name) (uid \(proposal.proposer.uid)), \(proposal.created)")
        if let decider = proposal.decider {
            facts.add("decided by", "\(decider.name) (uid \(decider.uid)), \(proposal.decided ?? "")")
        } else {
            facts.add("expires", proposal.expires)
        }
        return facts.text(style)
    }

    /// What the proposer is told to do next.
    static func proposed(_ proposal: ProposalView, _ style: Style) -> String {
        facts(proposal, style)
            + "\nAsk another operator to look at it and run: florinctl proposals approve \(proposal.id)\n"
    }
}
