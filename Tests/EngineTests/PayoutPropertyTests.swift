import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Payments, fees, refunds, disputes and payouts together")
struct PayoutPropertyTests {
    /// What one bot's money must come to, counted apart from the book.
    private struct Model {
        var owed: Int64 = 0
        var clearing: Int64 = 0
        var earned: Int64 = 0
        var inFlight: Int64 = 0
        var bank: Int64 = 0
    }

    @Test(
        "after any history every account holds the sum of what happened, daily reports tie, and clearing ends at zero",
        arguments: [UInt64(21), 22, .random(in: 0 ... .max)])
    func history(seed: UInt64) async throws {
        var random = SeededRandomness(seed: seed)
        try await withFlorin { florin, processor in
            try await florin.bankAccount()
            try await florin.bankless()
            var (model, charges) = (Model(), [(payment: PaymentID, charge: OperationID, amount: Int64)]())
            let desk = try florin.now.useCases.operators.payouts
            var days: Set<Int64> = []
            let places = try await florin.now.store.read {
                try $0.payoutDestinations(of: Florin.bot, mode: .test, PageRequest()).items
            }
            for step in 0..<120 {
                days.insert(florin.clock.now().day)
                switch Int.random(in: 0..<12, using: &random) {
                case 0:
                    let fee = try #require(
                        PlatformFee(
                            currency: .usd, basisPoints: .random(in: 0...500, using: &random),
                            fixed: .random(in: 0...50, using: &random)))
                    try await florin.now.store.write { try $0.set(fee, of: Florin.bot) }
                case 1...4:
                    let amount = Int64.random(in: 1...5_000, using: &random)
                    let payment = try await florin.payment(try await florin.charge(amount))
                    let id = try #require(payment.latestCharge)
                    let fee = try await florin.now.store.read { try $0.charge(id)?.fee ?? 0 }
                    model.owed += amount - fee
                    model.clearing += amount
                    model.earned += fee
                    charges.append((payment.id, id.retyped(), amount))
                case 5:
                    guard let chosen = charges.randomElement(using: &random) else { continue }
                    let amount = Int64.random(in: 1...chosen.amount, using: &random)
                    guard let answer = try? await florin.refund(chosen.payment, amount), answer("status") == "succeeded"
                    else { continue }
                    model.owed -= amount
                    model.clearing -= amount
                case 6:
                    guard let chosen = charges.randomElement(using: &random) else { continue }
                    let amount = Int64.random(in: 1...chosen.amount, using: &random)
                    let report = DisputeReport(
                        dispute: "dp_\(chosen.charge.text)", amount: usd(1), reason: .general, respondBy: nil,
                        news: .fundsWithdrawn(usd(amount), fee: usd(15)))
                    try await florin.now.facts.record(
                        ProcessorFact(id: "fact_\(step)", operation: chosen.charge, kind: .dispute(report)),
                        from: Florin.connection)
                    model.owed -= amount + 15
                    model.clearing -= amount + 15
                case 7...9:
                    let place = try #require(places.randomElement(using: &random))
                    let isInstant = place.rail == .card && Bool.random(using: &random)
                    let amount = Int64.random(in: 1...3_000, using: &random)
                    if isInstant, Bool.random(using: &random) {
                        processor.script.fallback = .declined(Decline(reason: .genericDecline, isSoft: false))
                    }
                    let request = PayoutRequest(
                        amount: usd(amount), destination: place.id, method: isInstant ? .instant : .standard,
                        details: DetailFields())
                    let answer = try? await florin.now.payouts.create(request, florin.caller())
                    processor.script.fallback = nil
                    guard let answer else { continue }
                    if answer("status") != "failed" { model.owed -= amount }
                    if answer("status") == "paid" { model.clearing -= amount }
                    if answer("status") == "pending" { model.inFlight += amount }
                case 10:
                    florin.clock.advance(by: .seconds(.random(in: 1...40_000, using: &random)))
                    try await move(florin, desk, &model, &random)
                default:
                    let waiting = try await pending(florin)
                    guard let payout = waiting.randomElement(using: &random) else { continue }
                    _ = try await florin.now.payouts.cancel(payout.id, florin.caller())
                    model.inFlight -= payout.amount.minorUnits
                    model.owed += payout.amount.minorUnits
                }
                try await compare(florin, model, "seed \(seed), step \(step)")
            }
            try await florin.expectSoundLedger()
            #expect(florin.reports.isEmpty)
            try await reportsTie(florin, days)
            try await clearingEndsAtZero(florin, desk, &model)
        }
    }

    private func pending(_ florin: Florin) async throws -> [Payout] {
        try await florin.now.store.read {
            try $0.payouts(
                matching: PayoutQuery(bot: Florin.bot, mode: .test, state: .pending), PageRequest(limit: 100)
            )
            .items
        }
    }

    /// What is due is sent, and operators work on bank transfers.
    private func move(
        _ florin: Florin, _ desk: PayoutDesk, _ model: inout Model, _ random: inout SeededRandomness
    ) async throws {
        let owes = try await florin.balance(.receivable, of: Florin.bot) < 0
        let waiting = try await pending(florin)
        try await florin.now.payoutJobs.sendDue()
        try await florin.untilQuiet()
        for payout in waiting where payout.rail == .card && payout.due <= florin.clock.now() {
            model.inFlight -= payout.amount.minorUnits
            let now = try await florin.now.store.read { try $0.payout(payout.id) }
            if now?.state == .paid {
                model.clearing -= payout.amount.minorUnits
            } else {
                try #require(now?.state == .canceled && owes)
                model.owed += payout.amount.minorUnits
            }
        }
        for payout in waiting where payout.rail == .bank && Bool.random(using: &random) {
            guard (try? await desk.begin(payout.id, by: 1, also: { _ in })) != nil else { continue }
            model.inFlight -= payout.amount.minorUnits
            let isConfirmed = Bool.random(using: &random)
            if isConfirmed { _ = try await desk.confirm(payout.id, reference: "R", by: 2) { _ in } }
            if isConfirmed, Bool.random(using: &random) {
                model.bank += payout.amount.minorUnits
            } else {
                _ = try await desk.fail(payout.id, .noAccount) { _ in }
                model.owed += payout.amount.minorUnits
            }
        }
    }

    private func compare(_ florin: Florin, _ model: Model, _ place: String) async throws {
        let payable = try await florin.balance(.botPayable, of: Florin.bot)
        let debt = try await florin.balance(.receivable, of: Florin.bot)
        try #require(payable + debt == model.owed, "\(place)")
        try #require(debt == 0 || payable == 0, "\(place): owes \(-debt) and can spend \(payable)")
        try #require(try await florin.balance(.payoutsInFlight, of: Florin.platform) == model.inFlight, "\(place)")
        try #require(try await florin.balance(.bank, of: Florin.platform) == model.bank, "\(place)")
        try #require(
            try await florin.balance(.processorClearing, of: Florin.connection) == -model.clearing, "\(place)")
        try #require(try await florin.balance(.feesEarned, of: Florin.platform) == model.earned, "\(place)")
    }

    /// Every day's closing balance is the next day's opening one, for the bot and for the whole book.
    private func reportsTie(_ florin: Florin, _ days: Set<Int64>) async throws {
        _ = florin.endDay()
        let (first, last) = (try #require(days.min()), try #require(days.max()))
        for owner in [Owner.bot(Florin.bot), .platform(Florin.platform)] {
            var closing: [String: String] = [:]
            for day in first...last {
                let files = MemoryReports()
                let runs = try await florin.maker(files).make(owner, mode: .test, day: day)
                let balance = try #require(runs.first { $0.type == .balance })
                let lines = files.text(ReportMaker.name(balance)).split(separator: "\r\n").dropFirst()
                    .map { $0.split(separator: ",").map(String.init) }
                for line in lines where line[line.count - 2] == "opening" {
                    let account = line.dropLast(2).joined(separator: " ")
                    #expect(line.last == closing[account] ?? "0", "\(account) on day \(day)")
                }
                for line in lines where line[line.count - 2] == "closing" {
                    closing[line.dropLast(2).joined(separator: " ")] = line.last
                }
            }
        }
    }

    /// The processor settles what it has: then nothing is left anywhere but what people own.
    private func clearingEndsAtZero(_ florin: Florin, _ desk: PayoutDesk, _ model: inout Model) async throws {
        for payout in try await pending(florin) {
            _ = try await florin.now.payouts.cancel(payout.id, florin.caller())
        }
        #expect(try await florin.balance(.payoutsInFlight, of: Florin.platform) == 0)
        let left = -(try await florin.balance(.processorClearing, of: Florin.connection))
        let connection = Connection(
            id: Florin.connection, owner: .platform(Florin.platform), mode: .test, processor: "scripted",
            fundsFlow: .toPlatform, created: Timestamp(seconds: 0))
        let accounts = try #require(
            SettlementAccounts(connection, platform: Florin.platform, bot: nil, currency: .usd))
        let now = florin.clock.now()
        if left != 0 {
            _ = try await florin.now.store.write { transaction in
                try transaction.post(
                    LedgerTransaction(
                        source: SettlementLineID(high: 1, low: 1), created: now,
                        postings: [try PostingPlans.payout(left, accounts)]))
            }
        }
        #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
        try await florin.expectSoundLedger()
    }
}
