import ArgumentParser
import Foundation
import Testing

@testable import AdminContract
@testable import florinctl

@Suite("What florinctl prints")
struct FormattingTests {
    static let money = MoneyView(minorUnits: 1_234, currency: "usd", text: "12.34 USD")
    static let none = MoneyView(minorUnits: 0, currency: "usd", text: "0.00 USD")

    @Test("columns are aligned, numbers to the right, without blanks at the end of a line")
    func table() {
        var table = Table(.text("NAME"), .number("AMOUNT"), .text("NOTE"), none: "Nothing.")
        #expect(table.text(.plain) == "Nothing.\n")
        table.rows = [["a", "1.00 USD", "first"], ["longer", "1000 JPY", Cell(nil)], ["ünï", "5", ""]]
        #expect(
            table.text(.plain) == """
                NAME      AMOUNT  NOTE
                a       1.00 USD  first
                longer  1000 JPY  -
                ünï            5  \n
                """)
    }

    @Test("colours wrap the text and never its padding")
    func colour() {
        var table = Table(.text("STATE"), .text("X"), none: "")
        table.rows = [[Cell(state: "failed"), "y"], [Cell(state: "succeeded"), "z"]]
        let text = table.text(Style(isColoured: true))
        #expect(text.contains("\u{1B}[31mfailed\u{1B}[0m     y"))
        #expect(text.contains("\u{1B}[32msucceeded\u{1B}[0m  z"))
        #expect(!table.text(.plain).contains("\u{1B}"))
    }

    @Test(
        "a name from outside cannot steer the terminal",
        arguments: [
            ("Tea \u{1B}[31mBot", "Tea \u{FFFD}[31mBot"), ("a\nb\tc", "a\u{FFFD}b\u{FFFD}c"),
            ("evil\u{202E}txt", "evil\u{FFFD}txt"), ("plain ünïcode 茶", "plain ünïcode 茶"),
        ])
    func harmless(given: String, expected: String) {
        #expect(Cell(given).text == expected)
    }

    @Test("payments, and how to get the next page")
    func payments() {
        let payment = PaymentView(
            id: "pi_1", created: "2026-01-01T00:00:00Z", bot: "bot_1", mode: "test", status: "succeeded",
            amount: Self.money, captured: Self.money, refunded: Self.none, refunding: Self.none, capture: "automatic",
            customer: nil, card: CardView(id: "pm_1", brand: "visa", lastFour: "4242"), latestCharge: "ch_1",
            declineCode: nil)
        #expect(
            Payments.table(ListView(items: [payment], hasMore: true), .plain) == """
                PAYMENT  CREATED               MODE     AMOUNT  STATUS     BOT
                pi_1     2026-01-01T00:00:00Z  test  12.34 USD  succeeded  bot_1
                There are more: add --after pi_1

                """)
        #expect(
            Payments.facts(payment, .plain) == """
                payment        pi_1
                status         succeeded
                amount         12.34 USD
                captured       12.34 USD
                refunded       0.00 USD
                capture        automatic
                mode           test
                created        2026-01-01T00:00:00Z
                bot            bot_1
                card           visa ending in 4242, pm_1
                latest charge  ch_1

                """)
    }

    @Test("a timeline, with what could not be searched")
    func timeline() {
        let step = TimelineStep(
            time: "2026-01-01T00:00:00.000001Z", kind: .posting, id: "7", text: "charge, from x", amount: Self.money)
        let event = TimelineStep(
            time: "2026-01-01T00:00:00.000002Z", kind: .event, id: "evt_1", text: "charge.succeeded told to bot_1",
            amount: nil)
        let view = TimelineView(
            id: "pi_1", status: "succeeded", amount: Self.money, steps: [step, event], gap: "Some may be missing.")
        #expect(
            Timeline.text(view, .plain) == """
                pi_1  12.34 USD  succeeded

                TIME                         WHAT        AMOUNT  ID     DETAIL
                2026-01-01T00:00:00.000001Z  posting  12.34 USD  7      charge, from x
                2026-01-01T00:00:00.000002Z  event               evt_1  charge.succeeded told to bot_1
                Some may be missing.

                """)
    }

    @Test("the verdict on the book")
    func verification() {
        let sound = VerificationView(isSound: true, accounts: 4, postings: 9, problems: [])
        #expect(Ledger.verification(sound, .plain) == "The book is sound: 4 accounts, 9 postings.\n")
        let broken = VerificationView(isSound: false, accounts: 4, postings: 9, problems: ["account 3: 5 is not 6"])
        #expect(
            Ledger.verification(broken, .plain)
                == "The book is not sound: 4 accounts, 9 postings.\n  account 3: 5 is not 6\n")
    }

    @Test(
        "how far a rotation is",
        arguments: [
            (0, 0, "[----------]   0 %  0 of 0"), (1, 3, "[###-------]  33 %  1 of 3"),
            (999, 1_000, "[#########-]  99 %  999 of 1000"), (5, 5, "[##########] 100 %  5 of 5"),
            (9, 5, "[##########] 100 %  9 of 5"),
            (Int64.max / 2, Int64.max, "[#####-----]  50 %  4611686018427387903 of 9223372036854775807"),
        ] as [(Int64, Int64, String)])
    func progress(done: Int64, total: Int64, expected: String) {
        #expect(ProgressBar(done: done, total: total).text(width: 10) == expected)
    }

    @Test(
        "durations in the two largest units",
        arguments: [
            (0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3_725, "1 h 2 min"), (90_061, "1 d 1 h"),
        ] as [(Int64, String)])
    func duration(seconds: Int64, expected: String) {
        #expect(Status.duration(seconds) == expected)
    }

    @Test(
        "what every command takes may stand before the command",
        arguments: [
            ("--socket /s status", "status --socket /s"),
            ("--json --socket=/s payments show pi_1", "payments show pi_1 --json --socket=/s"),
            ("status --socket /s", "status --socket /s"),
            ("--json keys create -- --odd", "keys create --json -- --odd"),
            ("--socket", "--socket"), ("--json --help", "--help"), ("--socket /s dance", "dance"), ("", ""),
        ])
    func leadingOptions(given: String, expected: String) {
        func words(_ text: String) -> [String] { text.split(separator: " ").map { String($0) } }
        #expect(LeadingOptions.moved(words(given), commands: ["status", "payments", "keys"]) == words(expected))
    }

    @Test(
        "help that is asked of a group is about the group, and not about the command it stands for by itself",
        arguments: [
            ("keys --help", "help keys"), ("bots fees -h", "help bots fees"), ("keys create --help", nil),
            ("keys list --help", nil), ("--socket /s --json keys --help", "help keys"), ("status --help", nil),
            ("--help", nil), ("keys", nil), ("dance --help", nil),
        ])
    func groupHelp(given: String, expected: String?) {
        func words(_ text: String) -> [String] { text.split(separator: " ").map { String($0) } }
        #expect(LeadingOptions.groupHelp(words(given), root: Florinctl.self) == expected.map(words))
    }

    /// Set FLORIN_RECORD=1 to write the page anew.
    @Test("the help of every command is what was agreed on")
    func help() throws {
        var page = ""
        func add(_ command: any ParsableCommand.Type, _ name: String) {
            page += "$ \(name) --help\n" + Florinctl.helpMessage(for: command, columns: 100) + "\n\n"
            for sub in command.configuration.subcommands {
                add(sub, name + " " + (sub.configuration.commandName ?? sub._commandName))
            }
        }
        add(Florinctl.self, "florinctl")
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("snapshots/florinctl-help.txt")
        if ProcessInfo.processInfo.environment["FLORIN_RECORD"] != nil {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(page.utf8).write(to: file)
        }
        #expect(page == (try String(contentsOf: file, encoding: .utf8)))
    }
}
