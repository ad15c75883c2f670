import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Fees, refunds and disputes together")
struct FeePropertyTests {
    @Test("the platform's fee is booked with the charge, kept on a refund, and owed where the money went past it")
    func fees() async throws {
        try await withFlorin { florin, _ in
            let fee = try #require(PlatformFee(currency: .usd, basisPoints: 250, fixed: 30))
            try await florin.now.store.write { transaction in
                try transaction.set(fee, of: Florin.bot)
                try transaction.set(fee, of: Florin.directBot)
            }
            let payment = try await florin.payment(try await florin.charge(1_000))
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 945)
            #expect(try await florin.balance(.feesEarned, of: Florin.platform) == 55)
            let charge = try #require(payment.latestCharge)
            #expect(try await florin.now.store.read { try $0.charge(charge) }?.fee == 55)
            #expect(try await florin.refund(payment.id, 945)("status") == "succeeded")
            #expect(try await florin.balance(.feesEarned, of: Florin.platform) == 55)
            _ = try await florin.charge(1_000, bot: Florin.directBot)
            #expect(try await florin.balance(.receivable, of: Florin.directBot) == -55)
            #expect(try await florin.balance(.feesEarned, of: Florin.platform) == 110)
            try await florin.now.store.write { try $0.removePlatformFee(of: Florin.bot, currency: .usd) }
            _ = try await florin.charge(1_000)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    /// What one bot's accounts must hold, counted apart from the book.
    private struct Model {
        var owed: Int64 = 0
        var clearing: Int64 = 0
        var earned: Int64 = 0
    }

    @Test(
        "after any history the book is the sum of what happened, and who owes can spend nothing",
        arguments: [UInt64(11), 12, .random(in: 0 ... .max)])
    func history(seed: UInt64) async throws {
        var random = SeededRandomness(seed: seed)
        try await withFlorin { florin, processor in
            var model = Model()
            var charges: [(payment: PaymentID, charge: OperationID, amount: Int64, withdrawn: Int64)] = []
            for step in 0..<120 {
                switch Int.random(in: 0..<10, using: &random) {
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
                    charges.append((payment.id, id.retyped(), amount, 0))
                case 5...6:
                    guard let chosen = charges.randomElement(using: &random) else { continue }
                    let amount = Int64.random(in: 1...chosen.amount, using: &random)
                    guard let answer = try? await florin.refund(chosen.payment, amount), answer("status") == "succeeded"
                    else { continue }
                    model.owed -= amount
                    model.clearing -= amount
                case 7...8:
                    guard let index = charges.indices.randomElement(using: &random) else { continue }
                    let amount = Int64.random(in: 1...charges[index].amount, using: &random)
                    let fee: Int64? = Bool.random(using: &random) ? 15 : nil
                    try await tell(florin, step, charges[index].charge, .fundsWithdrawn(usd(amount), fee: fee.map(usd)))
                    charges[index].withdrawn += amount
                    model.owed -= amount + (fee ?? 0)
                    model.clearing -= amount + (fee ?? 0)
                default:
                    guard
                        let index = charges.indices.filter({ charges[$0].withdrawn > 0 }).randomElement(using: &random)
                    else { continue }
                    let amount = Int64.random(in: 1...charges[index].withdrawn, using: &random)
                    try await tell(florin, step, charges[index].charge, .fundsReinstated(usd(amount), fee: nil))
                    charges[index].withdrawn -= amount
                    model.owed += amount
                    model.clearing += amount
                }
                let payable = try await florin.balance(.botPayable, of: Florin.bot)
                let debt = try await florin.balance(.receivable, of: Florin.bot)
                try #require(payable + debt == model.owed, "seed \(seed), step \(step)")
                try #require(
                    debt == 0 || payable == 0, "seed \(seed), step \(step): owes \(-debt) and can spend \(payable)")
                try #require(
                    try await florin.balance(.processorClearing, of: Florin.connection) == -model.clearing,
                    "seed \(seed), step \(step)")
                try #require(try await florin.balance(.feesEarned, of: Florin.platform) == model.earned)
            }
            try await florin.expectSoundLedger()
            #expect(florin.reports.isEmpty)
        }
    }

    private func tell(_ florin: Florin, _ step: Int, _ charge: OperationID, _ news: DisputeNews) async throws {
        let report = DisputeReport(
            dispute: "dp_\(charge.text)", amount: usd(1), reason: .general, respondBy: nil, news: news)
        try await florin.now.facts.record(
            ProcessorFact(id: "fact_\(step)", operation: charge, kind: .dispute(report)), from: Florin.connection)
    }
}
