import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Reconciliation with settlements")
struct SettlementTests {
    @Test("when the payout arrives nothing is left at the processor; the same report again changes nothing")
    func payout() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            let payment = try PaymentID(required: try await florin.charge(500)("id"))
            let second = try #require(try await florin.payment(payment).latestCharge)
            let refund = try RefundID(required: try await florin.refund(payment, 200)("id"))
            processor.settle([
                florin.line("t1", .charge, 1_000, fee: 59, of: charge, payout: "po_1"),
                florin.line("t2", .charge, 500, fee: 45, of: second.retyped(), payout: "po_1"),
                florin.line("t3", .refund, -200, of: refund.retyped(), payout: "po_1"),
                florin.line("t4", .fee, -20, payout: "po_1"),
                florin.line("t5", .payout, -1_176, payout: "po_1"),
            ])
            let first = try await florin.reconcile()
            #expect(first.lines == 5 && first.newLines == 5 && first.matched == 5 && first.cases == 0)
            for _ in 0..<2 {
                #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
                #expect(try await florin.balance(.processingFees, of: Florin.connection) == -124)
                #expect(try await florin.balance(.bank, of: Florin.platform) == -1_176)
                #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_300)
                #expect(try await florin.openCases() == [])
                let again = try await florin.reconcile()
                #expect(again.id != first.id && again.newLines == 0)
            }
            try await florin.expectSoundLedger()
        }
    }

    @Test("on a bot's own account fees and payouts go out of the bot's memorandum")
    func direct() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000, bot: Florin.directBot))
            processor.settle([
                florin.line("t1", .charge, 1_000, fee: 59, of: charge, payout: "po_1"),
                florin.line("t2", .payout, -941, payout: "po_1"),
            ])
            try await florin.reconcile(Florin.directConnection)
            #expect(try await florin.balance(.directClearing, of: Florin.directConnection) == 0)
            #expect(try await florin.balance(.directSettlement, of: Florin.directBot) == 0)
            #expect(try await florin.balance(.bank, of: Florin.platform) == 0)
            #expect(try await florin.openCases() == [])
            try await florin.expectSoundLedger()
        }
    }

    @Test("every difference is a case, once; the money of fees and payouts is booked all the same")
    func differences() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            let missing = try await florin.taken(try await florin.charge(700))
            let strange = OperationID(high: 77, low: 7)
            processor.settle([
                florin.line("wrong", .charge, 999, fee: 30, of: charge, payout: "po_1"),
                florin.line("strange", .charge, 300, fee: 10, of: strange),
                florin.line("nameless", .refund, -50),
                florin.line("twice", .charge, 1_000, of: charge),
                florin.line("dispute", .dispute, -400, fee: 15),
                florin.line("odd", .other, 1),
                florin.line("paid", .payout, -900, payout: "po_1"),
            ])
            // What the book posted a moment ago is looked for in the next report only.
            florin.clock.advance(by: .seconds(1_000))
            let expected = [
                "mismatch twice", "mismatch wrong", "missingAtProcessor \(missing.text)/charge",
                "payoutDiffers po_1/usd",
                "unbookedDispute dispute", "unexplained odd", "unknownHere nameless", "unknownHere strange",
            ]
            let first = try await florin.reconcile()
            #expect(try await florin.openCases() == expected)
            #expect(first.cases == 8 && first.matched == 1)
            #expect(try await florin.reconcile().cases == 0)
            #expect(try await florin.openCases() == expected)
            #expect(try await florin.balance(.processingFees, of: Florin.connection) == -40)
            #expect(try await florin.balance(.bank, of: Florin.platform) == -900)
            let found = try #require(try await florin.cases().first { $0.subject == "wrong" })
            #expect(found.booked == usd(1_000) && found.reported == usd(999) && found.reference == charge)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a line that comes again with other figures is a case, and the first ones count")
    func changed() async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            processor.settle([florin.line("t1", .charge, 1_000, fee: 59, of: charge)])
            try await florin.reconcile()
            processor.settle([florin.line("t1", .charge, 1_000, fee: 60, of: charge, payout: "po_1")])
            try await florin.reconcile()
            #expect(try await florin.openCases() == ["changedLine t1"])
            #expect(try await florin.balance(.processingFees, of: Florin.connection) == -59)
        }
    }

    @Test("a line that waits for an outcome agrees once it is known, and makes the resolver ask at once")
    func waiting() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            processor.script.lookUpFallback = .notFoundYet
            _ = try await florin.charge(1_000)
            let open = try #require(try await florin.openOperations().first)
            processor.settle([florin.line("t1", .charge, 1_000, fee: 59, of: open.id)])
            let report = try await florin.reconcile()
            #expect(report.matched == 0 && report.cases == 0)
            let due = try #require(try await florin.openOperations().first?.due)
            #expect(due <= florin.clock.now())
            processor.script.scriptLookUps(
                .found(.approved(Approval(processorReference: "late", amount: usd(1_000)))))
            try await florin.resolve()
            #expect(try await florin.openOperations() == [])
            #expect(try await florin.reconcile().matched >= 1)
            #expect(try await florin.openCases() == [])
        }
    }

    @Test("a refund that came back in the settlement is booked as one that was told")
    func cameBack() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000)
            let payment = try PaymentID(required: answer("id"))
            let refund = try RefundID(required: try await florin.refund(payment, 400)("id"))
            processor.settle([
                florin.line("t1", .charge, 1_000, of: try await florin.taken(answer)),
                florin.line("t2", .refund, -400, of: refund.retyped()),
                florin.line("t3", .refundFailure, 400, of: refund.retyped()),
            ])
            #expect(try await florin.reconcile().matched == 3)
            #expect(try await florin.openCases() == [])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.payment(payment).refunded == 0)
        }
    }

    @Test("a settlement of an account that two connections are of is booked once, and shows what was taken over both")
    func sharedAccount() async throws {
        try await withConnections { florin, first, second, _ in
            let other = Florin.spare(0)
            let one = try await florin.taken(try await florin.charge(1_000))
            _ = try await florin.now.operators.connections.set(enabled: false, Florin.connection) { _ in }
            let answer = try await florin.charge(500)
            let two = try await florin.taken(answer)
            #expect(try await florin.now.store.read { try $0.charge(two.retyped())?.connection } == other)
            let lines = [
                florin.line("t1", .charge, 1_000, fee: 59, of: one),
                florin.line("t2", .charge, 500, fee: 20, of: two),
            ]
            first.settle(lines)
            second.settle(lines)
            let now = florin.clock.now()
            try await florin.now.store.write { transaction in
                for id in [Florin.connection, other] {
                    try transaction.note(accountIdentity: "acct_1", of: id, at: now)
                }
            }
            #expect(try await florin.reconcile().matched == 2)
            let again = try await florin.reconcile(other)
            #expect(again.newLines == 0 && again.matched == 2)
            #expect(try await florin.openCases() == [])
            #expect(try await florin.balance(.processingFees, of: Florin.connection) == -79)
            #expect(try await florin.balance(.processingFees, of: other) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what went out and came back before anybody knew agrees with a refund that never was")
    func neverBooked() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000)
            let payment = try PaymentID(required: answer("id"))
            processor.script.script(.refund, .declined(Decline(reason: .lostCard, isSoft: false)))
            _ = try await florin.refund(payment, 400)
            let refund = try #require(
                try await florin.now.store.read { try $0.refunds(ofPayment: payment).first?.id })
            processor.settle([
                florin.line("t1", .charge, 1_000, of: try await florin.taken(answer)),
                florin.line("t2", .refund, -400, of: refund.retyped()),
                florin.line("t3", .refundFailure, 400, of: refund.retyped()),
            ])
            try await florin.reconcile()
            #expect(try await florin.openCases() == [])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
        }
    }

    @Test(
        "a transfer whose way back to the card failed in the settlement goes to the wallet", arguments: [false, true])
    func transferCameBack(told: Bool) async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400, .card(card))("id"))
            _ = try await florin.now.transfers.giveBack(
                id, .declinedByRecipient, florin.caller(.platform(Florin.platform)))
            let back = try #require(processor.sent(.refund).last?.reference.operation)
            if told {
                let decline = Decline(reason: .lostCard, isSoft: false)
                try await florin.now.facts.record(
                    ProcessorFact(id: "told", operation: back, kind: .refundFailed(decline)), from: Florin.connection)
            }
            processor.settle([
                florin.line("t1", .charge, 400, of: id.retyped()), florin.line("t2", .refund, -400, of: back),
                florin.line("t3", .refundFailure, 400, of: back),
            ])
            try await florin.reconcile()
            #expect(try await florin.openCases() == [])
            #expect(try await florin.balance(.wallet, of: alice) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a crash after any step loses and repeats nothing", arguments: 1...6)
    func crash(after steps: Int) async throws {
        try await withFlorin { florin, processor in
            let charge = try await florin.taken(try await florin.charge(1_000))
            processor.settle([
                florin.line("t1", .charge, 1_000, fee: 59, of: charge, payout: "po_1"),
                florin.line("t2", .fee, -1, payout: "po_1"), florin.line("t3", .payout, -940, payout: "po_1"),
            ])
            let end = florin.clock.now().advanced(by: .seconds(1))
            florin.clock.advance(by: .seconds(2))
            func begin() async throws -> SettlementReportID {
                try await florin.now.operators.settlements.start(
                    Florin.connection, .processor, from: end.advanced(by: .seconds(-60)), to: end
                ) { _, _ in }.report.id
            }
            let id = try await begin()
            for _ in 0..<steps { _ = try await florin.now.operators.settlements.advance(id) }
            let isComplete = try await florin.now.store.read { try $0.settlementReport(id)?.state == .complete }
            try await florin.crash()
            let next = try await begin()
            #expect(next == id || isComplete)
            let report = try await florin.finish(next)
            #expect(next != id || (report.lines == 3 && report.newLines == 3))
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
            #expect(try await florin.openCases() == [])
        }
    }

    @Test("the settlement of a payment that went on from an authentication carries the first attempt's reference")
    func authenticated() async throws {
        try await withFlorin { florin, processor in
            let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "pi_1")
            processor.script.script(
                .authorize, .requiresAction(action),
                .approved(Approval(processorReference: "pi_1", amount: usd(1_000))))
            let answer = try await florin.charge(1_000)
            let payment = try PaymentID(required: answer("id"))
            let first = try await florin.taken(answer)
            _ = try await florin.now.payments.confirm(payment, paymentMethod: nil, florin.caller())
            #expect(try await florin.payment(payment).captured == 1_000)
            processor.settle([florin.line("t1", .charge, 1_000, of: first)])
            florin.clock.advance(by: .seconds(1_000))
            #expect(try await florin.reconcile().matched == 1)
            #expect(try await florin.openCases() == [])
        }
    }

    @Test("only what a finished report covers is missed, and the last minutes belong to the next one")
    func coverage() async throws {
        try await withFlorin { florin, _ in
            let start = florin.clock.now()
            let charge = try await florin.taken(try await florin.charge(1_000))
            let end = florin.clock.now().advanced(by: .seconds(60))
            florin.clock.advance(by: .seconds(61))
            try await florin.reconcile(from: start, to: end)
            #expect(try await florin.openCases() == [])
            florin.clock.advance(by: .seconds(3_600))
            try await florin.reconcile(from: end, to: end.advanced(by: .seconds(3_500)))
            #expect(try await florin.openCases() == ["missingAtProcessor \(charge.text)/charge"])
        }
    }

    @Test(
        "a period that makes no sense is refused",
        arguments: [(10, 5), (0, 10_000_000), (0, 93 * 86_400)] as [(Int64, Int64)])
    func period(from: Int64, to: Int64) async throws {
        try await withFlorin { florin, _ in
            let base = florin.clock.now().advanced(by: .seconds(-86_400))
            await #expect(throws: SettlementRefusal.self) {
                _ = try await florin.now.operators.settlements.start(
                    Florin.connection, .processor, from: base.advanced(by: .seconds(from)),
                    to: base.advanced(by: .seconds(to))
                ) { _, _ in }
            }
        }
    }
}
