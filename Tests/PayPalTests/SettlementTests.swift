import FlorinTesting
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import Testing

@Suite("What PayPal has settled, and what it has under a name")
struct SettlementTests {
    private func charge(
        _ stage: Stage, _ number: String = "4242424242424242", as reference: WireReference, capture: Bool = true,
        amount: Int64 = 2_000
    ) async throws -> Approval {
        let card = try #require(credentials(number))
        let outcome = await stage.paypal.authorize(
            AuthorizeRequest(reference: reference, amount: usd(amount), card: card, capture: capture))
        guard case .approved(let approval) = outcome else {
            Issue.record("not approved: \(outcome)")
            throw CancellationError()
        }
        return approval
    }

    private func refund(_ stage: Stage, _ reference: WireReference, _ capture: Approval, _ amount: Int64) async throws {
        let outcome = await stage.paypal.refund(
            RefundRequest(
                reference: reference, amount: usd(amount),
                original: OriginalOperation(
                    operation: reference.operation, processorReference: capture.processorReference)))
        guard case .approved = outcome else {
            Issue.record("not refunded: \(outcome)")
            throw CancellationError()
        }
    }

    /// Every line of the time from `start` on, up to now.
    private func lines(_ stage: Stage, from start: Timestamp, to end: Timestamp? = nil) async throws -> [SettlementLine]
    {
        let end = end ?? stage.clock.now()
        var found: [SettlementLine] = []
        var cursor: String?
        for _ in 0..<500 {
            guard case .page(let part, let next) = await stage.paypal.settlement(from: start, to: end, after: cursor)
            else {
                Issue.record("no page after \(cursor ?? "nothing")")
                return found
            }
            found += part
            guard let next else { return found }
            #expect(next != cursor)
            cursor = next
        }
        Issue.record("it does not end")
        return found
    }

    private func wait(_ stage: Stage, _ seconds: Int64) {
        stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(seconds)))
    }

    @Test("sales, captures, refunds, chargebacks with their fees, and what went to the bank")
    func kinds() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("report_lag", to: "0"))
            let start = stage.clock.now()
            let (sale, back, hold) = (stage.reference(), stage.reference(), stage.reference())
            let paid = try await charge(stage, as: sale)
            try await refund(stage, back, paid, 500)
            let held = try await charge(stage, as: hold, capture: false)
            let take = stage.reference()
            _ = await stage.paypal.capture(
                CaptureRequest(
                    reference: take, amount: usd(1_500),
                    original: OriginalOperation(
                        operation: hold.operation, processorReference: held.processorReference)))
            #expect(stage.simulator.set("dispute", to: "chargeback"))
            #expect(stage.simulator.set("end_disputes", to: "seller"))
            #expect(stage.simulator.set("sweep", to: "true"))
            wait(stage, 5)
            let found = try await lines(stage, from: start)
            func shown(_ kind: SettlementLine.Kind) -> [String] {
                found.filter { $0.kind == kind }.map {
                    "\($0.gross.minorUnits) \($0.fee) \($0.reference?.text ?? "")"
                }
            }
            #expect(shown(.charge) == ["2000 60 \(sale.operation.text)", "1500 45 \(take.operation.text)"])
            #expect(shown(.refund) == ["-500 0 \(back.operation.text)"])
            // Rows of a dispute name the payment, and the payment names the charge.
            #expect(shown(.dispute) == ["-1500 0 \(hold.operation.text)", "0 2000 \(hold.operation.text)"])
            #expect(shown(.disputeReversal) == ["1500 0 \(hold.operation.text)"])
            #expect(shown(.payout) == ["-895 0 "])
            #expect(found.count == 7, "neither the hold nor anything else is a movement")
            #expect(found.reduce(0) { $0 + ($1.net ?? .min) } == 0)
            #expect(Set(found.map(\.name)).count == found.count)
            #expect(found.allSatisfy { $0.occurred >= start && $0.occurred <= stage.clock.now() }, "whatever the zone")
        }
    }

    @Test("a period beyond what PayPal's list has yet is not read, and the refusal says until when it can be")
    func lag() async throws {
        try await Stage.run { stage in
            let start = stage.clock.now()
            _ = try await charge(stage, as: stage.reference())
            wait(stage, 3_600)
            guard
                case .unavailable(let why) = await stage.paypal.settlement(
                    from: start, to: stage.clock.now(), after: nil)
            else {
                Issue.record("read too early")
                return
            }
            #expect(
                why.contains("up to three hours")
                    && why.contains("before \(stage.clock.now().advanced(by: .seconds(-10_800)))"))
            let end = stage.clock.now()
            wait(stage, 10_801)
            #expect(try await lines(stage, from: start, to: end).count == 1)
        }
    }

    @Test("three months are read 31 days at a time, and what is too much at once in halves")
    func windows() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("report_lag", to: "0"))
            let start = stage.clock.now()
            var references: [OperationID] = []
            for _ in 0..<9 {
                let reference = stage.reference()
                _ = try await charge(stage, as: reference)
                references.append(reference.operation)
                wait(stage, 10 * 86_400)
            }
            #expect(stage.simulator.set("report_limit", to: "2"))
            let found = try await lines(stage, from: start)
            #expect(found.compactMap(\.reference) == references)
        }
    }

    @Test("money sent to a person that came back is two lines which cancel out")
    func pushes() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("report_lag", to: "0"))
            let start = stage.clock.now()
            let (kept, returned) = (stage.reference(), stage.reference())
            for (reference, receiver) in [(kept, "anna@example.org"), (returned, "unclaimed@example.org")] {
                _ = await stage.paypal.push(
                    WalletPushRequest(
                        reference: reference, amount: usd(700), instrument: .paypal, receiver: Redacted(receiver)))
            }
            wait(stage, 1)
            #expect(try await lines(stage, from: start).map(\.kind) == [.push], "what is not claimed has not moved")
            #expect(stage.simulator.set("settle_payouts", to: "return"))
            wait(stage, 1)
            let found = try await lines(stage, from: start).filter { $0.reference == returned.operation }
            #expect(Set(found.map(\.kind)) == [.push, .other] && found.reduce(0) { $0 + $1.gross.minorUnits } == 0)
        }
    }

    @Test(
        "without the permission to read transactions the operator is told to ask for it, and a place of somebody else's is none"
    )
    func refused() async throws {
        try await Stage.run { stage in
            let start = stage.clock.now()
            stage.faults.add(.init(.errorBefore, path: "/v1/reporting/transactions"))
            guard case .unavailable = await stage.paypal.settlement(from: start, to: start, after: nil) else {
                Issue.record("nothing was answered, and something was read")
                return
            }
            for cursor in ["x", "1:2", "\(start.microseconds):0:1", "\(start.microseconds - 1):60:1"] {
                let end = start.advanced(by: .seconds(60))
                let page = await stage.paypal.settlement(from: start, to: end, after: cursor)
                guard case .unavailable("the place to go on from is none of PayPal's") = page else {
                    Issue.record("\(cursor) was taken")
                    continue
                }
            }
        }
    }

    // MARK: - What is there under a name

    private func payment(_ stage: Stage, _ name: String) async throws -> ProcessorPayment {
        let reading = await stage.paypal.payment(name)
        guard case .payment(let payment) = reading else {
            Issue.record("\(name): \(reading)")
            throw CancellationError()
        }
        return payment
    }

    @Test("a payment is the same by each of its names: what was asked, what was taken, under which reference")
    func names() async throws {
        try await Stage.run { stage in
            let (hold, take) = (stage.reference(), stage.reference())
            let held = try await charge(stage, as: hold, capture: false)
            let order = try #require(stage.simulator.book["orders"]?.elements.first?["id"]?.text)
            for name in [order, held.processorReference] {
                let payment = try await payment(stage, name)
                #expect(payment.state == .authorized && payment.amount == usd(2_000) && payment.taken == 0)
                #expect(payment.reference == hold.operation)
            }
            let outcome = await stage.paypal.capture(
                CaptureRequest(
                    reference: take, amount: usd(1_500),
                    original: OriginalOperation(
                        operation: hold.operation, processorReference: held.processorReference)))
            guard case .approved(let captured) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let back = stage.reference()
            try await refund(stage, back, captured, 300)
            let refunded = try #require(stage.simulator.book["refunds"]?.elements.first?["id"]?.text)
            for name in [order, held.processorReference, captured.processorReference, refunded] {
                let payment = try await payment(stage, name)
                #expect(payment.state == .taken && payment.amount == usd(2_000) && payment.taken == 1_500)
                #expect(payment.refunded == 300 && payment.reference == hold.operation)
                #expect(payment.processorReference == captured.processorReference)
            }
            #expect(await stage.paypal.payment("9NOSUCHNAME999999") == .absent)
            stage.faults.add(.init(.errorBefore, method: "GET", path: "/v2/checkout/orders/"))
            #expect(await stage.paypal.payment(captured.processorReference) == .unavailable)
        }
    }

    @Test("a voided hold is canceled, a declined one failed, and an order that waits for its payer waits")
    func states() async throws {
        try await Stage.run(returnURL: "https://bot.example/back") { stage in
            let held = try await charge(stage, as: stage.reference(), capture: false)
            _ = await stage.paypal.void(
                VoidRequest(
                    reference: stage.reference(),
                    original: OriginalOperation(
                        operation: stage.reference().operation, processorReference: held.processorReference)))
            #expect(try await payment(stage, held.processorReference).state == .canceled)
            let card = try #require(credentials("4000000000000002"))
            _ = await stage.paypal.authorize(
                AuthorizeRequest(reference: stage.reference(), amount: usd(100), card: card, capture: true))
            let declined = try #require(stage.simulator.book["orders"]?.elements.last?["id"]?.text)
            #expect(try await payment(stage, declined).state == .failed)
            let wallet = await stage.paypal.authorize(
                WalletRequest(
                    reference: stage.reference(), amount: usd(100), instrument: .paypal, capture: true,
                    approvedReference: nil, statementDescriptor: nil, returnURL: "https://bot.example/back"))
            guard case .requiresAction(let action) = wallet else {
                Issue.record("\(wallet)")
                return
            }
            #expect(try await payment(stage, action.processorReference).state == .waitsForCardholder)
        }
    }

    @Test(
        "a refund that fails later is learnt when PayPal's message names it, and from its list of transactions without one"
    )
    func failedRefund() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("report_lag", to: "0"))
            let (sale, back) = (stage.reference(), stage.reference())
            let paid = try await charge(stage, "4000000000005126", as: sale)
            try await refund(stage, back, paid, 500)
            let name = try #require(stage.simulator.book["refunds"]?.elements.first?["id"]?.text)
            #expect(try await payment(stage, name).refunded == 500)
            guard case .facts(let none, let cursor) = await stage.paypal.changes(since: nil) else {
                Issue.record("no answer")
                return
            }
            #expect(none.isEmpty)
            #expect(stage.simulator.set("settle_refunds", to: "true"))
            guard case .fact(let fact) = await stage.paypal.payment(name) else {
                Issue.record("no fact")
                return
            }
            #expect(fact.operation == back.operation && fact.id == "\(name):failed")
            guard case .refundFailed = fact.kind else {
                Issue.record("\(fact.kind)")
                return
            }
            wait(stage, 61)
            guard case .facts(let told, let next) = await stage.paypal.changes(since: cursor) else {
                Issue.record("no answer")
                return
            }
            #expect(told == [fact] && next != cursor)
            // The same once more moves nothing on, so that it is not told for ever.
            wait(stage, 61)
            guard case .facts(_, let still) = await stage.paypal.changes(since: next) else {
                Issue.record("no answer")
                return
            }
            #expect(still == next)
        }
    }
}
