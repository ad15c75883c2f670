import AdminContract
import ArgumentParser

struct Ledger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The books.", subcommands: [Accounts.self, Entries.self, Verify.self, Adjust.self])

    struct Accounts: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Every account with its balance.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Only of this mode: test or live.") var mode: String?
        @Option(help: "Only of this kind, such as wallet or bot_payable.") var kind: String?

        func run() async throws {
            try await show(.accounts, query: ["mode": mode, "kind": kind], as: ListView<AccountView>.self) {
                Ledger.table($0.items, $1)
            }
        }
    }

    struct Entries: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "The newest postings of one account.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("How many, 1 to 100.", valueName: "n")) var limit = 20
        @Option(help: ArgumentHelp("Only postings with a smaller number.", valueName: "posting")) var before: Int64?
        @Argument(help: ArgumentHelp("As `ledger accounts` shows it.", valueName: "kind:owner:currency:mode"))
        var account: String

        func run() async throws {
            try await show(
                .entries, AdminRoute.entries.path(account),
                query: ["limit": String(limit), "before": before.map { String($0) }], as: ListView<EntryView>.self
            ) { Ledger.entries($0, $1) }
        }
    }

    struct Adjust: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose a posting by hand; another operator approves it.",
            discussion: """
                For what no operation of Florin books: a bank transfer, a settlement fee, money that a processor moved by \
                mistake. Takes the amount from one account and gives it to the other. Accounts that hold other people's \
                money are never taken below what is there. Write no names into the reason.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("The account that gives.", valueName: "kind:owner:currency:mode")) var debit: String
        @Option(help: ArgumentHelp("The account that gets.", valueName: "kind:owner:currency:mode")) var credit: String
        @Option(help: ArgumentHelp("How much.", valueName: "minor-units")) var amount: Int64
        @Option(help: ArgumentHelp("That of both accounts.", valueName: "code")) var currency: String
        @Option(help: ArgumentHelp("Why, in your words.", valueName: "text")) var reason: String

        func run() async throws {
            let body = try AdminJSON.encode(
                AdjustmentRequest(
                    debit: debit, credit: credit, minorUnits: amount, currency: currency.lowercased(), reason: reason))
            try await show(.adjustLedger, body: body, as: ProposalView.self) { Proposals.proposed($0, $1) }
        }
    }

    struct Verify: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove the whole book.",
            discussion: "Every balance, every chain of postings and every sum. Ends with 1 if anything is wrong.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let found = try await show(.verification, timeoutSeconds: 3_600, as: VerificationView.self) {
                Ledger.verification($0, $1)
            }
            if !found.isSound { throw Failure.refused("The book does not verify. Stop paying out and call for help.") }
        }
    }

    static func table(_ accounts: [AccountView], _ style: Style) -> String {
        var table = Table(
            .text("ACCOUNT"), .number("BALANCE"), .number("HELD"), .number("AVAILABLE"), none: "No accounts.")
        for account in accounts {
            table.rows.append([
                Cell(account.account), Cell(account.balance.text),
                Cell(account.held.text, account.held.minorUnits == 0 ? .dim : .warning), Cell(account.available.text),
            ])
        }
        return table.text(style)
    }

    static func entries(_ entries: ListView<EntryView>, _ style: Style) -> String {
        var table = Table(
            .number("POSTING"), .text("TIME"), .text("REASON"), .number("AMOUNT"), .number("BALANCE"),
            .text("OTHER SIDE"),
            none: "No postings.")
        for entry in entries.items {
            table.rows.append([
                Cell(String(entry.posting)), Cell(entry.created), Cell(entry.reason), Cell(entry.amount.text),
                Cell(entry.balanceAfter.text), Cell(entry.counterpart),
            ])
        }
        guard entries.hasMore, let last = entries.items.last else { return table.text(style) }
        return table.text(style) + style.paint("There are more: add --before \(last.posting)", .dim) + "\n"
    }

    static func verification(_ found: VerificationView, _ style: Style) -> String {
        let size = "\(found.accounts) accounts, \(found.postings) postings"
        if found.isSound { return style.paint("The book is sound", .good) + ": \(size).\n" }
        let problems = found.problems.map { "  \($0.harmless)\n" }.joined()
        return style.paint("The book is not sound", .bad) + ": \(size).\n" + problems
    }
}
