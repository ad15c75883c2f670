import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Test clocks")
struct TestClockTests {
    private static let day = Duration.seconds(86_400)
    private let bot = TestOwner(.bot(Florin.bot))
    private let platform = TestOwner(.platform(Florin.platform))

    private func clock(_ florin: Florin, _ owner: TestOwner) async throws -> TestClockID {
        let answer = try await florin.now.testClocks.create(
            owner, name: "month", frozen: florin.clock.now(), florin.caller(owner.owner))
        return try TestClockID(required: answer("id"))
    }

    private func stored(_ florin: Florin, _ id: TestClockID) async throws -> TestClock? {
        try await florin.now.store.read { try $0.testClock(id) }
    }

    /// Advances by `time` and does what the daemon's job does until the clock has stopped.
    private func advance(
        _ florin: Florin, _ id: TestClockID, _ owner: TestOwner, by time: Duration, crashingAfter crash: Int? = nil
    ) async throws -> TestClock {
        let start = try #require(try await stored(florin, id))
        let target = Timestamp(seconds: start.frozen.advanced(by: time).seconds)
        _ = try await florin.now.testClocks.advance(id, to: target, owner, florin.caller(owner.owner))
        for round in 0..<100_000 {
            if round == crash { try await florin.crash() }
            _ = try await florin.now.testClockKeeper.keep()
            let clock = try #require(try await stored(florin, id))
            if clock.status != .advancing { return clock }
            await Task.yield()
        }
        throw Missing(what: "the end of an advance")
    }

    private func events(_ florin: Florin, _ owner: TestOwner) async throws -> [EventType] {
        try await florin.now.store.read {
            try $0.events(of: owner.owner, mode: .test, types: [], PageRequest(limit: 100))
        }.items.map(\.type).reversed()
    }

    @Test("live mode has no value that a clock could be made for")
    func live() {
        #expect(TestOwner(.bot(Florin.bot), .live) == nil)
        let clocks = TestClocks()
        let now = Timestamp(seconds: 5)
        #expect(clocks.now(of: .bot(Florin.bot), .live, at: now) == now)
    }

    @Test("a transfer that nobody takes goes back when the clock passes its end, and keeps the real time in the book")
    func transferLapses() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, platform)
            let (ada, card) = try await florin.person(card: 1)
            let (ben, _) = try await florin.person(card: 2)
            let caller = florin.caller(platform.owner)
            let answer = try await florin.now.transfers.send(
                NewFriendTransfer(sender: ada, recipient: ben, amount: usd(500), funding: .card(card)),
                platform: Florin.platform, caller)
            let transfer = try FriendTransferID(required: answer("id"))
            let before = try await advance(florin, id, platform, by: .seconds(6 * 86_400))
            #expect(before.status == .ready)
            #expect(try await florin.now.store.read { try $0.friendTransfer(transfer) }?.state == .inFlight)

            _ = try await advance(florin, id, platform, by: .seconds(2 * 86_400))
            let after = try #require(try await florin.now.store.read { try $0.friendTransfer(transfer) })
            guard case .returned(let reason, _) = after.state, reason == .lapsed else {
                Issue.record("the transfer is \(after.state)")
                return
            }
            let types = try await events(florin, platform)
            #expect(types.contains(.friendTransferReturned) && types.contains(.testClockReady))
            // Nothing in the book is later than the machine's clock.
            let postings = try await florin.now.store.read { reader in
                try reader.accounts().flatMap { try reader.entries(of: $0.key, before: nil, limit: 100).items }
            }
            #expect(!postings.isEmpty && postings.allSatisfy { $0.created <= florin.clock.now() })
            #expect(try await florin.now.store.read { try $0.verifyLedger() }.problems.isEmpty)
        }
    }

    @Test("a transfer that is sent under an advanced clock waits as long as any other")
    func deadlinesGoByTheClock() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, platform)
            let clock = try await advance(florin, id, platform, by: .seconds(30 * 86_400))
            let (ada, card) = try await florin.person(card: 1)
            let (ben, _) = try await florin.person(card: 2)
            let answer = try await florin.now.transfers.send(
                NewFriendTransfer(sender: ada, recipient: ben, amount: usd(500), funding: .card(card)),
                platform: Florin.platform, florin.caller(platform.owner))
            let transfer = try FriendTransferID(required: answer("id"))
            let stored = try #require(try await florin.now.store.read { try $0.friendTransfer(transfer) })
            #expect(stored.expires == clock.frozen.advanced(by: .seconds(7 * 86_400)))
            #expect(stored.created == florin.clock.now())
            _ = try await florin.now.testClockKeeper.keep()
            #expect(try await florin.now.transfers.lapse() == 0)
            _ = try await florin.now.transfers.accept(transfer, florin.caller(platform.owner))
        }
    }

    @Test("held money is let go after seven days, at the bot's clock and nobody else's")
    func authorizationEnds() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            let (card, customer) = try await florin.savedCard()
            let answer = try await florin.now.payments.create(
                NewPayment(
                    amount: usd(900), captureMethod: .manual, customer: customer, paymentMethod: card, confirm: true),
                for: Florin.bot, florin.caller())
            let payment = try PaymentID(required: answer("id"))
            #expect(answer("status") == "requires_capture")
            _ = try await advance(florin, id, bot, by: .seconds(7 * 86_400 - 60))
            #expect(try await florin.now.store.read { try $0.payment(payment) }?.state != .canceled)
            _ = try await advance(florin, id, bot, by: .seconds(120))
            let ended = try #require(try await florin.now.store.read { try $0.payment(payment) })
            #expect(ended.state == .canceled)
            #expect(ended.cancellation == .automatic)
            #expect(try await events(florin, bot).contains(.paymentIntentCanceled))
        }
    }

    @Test("held money is let go in real time too, and what was captured is not touched")
    func authorizationEndsInRealTime() async throws {
        try await withFlorin { florin, _ in
            var payments: [PaymentID] = []
            for _ in 0..<2 {
                let (card, customer) = try await florin.savedCard()
                let answer = try await florin.now.payments.create(
                    NewPayment(
                        amount: usd(900), captureMethod: .manual, customer: customer, paymentMethod: card,
                        confirm: true),
                    for: Florin.bot, florin.caller())
                payments.append(try PaymentID(required: answer("id")))
            }
            _ = try await florin.now.payments.capture(payments[1], amount: nil, florin.caller())
            #expect(try await florin.now.authorizations.endDue() == 0)
            florin.clock.advance(by: .seconds(7 * 86_400))
            #expect(try await florin.now.authorizations.endDue() == 2)
            while try florin.now.operations.detachedCount > 0 { await Task.yield() }
            let states = try await florin.now.store.read { [payments] reader in
                try payments.map { try reader.payment($0)?.state }
            }
            #expect(states[0] == .canceled)
            guard case .succeeded? = states[1] else {
                Issue.record("the captured payment is \(states)")
                return
            }
            #expect(try await florin.now.authorizations.endDue() == 0)
        }
    }

    @Test(
        "three days of failing deliveries pass in one advance, at their own times, and the owner is told",
        arguments: [nil, 7])
    func webhookRetries(crash: Int?) async throws {
        try await withFlorin { florin, _ in
            let hook = try await florin.now.webhooks.create(
                url: "https://bot.example/hook", types: [.paymentIntentSucceeded], florin.caller())
            let endpoint = try WebhookEndpointID(required: hook("id"))
            let id = try await clock(florin, bot)
            florin.transport.fallback = .answered(status: 500)
            _ = try await florin.charge(100)
            let clock = try await advance(florin, id, bot, by: .seconds(4 * 86_400), crashingAfter: crash)
            #expect(clock.status == .ready)
            let delivery = try #require(try await florin.now.store.read { try $0.deliveries(of: endpoint, 10) }.first)
            #expect(delivery.state == .givenUp)
            // 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, then every 4 h until three days are over. A crash may repeat one.
            let tried = florin.transport.posts.count
            #expect(crash == nil ? tried == 25 : (25...26).contains(tried), "\(tried)")
            #expect(try await florin.now.store.read { try $0.webhookEndpoint(endpoint) }?.isEnabled == false)
            #expect(try await events(florin, bot).contains(.webhookEndpointDisabled))
        }
    }

    @Test("an event that happens under an advanced clock is delivered, and tried again, by that clock")
    func deliveriesUnderAnAdvancedClock() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await advance(florin, id, bot, by: .seconds(30 * 86_400))
            _ = try await florin.now.webhooks.create(
                url: "https://bot.example/hook", types: [.paymentIntentSucceeded], florin.caller())
            florin.transport.plan(.answered(status: 500))
            _ = try await florin.charge(100)
            #expect(try await florin.now.dispatcher.deliverDue() == 0)
            while florin.transport.posts.isEmpty { _ = try await florin.now.testClockKeeper.keep() }
            _ = try await advance(florin, id, bot, by: .seconds(5))
            #expect(florin.transport.posts.count == 2)
            #expect(try await florin.now.store.read { try $0.statistics() }.pendingDeliveries == 0)
        }
    }

    @Test("deliveries that waited for the clock are tried at once when it is deleted")
    func deletion() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await advance(florin, id, bot, by: .seconds(30 * 86_400))
            _ = try await florin.now.webhooks.create(
                url: "https://bot.example/hook", types: [.paymentIntentSucceeded], florin.caller())
            _ = try await florin.charge(100)
            _ = try await florin.now.testClocks.delete(id, answering: [], bot, florin.caller())
            #expect(try florin.now.clocks.now(of: bot, at: florin.clock.now()) == florin.clock.now())
            florin.clock.advance(by: .microseconds(1))
            #expect(try await florin.now.dispatcher.deliverDue() == 1)
        }
    }

    @Test("a payout is sent when the clock has passed its wait, to a place whose hold has passed by the clock too")
    func payouts() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await florin.charge(1_000)
            let place = try await florin.destination()
            try await florin.untilQuiet()
            _ = try await advance(florin, id, bot, by: florin.configuration.payoutDestinationHold)
            #expect(
                try await florin.now.store.read { try $0.payoutDestination(place.id) }?.usableFrom == place.usableFrom)
            let waiting = try await florin.payout(try await florin.payOut(400))
            #expect(waiting.state == .pending)
            #expect(try await florin.now.payoutJobs.sendDue() == 0, "real time has nothing to send yet")
            _ = try await advance(florin, id, bot, by: florin.configuration.payoutWait)
            let sent = try #require(try await florin.now.store.read { try $0.payout(waiting.id) })
            #expect(sent.state == .paid)
            #expect(sent.sent.map { $0 <= florin.clock.now() } == true, "what has happened keeps the machine's time")
            #expect(try await events(florin, bot).contains(.payoutPaid))
            try await florin.expectSoundLedger()
        }
    }

    @Test("a month of a weekly schedule passes in one advance, each of its days once", arguments: [nil, 3])
    func schedule(crash: Int?) async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            try await florin.bankAccount()
            let id = try await clock(florin, bot)
            _ = try await florin.now.payoutSettings.change(
                PayoutScheduleChange(interval: .weekly), florin.caller()
            ) { _ in [] }
            _ = try await advance(florin, id, bot, by: .seconds(8 * 86_400), crashingAfter: crash)
            #expect(try await florin.automatic().map(\.amount) == [usd(1_000)])
            for _ in 0..<3 {
                _ = try await florin.charge(500)
                _ = try await advance(florin, id, bot, by: .seconds(7 * 86_400))
            }
            // Their identifiers are of one moment: the machine's clock stands.
            let amounts = try await florin.automatic().map(\.amount.minorUnits).sorted()
            #expect(amounts == [500, 500, 500, 1_000])
            try await florin.now.payoutJobs.runSchedules()
            #expect(try await florin.automatic().count == 4, "no day is served again in real time")
            try await florin.expectSoundLedger()
        }
    }

    @Test("when the clock is deleted, payouts, holds and schedules go by real time again")
    func payoutsAfterDeletion() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await florin.charge(1_000)
            _ = try await advance(florin, id, bot, by: .seconds(30 * 86_400))
            let now = florin.clock.now()
            let place = try await florin.destination()
            try await florin.untilQuiet()
            #expect(place.usableFrom > now.advanced(by: .seconds(30 * 86_400)))
            _ = try await florin.now.payoutSettings.change(
                PayoutScheduleChange(interval: .daily), florin.caller()
            ) { _ in [] }
            _ = try await florin.now.testClocks.delete(id, answering: [], bot, florin.caller())
            let after = try #require(try await florin.now.store.read { try $0.payoutDestination(place.id) })
            #expect(after.usableFrom <= now.advanced(by: florin.configuration.payoutDestinationHold + .seconds(1)))
            let schedule = try await florin.now.store.read { try $0.payoutSchedule(of: Florin.bot, mode: .test) }
            #expect(schedule?.nextDay == now.day + 1)
        }
    }

    @Test("a clock is refused when it lies in the past, goes back, goes too far, exists already or is advancing")
    func refusals() async throws {
        try await withFlorin { florin, _ in
            let now = florin.clock.now()
            func refusal(_ body: () async throws -> Answer) async -> String {
                do {
                    _ = try await body()
                    return "taken"
                } catch Refusal.invalid(_, let code, _) {
                    return "\(code)"
                } catch Refusal.unexpectedState(let code, _) {
                    return "\(code)"
                } catch {
                    return "\(error)"
                }
            }
            func create(_ time: Timestamp) async -> String {
                await refusal { try await florin.now.testClocks.create(bot, name: nil, frozen: time, florin.caller()) }
            }
            #expect(await create(now.advanced(by: .seconds(-7_200))) == "test_clock_in_the_past")
            #expect(await create(now.advanced(by: .seconds(3 * 366 * 86_400))) == "test_clock_too_far_ahead")
            let id = try await clock(florin, bot)
            #expect(await create(now) == "resource_already_exists")
            func advance(_ time: Timestamp) async -> String {
                await refusal { try await florin.now.testClocks.advance(id, to: time, bot, florin.caller()) }
            }
            #expect(await advance(now) == "test_clock_not_later")
            #expect(await advance(now.advanced(by: .seconds(3 * 366 * 86_400))) == "test_clock_too_far_ahead")
            #expect(await advance(now.advanced(by: .seconds(60))) == "taken")
            #expect(await advance(now.advanced(by: .seconds(120))) == "test_clock_advancing")
            let other = TestOwner(.bot(Florin.directBot))
            await #expect(throws: Refusal.self) {
                try await florin.now.testClocks.advance(
                    id, to: now.advanced(by: .seconds(60)), other, florin.caller(other.owner))
            }
        }
    }

    @Test("a clock that nobody deletes is deleted after a month of real time, and its owner told")
    func expiry() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            florin.clock.advance(by: TestClock.lifetime)
            _ = try await florin.now.testClockKeeper.keep()
            #expect(try await stored(florin, id) == nil)
            #expect(try await events(florin, bot).contains(.testClockDeleted))
        }
    }

    @Test("a clock that waits for a receiver lets a round's pause pass before it looks again")
    func waiting() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await florin.now.webhooks.create(
                url: "https://bot.example/hook", types: [.paymentIntentSucceeded], florin.caller())
            florin.transport.hang("https://bot.example/hook")
            _ = try await florin.charge(100)
            let target = Timestamp(seconds: florin.clock.now().seconds + 60)
            _ = try await florin.now.testClocks.advance(id, to: target, bot, florin.caller())
            // Begins the delivery, and then there is nothing to do but wait: a count of more than nothing would ask for the
            // next round at once, and use up in a moment the patience that is meant to last a minute.
            for _ in 0..<20 { #expect(try await florin.now.testClockKeeper.keep() == 0) }
            #expect(try await stored(florin, id)?.status == .advancing)
            florin.transport.letGo("https://bot.example/hook")
        }
    }

    @Test("a clock has patience for each of many receivers that take their time, one after the other")
    func manySlowReceivers() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            let hooks = (1...3).map { "https://bot.example/hook\($0)" }
            for hook in hooks {
                _ = try await florin.now.webhooks.create(
                    url: hook, types: [.paymentIntentSucceeded], florin.caller())
                florin.transport.hang(hook)
                // A moment of its own for each charge: the first endpoint hears of three, the last of one.
                _ = try await florin.charge(100)
                florin.clock.advance(by: .milliseconds(1))
            }
            let target = Timestamp(seconds: florin.clock.now().seconds + 60)
            _ = try await florin.now.testClocks.advance(id, to: target, bot, florin.caller())
            for (hook, stillPending) in zip(hooks, [3, 1, 0]) {
                for _ in 0..<TestClockKeeper.patience * 3 / 4 { _ = try await florin.now.testClockKeeper.keep() }
                #expect(try await stored(florin, id)?.status == .advancing)
                florin.transport.letGo(hook)
                while try await florin.now.store.read({ try $0.statistics() }).pendingDeliveries > stillPending {
                    await Task.yield()
                }
            }
        }
    }

    @Test("a clock on whose way something cannot be done fails, says so, and can be advanced again")
    func failure() async throws {
        try await withFlorin { florin, _ in
            let id = try await clock(florin, bot)
            _ = try await florin.now.webhooks.create(
                url: "https://bot.example/hook", types: [.paymentIntentSucceeded], florin.caller())
            florin.transport.hang("https://bot.example/hook")
            _ = try await florin.charge(100)
            let failed = try await advance(florin, id, bot, by: .seconds(60))
            #expect(failed.status == .internalFailure)
            #expect(try await events(florin, bot).contains(.testClockInternalFailure))
            #expect(florin.reports.contains { $0.contains(id.text) })
            florin.transport.letGo("https://bot.example/hook")
            let again = try await advance(florin, id, bot, by: .seconds(120))
            #expect(again.status == .ready)
        }
    }
}
