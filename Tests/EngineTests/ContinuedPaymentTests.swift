import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// A processor keeps the first attempt's reference on the object that its payer was sent away with. The attempt that takes the
/// money once the payer is back has another one, and at some processors another name for the money too.
@Suite("Payments that went on from an authentication")
struct ContinuedPaymentTests {
    static let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "ORDER1")

    /// A payment whose payer was sent away: the answer, and the attempt that the processor knows it by.
    private func begun(_ florin: Florin, _ processor: WatchedProcessor) async throws -> (PaymentID, OperationID) {
        processor.script.script(.authorize, .requiresAction(Self.action))
        let answer = try await florin.charge(1_000)
        return (try PaymentID(required: answer("id")), try await florin.taken(answer))
    }

    private func confirmed(_ florin: Florin, _ id: PaymentID) async throws {
        florin.clock.advance(by: .seconds(1))
        _ = try await florin.now.payments.confirm(id, paymentMethod: nil, florin.caller())
    }

    /// The same, paid: by an attempt whose money the processor calls `name`.
    private func paid(
        _ florin: Florin, _ processor: WatchedProcessor, as name: String
    ) async throws -> (PaymentID, OperationID) {
        let (payment, first) = try await begun(florin, processor)
        processor.script.script(.authorize, .approved(Approval(processorReference: name, amount: usd(1_000))))
        try await confirmed(florin, payment)
        return (payment, first)
    }

    private func notice(
        _ florin: Florin, _ processor: WatchedProcessor, of reference: OperationID, _ state: ProcessorPayment.State,
        as name: String = "CAPTURE1", taken: Int64 = 0
    ) async throws {
        processor.hold(
            .payment(
                ProcessorPayment(
                    processorReference: name, reference: reference, state: state, amount: usd(1_000), taken: taken,
                    refunded: nil)), as: name)
        let now = florin.clock.now()
        let notice = TakenNotice(
            connection: Florin.connection, id: "n\(now.description)", type: "payment.changed", topic: .payment,
            processorReference: name, reference: reference, received: now, state: .waiting, due: now)
        _ = try await florin.now.store.write { try $0.insert(notice) }
        try await florin.now.noticeWork.workDue()
    }

    @Test(
        "what the processor says of the first attempt is true of the one that went on",
        arguments: ["ORDER1", "CAPTURE1"])
    func agrees(name: String) async throws {
        try await withFlorin { florin, processor in
            let (payment, first) = try await paid(florin, processor, as: name)
            #expect(try await florin.payment(payment).captured == 1_000)
            try await notice(florin, processor, of: first, .taken, as: name, taken: 1_000)
            #expect(try await florin.openCases() == [])
            florin.clock.advance(by: .seconds(1))
            try await notice(florin, processor, of: first, .taken, as: name, taken: 999)
            #expect(try await florin.openCases() == ["mismatch \(first.text)"])
        }
    }

    @Test("while the attempt that goes on has no outcome, it is asked about at once")
    func underWay() async throws {
        try await withFlorin { florin, processor in
            let (payment, first) = try await begun(florin, processor)
            processor.script.script(.authorize, .unknown(.timedOut))
            try await confirmed(florin, payment)
            let next = try #require(try await florin.payment(payment).latestCharge)
            #expect(next != first.retyped())
            try await notice(florin, processor, of: first, .taken, taken: 1_000)
            #expect(try await florin.openCases() == [])
            let open = try #require(try await florin.now.store.read { try $0.openOperation(next.retyped()) })
            #expect(open.due <= florin.clock.now())
            processor.script.scriptLookUps(
                .found(.approved(Approval(processorReference: "CAPTURE1", amount: usd(1_000)))))
            #expect(try await florin.resolve(after: .seconds(1)) == 1)
            #expect(try await florin.payment(payment).captured == 1_000)
        }
    }

    /// What the processor is asked about the newest attempt, whose message met silence.
    private func asked(_ florin: Florin) async throws -> Inquiry {
        let open = try #require(try await florin.openOperations().first)
        let builder = try florin.now.resolver.tools.builder
        return try await florin.now.store.read { try builder.inquiry(open, $0) }
    }

    @Test(
        "the attempt that goes on is asked about by what was authenticated, also when the clock was set back meanwhile")
    func clockSetBack() async throws {
        for pause in [Duration.seconds(-3_600), .zero, .seconds(60)] {
            try await withFlorin { florin, processor in
                let (payment, first) = try await begun(florin, processor)
                florin.clock.set(to: florin.clock.now().advanced(by: pause))
                processor.script.script(.authorize, .unknown(.timedOut))
                _ = try await florin.now.payments.confirm(payment, paymentMethod: nil, florin.caller())
                let inquiry = try await asked(florin)
                #expect(inquiry.authenticatedReference == "ORDER1")
                #expect(inquiry.reference.operation > first)
            }
        }
    }

    @Test("the same card charged anew is asked about by itself, whatever an earlier attempt waited for")
    func chargedAnew() async throws {
        try await withFlorin { florin, processor in
            let (payment, _) = try await begun(florin, processor)
            var change = PaymentChange()
            change.paymentMethod = try await florin.payment(payment).paymentMethod
            _ = try await florin.now.payments.update(payment, change, florin.caller())
            processor.script.script(.authorize, .unknown(.timedOut))
            try await confirmed(florin, payment)
            #expect(try await asked(florin).authenticatedReference == nil)
        }
    }

    @Test("a payer who was sent to the same page twice is one chain")
    func chain() async throws {
        try await withFlorin { florin, processor in
            let (payment, first) = try await begun(florin, processor)
            processor.script.script(
                .authorize, .requiresAction(Self.action),
                .approved(Approval(processorReference: "CAPTURE1", amount: usd(1_000))))
            for _ in 0..<2 { try await confirmed(florin, payment) }
            #expect(try await florin.payment(payment).captured == 1_000)
            try await notice(florin, processor, of: first, .taken, taken: 1_000)
            #expect(try await florin.openCases() == [])
        }
    }

    @Test("money under an authentication that was given up is a case, though the same card paid anew")
    func givenUp() async throws {
        try await withFlorin { florin, processor in
            let (payment, first) = try await begun(florin, processor)
            var change = PaymentChange()
            change.paymentMethod = try await florin.payment(payment).paymentMethod
            _ = try await florin.now.payments.update(payment, change, florin.caller())
            processor.script.script(
                .authorize, .approved(Approval(processorReference: "CAPTURE2", amount: usd(1_000))))
            try await confirmed(florin, payment)
            try await notice(florin, processor, of: first, .taken, taken: 1_000)
            #expect(try await florin.openCases() == ["mismatch \(first.text)"])
        }
    }

    @Test("the settlement shows the money under the first attempt's reference, and nothing is missing")
    func settled() async throws {
        try await withFlorin { florin, processor in
            let (_, first) = try await paid(florin, processor, as: "name_t1")
            processor.settle([florin.line("t1", .charge, 1_000, fee: 59, of: first)])
            florin.clock.advance(by: .seconds(1_000))
            let report = try await florin.reconcile()
            #expect(report.matched == 1 && report.cases == 0)
            #expect(try await florin.openCases() == [])
            try await florin.expectSoundLedger()
        }
    }

    @Test("a dispute that names the first attempt is about the one that took the money")
    func disputed() async throws {
        try await withFlorin { florin, processor in
            let (payment, first) = try await paid(florin, processor, as: "CAPTURE1")
            let fact = ProcessorFact(
                id: "dp_1:withdrawn", operation: first,
                kind: .dispute(
                    DisputeReport(
                        dispute: "dp_1", amount: usd(1_000), reason: .fraudulent, respondBy: nil,
                        news: .fundsWithdrawn(usd(1_000), fee: nil))))
            try await florin.now.facts.record(fact, from: Florin.connection)
            let charge = try #require(try await florin.payment(payment).latestCharge)
            let dispute = try await florin.now.store.read { try $0.dispute(named: "dp_1", of: Florin.connection) }
            #expect(dispute?.subject == .charge(charge, of: payment))
            #expect(try await florin.now.store.read { try $0.charge(charge) }?.isDisputed == true)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            try await florin.expectSoundLedger()
        }
    }
}
