import Ledger
import Payments
import Ports
import Primitives

/// Payouts to bots, where they go, when, and the reports that were made.
extension StoreContract {
    static var payoutRules: [StoreRule] {
        [
            StoreRule("a payout and its destination come back as they were written and changed", payoutRows),
            StoreRule("a payout that somebody else changed is not overwritten", payoutVersions),
            StoreRule("payouts are listed by what is asked, and those that are due are found", payoutLists),
            StoreRule("the ledger's check misses money of a payout that is underway", payoutAudit),
            StoreRule("each currency has one default destination", oneDefault),
            StoreRule("a schedule is replaced, and found from its day on", schedules),
            StoreRule("a report of one day is stored once", reportRuns),
            StoreRule("postings come with both their accounts, in pages", postingPages),
        ]
    }

    private static func destination(_ samples: StoreSamples, at second: Int64, _ rail: PayoutRail) -> PayoutDestination
    {
        let time = StoreSamples.time(second)
        return PayoutDestination(
            id: samples.random.identifier(at: time), bot: samples.bot.id, mode: .test, rail: rail, currency: .eur,
            card: rail == .card ? samples.card.id : nil, lastFour: rail == .paypal ? "" : "0042", country: "DE",
            state: .usable, created: time, usableFrom: StoreSamples.time(second + 100), details: samples.sealed())
    }

    private static func payout(
        _ samples: StoreSamples, to destination: PayoutDestination, at second: Int64, amount: Int64 = 300
    ) -> Payout {
        let time = StoreSamples.time(second)
        return Payout(
            id: samples.random.identifier(at: time), bot: samples.bot.id, mode: .test,
            amount: Money(minorUnits: amount, currency: .eur), destination: destination.id, rail: destination.rail,
            method: .standard, isAutomatic: true, created: time, due: StoreSamples.time(second + 60),
            arrival: StoreSamples.time(second + 600), posting: 7, details: samples.sealed())
    }

    private static func cast(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        try await subject.write { transaction in
            if try transaction.bot(samples.bot.id) == nil {
                if try transaction.platform(samples.platform.id) == nil { try transaction.insert(samples.platform) }
                try transaction.insert(samples.bot)
            }
        }
    }

    private static func payoutRows(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        let samples = subject.samples
        for (offset, rail) in PayoutRail.allCases.enumerated() {
            let second = Int64(offset * 10)
            var place = destination(samples, at: second, rail)
            var payout = payout(samples, to: place, at: second + 1)
            let (firstPlace, firstPayout) = (place, payout)
            try await subject.write { transaction in
                try transaction.insert(firstPlace)
                try transaction.insert(firstPayout)
            }
            let (placeID, payoutID) = (place.id, payout.id)
            try requireEqual(
                try await subject.read { try $0.payoutDestination(placeID) }, .some(place), "a destination")
            try requireEqual(try await subject.read { try $0.payout(payoutID) }, .some(payout), "a payout")
            (place.state, place.isDefault, place.details) = (.removed, false, nil)
            (payout.state, payout.failure, payout.returnPosting) = (.failed, .accountClosed, 12)
            (payout.connection, payout.reference, payout.begunBy) = (samples.connection.id, "ref", 1_000)
            (payout.sent, payout.ended, payout.details) = (StoreSamples.time(20), StoreSamples.time(30), nil)
            let (changedPlace, changedPayout) = (place, payout)
            try await subject.write { transaction in
                try transaction.update(changedPlace)
                try transaction.update(changedPayout)
            }
            place.version += 1
            payout.version += 1
            try requireEqual(
                try await subject.read { try $0.payoutDestination(placeID) }, .some(place), "a changed destination")
            try requireEqual(try await subject.read { try $0.payout(payoutID) }, .some(payout), "a changed payout")
        }
    }

    private static func payoutVersions(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        let place = destination(subject.samples, at: 0, .bank)
        let payout = payout(subject.samples, to: place, at: 1)
        try await subject.write { transaction in
            try transaction.insert(place)
            try transaction.insert(payout)
            try transaction.update(payout)
            try transaction.update(place)
        }
        _ = try await requireThrown("an old payout") { try await subject.write { try $0.update(payout) } }
        _ = try await requireThrown("an old destination") { try await subject.write { try $0.update(place) } }
    }

    private static func payoutLists(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        let samples = subject.samples
        let (card, bank) = (destination(samples, at: 0, .card), destination(samples, at: 1, .bank))
        let first = payout(samples, to: card, at: 10)
        let second = payout(samples, to: bank, at: 20)
        var third = payout(samples, to: card, at: 30)
        third.state = .paid
        let all = [first, second, third]
        try await subject.write { transaction in
            try transaction.insert(card)
            try transaction.insert(bank)
            for payout in all { try transaction.insert(payout) }
        }
        func found(_ query: PayoutQuery) async throws -> [PayoutID] {
            try await subject.read { try $0.payouts(matching: query, PageRequest(limit: 10)).items.map(\.id) }
        }
        let bot = samples.bot.id
        try requireEqual(try await found(PayoutQuery(bot: bot, mode: .test)), [third.id, second.id, first.id], "all")
        try requireEqual(try await found(PayoutQuery(bot: bot, mode: .live)), [], "of the other mode")
        try requireEqual(try await found(PayoutQuery(bot: bot, mode: .test, state: .paid)), [third.id], "paid")
        try requireEqual(
            try await found(PayoutQuery(bot: bot, mode: .test, destination: bank.id)), [second.id], "to the bank")
        try requireEqual(try await found(PayoutQuery(rail: .bank)), [second.id], "of everybody, by bank")
        let older = PageRequest(limit: 1, cursor: .after(SIMD2(third.id.high, third.id.low)))
        let page = try await subject.read { try $0.payouts(matching: PayoutQuery(bot: bot, mode: .test), older) }
        try requireEqual(page.items.map(\.id), [second.id], "the second page")
        try requireEqual(page.hasMore, true, "more")
        try requireEqual(
            try await subject.read { try $0.payoutsToSend(dueBefore: StoreSamples.time(69), limit: 10) }, [], "early")
        try requireEqual(
            try await subject.read { try $0.payoutsToSend(dueBefore: StoreSamples.time(200), limit: 10) }, [first.id],
            "due over a processor")
        let waiting = try await subject.read { try $0.payoutsAwaitingOperator(at: StoreSamples.time(200)) }
        try requireEqual(waiting, WaitingPayouts(count: 1, oldest: second.due), "awaiting an operator")
        let none = try await subject.read { try $0.payoutsAwaitingOperator(at: StoreSamples.time(79)) }
        try requireEqual(none, WaitingPayouts(count: 0, oldest: nil), "awaiting nobody")
    }

    private static func payoutAudit(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        let samples = subject.samples
        let place = destination(samples, at: 0, .card)
        let payout = payout(samples, to: place, at: 1)
        try await subject.write { transaction in
            try transaction.insert(place)
            try transaction.insert(payout)
        }
        let missing = try await subject.read { try $0.verifyLedger() }
        try require(missing.problems.count == 1, "what was not set aside is found: \(missing.problems)")
        let clearing = AccountKey(.processorClearing, of: samples.connection.id, currency: .eur, mode: .test)
        let payable = AccountKey(.botPayable, of: samples.bot.id, currency: .eur, mode: .test)
        try await subject.write { transaction in
            let aside = try PostingPlans.payoutSetAside(
                payout.amount, of: samples.bot.id, mode: .test, platform: samples.platform.id)
            let earned = try Posting(debit: clearing, credit: payable, amount: 300, reason: .charge)
            _ = try transaction.post(
                LedgerTransaction(source: payout.id, created: payout.created, postings: [earned, aside]))
        }
        let whole = try await subject.read { try $0.verifyLedger() }
        try requireEqual(whole.problems, [], "set aside")
        var ended = payout
        ended.state = .paid
        let paid = ended
        try await subject.write { try $0.update(paid) }
        let left = try await subject.read { try $0.verifyLedger() }
        try require(left.problems.count == 1, "what is left in flight is found: \(left.problems)")
    }

    private static func oneDefault(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        var first = destination(subject.samples, at: 0, .bank)
        var second = destination(subject.samples, at: 1, .bank)
        (first.isDefault, second.isDefault) = (true, true)
        let (one, two) = (first, second)
        try await subject.write { try $0.insert(one) }
        _ = try await requireThrown("a second default") { try await subject.write { try $0.insert(two) } }
        let bot = subject.samples.bot.id
        let found = try await subject.read {
            try $0.defaultPayoutDestination(of: bot, mode: .test, currency: .eur)
        }
        try requireEqual(found, first as PayoutDestination?, "the default")
    }

    private static func schedules(_ subject: StoreUnderTest) async throws {
        try await cast(subject)
        let bot = subject.samples.bot.id
        var schedule = PayoutSchedule(
            bot: bot, mode: .test, interval: .monthly, weekdays: 127, monthDays: 1 << 30, nextDay: 20_000)
        let first = schedule
        try await subject.write { try $0.put(first) }
        try requireEqual(
            try await subject.read { try $0.payoutSchedule(of: bot, mode: .test) }, .some(first), "as written")
        try requireEqual(try await subject.read { try $0.payoutSchedules(dueOn: 19_999, limit: 5) }, [], "early")
        try requireEqual(try await subject.read { try $0.payoutSchedules(dueOn: 20_001, limit: 5) }, [first], "due")
        (schedule.interval, schedule.nextDay) = (.manual, nil)
        let second = schedule
        let minimums = [
            PayoutMinimum(currency: .usd, amount: 5), PayoutMinimum(currency: .eur, amount: 7),
        ]
        try await subject.write { transaction in
            try transaction.put(second)
            try transaction.put([PayoutMinimum(currency: .jpy, amount: 1)], of: bot, mode: .test)
            try transaction.put(minimums, of: bot, mode: .test)
        }
        try requireEqual(try await subject.read { try $0.payoutSchedules(dueOn: 99_999, limit: 5) }, [], "by hand")
        let stored = try await subject.read { try $0.payoutMinimums(of: bot, mode: .test) }
        try requireEqual(Set(stored), Set(minimums), "minimums")
    }

    private static func reportRuns(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        func run(_ second: Int64, _ owner: Owner, day: Int64 = 20_000) -> ReportRun {
            ReportRun(
                id: samples.random.identifier(at: StoreSamples.time(second)), owner: owner, mode: .test,
                type: .balance, day: day, created: StoreSamples.time(second), rows: 3, size: 100,
                digest: samples.random.bytes(32))
        }
        let (bot, platform) = (Owner.bot(samples.bot.id), Owner.platform(samples.platform.id))
        let (first, again, other) = (run(1, bot), run(2, bot), run(3, platform))
        try requireEqual(try await subject.write { try $0.insert(first) }, true, "first")
        try requireEqual(try await subject.write { try $0.insert(again) }, false, "again")
        try requireEqual(try await subject.write { try $0.insert(other) }, true, "of another")
        let id = first.id
        try requireEqual(try await subject.read { try $0.reportRun(id) }, .some(first), "by its identifier")
        try requireEqual(
            try await subject.read { try $0.reportRun(of: bot, mode: .test, .balance, day: 20_000) }, .some(first),
            "by day")
        try requireEqual(
            try await subject.read { try $0.reportRun(of: bot, mode: .test, .fees, day: 20_000) }, nil, "of no type")
        let all = try await subject.read { try $0.reportRuns(of: nil, mode: nil, PageRequest(limit: 10)).items }
        try requireEqual(all, [other, first], "all")
        let own = try await subject.read { try $0.reportRuns(of: bot, mode: .test, PageRequest(limit: 10)).items }
        try requireEqual(own, [first], "the bot's own")
    }

    private static func postingPages(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let clearing = AccountKey(.processorClearing, of: samples.connection.id, currency: .eur, mode: .test)
        let payable = AccountKey(.botPayable, of: samples.bot.id, currency: .eur, mode: .test)
        let id: ChargeID = samples.random.identifier(at: StoreSamples.time(0))
        try requireEqual(try await subject.read { try $0.lastPostingNumber() }, 0, "of an empty book")
        for second in Int64(1)...3 {
            try await subject.write { transaction in
                let posting = try Posting(debit: clearing, credit: payable, amount: second, reason: .charge)
                _ = try transaction.post(
                    LedgerTransaction(source: id, created: StoreSamples.time(second), postings: [posting]))
            }
        }
        let last = try await subject.read { try $0.lastPostingNumber() }
        try requireEqual(
            try await subject.read { try $0.postingTime(atOrBefore: last) }, .some(StoreSamples.time(3)), "the last")
        try requireEqual(try await subject.read { try $0.postingTime(atOrBefore: 0) }, nil, "before the first")
        let page = try await subject.read { try $0.postings(after: last - 2, through: last - 1, limit: 10) }
        let expected = BookedPosting(
            number: last - 1, source: SIMD2(id.high, id.low), reason: .charge, debit: clearing, credit: payable,
            amount: 2, created: StoreSamples.time(2))
        try requireEqual(page, [expected], "a page")
        let totals = try await subject.read { try $0.kindTotals() }
        try requireEqual(totals.map(\.balance).sorted(), [-6, 6], "totals")
    }
}
