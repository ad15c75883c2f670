import Foundation
import Ledger
import Payments
import Primitives
import Testing

/// docs/ledger.md against the code: a posting that is planned, an account or a reason cannot change without the page.
@Suite("The page about the ledger")
struct LedgerPageTests {
    private let page: MarkdownTables

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let text = try String(contentsOf: root.appendingPathComponent("docs/ledger.md"), encoding: .utf8)
        page = MarkdownTables(text)
    }

    @Test("lists every account with its number and its guard")
    func accounts() throws {
        let rows = try #require(page.tables["Accounts"])
        let expected = AccountKind.allCases.map {
            [String($0.rawValue), "`\(snake($0))`", $0.isGuarded ? "yes" : "no"]
        }
        #expect(rows.map { [$0[0], $0[1], $0[3]] } == expected)
        #expect(rows.allSatisfy { !$0[4].isEmpty })
    }

    @Test("shows the postings of every operation in both flows of funds", arguments: FundsFlow.allCases)
    func postings(flow: FundsFlow) throws {
        let section = flow == .toPlatform ? "Charges, settled to the platform" : "Charges, straight to the bot"
        let charges = try #require(page.tables[section])
        let friends = try #require(page.tables["Friends and wallets"])
        let operations = PlannedOperation.allCases
        let debts = try #require(page.tables["Debts"])
        let ordered =
            operations.filter(\.dependsOnFlow) + operations.filter { !$0.dependsOnFlow && !$0.isDebt }
            + operations.filter(\.isDebt)
        let expected = try ordered.map { try row($0, $0.posting(flow)) }
        for (found, planned) in zip(charges + friends + debts, expected) { #expect(found == planned) }
        #expect(charges.count + friends.count + debts.count == expected.count)
    }

    @Test("names every reason once: as posted or as not posted yet")
    func reasons() throws {
        let sections = [
            "Charges, settled to the platform", "Charges, straight to the bot", "Friends and wallets", "Debts",
            "By hand", "Settlements", "Payouts to bots",
        ]
        let posted = Set(sections.flatMap { page.tables[$0] ?? [] }.map { $0[4] })
        let planned = try #require(page.tables["What is not posted yet"]).map { $0[0] }
        #expect(posted.isDisjoint(with: planned))
        #expect(Set(planned).count == planned.count)
        #expect(posted.union(planned) == Set(PostingReason.allCases.map { "`\(snake($0))`" }))
    }

    @Test("shows what a settlement posts in both flows of funds", arguments: FundsFlow.allCases)
    func settlements(flow: FundsFlow) throws {
        let connection = Connection(
            id: Some.connection, owner: flow == .toBot ? .bot(Some.bot) : .platform(Some.platform), mode: .test,
            processor: "sandbox", fundsFlow: flow, created: Timestamp(seconds: 0))
        let accounts = try #require(
            SettlementAccounts(connection, platform: Some.platform, bot: Some.bot, currency: .usd))
        let planned = [
            ("fee", try PostingPlans.processorFee(1, accounts), "what was kept"),
            ("payout", try PostingPlans.payout(1, accounts), "what was paid out"),
        ].map { name, posting, amount in
            [
                flow == .toBot ? "\(name), straight to the bot" : name, cell(posting.debit), cell(posting.credit),
                amount,
                "`\(snake(posting.reason))`", "none",
            ]
        }
        let rows = try #require(page.tables["Settlements"]).filter {
            $0[0].hasSuffix("straight to the bot") == (flow == .toBot)
        }
        #expect(rows == planned)
        let back = try PostingPlans.payout(-1, accounts)
        #expect(back.debit == accounts.clearing && back.credit == accounts.destination)
    }

    @Test("shows what payouts to bots post")
    func payouts() throws {
        func payout(_ rail: PayoutRail, _ state: PayoutState) -> Payout {
            let now = Timestamp(seconds: 0)
            return Payout(
                id: PayoutID(high: 1, low: 2), bot: Some.bot, mode: .test,
                amount: Money(minorUnits: 100, currency: .usd), destination: PayoutDestinationID(high: 3, low: 4),
                rail: rail, method: .standard, isAutomatic: false, created: now, due: now, arrival: now, posting: 1,
                state: state, connection: rail.isPushed ? Some.connection : nil)
        }
        func posted(_ effect: PayoutEffect, _ rail: PayoutRail, _ state: PayoutState = .failed) throws -> Posting {
            try #require(try PostingPlans.payout(effect, of: payout(rail, state), platform: Some.platform))
        }
        let planned = [
            (
                "payout set aside",
                try PostingPlans.payoutSetAside(
                    Money(minorUnits: 100, currency: .usd), of: Some.bot, mode: .test, platform: Some.platform)
            ),
            ("pushed out", try posted(.paid, .card, .paid)),
            ("transferred by the bank", try posted(.paid, .bank, .paid)),
            ("payout canceled", try posted(.givenBack, .card, .canceled)),
            ("payout failed", try posted(.givenBack, .card)),
            ("pushed out, and back", try posted(.cameBack, .paypal)),
            ("transferred, and back", try posted(.cameBack, .bank)),
        ].map { name, posting in
            [name, cell(posting.debit), cell(posting.credit), "amount", "`\(snake(posting.reason))`", "none"]
        }
        #expect(try #require(page.tables["Payouts to bots"]) == planned)
    }

    @Test("plans with accounts that exist")
    func plannedAccounts() throws {
        let kinds = Set(AccountKind.allCases.map { "`\(snake($0))`" })
        for row in try #require(page.tables["What is not posted yet"]) {
            #expect(kinds.contains(row[1]) && kinds.contains(row[2]), "\(row)")
        }
    }

    private func row(_ operation: PlannedOperation, _ posting: Posting) -> [String] {
        [
            operation.rawValue, cell(posting.debit), cell(posting.credit), operation.amountWord,
            "`\(snake(posting.reason))`", posting.isFromHold ? "from hold" : "none",
        ]
    }

    private func cell(_ key: AccountKey) -> String {
        let owners: [(SIMD2<UInt64>, String)] = [
            (SIMD2(Some.connection.high, Some.connection.low), "connection"),
            (SIMD2(Some.bot.high, Some.bot.low), "bot"),
            (SIMD2(Some.sender.high, Some.sender.low), "sender"),
            (SIMD2(Some.recipient.high, Some.recipient.low), "recipient"),
            (SIMD2(Some.platform.high, Some.platform.low), "platform"),
        ]
        let owner = owners.first { $0.0 == key.owner }?.1 ?? "nobody"
        return "`\(snake(key.kind))` (\(owner))"
    }

    /// `botPayable` as `bot_payable`, as `florinctl ledger` prints it.
    private func snake(_ value: some Any) -> String {
        "\(value)".map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }
}

/// The rows of each table of a page, without its head, under the heading it stands below.
struct MarkdownTables {
    private(set) var tables: [String: [[String]]] = [:]

    init(_ text: String) {
        var heading = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") {
                heading = String(line.drop { $0 == "#" || $0 == " " })
            } else if line.hasPrefix("|") {
                let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                tables[heading, default: []].append(cells)
            }
        }
        for (heading, rows) in tables { tables[heading] = Array(rows.dropFirst(2)) }
    }
}
