import AdminContract
import ArgumentParser

struct Reviews: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Payments and friend transfers that a rule holds.",
        discussion: """
            The rules stand in the section `risk` of the configuration. What nobody decides goes back by itself: payments \
            after `risk.review_time`, transfers when they lapse.
            """, subcommands: [List.self, Show.self, Approve.self, Reject.self, Explain.self],
        defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "What waits for a decision, newest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "Those in another state: approved, rejected, lapsed, withdrawn, or all.") var state: String?

        func run() async throws {
            let wanted = state == "all" ? nil : state ?? "open"
            let query = list.query.merging(["state": wanted]) { $1 }
            try await show(.reviews, query: query, as: ListView<ReviewView>.self) { Reviews.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One case, and why it is held.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payment or transfer.", valueName: "pi_…|ft_…")) var id: String

        func run() async throws {
            try await show(.review, AdminRoute.review.path(id), as: ReviewView.self) { Reviews.facts($0, $1) }
        }
    }

    struct Approve: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let it go on.",
            discussion: """
                A payment is captured, unless its bot wanted to do that itself; a transfer is offered to its recipient.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payment or transfer.", valueName: "pi_…|ft_…")) var id: String
        @Option(help: ArgumentHelp("Why; kept with the decision.", valueName: "text")) var reason: String

        func run() async throws { try await Reviews.decide(self, .approveReview, id, reason) }
    }

    struct Reject: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send it back.",
            discussion: "A payment is voided, a transfer goes back the way it came. It cannot be taken back.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payment or transfer.", valueName: "pi_…|ft_…")) var id: String
        @Option(help: ArgumentHelp("Why; kept with the decision.", valueName: "text")) var reason: String

        func run() async throws { try await Reviews.decide(self, .rejectReview, id, reason) }
    }

    struct Explain: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the rules said of a charge or transfer, held or not.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The charge or transfer.", valueName: "ch_…|ft_…")) var id: String

        func run() async throws {
            try await show(.riskDecision, AdminRoute.riskDecision.path(id), as: RiskDecisionView.self) {
                decision, style in
                var facts = Facts()
                facts.add("of", decision.id)
                facts.add("action", decision.action)
                facts.add("rule", decision.rule ?? "none")
                facts.add("why", decision.explanation)
                facts.add("decided", decision.decided)
                return facts.text(style)
            }
        }
    }

    private static func decide(
        _ command: some AdminCommand, _ route: AdminRoute, _ id: String, _ reason: String
    ) async throws {
        try await command.show(
            route, route.path(id), body: try AdminJSON.encode(DecideReviewRequest(reason: reason)), as: ReviewView.self
        ) { Reviews.facts($0, $1) }
    }

    static func table(_ reviews: ListView<ReviewView>, _ style: Style) -> String {
        var table = Table(
            .text("HELD"), .text("OPENED"), .text("STATE"), .number("AMOUNT"), .text("MODE"), .text("RULE"),
            .text("GOES BACK"), .text("FROM"), .text("TO"), none: "Nothing waits for a decision.")
        for review in reviews.items {
            table.rows.append([
                Cell(review.id), Cell(review.opened), Cell(state: review.state), Cell(review.amount.text),
                Cell(review.mode), Cell(review.rule), Cell(review.due), Cell(review.from), Cell(review.recipient),
            ])
        }
        return table.text(style) + more(reviews.hasMore, after: reviews.items.last?.id, style)
    }

    static func facts(_ review: ReviewView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("held", review.id)
        facts.add(state: review.state, "state")
        facts.add("amount", "\(review.amount.text), \(review.mode)")
        facts.add("status", review.status)
        facts.add("from", review.from)
        facts.add("to", review.recipient)
        facts.add("rule", review.rule)
        facts.add("why", review.explanation)
        facts.add("opened", review.opened)
        if let decider = review.decider {
            facts.add("decided by", "\(decider.name) (uid \(decider.uid)), \(review.closed ?? "")")
            facts.add("reason", review.reason)
        } else {
            facts.add(review.closed == nil ? "goes back" : "closed", review.closed ?? review.due)
        }
        return facts.text(style)
    }
}
