import AdminContract
import ArgumentParser

struct Payments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Payments from people to bots.", subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest payments.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(help: ArgumentHelp("Only of this bot.", valueName: "bot_…")) var bot: String?
        @Option(help: ArgumentHelp("Only of this customer.", valueName: "cus_…")) var customer: String?

        func run() async throws {
            let query = list.query.merging(["mode": mode, "bot": bot, "customer": customer]) { $1 }
            try await show(.payments, query: query, as: ListView<PaymentView>.self) { Payments.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "One payment.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The payment.", valueName: "pi_…")) var id: String

        func run() async throws {
            try await show(.payment, AdminRoute.payment.path(id), as: PaymentView.self) { Payments.facts($0, $1) }
        }
    }

    static func table(_ payments: ListView<PaymentView>, _ style: Style) -> String {
        var table = Table(
            .text("PAYMENT"), .text("CREATED"), .text("MODE"), .number("AMOUNT"), .text("STATUS"), .text("BOT"),
            none: "No payments.")
        for payment in payments.items {
            table.rows.append([
                Cell(payment.id), Cell(payment.created), Cell(payment.mode), Cell(payment.amount.text),
                Cell(state: payment.status), Cell(payment.bot),
            ])
        }
        return table.text(style) + more(payments.hasMore, after: payments.items.last?.id, style)
    }

    static func facts(_ payment: PaymentView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("payment", payment.id)
        facts.add(state: payment.status)
        facts.add("declined", payment.declineCode, .bad)
        facts.add("amount", payment.amount.text)
        facts.add("captured", payment.captured.text)
        facts.add("refunded", payment.refunded.text)
        if payment.refunding.minorUnits > 0 { facts.add("refunding", payment.refunding.text, .warning) }
        facts.add("capture", payment.capture)
        facts.add("mode", payment.mode)
        facts.add("created", payment.created)
        facts.add("bot", payment.bot)
        facts.add("customer", payment.customer)
        facts.add("card", payment.card.map { "\($0.brand) ending in \($0.lastFour), \($0.id)" })
        facts.add("latest charge", payment.latestCharge)
        return facts.text(style)
    }
}
