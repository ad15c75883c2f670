import AdminContract
import ArgumentParser

struct Disputes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What cardholders object to.", subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The newest disputes, or those that must be answered soon.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: ArgumentHelp("Only of this bot.", valueName: "bot_…")) var bot: String?
        @Flag(help: "Only those that are not closed.") var open = false
        @Option(help: ArgumentHelp("Only those that await an answer for at most this long.", valueName: "span"))
        var dueWithin: Span?

        func run() async throws {
            var query = list.query
            query["bot"] = bot
            if open { query["open"] = "true" }
            if let dueWithin { query["due_hours"] = String((dueWithin.seconds + 3_599) / 3_600) }
            try await show(.disputes, query: query, as: ListView<DisputeView>.self) {
                Disputes.table($0.items, $1) + more($0.hasMore, after: $0.items.last?.id, $1)
            }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One dispute, with what money did in it.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The dispute.", valueName: "dp_…")) var id: String

        func run() async throws {
            try await show(.dispute, AdminRoute.dispute.path(id), as: DisputeView.self) { Disputes.facts($0, $1) }
        }
    }

    static func table(_ disputes: [DisputeView], _ style: Style) -> String {
        var table = Table(
            .text("DISPUTE"), .text("STATUS"), .number("AMOUNT"), .text("REASON"), .text("RESPOND BY"),
            .text("OWNER"), .text("SUBJECT"), none: "No disputes.")
        for dispute in disputes {
            table.rows.append([
                Cell(dispute.id), Cell(state: dispute.status), Cell(dispute.amount.text), Cell(dispute.reason),
                Cell(dispute.respondBy), Cell(dispute.owner), Cell(dispute.subject),
            ])
        }
        return table.text(style)
    }

    static func facts(_ dispute: DisputeView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("dispute", dispute.id)
        facts.add(state: dispute.status, "status")
        facts.add("amount", dispute.amount.text)
        facts.add("reason", dispute.reason)
        facts.add("created", dispute.created)
        facts.add("respond by", dispute.respondBy)
        facts.add("evidence", dispute.hasEvidence ? "kept, submitted \(dispute.submissions) times" : "none")
        facts.add("open message", dispute.response)
        facts.add("owner", dispute.owner)
        facts.add("subject", dispute.subject)
        facts.add("connection", dispute.connection)
        facts.add("there called", dispute.processorReference)
        facts.add("mode", dispute.mode)
        var table = Table(
            .text("WHEN"), .text("MONEY"), .number("AMOUNT"), .number("POSTING"), none: "No money has moved.")
        for movement in dispute.movements {
            table.rows.append([
                Cell(movement.created), Cell(movement.kind), Cell(movement.amount.text),
                Cell(String(movement.posting)),
            ])
        }
        return facts.text(style) + "\n" + table.text(style)
    }
}

struct ReportedFacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts", abstract: "What processors reported and could not be carried out.",
        subcommands: [List.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "The newest of them. Each is a case as well, where somebody can take it on.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("How many, 1 to 100.", valueName: "n")) var limit = 20

        func run() async throws {
            try await show(.facts, query: ["limit": String(limit)], as: ListView<FactView>.self) {
                var table = Table(
                    .text("RECORDED"), .text("KIND"), .text("ABOUT"), .text("CONNECTION"), .text("REPORT"),
                    .text("PROBLEM"), none: "Everything that was reported was carried out.")
                for fact in $0.items {
                    table.rows.append([
                        Cell(fact.recorded), Cell(fact.kind), Cell(fact.operation), Cell(fact.connection),
                        Cell(fact.id), Cell(fact.problem),
                    ])
                }
                return table.text($1)
            }
        }
    }
}

/// `bots fees`.
struct BotFees: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fees", abstract: "What the platform asks of a bot for each charge.",
        subcommands: [Show.self, Set.self, Remove.self], defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The fees of one bot, by currency.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String

        func run() async throws {
            try await show(.botFees, AdminRoute.botFees.path(bot), as: ListView<BotFeeView>.self) {
                BotFees.table($0.items, $1)
            }
        }
    }

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a share and a fixed amount of each charge in one currency.",
            discussion: """
                Holds for charges whose money is taken from now on, in test and live mode. The share is rounded half up \
                to a minor unit; the fee is never more than the charge. It stays with the platform when the charge is \
                refunded or disputed.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String
        @Option(help: ArgumentHelp("Which currency.", valueName: "code")) var currency: String
        @Option(help: ArgumentHelp("Hundredths of a percent, 0 to 10000.", valueName: "n")) var basisPoints: Int64 = 0
        @Option(help: ArgumentHelp("A fixed amount, in minor units.", valueName: "amount")) var fixed: Int64 = 0

        func run() async throws {
            try await BotFees.set(
                self, bot,
                SetBotFeeRequest(currency: currency.lowercased(), basisPoints: basisPoints, fixed: fixed))
        }
    }

    struct Remove: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Ask nothing any more in one currency.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String
        @Option(help: ArgumentHelp("Which currency.", valueName: "code")) var currency: String

        func run() async throws {
            try await BotFees.set(
                self, bot, SetBotFeeRequest(currency: currency.lowercased(), basisPoints: nil, fixed: nil))
        }
    }

    private static func set(_ command: some AdminCommand, _ bot: String, _ request: SetBotFeeRequest) async throws {
        try await command.show(
            .setBotFee, AdminRoute.setBotFee.path(bot), body: try AdminJSON.encode(request),
            as: ListView<BotFeeView>.self
        ) { BotFees.table($0.items, $1) }
    }

    static func table(_ fees: [BotFeeView], _ style: Style) -> String {
        var table = Table(
            .text("CURRENCY"), .number("BASIS POINTS"), .number("FIXED"), none: "Nothing is asked of this bot.")
        for fee in fees {
            table.rows.append([Cell(fee.currency), Cell(String(fee.basisPoints)), Cell(fee.fixed.text)])
        }
        return table.text(style)
    }
}
