import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// What vendors' settlements look like where they are not shaped as the book is.
@Suite("Settlements in the vendors' own shapes")
struct SettlementShapeTests {
    private func expectClean(_ florin: Florin, _ lines: Int64) async throws {
        florin.clock.advance(by: .seconds(1_000))
        let report = try await florin.reconcile()
        #expect(report.matched == lines && report.cases == 0)
        #expect(try await florin.openCases() == [])
        try await florin.expectSoundLedger()
    }

    @Test("captured money may stand under the reference of the capture")
    func capture() async throws {
        try await withFlorin { florin, processor in
            let payment = try await florin.payment(try await florin.charge(1_000, .manual))
            _ = try await florin.now.payments.capture(payment.id, amount: 600, florin.caller())
            let taken = try #require(processor.sent(.capture).first?.reference.operation)
            processor.settle([florin.line("t1", .charge, 600, fee: 20, of: taken)])
            try await expectClean(florin, 1)
        }
    }

    @Test("what undid a whole charge may stand under the reference of the charge; a part of it may not")
    func reversal() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000)
            let charge = try await florin.taken(answer)
            _ = try await florin.refund(try PaymentID(required: answer("id")))
            processor.settle([
                florin.line("t1", .charge, 1_000, of: charge), florin.line("t2", .refund, -1_000, of: charge),
            ])
            try await expectClean(florin, 2)
            processor.settle([florin.line("t3", .refund, -400, of: charge)])
            try await florin.reconcile()
            #expect(try await florin.openCases() == ["unknownHere t3"])
        }
    }

    @Test(
        "money and fee of a dispute may stand in two lines under the payment's reference, and are booked once, with the dispute"
    )
    func dispute() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            let lines = [
                florin.line("t1", .charge, 1_000, of: charge), florin.line("t2", .dispute, -1_000, of: charge),
                florin.line("t3", .dispute, 0, fee: 2_000, of: charge),
            ]
            processor.settle(lines)
            try await florin.reconcile()
            #expect(try await florin.openCases() == ["unbookedDispute t2", "unbookedDispute t3"])
            for (index, news) in [DisputeNews.fundsWithdrawn(usd(1_000), fee: nil), .feeTaken(usd(2_000))].enumerated()
            {
                try await florin.now.facts.record(
                    ProcessorFact(
                        id: "dp_1:\(index)", operation: charge,
                        kind: .dispute(
                            DisputeReport(
                                dispute: "dp_1", amount: usd(1_000), reason: .fraudulent, respondBy: nil, news: news))),
                    from: Florin.connection)
            }
            try await florin.reconcile()
            #expect(try await florin.openCases() == [])
            #expect(
                try await florin.balance(.processingFees, of: Florin.connection) == 0, "the bot bears a dispute's fee")
            try await florin.expectSoundLedger()
        }
    }

    @Test("money that was sent to a person and came back is no case once both lines are there")
    func returnedPush() async throws {
        try await withFlorin { florin, processor in
            let (person, card) = try await florin.person(card: 10)
            _ = try await florin.topUp(person, card, 2_000)
            let loaded = try #require(processor.sent(.authorize).first?.reference.operation)
            processor.script.script(.push, .declined(Decline(reason: .genericDecline, isSoft: false)))
            _ = try? await florin.cashOut(person, card, 700)
            let push = try #require(processor.sent(.push).first?.reference.operation)
            let lines = [florin.line("t1", .charge, 2_000, of: loaded), florin.line("t2", .push, -700, of: push)]
            processor.settle(lines)
            try await florin.reconcile()
            #expect(try await florin.openCases() == ["unknownHere t2"])
            processor.settle(lines + [florin.line("t3", .other, 700, of: push)])
            try await expectClean(florin, 3)
        }
    }

    @Test("disputes, refunds and pushes that came back of an account's other connection agree with its settlement too")
    func otherConnectionOfTheAccount() async throws {
        try await withConnections { florin, first, second, _ in
            let other = Florin.spare(0)
            _ = try await florin.now.operators.connections.set(enabled: false, Florin.connection) { _ in }
            let disputed = try await florin.taken(try await florin.charge(1_000))
            try await florin.now.facts.record(
                ProcessorFact(
                    id: "dp_1:0", operation: disputed,
                    kind: .dispute(
                        DisputeReport(
                            dispute: "name_t2", amount: usd(1_000), reason: .fraudulent, respondBy: nil,
                            news: .fundsWithdrawn(usd(1_000), fee: nil)))),
                from: other)
            let answer = try await florin.charge(900)
            second.script.script(.refund, .declined(Decline(reason: .lostCard, isSoft: false)))
            let payment = try PaymentID(required: answer("id"))
            _ = try await florin.refund(payment, 400)
            let refund = try #require(
                try await florin.now.store.read { try $0.refunds(ofPayment: payment).first?.id })
            let (person, card) = try await florin.person(card: 10)
            _ = try await florin.topUp(person, card, 2_000)
            let loaded = try #require(second.sent(.authorize).last?.reference.operation)
            second.script.script(.push, .declined(Decline(reason: .genericDecline, isSoft: false)))
            _ = try? await florin.cashOut(person, card, 700)
            let push = try #require(second.sent(.push).first?.reference.operation)
            first.settle([
                florin.line("t1", .charge, 1_000, of: disputed), florin.line("t2", .dispute, -1_000),
                florin.line("t3", .charge, 900, of: try await florin.taken(answer)),
                florin.line("t4", .refundFailure, 400, of: refund.retyped()),
                florin.line("t5", .refund, -400, of: refund.retyped()),
                florin.line("t6", .charge, 2_000, of: loaded), florin.line("t7", .other, 700, of: push),
                florin.line("t8", .push, -700, of: push),
            ])
            let now = florin.clock.now()
            try await florin.now.store.write { transaction in
                for id in [Florin.connection, other] {
                    try transaction.note(accountIdentity: "acct_1", of: id, at: now)
                }
            }
            #expect(try await florin.reconcile().matched == 8)
            #expect(try await florin.openCases() == [])
            try await florin.expectSoundLedger()
        }
    }

    @Test("why a report cannot be had is told as the processor's adapter says it")
    func refused() async throws {
        try await withFlorin { florin, processor in
            processor.refuseSettlement("its list ends at noon")
            do {
                try await florin.reconcile()
                Issue.record("reconciled without a report")
            } catch SettlementRefusal.unavailable(let text) { #expect(text.contains("its list ends at noon")) }
        }
    }
}
