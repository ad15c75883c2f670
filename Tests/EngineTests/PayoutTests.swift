import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Payouts in the engine")
struct PayoutTests {
    @Test("a standard payout is set aside, waits, is sent once it is due, and is paid")
    func standard() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            let answer = try await florin.payOut(700)
            #expect(answer("status") == "pending")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 300)
            #expect(try await florin.balance(.payoutsInFlight, of: Florin.platform) == 700)
            #expect(try await florin.now.payoutJobs.sendDue() == 0)
            florin.clock.advance(by: florin.configuration.payoutWait)
            #expect(try await florin.now.payoutJobs.sendDue() == 1)
            try await florin.untilQuiet()
            let payout = try await florin.payout(answer)
            #expect(payout.state == .paid && payout.reference != nil)
            #expect(try await florin.balance(.payoutsInFlight, of: Florin.platform) == 0)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -300)
            #expect(
                try await florin.events(about: payout.id.bits).sorted()
                    == ["payout.created", "payout.paid", "payout.updated"])
            #expect(try await florin.now.payoutJobs.sendDue() == 0)
            #expect(florin.reports.isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("an instant payout that is refused gives the money back at once and says why")
    func refused() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            processor.script.script(.push, .declined(Decline(reason: .genericDecline, isSoft: false)))
            let answer = try await florin.payOut(700, .instant)
            #expect(answer("status") == "failed")
            let payout = try await florin.payout(answer)
            #expect(payout.failure == .declined && payout.returnPosting != nil)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("silence keeps the money set aside until the processor has answered", arguments: [true, false])
    func silence(isPaid: Bool) async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            processor.script.script(.push, .unknown(.timedOut))
            let answer = try await florin.payOut(700, .instant)
            #expect(answer("status") == "in_transit")
            #expect(try await florin.balance(.payoutsInFlight, of: Florin.platform) == 700)
            let id = try await florin.payout(answer).id
            try await expectAnyRefusal { try await florin.now.payouts.cancel(id, florin.caller()) }
            processor.script.lookUpFallback =
                isPaid
                ? .found(.approved(Approval(processorReference: "late", amount: usd(700)))) : .absent
            try await florin.resolve()
            let payout = try await florin.payout(answer)
            #expect(payout.state == (isPaid ? .paid : .failed))
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == (isPaid ? 300 : 1_000))
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("never more is paid out than is there, by however many at once")
    func never() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            let paid = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await florin.payOut(300)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(paid == 3)
            try await expectRefusal(.insufficientFunds(available: usd(100))) { try await florin.payOut(101) }
            try await florin.expectSoundLedger()
        }
    }

    @Test("the same key pays out once, whatever happens in between")
    func once() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            let first = try await florin.payOut(300, key: "k")
            try await florin.crash()
            let second = try await florin.payOut(300, key: "k")
            #expect(second.isReplay && second("id") == first("id"))
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 700)
        }
    }

    @Test("a crash between the two commits of a payout leaves it to the resolver, and it is paid once")
    func crash() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            processor.script.script(.push, .unknown(.timedOut))
            let answer = try await florin.payOut(700, .instant)
            try await florin.crash()
            processor.script.lookUpFallback =
                .found(.approved(Approval(processorReference: "found", amount: usd(700))))
            try await florin.resolve()
            #expect(try await florin.payout(answer).state == .paid)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a pending payout can be canceled once, and what waits is never sent then")
    func canceled() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            let id = try await florin.payout(try await florin.payOut(700)).id
            #expect(try await florin.now.payouts.cancel(id, florin.caller())("status") == "canceled")
            #expect(try await florin.now.payouts.cancel(id, florin.caller())("status") == "canceled")
            florin.clock.advance(by: .seconds(86_400))
            #expect(try await florin.now.payoutJobs.sendDue() == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            try await expectAnyRefusal { try await florin.now.payouts.reverse(id, florin.caller()) }
            try await florin.expectSoundLedger()
        }
    }

    @Test("a new account waits, and the refusal says until when")
    func hold() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            let place = try await florin.destination()
            let found = try await refusal { try await florin.payOut(100) }
            guard case .invalid("destination", "payout_destination_on_hold", let words)? = found else {
                Issue.record("\(String(describing: found))")
                return
            }
            #expect(words.contains(place.usableFrom.description))
            florin.clock.advance(by: florin.configuration.payoutDestinationHold)
            #expect(try await florin.payOut(100)("status") == "pending")
            #expect(
                try await florin.events(about: place.id.bits).sorted()
                    == ["account.external_account.created", "account.external_account.updated"])
        }
    }

    @Test("a card whose issuer refuses the check is no place to be paid out to, and nothing is held on a good one")
    func check() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(1_000)
            processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: false)))
            let refused = try await florin.addCard()
            #expect(refused.status == 402)
            #expect(
                try await florin.now.store.read {
                    try $0.payoutDestinations(of: Florin.bot, mode: .test, PageRequest()).items.map(\.state)
                } == [.refused])
            _ = try await florin.addCard(isDefault: true)
            try await florin.untilQuiet()
            #expect(try await florin.openOperations().isEmpty, "what was held was let go")
            try await florin.expectSoundLedger()
        }
    }

    @Test("who owes is not paid out, and what waited pays the debt instead")
    func debts() async throws {
        try await withFlorin { florin, _ in
            let payment = try await florin.payment(try await florin.charge(1_000))
            try await florin.bankless()
            let waiting = try await florin.payOut(1_000)
            let charge = try #require(payment.latestCharge)
            let report = DisputeReport(
                dispute: "dp", amount: usd(400), reason: .general, respondBy: nil,
                news: .fundsWithdrawn(usd(400), fee: nil))
            try await florin.now.facts.record(
                ProcessorFact(id: "fact", operation: charge.retyped(), kind: .dispute(report)),
                from: Florin.connection)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == -400)
            guard case .unexpectedState("payouts_not_allowed", _)? = try await refusal({ try await florin.payOut(1) })
            else {
                Issue.record("a debtor was paid out")
                return
            }
            florin.clock.advance(by: florin.configuration.payoutWait)
            #expect(try await florin.now.payoutJobs.sendDue() == 1)
            #expect(try await florin.payout(waiting).state == .canceled)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 600)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a bank transfer is begun and confirmed by operators, and booked back when it returns")
    func bank() async throws {
        try await withFlorin({ $0.secondOperatorAbove = [.usd: 500] }) { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankAccount()
            let desk = try florin.now.useCases.operators.payouts
            let small = try await florin.payout(try await florin.payOut(400)).id
            await #expect(throws: PayoutDeskRefusal.self) {
                _ = try await desk.confirm(small, reference: "A", by: 1) { _ in }
            }
            let begun = try await desk.begin(small, by: 1) { _ in }
            #expect(begun.state == .inTransit)
            let order = try await desk.order(for: begun)
            #expect(order.account == "DE89370400440532013000" && order.holder == "Bot Ltd")
            try await expectAnyRefusal { try await florin.now.payouts.cancel(small, florin.caller()) }
            #expect(try await desk.confirm(small, reference: "A", by: 1) { _ in }.state == .paid)
            #expect(try await florin.balance(.bank, of: Florin.platform) == 400)
            // Above the limit it takes a second person.
            let large = try await florin.payout(try await florin.payOut(600)).id
            _ = try await desk.begin(large, by: 1) { _ in }
            await #expect(throws: PayoutDeskRefusal.self) {
                _ = try await desk.confirm(large, reference: "B", by: 1) { _ in }
            }
            #expect(try await desk.confirm(large, reference: "B", by: 2) { _ in }.state == .paid)
            let back = try await desk.fail(large, .accountClosed) { _ in }
            #expect(back.state == .failed && back.hasComeBack && back.returnPosting != nil)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 600)
            #expect(try await florin.balance(.bank, of: Florin.platform) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a schedule pays out once a day, also after days in which nothing ran and after a crash")
    func schedule() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankAccount()
            let change = PayoutScheduleChange(interval: .daily, minimums: [(.usd, 500)])
            _ = try await florin.now.payoutSettings.change(change, florin.caller()) { _ in [] }
            #expect(try await florin.automatic().isEmpty)
            florin.clock.advance(by: .seconds(3 * 86_400))
            try await florin.now.payoutJobs.runSchedules()
            try await florin.now.payoutJobs.runSchedules()
            try await florin.crash()
            try await florin.now.payoutJobs.runSchedules()
            #expect(try await florin.automatic().map(\.amount) == [usd(1_000)])
            // Below the minimum the day passes without one.
            _ = try await florin.charge(499)
            florin.clock.advance(by: .seconds(86_400))
            try await florin.now.payoutJobs.runSchedules()
            #expect(try await florin.automatic().count == 1)
            _ = try await florin.charge(1)
            try await florin.now.payoutJobs.runSchedules()
            #expect(try await florin.automatic().count == 1, "the day was served already")
            florin.clock.advance(by: .seconds(86_400))
            try await florin.now.payoutJobs.runSchedules()
            #expect(try await florin.automatic().map(\.amount) == [usd(500), usd(1_000)])
            try await florin.expectSoundLedger()
        }
    }

    @Test("the processor's settlement and its word about a payout are compared with the book")
    func settlement() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankless()
            let payout = try await florin.payout(try await florin.payOut(700, .instant))
            let line = florin.line("push", .push, -700, of: payout.id.retyped())
            let connection = Connection(
                id: Florin.connection, owner: .platform(Florin.platform), mode: .test, processor: "scripted",
                fundsFlow: .toPlatform, created: Timestamp(seconds: 0))
            let (now, tools) = (florin.clock.now(), try florin.now.tools)
            let isMatched = try await florin.now.store.write { transaction in
                let booking = try SettlementBooking(
                    transaction, now, tools, connection, SettlementReportID(high: 1, low: 1))
                if case .matched = try booking.judge(line, isNew: true) { return true }
                return false
            }
            #expect(isMatched)
        }
    }
}

// MARK: - The cast

extension Florin {
    /// A debit card that may be paid out to at once.
    func bankless() async throws {
        _ = try await destination()
        clock.advance(by: configuration.payoutDestinationHold)
        try await untilQuiet()
    }

    func addCard(isDefault: Bool? = nil) async throws -> Answer {
        try await now.destinations.create(
            .card(try await card()),
            DestinationTerms(currency: .usd, country: nil, isDefault: isDefault, texts: DetailFields()), caller())
    }

    func destination() async throws -> PayoutDestination {
        let id = try PayoutDestinationID(required: try await addCard()("id"))
        guard let found = try await now.store.read({ try $0.payoutDestination(id) }) else {
            throw Missing(what: "a destination")
        }
        return found
    }

    /// A bank account that may be paid out to at once.
    func bankAccount() async throws {
        let number = try BankAccountNumber(account: "DE89370400440532013000", routing: nil, country: "DE")
        _ = try await now.destinations.create(
            .bank(number, holder: "Bot Ltd", holderType: nil, bankName: nil),
            DestinationTerms(currency: .usd, country: "DE", isDefault: nil, texts: DetailFields()), caller())
        clock.advance(by: configuration.payoutDestinationHold)
    }

    func payOut(_ amount: Int64, _ method: PayoutMethod = .standard, key: String? = nil) async throws -> Answer {
        try await now.payouts.create(
            PayoutRequest(amount: usd(amount), destination: nil, method: method, details: DetailFields()),
            caller(key: key))
    }

    func payout(_ answer: Answer) async throws -> Payout {
        let id = try PayoutID(required: answer("id"))
        guard let found = try await now.store.read({ try $0.payout(id) }) else { throw Missing(what: "a payout") }
        return found
    }

    /// What schedules made, newest first.
    func automatic() async throws -> [Payout] {
        try await now.store.read {
            try $0.payouts(matching: PayoutQuery(bot: Florin.bot, mode: .test), PageRequest(limit: 100)).items
        }.filter(\.isAutomatic)
    }
}
