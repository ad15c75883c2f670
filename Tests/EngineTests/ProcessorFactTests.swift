import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("What a processor reports later")
struct ProcessorFactTests {
    private static let decline = Decline(reason: .genericDecline, isSoft: false)

    private func failed(_ id: String, _ operation: OperationID) -> ProcessorFact {
        ProcessorFact(id: id, operation: operation, kind: .refundFailed(Self.decline))
    }

    private func refunded(_ florin: Florin, _ amount: Int64 = 400) async throws -> (PaymentID, RefundID) {
        let payment = try PaymentID(required: try await florin.charge(1_000)("id"))
        let refund = try await florin.refund(payment, amount)
        #expect(refund("status") == "succeeded")
        return (payment, try RefundID(required: refund("id")))
    }

    @Test("a refund that bounced is owed to the bot again, told, and can be made again; twice reported, it counts once")
    func bounced() async throws {
        try await withFlorin { florin, processor in
            let (payment, refund) = try await refunded(florin)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 600)
            processor.report(failed("one", refund.retyped()))
            florin.clock.advance(by: .seconds(5))
            // One processor behind two connections tells both; only the one that made the refund counts.
            #expect(try await florin.now.facts.poll() == 2)
            #expect(try await florin.now.facts.poll() == 0)
            processor.report(failed("one", refund.retyped()))
            #expect(try await florin.now.facts.poll() == 2)
            #expect(
                try await florin.now.facts.record(failed("one", refund.retyped()), from: Florin.connection) == false)
            processor.report(failed("told-again", refund.retyped()))
            #expect(try await florin.now.facts.poll() == 2)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.payment(payment).refunded == 0)
            let stored = try await florin.now.store.read { try $0.refund(refund) }
            #expect(stored?.state == .failed(Self.decline))
            #expect(stored?.failurePosting != nil && stored?.failurePosting != stored?.posting)
            #expect(
                try await florin.events(about: SIMD2(refund.high, refund.low)) == [
                    "refund.created", "refund.updated", "refund.failed",
                ])
            #expect(try await florin.refund(payment, 1_000)("status") == "succeeded")
            #expect(florin.reports.isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what a processor reports at the place that was read last is heard, once")
    func samePlace() async throws {
        try await withFlorin { florin, processor in
            let (_, first) = try await refunded(florin)
            let (_, second) = try await refunded(florin)
            processor.tellEverything(at: "1767225600")
            processor.report(failed("one", first.retyped()))
            florin.clock.advance(by: .seconds(5))
            _ = try await florin.now.facts.poll()
            processor.report(failed("two", second.retyped()))
            #expect(try await florin.now.facts.poll() == 2)
            #expect(try await florin.now.facts.poll() == 0)
            #expect(try await florin.now.store.read { try $0.refund(second) }?.state == .failed(Self.decline))
            try await florin.expectSoundLedger()
        }
    }

    @Test("a crash after a fact and before the place where it was read repeats nothing")
    func crash() async throws {
        try await withFlorin { florin, processor in
            let (payment, refund) = try await refunded(florin)
            let fact = failed("one", refund.retyped())
            processor.report(fact)
            #expect(try await florin.now.facts.record(fact, from: Florin.connection))
            try await florin.crash()
            #expect(try await florin.now.facts.poll() == 2)
            #expect(try await florin.now.facts.poll() == 0)
            #expect(try await florin.payment(payment).refunded == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.now.store.read { try $0.reportCursor(of: Florin.connection) } == "1")
        }
    }

    @Test("a refund that succeeded by a replacement is found by it, and by no other message")
    func replacement() async throws {
        try await withFlorin { florin, processor in
            let payment = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.script(.refund, .notProcessed(.refusedBusy))
            processor.script.lookUpFallback = .notFoundYet
            let refund = try RefundID(required: try await florin.refund(payment, 400)("id"))
            try await florin.resolve(after: .seconds(2))
            let sent = processor.sent(.refund).map(\.reference.operation)
            #expect(sent.count == 2 && sent.first == refund.retyped())
            #expect(try await florin.payment(payment).refunded == 400)
            processor.report(failed("first", refund.retyped()))
            try await florin.now.facts.poll()
            #expect(try await florin.payment(payment).refunded == 400)
            #expect(florin.reports.count == 1)
            processor.report(failed("second", try #require(sent.last)))
            try await florin.now.facts.poll()
            #expect(try await florin.payment(payment).refunded == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what is reported about a replacement that had been declined is about its refund, and changes nothing")
    func declinedReplacement() async throws {
        try await withFlorin { florin, processor in
            let payment = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.script(.refund, .notProcessed(.refusedBusy), .declined(Self.decline))
            processor.script.lookUpFallback = .notFoundYet
            let refund = try RefundID(required: try await florin.refund(payment, 400)("id"))
            try await florin.resolve(after: .seconds(2))
            let sent = processor.sent(.refund).map(\.reference.operation)
            let stored = try await florin.now.store.read { try $0.refund(refund) }
            #expect(sent.count == 2 && stored?.state == .failed(Self.decline))
            processor.report(failed("late", try #require(sent.last)))
            _ = try await florin.now.facts.poll()
            #expect(florin.reports.isEmpty, "\(florin.reports)")
            #expect(try await florin.payment(payment).refunded == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test(
        "what is reported about the way back of a transfer that the card refused, at once or later, changes nothing",
        arguments: [false, true])
    func refusedReturn(later: Bool) async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400, .card(card))("id"))
            // Not executed at first: another message takes its place.
            processor.script.script(.refund, .notProcessed(.refusedBusy))
            if !later { processor.script.script(.refund, .declined(Self.decline)) }
            processor.script.lookUpFallback = .notFoundYet
            _ = try await florin.now.transfers.giveBack(
                id, .declinedByRecipient, florin.caller(.platform(Florin.platform)))
            try await florin.resolve(after: .seconds(2))
            let sent = try #require(processor.sent(.refund).last?.reference.operation)
            if later {
                processor.report(failed("first", sent))
                _ = try await florin.now.facts.poll()
            }
            #expect(processor.sent(.refund).count == 2)
            #expect(try await florin.balance(.wallet, of: alice) == 400)
            processor.report(failed("late", sent))
            _ = try await florin.now.facts.poll()
            #expect(florin.reports.isEmpty, "\(florin.reports)")
            #expect(try await florin.now.store.read { try $0.troublingFacts(limit: 9) }.isEmpty)
            #expect(try await florin.balance(.wallet, of: alice) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a fact that is faster than the answer settles what is open; the late answer changes nothing")
    func overtaking() async throws {
        try await withFlorin { florin, processor in
            let payment = try PaymentID(required: try await florin.charge(1_000)("id"))
            let gate = processor.script.hold(.refund)
            let refunding = Task { try await florin.refund(payment, 400, key: "k") }
            await gate.reached()
            let operation = try #require(try await florin.openOperations().first)
            processor.report(failed("one", operation.id))
            #expect(try await florin.now.facts.poll() == 2)
            gate.release()
            #expect(try await refunding.value("status") == "failed")
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 0)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.openOperations().isEmpty)
            #expect(florin.reports.isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a processor is not heard about what another connection did, nor about what nobody knows")
    func foreign() async throws {
        try await withFlorin { florin, _ in
            let (payment, refund) = try await refunded(florin)
            let facts = [failed("foreign", refund.retyped()), failed("unheard", OperationID(high: 1, low: 1))]
            for fact in facts { #expect(try await florin.now.facts.record(fact, from: Florin.directConnection)) }
            #expect(try await florin.payment(payment).refunded == 400)
            let troubling = try await florin.now.store.read { try $0.troublingFacts(limit: 9) }
            #expect(troubling.map(\.id) == ["unheard"])
            #expect(florin.reports.count == 1)
        }
    }

    @Test("what was given back in part and bounced is booked again, for a person", arguments: [true, false])
    func part(isReplaced: Bool) async throws {
        try await withFlorin { florin, processor in
            processor.script.script(
                .authorize, .approvedPartial(Approval(processorReference: "part", amount: usd(400))))
            if isReplaced { processor.script.script(.refund, .notProcessed(.refusedBusy)) }
            processor.script.lookUpFallback = .notFoundYet
            #expect(try await florin.charge(1_000).status == 402)
            try await florin.untilQuiet()
            if isReplaced { try await florin.resolve(after: .seconds(2)) }
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 0)
            let sent = processor.sent(.refund).map(\.reference.operation)
            #expect(sent.count == (isReplaced ? 2 : 1))
            processor.report(failed("one", try #require(sent.last)))
            processor.report(failed("told-again", try #require(sent.last)))
            try await florin.now.facts.poll()
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 400)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -400)
            #expect(try await florin.now.store.read { try $0.troublingFacts(limit: 9) }.count == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("no report can say of an open charge that nothing was taken")
    func openCharge() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            let operation = try #require(try await florin.openOperations().first)
            #expect(try await florin.now.facts.record(failed("one", operation.id), from: Florin.connection))
            #expect(try await florin.payment(id).state.word == "processing")
            #expect(try await florin.openOperations().map(\.id) == [operation.id])
            processor.script.scriptLookUps(
                .found(.approved(Approval(processorReference: "p", amount: usd(1_000)))))
            try await florin.resolve()
            #expect(try await florin.payment(id).state.word == "succeeded")
        }
    }

    @Test("a transfer that a card did not take back ends in its sender's wallet")
    func transfer() async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400, .card(card))("id"))
            _ = try await florin.now.transfers.giveBack(
                id, .canceledBySender, florin.caller(.platform(Florin.platform)))
            let operation = try #require(processor.sent(.refund).first?.reference.operation)
            processor.report(failed("one", operation))
            processor.report(failed("two", operation))
            #expect(try await florin.now.facts.poll() == 4)
            #expect(try await florin.balance(.wallet, of: alice) == 400)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -400)
            #expect(
                try await florin.now.store.read { try $0.friendTransfer(id) }?.state
                    == .returned(.canceledBySender, refund: nil))
            try await florin.expectSoundLedger()
        }
    }
}
