import Ledger
import Payments
import Primitives
import Testing

@Suite("A payout")
struct PayoutMachineTests {
    private static let created = Timestamp(seconds: 1_767_225_600)
    private static let operation: Int64 = 1_000

    private static func payout(_ rail: PayoutRail, _ state: PayoutState) -> Payout {
        Payout(
            id: PayoutID(high: 1, low: 2), bot: Some.bot, mode: .test, amount: Money(minorUnits: 100, currency: .usd),
            destination: PayoutDestinationID(high: 3, low: 4), rail: rail, method: .standard, isAutomatic: false,
            created: created, due: created, arrival: created, posting: 7, state: state,
            failure: state == .failed ? .declined : nil,
            connection: rail.isPushed && state != .pending ? Some.connection : nil,
            reference: state == .paid ? "ref" : nil)
    }

    private static let events: [(name: String, event: PayoutEvent)] =
        [
            ("send", .send(Some.connection)), ("begin", .begin(operator: operation)),
            ("confirm", .confirm(reference: "ref")), ("reconfirm", .confirm(reference: "other")),
            ("fail", .fail(.declined)), ("refail", .fail(.noAccount)), ("cancel", .cancel),
        ] + Some.outcomes(asked: 100).map { ($0.name, PayoutEvent.outcome($0.outcome)) }

    @Test("over a processor does in every state what the table says of every event")
    func pushed() {
        check(
            .card,
            """
                       send       begin     confirm  reconfirm  fail         refail       cancel       approved   another-amount  partial  declined     action       pending  absent       invalid      unknown
            pending    inTransit  x:byHand  x:byHand x:byHand   failed:back  failed:back  canceled:back  !        !               !        !            !            !        !            !            !
            inTransit  x:sent     x:sent    x:byHand x:byHand   x:byHand     x:byHand     x:sent       paid:paid  !               !        failed:back  failed:back  ask      failed:back  failed:back  ask
            paid       x:closed   x:closed  .        x:closed   failed:came  failed:came  x:closed     .          !               !        !            !            .        !            !            .
            failed     x:closed   x:closed  x:closed x:closed   .            x:closed     x:closed     !          !               !        .            .            .        .            .            .
            canceled   x:closed   x:closed  x:closed x:closed   x:closed     x:closed     .            !          !               !        .            .            .        .            .            .
            """)
    }

    @Test("by bank transfer does in every state what the table says of every event")
    func transferred() {
        check(
            .bank,
            """
                       send        begin      confirm      reconfirm    fail         refail       cancel         approved     another-amount  partial      declined     action       pending      absent       invalid      unknown
            pending    x:byProc    inTransit  x:notBegun   x:notBegun   failed:back  failed:back  canceled:back  !            !               !            !            !            !            !            !            !
            inTransit  x:sent      x:sent     paid:paid    paid:paid    failed:back  failed:back  x:sent         x:byProc     x:byProc        x:byProc     x:byProc     x:byProc     x:byProc     x:byProc     x:byProc     x:byProc
            paid       x:closed    x:closed   .            x:closed     failed:came  failed:came  x:closed       .            !               !            !            !            .            !            !            .
            failed     x:closed    x:closed   x:closed     x:closed     .            x:closed     x:closed       !            !               !            .            .            .            .            .            .
            canceled   x:closed    x:closed   x:closed     x:closed     x:closed     x:closed     .              !            !               !            .            .            .            .            .            .
            """)
    }

    private func check(_ rail: PayoutRail, _ table: String) {
        let rows = PayoutState.allCases.map { state in
            (
                name: "\(state)",
                cells: Self.events.map { words(for: Self.payout(rail, state).step($0.event)) }
            )
        }
        BehaviourTable(table).expect(BehaviourTable(columns: Self.events.map(\.name), rows: rows))
    }

    private func words(for step: PayoutStep) -> String {
        switch step {
        case .moved(let next, let effect):
            let effects: [PayoutEffect: String] = [.paid: "paid", .givenBack: "back", .cameBack: "came"]
            return "\(next.state)" + (effect.flatMap { effects[$0] }.map { ":\($0)" } ?? "")
        case .askProcessor: return "ask"
        case .ignored: return "."
        case .refused(let refusal):
            switch refusal {
            case .alreadySent: return "x:sent"
            case .closed: return "x:closed"
            case .notBegun: return "x:notBegun"
            case .notByHand: return "x:byHand"
            case .notByProcessor: return "x:byProc"
            }
        case .conflict: return "!"
        }
    }

    @Test("posts nothing that does not end where it began", arguments: PayoutRail.allCases)
    func postings(rail: PayoutRail) throws {
        let payout = Self.payout(rail, .inTransit)
        let aside = try PostingPlans.payoutSetAside(
            payout.amount, of: payout.bot, mode: .test, platform: Some.platform)
        #expect(aside.debit.kind == .botPayable && aside.credit.kind == .payoutsInFlight)
        let paid = try #require(try PostingPlans.payout(.paid, of: payout, platform: Some.platform))
        let back = try #require(try PostingPlans.payout(.givenBack, of: payout, platform: Some.platform))
        let came = try #require(try PostingPlans.payout(.cameBack, of: payout, platform: Some.platform))
        #expect(paid.debit == aside.credit && back.debit == aside.credit && back.credit == aside.debit)
        #expect(came.debit == paid.credit && came.credit == aside.debit)
        #expect(paid.credit.kind == (rail.isPushed ? .processorClearing : .bank))
    }

    @Test("that was never sent has nowhere to come from")
    func neverSent() throws {
        #expect(try PostingPlans.payout(.paid, of: Self.payout(.card, .pending), platform: Some.platform) == nil)
    }
}

@Suite("A place that a bot is paid out to")
struct PayoutDestinationMachineTests {
    @Test("does in every state what the table says of every answer of the card's issuer")
    func everyPair() {
        let outcomes = Some.outcomes(asked: 100)
        let rows = PayoutDestinationState.allCases.map { state in
            (name: "\(state)", cells: outcomes.map { words(for: destination(state).step($0.outcome)) })
        }
        BehaviourTable(
            """
                      approved    another-amount  partial     declined  action   pending  absent   invalid  unknown
            checking  usable:go   usable:go       usable:go   refused   refused  ask      refused  refused  ask
            usable    .           .               .           .         .        .        .        .        .
            refused   !           !               !           .         .        .        .        .        .
            removed   go          go              go          .         .        ask      .        .        ask
            """
        ).expect(BehaviourTable(columns: outcomes.map(\.name), rows: rows))
    }

    private func destination(_ state: PayoutDestinationState) -> PayoutDestination {
        let now = Timestamp(seconds: 1_767_225_600)
        return PayoutDestination(
            id: PayoutDestinationID(high: 3, low: 4), bot: Some.bot, mode: .test, rail: .card, currency: .usd,
            card: PaymentMethodID(high: 5, low: 6), lastFour: "5556", country: "DE", state: state, created: now,
            usableFrom: now)
    }

    private func words(for step: PayoutDestinationStep) -> String {
        switch step {
        case .moved(let next, let held): "\(next.state)" + (held == nil ? "" : ":go")
        case .letGo: "go"
        case .askProcessor: "ask"
        case .ignored: "."
        case .conflict: "!"
        }
    }
}

@Suite("The schedule of payouts")
struct PayoutScheduleTests {
    private static func day(_ text: String) -> Int64 { Timestamp(text: text)?.day ?? -1 }

    @Test(
        "has these next days",
        arguments: [
            (PayoutInterval.daily, Int64(1), Int64(1), "2026-11-21", "2026-11-22"),
            (.weekly, 0b0000001, 1, "2026-11-21", "2026-11-23"),  // Monday
            (.weekly, 0b0000001, 1, "2026-11-23", "2026-11-30"),
            (.weekly, 0b0100010, 1, "2026-11-21", "2026-11-24"),  // Tuesday and Saturday
            (.weekly, 0b1000000, 1, "2026-11-21", "2026-11-22"),  // Sunday
            (.monthly, 1, 1, "2026-11-21", "2026-12-01"),
            (.monthly, 1, 1 << 30, "2026-11-21", "2026-11-30"),  // the 31st
            (.monthly, 1, 1 << 30, "2026-11-30", "2026-12-31"),
            (.monthly, 1, 1 << 29, "2027-02-01", "2027-02-28"),  // the 30th
            (.monthly, 1, 1 << 14 | 1, "2026-12-01", "2026-12-15"),
        ])
    func next(interval: PayoutInterval, weekdays: Int64, monthDays: Int64, from: String, to: String) {
        let schedule = PayoutSchedule(
            bot: Some.bot, mode: .test, interval: interval, weekdays: weekdays, monthDays: monthDays)
        #expect(schedule.day(after: Self.day(from)) == Self.day(to))
    }

    @Test("has none by hand")
    func manual() {
        #expect(PayoutSchedule(bot: Some.bot, mode: .test).day(after: 1) == nil)
    }

    @Test(
        "counts days from midnight in UTC, before 1970 too", arguments: [(Int64(0), Int64(0)), (86_399, 0), (-1, -1)])
    func day(seconds: Int64, expected: Int64) {
        #expect(Timestamp(seconds: seconds).day == expected)
        #expect(Timestamp(day: expected).day == expected)
    }
}

@Suite("A bank account's number")
struct BankAccountNumberTests {
    // IBANs: the examples of the SWIFT IBAN registry; routing number: that of the Federal Reserve's own test bank.
    @Test(
        "is taken when its digits check",
        arguments: [
            ("DE89 3704 0044 0532 0130 00", nil, "DE", "3000"), ("GB29NWBK60161331926819", nil, "GB", "6819"),
            ("000123456789", "110000000", "US", "6789"), ("1234567", "BSB032000", "AU", "4567"),
        ] as [(String, String?, String, String)])
    func taken(account: String, routing: String?, country: String, lastFour: String) throws {
        #expect(try BankAccountNumber(account: account, routing: routing, country: country).lastFour == lastFour)
    }

    @Test(
        "is refused when they do not",
        arguments: [
            ("DE89370400440532013001", nil, "DE", "account_number"),
            ("DE89370400440532013000", nil, "FR", "account_number"),
            ("000123456789", "110000001", "US", "routing_number"), ("000123456789", nil, "US", "account_number"),
            ("12", "110000000", "US", "account_number"), ("12;34567", "110000000", "US", "account_number"),
        ] as [(String, String?, String, String)])
    func refused(account: String, routing: String?, country: String, parameter: String) {
        do {
            _ = try BankAccountNumber(account: account, routing: routing, country: country)
            Issue.record("taken")
        } catch {
            #expect(error.parameter == parameter)
            #expect(!error.message.contains(account))
        }
    }
}
