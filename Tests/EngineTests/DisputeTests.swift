import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Disputes in the engine")
struct DisputeTests {
    private let deadline = ManualClock().now().advanced(by: .seconds(86_400 * 7))

    private func report(
        _ id: String, _ operation: OperationID, _ news: DisputeNews, dispute: String = "dp_1", amount: Int64 = 1_000
    ) -> ProcessorFact {
        ProcessorFact(
            id: id, operation: operation,
            kind: .dispute(
                DisputeReport(
                    dispute: dispute, amount: usd(amount), reason: .fraudulent, respondBy: deadline, news: news)))
    }

    private func charged(
        _ florin: Florin, _ amount: Int64 = 1_000, bot: BotID = Florin.bot
    ) async throws -> (PaymentID, OperationID) {
        let payment = try await florin.payment(try await florin.charge(amount, bot: bot))
        return (payment.id, try #require(payment.latestCharge).retyped())
    }

    private func record(
        _ florin: Florin, _ facts: [ProcessorFact], from connection: ConnectionID = Florin.connection
    ) async throws {
        for fact in facts {
            // Events are told in the order of their milliseconds.
            florin.clock.advance(by: .milliseconds(1))
            try await florin.now.facts.record(fact, from: connection)
        }
    }

    private func dispute(
        _ florin: Florin, _ name: String = "dp_1", of connection: ConnectionID = Florin.connection
    ) async throws -> Dispute {
        try #require(try await florin.now.store.read { try $0.dispute(named: name, of: connection) })
    }

    @Test("money that was taken, its fee and its return are booked once, and told in order")
    func whole() async throws {
        try await withFlorin { florin, _ in
            let (payment, charge) = try await charged(florin)
            _ = try await charged(florin, 5_000)
            let facts = [
                report("1", charge, .opened), report("2", charge, .fundsWithdrawn(usd(1_000), fee: usd(15))),
                report("3", charge, .won), report("4", charge, .fundsReinstated(usd(1_000), fee: nil)),
            ]
            try await record(florin, facts + facts)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 5_985)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -5_985)
            let dispute = try await dispute(florin)
            #expect(dispute.state == .won && dispute.subject == .charge(charge.retyped(), of: payment))
            #expect(
                try await florin.events(about: SIMD2(dispute.id.high, dispute.id.low)) == [
                    "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed",
                    "charge.dispute.funds_reinstated",
                ])
            let movements = try await florin.now.store.read { try $0.movements(of: dispute.id) }
            #expect(movements.map(\.kind) == [.withdrawn, .fee, .reinstated])
            #expect(movements.map(\.partOf) == [nil, movements.first?.posting, nil])
            #expect(try await florin.now.store.read { try $0.charge(charge.retyped()) }?.isDisputed == true)
            #expect(florin.reports.isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("after a refund the bot owes what is missing, can spend nothing, and pays with what comes next")
    func debt() async throws {
        try await withFlorin { florin, _ in
            let (payment, charge) = try await charged(florin)
            #expect(try await florin.refund(payment)("status") == "succeeded")
            try await record(florin, [report("1", charge, .fundsWithdrawn(usd(1_000), fee: usd(15)))])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == -1_015)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 1_015)
            // What comes next pays the debt, and only the rest can be spent.
            let (second, _) = try await charged(florin, 1_000)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == -15)
            try await expectRefusal(.insufficientFunds(available: usd(0))) { try await florin.refund(second, 1) }
            _ = try await charged(florin, 500)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 485)
            #expect(try await florin.refund(second, 485)("status") == "succeeded")
            try await florin.expectSoundLedger()
        }
    }

    @Test("what is held for a refund is not taken; when the refund fails, it pays the debt")
    func heldMoney() async throws {
        try await withFlorin { florin, processor in
            let (payment, charge) = try await charged(florin)
            processor.script.script(.refund, .unknown(.timedOut))
            _ = try await florin.refund(payment)
            try await record(florin, [report("1", charge, .fundsWithdrawn(usd(600), fee: nil), amount: 600)])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == -600)
            processor.script.lookUpFallback = .found(.declined(Decline(reason: .genericDecline, isSoft: false)))
            try await florin.resolve()
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 400)
            #expect(try await florin.balance(.receivable, of: Florin.bot) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("money that went straight to the bot is recorded beside the book, and makes no debt")
    func direct() async throws {
        try await withFlorin { florin, _ in
            let (_, charge) = try await charged(florin, bot: Florin.directBot)
            try await record(
                florin, [report("1", charge, .fundsWithdrawn(usd(1_000), fee: usd(15)))], from: Florin.directConnection)
            #expect(try await florin.balance(.directSettlement, of: Florin.directBot) == -15)
            #expect(try await florin.balance(.receivable, of: Florin.directBot) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a person's card that funded a transfer makes a debt of the person, which a top-up pays")
    func person() async throws {
        try await withFlorin { florin, _ in
            let (sender, card) = try await florin.person(card: 1)
            let (recipient, _) = try await florin.person(card: 2)
            let sent = try await florin.send(sender, recipient, 1_000, .card(card), automatically: true)
            let transfer = try FriendTransferID(required: sent("id"))
            try await record(florin, [report("1", transfer.retyped(), .fundsWithdrawn(usd(1_000), fee: nil))])
            #expect(try await florin.balance(.receivable, of: sender) == -1_000)
            #expect(try await dispute(florin).owner == .platform(Florin.platform))
            _ = try await florin.topUp(sender, card, 1_500)
            #expect(try await florin.balance(.receivable, of: sender) == 0)
            #expect(try await florin.balance(.wallet, of: sender) == 500)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what nobody knows lies in suspense, and is kept for a person; of another's connection nothing is heard")
    func unknown() async throws {
        try await withFlorin { florin, _ in
            let nobody = OperationID(high: 77, low: 1)
            try await record(florin, [report("1", nobody, .fundsWithdrawn(usd(300), fee: usd(15)))])
            #expect(try await florin.balance(.suspense, of: Florin.connection) == -315)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 315)
            let facts = try await florin.now.store.read { try $0.troublingFacts(limit: 9) }
            #expect(facts.map(\.kind) == [.disputeFundsWithdrawn] && facts.first?.problem?.contains("dp_1") == true)
            #expect(florin.reports.count == 1)
            let (_, charge) = try await charged(florin)
            try await record(
                florin, [report("1", charge, .fundsWithdrawn(usd(1_000), fee: nil))], from: Florin.directConnection)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what nobody knows, told by both connections of one account, lies in suspense once")
    func unknownTwice() async throws {
        try await withConnections { florin, _, _, _ in
            let (other, now) = (Florin.spare(0), florin.clock.now())
            try await florin.now.store.write { transaction in
                for id in [Florin.connection, other] {
                    try transaction.note(accountIdentity: "acct_1", of: id, at: now)
                }
            }
            let told = report("1", OperationID(high: 77, low: 1), .fundsWithdrawn(usd(300), fee: nil))
            for id in [Florin.connection, other] { try await record(florin, [told], from: id) }
            #expect(try await florin.balance(.suspense, of: Florin.connection) == -300)
            #expect(try await florin.balance(.suspense, of: other) == 0)
            #expect(florin.reports.count == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("while a dispute may take the money, it is not refunded as well; an inquiry leaves that to the bot")
    func refunds() async throws {
        try await withFlorin { florin, _ in
            let (payment, charge) = try await charged(florin)
            try await record(florin, [report("1", charge, .inquiry)])
            #expect(try await florin.refund(payment, 100)("status") == "succeeded")
            try await record(florin, [report("2", charge, .opened)])
            guard case .unexpectedState(let code, _)? = try await refusal({ try await florin.refund(payment, 100) })
            else {
                Issue.record("a disputed charge was refunded")
                return
            }
            #expect(code == "charge_disputed")
            try await record(florin, [report("3", charge, .won)])
            #expect(try await florin.refund(payment, 100)("status") == "succeeded")
        }
    }

    private func opened(_ florin: Florin) async throws -> Dispute {
        let (_, charge) = try await charged(florin)
        try await record(florin, [report("1", charge, .opened)])
        return try await dispute(florin)
    }

    private func code(_ body: () async throws -> Answer) async throws -> String? {
        guard case .unexpectedState(let code, _)? = try await refusal(body) else { return nil }
        return code
    }

    @Test("evidence is kept until it is submitted, once, and with all that was kept")
    func evidence() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            let (disputes, caller) = (try florin.now.disputes, florin.caller())
            let staged = try await disputes.update(
                DisputeAnswer(dispute: dispute.id, evidence: [.productDescription: "A cup"], submit: false), caller)
            #expect(staged("submissions") == "0" && processor.evidence.isEmpty)
            let answer = try await disputes.update(
                DisputeAnswer(dispute: dispute.id, evidence: [.uncategorizedText: "It was them"]), florin.caller())
            #expect(answer("status") == "underReview" && answer("submissions") == "1")
            #expect(
                processor.evidence.map(\.evidence.texts) == [
                    [.productDescription: "A cup", .uncategorizedText: "It was them"]
                ])
            #expect(processor.evidence.first?.disputed.dispute == "dp_1")
            #expect(
                try await code {
                    try await disputes.update(
                        DisputeAnswer(dispute: dispute.id, evidence: [.customerName: "x"]), florin.caller())
                } == "dispute_evidence_submitted")
        }
    }

    @Test("evidence that comes too late is refused before anything is sent")
    func late() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            florin.clock.advance(by: .seconds(86_400 * 7))
            #expect(
                try await code {
                    try await florin.now.disputes.update(
                        DisputeAnswer(dispute: dispute.id, evidence: [.customerName: "x"]), florin.caller())
                } == "dispute_evidence_past_due")
            #expect(processor.evidence.isEmpty)
        }
    }

    @Test("silence over evidence stays open, refuses a second answer, and ends by what a look-up finds")
    func silence() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            processor.disputeAnswer = .unknown(.timedOut)
            let answer = try await florin.now.disputes.update(
                DisputeAnswer(dispute: dispute.id, evidence: [.customerName: "x"]), florin.caller())
            #expect(answer("submissions") == "0")
            try await expectRefusal(.outcomeUnknown) {
                try await florin.now.disputes.close(dispute.id, florin.caller())
            }
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "dp_1", amount: usd(1_000))))
            try await florin.resolve()
            #expect(try await self.dispute(florin).state == .underReview)
            #expect(try await florin.openOperations().isEmpty)
        }
    }

    @Test("what was certainly not taken is sent again under another reference")
    func again() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            processor.disputeAnswer = .notProcessed(.refusedBusy)
            _ = try await florin.now.disputes.update(
                DisputeAnswer(dispute: dispute.id, evidence: [.customerName: "x"]), florin.caller())
            processor.disputeAnswer = nil
            processor.script.lookUpFallback = .notFoundYet
            try await florin.resolve(after: .seconds(2))
            #expect(Set(processor.evidence.map(\.reference.operation)).count == 2)
            #expect(try await self.dispute(florin).submissions == 1)
        }
    }

    @Test("a dispute that is given up is lost; a processor that does not take it says so")
    func accepted() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            processor.disputeAnswer = .declined(Decline(reason: .genericDecline, isSoft: false))
            let refused = try await florin.now.disputes.close(dispute.id, florin.caller())
            #expect(refused.status == 400 && refused("error") == "dispute_response_refused")
            processor.disputeAnswer = nil
            #expect(try await florin.now.disputes.close(dispute.id, florin.caller())("status") == "lost")
            #expect(
                try await code { try await florin.now.disputes.close(dispute.id, florin.caller()) } == "dispute_closed")
        }
    }

    @Test("nobody else's dispute can be seen or answered")
    func strangers() async throws {
        try await withFlorin { florin, _ in
            let dispute = try await opened(florin)
            try await expectAnyRefusal {
                try await florin.now.disputes.close(dispute.id, florin.caller(.bot(Florin.directBot)))
            }
        }
    }

    @Test("a crash between the two commits of evidence ends as the processor says")
    func crash() async throws {
        try await withFlorin { florin, processor in
            let dispute = try await opened(florin)
            processor.disputeAnswer = .unknown(.interrupted)
            _ = try await florin.now.disputes.update(
                DisputeAnswer(dispute: dispute.id, evidence: [.customerName: "x"]), florin.caller())
            try await florin.crash()
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "dp_1", amount: usd(1_000))))
            try await florin.resolve()
            #expect(try await self.dispute(florin).submissions == 1)
        }
    }
}
