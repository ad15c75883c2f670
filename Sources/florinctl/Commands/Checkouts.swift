import AdminContract
import ArgumentParser

struct Checkouts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What buyers were sent to. Who they are stays sealed.",
        subcommands: [List.self, Show.self, Buyer.self, Find.self, Erase.self], defaultSubcommand: List.self)

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest checkouts.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var list: ListOptions
        @Option(help: ArgumentHelp("Only of this bot.", valueName: "bot_…")) var bot: String?
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(
            help:
                "Only in this state: open, gathering (several pay together), asking (the bot), paying, complete or expired."
        ) var state: String?

        func run() async throws {
            let query = list.query.merging(["bot": bot, "mode": mode, "state": state]) { $1 }
            try await show(.checkouts, query: query, as: ListView<CheckoutRecordView>.self) { Checkouts.table($0, $1) }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "One checkout: its state, what its bot answered, and who said no and why.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The checkout.", valueName: "cs_…")) var id: String

        func run() async throws {
            try await show(.checkout, AdminRoute.checkout.path(id), as: CheckoutRecordView.self) {
                Checkouts.facts($0, $1)
            }
        }
    }

    struct Buyer: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a buyer said of themselves. That it was read is in the audit log.")

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The checkout.", valueName: "cs_…")) var id: String

        func run() async throws {
            try await show(.checkoutBuyer, AdminRoute.checkoutBuyer.path(id), as: BuyerView.self) { buyer, style in
                var facts = Facts()
                facts.add("checkout", buyer.checkout)
                facts.add("name", buyer.name)
                facts.add("e-mail", buyer.email)
                facts.add("phone", buyer.phone)
                for line in buyer.address { facts.add("address", line) }
                return facts.text(style)
            }
        }
    }

    struct Find: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checkouts where this e-mail address or telephone number was left by nobody's customer.",
            discussion:
                "People and customers are found by their platform or bot. What was left before this was built is not found."
        )

        @OptionGroup var common: CommonOptions
        @Option(help: "The whole address.") var email: String?
        @Option(help: "The whole number; spaces and dashes do not count.") var phone: String?

        func run() async throws {
            let body = try AdminJSON.encode(FindCheckoutsRequest(email: email, phone: phone))
            try await show(
                .findCheckouts, AdminRoute.findCheckouts.path(), body: body, as: ListView<CheckoutRecordView>.self
            ) {
                Checkouts.table($0, $1)
            }
        }
    }

    struct Erase: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget the buyer of a checkout. Cannot be undone.",
            discussion: """
                Takes out what they said of themselves and every copy of it, destroys the cards they used there, and keeps \
                the books. Refused while the checkout is open, its charge's outcome is not known, or a dispute is not over. \
                It happens by itself after `checkout.keep_buyers`.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The checkout.", valueName: "cs_…")) var id: String
        @Option(help: ArgumentHelp("The same identifier once more.", valueName: "cs_…")) var confirm: String

        func run() async throws {
            let body = try AdminJSON.encode(EraseRequest(confirm: confirm))
            try await show(
                .eraseCheckout, AdminRoute.eraseCheckout.path(id), body: body, timeoutSeconds: 600, as: ErasureView.self
            ) { Erasures.certificate($0, $1) }
        }
    }

    static func table(_ checkouts: ListView<CheckoutRecordView>, _ style: Style) -> String {
        var table = Table(
            .text("CHECKOUT"), .text("CREATED"), .text("STATE"), .number("AMOUNT"), .text("BOT"), .text("PAYMENT"),
            .text("IN THE WAY"), none: "No checkouts.")
        for checkout in checkouts.items {
            table.rows.append([
                Cell(checkout.id), Cell(checkout.created), Cell(state: checkout.state), Cell(checkout.amount.text),
                Cell(checkout.bot), Cell(checkout.payment), Cell(checkout.problem),
            ])
        }
        return table.text(style) + more(checkouts.hasMore, after: checkouts.items.last?.id, style)
    }

    static func facts(_ checkout: CheckoutRecordView, _ style: Style) -> String {
        var facts = Facts()
        facts.add("checkout", checkout.id)
        facts.add(state: checkout.state, "state")
        facts.add("amount", checkout.amount.text)
        facts.add("mode", checkout.mode)
        facts.add("bot", checkout.bot)
        facts.add("created", checkout.created)
        facts.add(checkout.state == "expired" ? "expired" : "expires", checkout.expires)
        facts.add("completed", checkout.completed)
        if checkout.state == "complete" { facts.add("money", checkout.isSettled ? "decided" : "not decided yet") }
        facts.add("payment", checkout.payment)
        facts.add("customer", checkout.customer)
        facts.add("payment link", checkout.link)
        facts.add("bot's say", checkout.asksBot ? "asked \(checkout.questions) times" : "not asked")
        facts.add("asked until", checkout.askedUntil)
        facts.add("share of", checkout.shareOf)
        facts.add("all there by", checkout.gathersUntil)
        for share in checkout.shares {
            facts.add(
                "share \(share.number)",
                ([share.amount.text, share.status] + [share.payment].compactMap { $0 })
                    .joined(separator: "  "))
        }
        facts.add("in the way", checkout.problem.map(meaning), .warning)
        facts.add("in words", checkout.problemText)
        let buyer = checkout.isForgotten ? "forgotten" : checkout.hasBuyer ? "sealed" : "nothing said"
        facts.add("buyer", buyer)
        return facts.text(style)
    }

    private static func meaning(_ problem: String) -> String {
        switch problem {
        case "refused_by_seller": "\(problem): the bot said no"
        case "seller_unavailable": "\(problem): the bot did not answer in time, or not in a way that means something"
        case "payment_canceled": "\(problem): it was given up while the payer was away, and nothing was taken"
        case "declined": "\(problem): the issuer or the processor said no"
        case "not_possible": "\(problem): this installation cannot make the payment"
        default: problem
        }
    }
}
