import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Refunds")
struct RefundTests {
    @Test("several partial refunds give back what was captured and no more")
    func partial() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            for amount in [Int64(300), 300, 400] {
                #expect(try await florin.refund(id, amount)("status") == "succeeded")
            }
            let more = try await refusal { try await florin.refund(id, 1) }
            guard case .invalid(_, "charge_already_refunded", _)? = more else {
                Issue.record("one refund too many answered \(String(describing: more))")
                return
            }
            #expect(try await florin.payment(id).refunded == 1_000)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            #expect(processor.sent(.refund).map(\.amount) == [usd(300), usd(300), usd(400)])
            try await florin.expectSoundLedger()
        }
    }

    @Test("a refund larger than what is left is refused before the processor hears of it")
    func tooLarge() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            _ = try await florin.refund(id, 700)
            let refused = try await refusal { try await florin.refund(id, 301) }
            guard case .invalid("amount", "amount_too_large", _)? = refused else {
                Issue.record("an over-refund answered \(String(describing: refused))")
                return
            }
            #expect(processor.sent(.refund).count == 1)
            #expect(try await florin.payment(id).refundable == 300)
        }
    }

    @Test("of two simultaneous refunds of 60 on a payment of 100 exactly one succeeds")
    func simultaneous() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(100)("id"))
            let gate = processor.script.hold(.refund)
            let first = Task { try await florin.refund(id, 60) }
            await gate.reached()
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 60)
            #expect(try await florin.payment(id).refunding == 60)
            let second = try await refusal { try await florin.refund(id, 60) }
            guard case .invalid("amount", "amount_too_large", _)? = second else {
                Issue.record("the second refund answered \(String(describing: second))")
                gate.release()
                return
            }
            gate.release()
            #expect(try await first.value("status") == "succeeded")
            #expect(processor.sent(.refund).count == 1)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 40)
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a refund that the processor declines frees what it had reserved")
    func declined() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.script(.refund, .declined(Decline(reason: .expiredCard, isSoft: false)))
            let answer = try await florin.refund(id, 400)
            #expect(answer("status") == "failed")
            #expect(try await florin.payment(id).refundable == 1_000)
            #expect(try await florin.held(.botPayable, of: Florin.bot) == 0)
            #expect(try await florin.refund(id, 1_000)("status") == "succeeded")
            try await florin.expectSoundLedger()
        }
    }

    @Test("a refund that was certainly not executed is sent again under a new reference, ever more slowly")
    func replacement() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            processor.script.lookUpFallback = .absent
            processor.script.script(.refund, .notProcessed(.refusedBusy))
            let answer = try await florin.refund(id, 400, key: "k")
            #expect(answer("status") == "pending")
            var waits: [Duration] = []
            var references = Set(processor.sent(.refund).map(\.reference.operation))
            for round in 1...3 {
                let operation = try #require(try await florin.openOperations().first)
                waits.append(operation.created.duration(since: florin.clock.now()))
                references.insert(operation.id)
                if round == 3 { processor.script.lookUpFallback = .notFoundYet }
                florin.clock.set(to: operation.due)
                #expect(try await florin.now.resolver.resolveDue() == 0, "it must not be sent before it is due")
                florin.clock.advance(by: .microseconds(1))
                try await florin.now.resolver.resolveDue()
            }
            #expect(waits == [.seconds(1), .seconds(2), .seconds(4)])
            #expect(references.count == 4)
            #expect(processor.sent(.refund).count == 2)
            #expect(try await florin.payment(id).refunded == 400)
            #expect(try await florin.openOperations().isEmpty)
            // The key's answer is the first one: the refund was pending then.
            #expect(try await florin.refund(id, 400, key: "k").body == answer.body)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a payment whose money was not taken cannot be refunded")
    func nothingCaptured() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            try await expectRefusal(.notCaptured) { try await florin.refund(id) }
            processor.script.script(.capture, .unknown(.timedOut))
            _ = try await florin.now.payments.capture(id, amount: nil, florin.caller())
            try await expectRefusal(.outcomeUnknown) { try await florin.refund(id) }
            #expect(processor.sent(.refund).isEmpty)
        }
    }

    @Test("nobody refunds another owner's payment")
    func foreign() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            let refused = try await refusal {
                try await florin.now.refunds.create(
                    NewRefund(target: .payment(id)), florin.caller(.bot(Florin.directBot)))
            }
            guard case .notFound? = refused else {
                Issue.record("a stranger's refund answered \(String(describing: refused))")
                return
            }
            #expect(processor.sent(.refund).isEmpty)
        }
    }
}
