import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import Testing

@Suite("What Braintree has settled")
struct SettlementTests {
    private func charge(
        _ stage: Stage, _ reference: WireReference, number: String = "4111111111111111", capture: Bool = true,
        amount: Int64 = 2_000
    ) async throws -> OriginalOperation {
        let card = try #require(credentials(number))
        let outcome = await stage.braintree.authorize(
            AuthorizeRequest(reference: reference, amount: usd(amount), card: card, capture: capture))
        guard case .approved(let approval) = outcome else { throw StageFailure.notApproved }
        return OriginalOperation(operation: reference.operation, processorReference: approval.processorReference)
    }

    private func refund(_ stage: Stage, _ reference: WireReference, _ original: OriginalOperation, _ amount: Int64)
        async
    {
        let outcome = await stage.braintree.refund(
            RefundRequest(reference: reference, amount: usd(amount), original: original))
        guard case .approved = outcome else {
            Issue.record("not refunded: \(outcome)")
            return
        }
    }

    private func lines(_ stage: Stage, from start: Timestamp, to end: Timestamp? = nil) async throws -> [SettlementLine]
    {
        var found: [SettlementLine] = []
        var cursor: String?
        for _ in 0..<50 {
            let page = await stage.braintree.settlement(
                from: start, to: end ?? stage.clock.now(), after: cursor)
            guard case .page(let part, let next) = page else {
                Issue.record("no page after \(cursor ?? "nothing")")
                return found
            }
            found += part
            guard let next else { return found }
            cursor = next
        }
        Issue.record("it does not end")
        return found
    }

    /// Kind, amount and reference, each line once.
    private func shown(_ lines: [SettlementLine]) -> Set<String> {
        Set(lines.map { "\($0.kind) \($0.gross.minorUnits) \($0.reference?.text ?? "")" })
    }

    private func wait(_ stage: Stage, _ seconds: Int64) {
        stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(seconds)))
    }

    @Test("sales, captures, refunds and disputes, and on a later look the disbursement that carries them")
    func kinds() async throws {
        try await Stage.run { stage in
            let start = stage.clock.now()
            let (sale, back, hold, take) = (stage.reference(), stage.reference(), stage.reference(), stage.reference())
            let sold = try await charge(stage, sale)
            await refund(stage, back, sold, 500)
            let held = try await charge(stage, hold, capture: false, amount: 3_000)
            _ = await stage.braintree.capture(
                CaptureRequest(reference: take, amount: usd(1_500), original: held))
            let disputed = stage.reference()
            _ = try await charge(stage, disputed, number: "4023898493988028", amount: 700)
            wait(stage, 5)
            let expected: Set = [
                "charge 2000 \(sale.operation.text)", "refund -500 \(back.operation.text)",
                "charge 1500 \(hold.operation.text)", "charge 700 \(disputed.operation.text)",
                "dispute -700 \(disputed.operation.text)",
            ]
            let first = try await lines(stage, from: start)
            #expect(shown(first) == expected && first.allSatisfy { $0.payout == nil })
            // Refunds settle with everything else; two days later all of it goes to the bank.
            #expect(stage.simulator.set("settle", to: "all"))
            wait(stage, 2 * 86_400)
            #expect(stage.simulator.set("end_disputes", to: "won"))
            #expect(stage.simulator.set("disburse", to: "all"))
            wait(stage, 5)
            let day = String(stage.clock.now().description.prefix(10))
            let later = try await lines(stage, from: stage.clock.now().advanced(by: .seconds(-86_400)))
            #expect(
                shown(later)
                    == expected.subtracting(["dispute -700 \(disputed.operation.text)"]).union([
                        "disputeReversal 700 \(disputed.operation.text)"
                    ]))
            #expect(later.allSatisfy { $0.payout == "disbursed-\(day)-simulated_usd" })
            #expect(Set(later.map(\.name)).isSuperset(of: first.filter { $0.kind != .dispute }.map(\.name)))
        }
    }

    @Test("what was called back before it settled is a charge and its refund, under the charge's own reference")
    func voided() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let start = stage.clock.now()
            let (sale, hold) = (stage.reference(), stage.reference())
            await refund(stage, stage.reference(), try await charge(stage, sale), 2_000)
            let held = try await charge(stage, hold, capture: false)
            _ = await stage.braintree.void(VoidRequest(reference: stage.reference(), original: held))
            wait(stage, 1)
            let found = try await lines(stage, from: start)
            let text = sale.operation.text
            #expect(
                shown(found) == ["charge 2000 \(text)", "refund -2000 \(text)"],
                "a hold that was given up moved nothing")
        }
    }

    @Test("a refund that came back is two lines, one that was refused none")
    func failedRefund() async throws {
        try await Stage.run { stage in
            let start = stage.clock.now()
            let (sale, back) = (stage.reference(), stage.reference())
            await refund(stage, back, try await charge(stage, sale), 500)
            wait(stage, 60)
            #expect(stage.simulator.set("fail_refunds", to: "all"))
            wait(stage, 60)
            let text = back.operation.text
            #expect(
                shown(try await lines(stage, from: start)) == [
                    "charge 2000 \(sale.operation.text)", "refund -500 \(text)", "refundFailure 500 \(text)",
                ])
        }
    }

    @Test("more than a page is read to its end, and silence is no end")
    func pages() async throws {
        try await Stage.run { stage in
            let start = stage.clock.now()
            for _ in 0..<60 { _ = try await charge(stage, stage.reference(), amount: 100) }
            wait(stage, 1)
            #expect(try await lines(stage, from: start).count == 60)
            stage.faults.add(.init(.errorBefore, method: "POST", path: "/graphql/search"))
            let end = stage.clock.now()
            guard case .unavailable = await stage.braintree.settlement(from: start, to: end, after: nil) else {
                Issue.record("nothing was answered, and something was read")
                return
            }
            guard case .unavailable = await stage.braintree.settlement(from: start, to: end, after: "p:1") else {
                Issue.record("a place of somebody else's was taken")
                return
            }
        }
    }

    @Test("evidence goes out text by text, under the vendor's categories, once; what was cut off is not added again")
    func evidence() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            _ = try await charge(stage, reference, number: "4023898493988028", amount: 700)
            let name = try #require(stage.simulator.book["disputes"]?.elements.first?["id"]?.text)
            let disputed = DisputedCharge(dispute: name, amount: usd(700), original: nil)
            let evidence = DisputeEvidence([.shippingTrackingNumber: "1Z999", .productDescription: "A kettle"])
            stage.faults.add(.init(.errorBefore, method: "POST", path: "/graphql/finalizeDispute"))
            let first = await stage.braintree.submitEvidence(
                EvidenceRequest(reference: stage.reference(), disputed: disputed, evidence: evidence))
            #expect(first == .unknown(.serverError))
            let second = await stage.braintree.submitEvidence(
                EvidenceRequest(reference: stage.reference(), disputed: disputed, evidence: evidence))
            #expect(second == .approved(Approval(processorReference: name, amount: usd(700))))
            let dispute = stage.simulator.book["disputes"]?.elements.first
            let texts = (dispute?["evidence"]?.elements ?? []).map {
                "\($0["category"]?.text ?? ""): \($0["content"]?.text ?? "")"
            }
            #expect(texts.sorted() == ["GENERAL: product description: A kettle", "TRACKING_NUMBER: 1Z999"])
            let late = await stage.braintree.submitEvidence(
                EvidenceRequest(reference: stage.reference(), disputed: disputed, evidence: evidence))
            guard case .declined(let decline) = late else {
                Issue.record("\(late)")
                return
            }
            #expect(decline.processorCode == "dispute_not_open")
        }
    }

    // MARK: - The fee report

    private let record = [
        "merchant account id": "acme_usd", "transaction id": "lsikdfsm", "original transaction id": "",
        "transaction type": "sale", "presentment currency": "USD", "settlement currency": "USD",
        "settlement amount": "24.18", "settlement date": "2026-11-20", "disbursement date": "2026-11-23",
        "order id": "op_00000000000000000000000001", "total fee amount": "0.57",
    ]

    @Test("a record of the fee report is a fee under its payment's reference; nothing where there was none")
    func fees() async throws {
        try await Stage.run { stage in
            let line = try stage.braintree.settlementLine(record)
            #expect(line?.name == "lsikdfsm/fee" && line?.kind == .fee && line?.gross == usd(-57) && line?.fee == 0)
            #expect(line?.reference?.text == "op_00000000000000000000000001")
            #expect(line?.occurred.description == "2026-11-23T00:00:00Z")
            var free = record
            free["total fee amount"] = "0.00"
            #expect(try stage.braintree.settlementLine(free) == nil)
            var given = record
            given["total fee amount"] = "-0.20"
            #expect(try stage.braintree.settlementLine(given)?.gross == usd(20))
        }
    }

    @Test(
        "an unusable record is refused by the name of its column",
        arguments: [
            ("transaction id", "", "Transaction ID"), ("settlement currency", "US", "Settlement Currency"),
            ("total fee amount", "0.5.7", "Total Fee Amount"), ("disbursement date", "soon", "Disbursement Date"),
            ("total fee amount", "", "Total Fee Amount"),
        ])
    func unusable(column: String, value: String, said: String) async throws {
        try await Stage.run { stage in
            var broken = record
            broken[column] = value
            do {
                _ = try stage.braintree.settlementLine(broken)
                Issue.record("taken")
            } catch let error as SettlementRecordError { #expect(error.problem.contains(said)) }
        }
    }

    @Test("an estimate is no fee")
    func estimate() async throws {
        try await Stage.run { stage in
            var estimated = record
            estimated["total fee amount"] = nil
            estimated["est. total fee amount"] = "0.22"
            do {
                _ = try stage.braintree.settlementLine(estimated)
                Issue.record("booked")
            } catch let error as SettlementRecordError { #expect(error.problem.contains("estimate")) }
        }
    }
}
