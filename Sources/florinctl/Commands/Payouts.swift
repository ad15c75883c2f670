import AdminContract
import ArgumentParser

struct Payouts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Money on its way to bots, and the bank transfers that people make.",
        subcommands: [
            List.self, Show.self, Begin.self, Confirm.self, Fail.self, PayoutSchedules.self,
        ], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest payouts, or those that wait for you.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: ArgumentHelp("Only of this bot.", valueName: "bot_…")) var bot: String?
        @Option(help: ArgumentHelp("Only of this mode.", valueName: "test|live")) var mode: String?
        @Option(help: ArgumentHelp("Only in this state.", valueName: "status")) var status: String?
        @Flag(help: "Only bank transfers that nobody has begun; with --status, those in that state.") var waiting =
            false

        func run() async throws {
            var query = list.query
            query["bot"] = bot
            query["mode"] = mode
            query["status"] = status
            if waiting { query["waiting"] = "true" }
            try await show(.payouts, query: query, as: ListView<PayoutView>.self) {
                Payouts.table($0.items, $1) + more($0.hasMore, after: $0.items.last?.id, $1)
            }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One payout.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payout.", valueName: "po_…")) var id: String

        func run() async throws {
            try await show(.payout, AdminRoute.payout.path(id), as: PayoutView.self) { Payouts.facts($0).text($1) }
        }
    }

    struct Begin: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a bank transfer in hand, and see where it goes.",
            discussion: """
                From here on the bot cannot cancel it. Make the transfer at the bank with exactly this amount, then confirm \
                it with the bank's reference. The account's number is shown this once; that you saw it is in the audit log.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payout.", valueName: "po_…")) var id: String

        func run() async throws {
            try await show(.beginPayout, AdminRoute.beginPayout.path(id), as: TransferOrderView.self) { order, style in
                var facts = Payouts.facts(order.payout)
                facts.add("account holder", order.accountHolder)
                facts.add("account number", order.accountNumber)
                facts.add("routing number", order.routingNumber)
                facts.add("bank", order.bankName)
                facts.add("country", order.country)
                facts.add("to be shown", order.statementDescriptor)
                return facts.text(style)
            }
        }
    }

    struct Confirm: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that the bank has made the transfer.",
            discussion: "Above the configured amount somebody else than who began the transfer has to say so.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payout.", valueName: "po_…")) var id: String
        @Option(help: ArgumentHelp("What the bank calls the transfer.", valueName: "text")) var reference: String

        func run() async throws {
            try await show(
                .confirmPayout, AdminRoute.confirmPayout.path(id),
                body: try AdminJSON.encode(ConfirmPayoutRequest(reference: reference)), as: PayoutView.self
            ) { Payouts.facts($0).text($1) }
        }
    }

    struct Fail: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a payout came to nothing, or came back.",
            discussion: """
                Of a bank transfer at any time; of a payout over a processor only once it was paid and the money is there \
                again. The bot has the amount back at once.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payout.", valueName: "po_…")) var id: String
        @Option(help: ArgumentHelp("Why, as the bot reads it: account_closed, no_account, …", valueName: "code"))
        var code: String

        func run() async throws {
            try await show(
                .failPayout, AdminRoute.failPayout.path(id),
                body: try AdminJSON.encode(FailPayoutRequest(code: code)), as: PayoutView.self
            ) { Payouts.facts($0).text($1) }
        }
    }

    static func table(_ payouts: [PayoutView], _ style: Style) -> String {
        var table = Table(
            .text("PAYOUT"), .text("STATUS"), .number("AMOUNT"), .text("TO"), .text("DUE"), .text("BOT"),
            .text("REFERENCE"), none: "No payouts.")
        for payout in payouts {
            table.rows.append([
                Cell(payout.id), Cell(state: payout.status), Cell(payout.amount.text), Cell(place(payout)),
                Cell(payout.due), Cell(payout.bot), Cell(payout.reference),
            ])
        }
        return table.text(style)
    }

    private static func place(_ payout: PayoutView) -> String {
        payout.kind + (payout.lastFour.map { " …\($0)" } ?? "")
    }

    static func facts(_ payout: PayoutView) -> Facts {
        var facts = Facts()
        facts.add("payout", payout.id)
        facts.add(state: payout.status, "status")
        facts.add("amount", payout.amount.text)
        facts.add("to", "\(place(payout)), \(payout.destination)")
        facts.add("bot", payout.bot)
        facts.add("mode", payout.mode)
        facts.add("method", payout.automatic ? "\(payout.method), by schedule" : payout.method)
        facts.add("created", payout.created)
        facts.add("due", payout.due)
        facts.add("failed because", payout.failureCode)
        facts.add("connection", payout.connection)
        facts.add("reference", payout.reference)
        facts.add("begun by user", payout.begunBy.map { String($0) })
        return facts
    }
}

/// `payouts schedule`.
struct PayoutSchedules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "When a bot is paid out by itself.",
        subcommands: [Show.self, Set.self], defaultSubcommand: Show.self)

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The schedule of one bot.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String
        @Option(help: ArgumentHelp("Whose money: test or live.", valueName: "mode")) var mode = "live"

        func run() async throws {
            try await show(
                .payoutSchedule, AdminRoute.payoutSchedule.path(bot), query: ["mode": mode],
                as: PayoutScheduleView.self
            ) { PayoutSchedules.text($0, $1) }
        }
    }

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change it; what is not named stays as it is.",
            discussion: """
                All that is available is paid out at the beginning of such a day in UTC, to the bot's default account of \
                the currency. The bot can change the same by /v1/balance_settings.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The bot.", valueName: "bot_…")) var bot: String
        @Option(help: ArgumentHelp("Whose money: test or live.", valueName: "mode")) var mode = "live"
        @Option(help: ArgumentHelp("manual, daily, weekly or monthly.", valueName: "word")) var interval: String?
        @Option(help: ArgumentHelp("With weekly: monday, …; can be given more than once.", valueName: "day"))
        var weekday: [String] = []
        @Option(help: ArgumentHelp("With monthly: 1 to 31; can be given more than once.", valueName: "day"))
        var monthDay: [Int64] = []
        @Option(help: ArgumentHelp("The currency of --minimum; without it, none any more.", valueName: "code"))
        var currency: String?
        @Option(help: ArgumentHelp("The least that is paid out, in minor units.", valueName: "amount"))
        var minimum: Int64?

        func run() async throws {
            let request = SetPayoutScheduleRequest(
                mode: mode, interval: interval, weekdays: weekday, monthDays: monthDay,
                currency: currency?.lowercased(), minimum: minimum)
            try await show(
                .setPayoutSchedule, AdminRoute.setPayoutSchedule.path(bot), body: try AdminJSON.encode(request),
                as: PayoutScheduleView.self
            ) { PayoutSchedules.text($0, $1) }
        }
    }

    static func text(_ schedule: PayoutScheduleView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("bot", schedule.bot)
        facts.add("mode", schedule.mode)
        facts.add("interval", schedule.interval)
        if !schedule.weekdays.isEmpty { facts.add("on", schedule.weekdays.joined(separator: ", ")) }
        if !schedule.monthDays.isEmpty {
            facts.add("on the", schedule.monthDays.map { String($0) }.joined(separator: ", "))
        }
        facts.add("next", schedule.nextDay)
        for minimum in schedule.minimums { facts.add("at least", minimum.text) }
        return facts.text(style)
    }
}
