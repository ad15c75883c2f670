import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import Testing

@Suite struct FlowTests {
    private func sale(
        _ stage: Stage, _ amount: Money = usd(1_000), as reference: WireReference? = nil, capture: Bool = true,
        by adapter: Braintree? = nil
    ) async -> Outcome {
        guard let card = credentials() else { return .unknown(.interrupted) }
        return await (adapter ?? stage.braintree).authorize(
            AuthorizeRequest(
                reference: reference ?? stage.reference(), amount: amount, card: card, capture: capture))
    }

    private func approved(
        _ stage: Stage, _ amount: Money = usd(1_000), capture: Bool = true
    ) async throws -> OriginalOperation {
        let reference = stage.reference()
        guard case .approved(let approval) = await sale(stage, amount, as: reference, capture: capture) else {
            throw StageFailure.notApproved
        }
        return OriginalOperation(operation: reference.operation, processorReference: approval.processorReference)
    }

    private func refund(
        _ stage: Stage, _ original: OriginalOperation, _ amount: Int64, as reference: WireReference? = nil
    ) async -> Outcome {
        await stage.braintree.refund(
            RefundRequest(reference: reference ?? stage.reference(), amount: usd(amount), original: original))
    }

    private func transactions(_ stage: Stage) -> [JSONValue] { stage.simulator.book["transactions"]?.elements ?? [] }
    private func statuses(_ stage: Stage) -> [String] { transactions(stage).compactMap { $0["status"]?.text } }

    @Test(
        "Braintree's test amounts come back under their own reasons, and are found again as they were answered",
        arguments: [
            (2_000_00, DeclineReason.doNotHonor, true), (2_001_00, .insufficientFunds, true),
            (2_004_00, .expiredCard, false),
            (2_010_00, .incorrectSecurityCode, false), (2_014_00, .fraudulent, false), (2_047_00, .pickupCard, false),
            (2_999_99, .genericDecline, false), (3_000_00, .tryAgainLater, true),
        ] as [(Int64, DeclineReason, Bool)])
    func declines(_ amount: Int64, _ reason: DeclineReason, _ isSoft: Bool) async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let outcome = await sale(stage, usd(amount), as: reference)
            guard case .declined(let decline) = outcome else {
                Issue.record("not declined: \(outcome)")
                return
            }
            #expect(decline.reason == reason)
            #expect(decline.isSoft == isSoft)
            #expect(decline.processorCode == "\(amount / 100)")
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(amount))
            #expect(await stage.braintree.lookUp(inquiry) == .found(outcome))
        }
    }

    @Test("an account that is not complete is no decline of the card")
    func incomplete() async throws {
        try await Stage.run { stage in
            let outcome = await sale(stage, usd(5_001_00))
            #expect(outcome == .notProcessed(.refusedAccount))
        }
    }

    @Test("after a restart nothing is sent that the process before may have sent", arguments: [true, false])
    func restart(_ isExecuted: Bool) async throws {
        try await Stage.run { stage in
            stage.faults.add(.init(isExecuted ? .cutAfter : .cutBefore, method: "POST", path: "/graphql/charge"))
            let reference = stage.reference()
            #expect(await sale(stage, as: reference) == .unknown(.connectionCut))
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(1)))
            let again = await sale(stage, as: reference, by: stage.restarted())
            if isExecuted {
                guard case .approved = again else {
                    Issue.record("not found: \(again)")
                    return
                }
            } else {
                #expect(again == .unknown(.processorUncertain))
            }
            #expect(transactions(stage).count == (isExecuted ? 1 : 0))
            let fresh = await sale(stage, by: stage.restarted())
            guard case .approved = fresh else {
                Issue.record("what is new is not sent: \(fresh)")
                return
            }
        }
    }

    @Test("what one adapter has sent is not sent again by the one that takes its place when keys are replaced")
    func successor() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("search_lag", to: "120"))
            // The other adapter is made first: the message is newer than it is.
            let successor = stage.successor()
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(1)))
            stage.faults.add(.init(.cutAfter, method: "POST", path: "/graphql/charge"))
            let reference = stage.reference()
            #expect(await sale(stage, as: reference) == .unknown(.connectionCut))
            #expect(await sale(stage, as: reference, by: successor) == .unknown(.processorUncertain))
            #expect(transactions(stage).count == 1, "the money was taken twice")
        }
    }

    @Test("an index that lags does not prove absence before the time of the rule")
    func lag() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("search_lag", to: "120"))
            stage.faults.add(.init(.cutAfter, method: "POST", path: "/graphql/charge"))
            let reference = stage.reference()
            #expect(await sale(stage, as: reference) == .unknown(.connectionCut))
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            #expect(await stage.braintree.lookUp(inquiry) == .notFoundYet)
            #expect(await sale(stage, as: reference) == .unknown(.processorUncertain))
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(121)))
            guard case .found(.approved) = await stage.braintree.lookUp(inquiry) else {
                Issue.record("not found")
                return
            }
            let other = Inquiry(reference: stage.reference(), kind: .charge, amount: usd(1_000))
            stage.clock.leap(to: other.reference.validUntil)
            #expect(await stage.braintree.lookUp(other) == .notFoundYet)
            await stage.pass(other.reference)
            #expect(await stage.braintree.lookUp(other) == .absent)
        }
    }

    @Test(
        "an index that does not answer, or not everything, proves nothing",
        arguments: [
            SimulatedFault.busy, .garbage, .errorBefore, .lie(.status),
        ])
    func silentIndex(_ fault: SimulatedFault) async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            _ = await sale(stage, as: reference)
            await stage.pass(reference)
            stage.faults.add(.init(fault, method: "POST", path: "/graphql/search"))
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            #expect(await stage.braintree.lookUp(inquiry) == .unavailable)
        }
    }

    @Test("a message that reaches Braintree twice all the same is rejected there, and the first one counts")
    func duplicate() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let first = await sale(stage, as: reference)
            // Made at the same moment as the reference: it cannot know that it was sent.
            let second = await sale(stage, as: reference, by: stage.restarted())
            #expect(second == .unknown(.processorUncertain))
            #expect(statuses(stage) == ["SETTLED", "GATEWAY_REJECTED"])
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            #expect(await stage.braintree.lookUp(inquiry) == .found(first))
        }
    }

    @Test("two transactions under one reference are for people, not for guessing")
    func twice() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("duplicate_window", to: "0"))
            let reference = stage.reference()
            _ = await sale(stage, as: reference)
            _ = await sale(stage, as: reference, by: stage.restarted())
            #expect(transactions(stage).count == 2)
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            #expect(await stage.braintree.lookUp(inquiry) == .unavailable)
        }
    }

    @Test("silence while the card is stored means that no money call was made")
    func tokenSilence() async throws {
        try await Stage.run { stage in
            stage.faults.add(.init(.cutAfter, method: "POST", path: "/graphql/tokenize"))
            let reference = stage.reference()
            #expect(await sale(stage, as: reference) == .notProcessed(.cardStepFailed))
            #expect(transactions(stage).isEmpty)
            guard case .approved = await sale(stage, as: reference) else {
                Issue.record("not sent again")
                return
            }
        }
    }

    @Test("nothing is sent for the other mode, after the message's time, or in a currency without a merchant account")
    func refusedHere() async throws {
        try await Stage.run { stage in
            #expect(await sale(stage, as: stage.reference(mode: .live)) == .notProcessed(.notSent))
            let late = stage.reference()
            await stage.pass(late)
            #expect(await sale(stage, as: late) == .notProcessed(.notSent))
            let pounds = Money(minorUnits: 1_000, currency: .gbp)
            #expect(await sale(stage, pounds) == .notProcessed(.refusedInvalid))
            #expect(transactions(stage).isEmpty)
        }
    }

    // MARK: - Refunds

    @Test("part of what has not settled cannot be refunded yet, and can once it has")
    func unsettledPart() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage)
            #expect(await refund(stage, original, 400) == .notProcessed(.refusedBusy))
            #expect(stage.simulator.set("settling", to: "all"))
            #expect(await refund(stage, original, 400) == .notProcessed(.refusedBusy))
            #expect(await refund(stage, original, 1_000) == .notProcessed(.refusedBusy))
            #expect(stage.simulator.set("settle", to: "all"))
            guard case .approved(let approval) = await refund(stage, original, 400) else {
                Issue.record("not refunded")
                return
            }
            #expect(approval.amount == usd(400))
            #expect(statuses(stage) == ["SETTLED"])
        }
    }

    @Test("all of what has not settled is called back at once, and found so")
    func unsettledWhole() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage)
            let reference = stage.reference()
            let outcome = await refund(stage, original, 1_000, as: reference)
            guard case .approved(let approval) = outcome else {
                Issue.record("not refunded: \(outcome)")
                return
            }
            #expect(approval.amount == usd(1_000))
            #expect(statuses(stage) == ["VOIDED"])
            let inquiry = Inquiry(reference: reference, kind: .refund, amount: usd(1_000), original: original)
            #expect(await stage.braintree.lookUp(inquiry) == .found(outcome))
            #expect(await refund(stage, original, 1) == .notProcessed(.refusedInvalid))
        }
    }

    @Test("all of a part that was captured and has not settled is called back too")
    func unsettledCapture() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage, capture: false)
            guard
                case .approved = await stage.braintree.capture(
                    CaptureRequest(reference: stage.reference(), amount: usd(600), original: original))
            else {
                Issue.record("not captured")
                return
            }
            guard case .approved(let approval) = await refund(stage, original, 600) else {
                Issue.record("not refunded")
                return
            }
            #expect(approval.amount == usd(600))
            #expect(statuses(stage) == ["VOIDED"])
        }
    }

    @Test("a call-back whose answer is lost is found, and not done twice", arguments: [true, false])
    func lostCallBack(_ isExecuted: Bool) async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage)
            stage.faults.add(.init(isExecuted ? .cutAfter : .cutBefore, method: "POST", path: "/graphql/reverse"))
            let reference = stage.reference()
            #expect(await refund(stage, original, 1_000, as: reference) == .unknown(.connectionCut))
            let inquiry = Inquiry(reference: reference, kind: .refund, amount: usd(1_000), original: original)
            let found = await stage.braintree.lookUp(inquiry)
            if isExecuted {
                guard case .found(.approved) = found else {
                    Issue.record("not found: \(found)")
                    return
                }
            } else {
                #expect(found == .notFoundYet)
                await stage.pass(reference)
                #expect(await stage.braintree.lookUp(inquiry) == .absent)
            }
        }
    }

    @Test("a refund that comes back later is found as a decline")
    func failedRefund() async throws {
        try await Stage.run { stage in
            let original = try await approved(stage)
            let reference = stage.reference()
            guard case .approved = await refund(stage, original, 400, as: reference) else {
                Issue.record("not refunded")
                return
            }
            #expect(stage.simulator.set("fail_refunds", to: "all"))
            let inquiry = Inquiry(reference: reference, kind: .refund, amount: usd(400), original: original)
            guard case .found(.declined) = await stage.braintree.lookUp(inquiry) else {
                Issue.record("not found as declined")
                return
            }
        }
    }

    // MARK: - What happens later

    private func facts(_ stage: Stage, since cursor: String?) async -> (facts: [ProcessorFact], next: String) {
        stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(61)))
        guard case .facts(let facts, let next) = await stage.braintree.changes(since: cursor) else {
            return ([], "none")
        }
        return (facts, next)
    }

    @Test("a refund that comes back is reported, under one name however often, and Braintree is not asked all the time")
    func reportedRefund() async throws {
        try await Stage.run { stage in
            let original = try await approved(stage)
            let reference = stage.reference()
            _ = await refund(stage, original, 400, as: reference)
            let before = await facts(stage, since: nil)
            #expect(before.facts.isEmpty)
            #expect(stage.simulator.set("fail_refunds", to: "all"))
            #expect(await stage.braintree.changes(since: before.next) == .facts([], next: before.next))
            let after = await facts(stage, since: before.next)
            #expect(after.facts.map(\.operation) == [reference.operation])
            guard case .refundFailed(let decline)? = after.facts.first?.kind else {
                Issue.record("no failed refund")
                return
            }
            #expect(decline.processorCode == "settlement_declined")
            #expect(await facts(stage, since: after.next).facts == after.facts)
        }
    }

    @Test("a dispute is reported with what it took and gave back, in order")
    func reportedDispute() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let card = try #require(credentials("4023898493988028"))
            let outcome = await stage.braintree.authorize(
                AuthorizeRequest(reference: reference, amount: usd(1_000), card: card, capture: true))
            guard case .approved = outcome else {
                Issue.record("not approved: \(outcome)")
                return
            }
            func news(_ facts: [ProcessorFact]) -> [DisputeNews] {
                facts.compactMap { if case .dispute(let report) = $0.kind { report.news } else { nil } }
            }
            let opened = await facts(stage, since: nil)
            #expect(news(opened.facts) == [.opened, .fundsWithdrawn(usd(1_000), fee: nil)])
            #expect(opened.facts.allSatisfy { $0.operation == reference.operation })
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(10)))
            #expect(stage.simulator.set("end_disputes", to: "won"))
            let won = await facts(stage, since: opened.next)
            #expect(news(won.facts).suffix(2) == [.fundsReinstated(usd(1_000), fee: nil), .won])
            #expect(Set(won.facts.map(\.id)).count == won.facts.count)
        }
    }

    @Test(
        "a list that does not answer reports nothing, and nothing is lost",
        arguments: [
            SimulatedFault.busy, .garbage, .errorBefore,
        ])
    func silentReports(_ fault: SimulatedFault) async throws {
        try await Stage.run { stage in
            stage.faults.add(.init(fault, method: "POST", path: "/graphql/search"))
            #expect(await stage.braintree.changes(since: "7") == .unavailable)
        }
    }

    @Test("a payment is read as Florin compares it with its book")
    func readPayment() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            func read(_ original: OriginalOperation) async -> ProcessorPayment? {
                let reading = await stage.braintree.payment(original.processorReference)
                if case .payment(let payment) = reading { return payment }
                return nil
            }
            let hold = try await approved(stage, capture: false)
            let held = await read(hold)
            #expect(held?.state == .authorized && held?.amount == usd(1_000) && held?.taken == 0)
            #expect(held?.reference == hold.operation)
            _ = await stage.braintree.capture(
                CaptureRequest(reference: stage.reference(), amount: usd(600), original: hold))
            let part = await read(hold)
            #expect(part?.state == .taken && part?.amount == usd(1_000) && part?.taken == 600 && part?.refunded == 0)
            _ = await refund(stage, hold, 600)
            let back = await read(hold)
            #expect(back?.state == .taken && back?.taken == 600 && back?.refunded == 600)
            let other = try await approved(stage, usd(2_00), capture: false)
            _ = await stage.braintree.void(VoidRequest(reference: stage.reference(), original: other))
            #expect(await read(other)?.state == .canceled)
            #expect(await stage.braintree.payment("bm9ib2R5") == .absent)
        }
    }

    // MARK: - Captures and voids

    @Test("a void never gives captured money back")
    func voidOfCaptured() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage)
            let outcome = await stage.braintree.void(VoidRequest(reference: stage.reference(), original: original))
            #expect(outcome == .notProcessed(.refusedInvalid))
            #expect(statuses(stage) == ["SUBMITTED_FOR_SETTLEMENT"])
        }
    }

    @Test("a capture that the bank declines at settlement is found as such")
    func declinedSettlement() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("settlement", to: "manual"))
            let original = try await approved(stage, capture: false)
            let reference = stage.reference()
            _ = await stage.braintree.capture(
                CaptureRequest(reference: reference, amount: usd(1_000), original: original))
            #expect(stage.simulator.set("decline_settlement", to: "all"))
            let inquiry = Inquiry(reference: reference, kind: .capture, amount: usd(1_000), original: original)
            guard case .found(.declined(let decline)) = await stage.braintree.lookUp(inquiry) else {
                Issue.record("not found as declined")
                return
            }
            #expect(decline.processorCode == "settlement_declined")
        }
    }

    // MARK: - Accounts

    @Test("keys that Braintree does not know are told to the operator, and no money call goes out")
    func unknownKeys() async throws {
        try await Stage.run { stage in
            #expect(await stage.braintree.probe() == .usable("the keys work"))
            #expect(stage.simulator.set("private_key", to: "another_private_key"))
            guard case .refused = await stage.braintree.probe() else {
                Issue.record("the probe found nothing wrong")
                return
            }
            #expect(await sale(stage) == .notProcessed(.refusedAccount))
            #expect(transactions(stage).isEmpty)
        }
    }
}
