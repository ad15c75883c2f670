import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@Suite("What a command asked for survives until its answer")
struct CarriedCommandTests {
    private func requests(_ florin: Florin, about id: PaymentID) async throws -> [RequestID?] {
        try await florin.now.store.read { try $0.events(about: SIMD2(id.high, id.low)) }.map(\.request)
    }

    @Test("an answer that the resolver finishes after a crash shows whole what the request asked for")
    func expansions() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let caller = florin.caller(key: "k", expand: ["latest_charge", "customer"])
            let gate = processor.script.hold(.authorize)
            let client = Task { try await florin.now.payments.create(new, for: Florin.bot, caller) }
            await gate.reached()
            try await florin.crash()
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            try await florin.resolve()
            let answer = try await florin.now.payments.create(new, for: Florin.bot, caller)
            #expect(answer.isReplay)
            #expect(answer("expanded") == "latest_charge+customer")
            #expect(answer("status") == "succeeded")
            #expect(try await requests(florin, about: PaymentID(required: answer("id"))) == [caller.request])
            gate.release()
            _ = await client.result
        }
    }

    @Test("events that follow a processor's answer name the request that caused them")
    func requestOfEvents() async throws {
        try await withFlorin { florin, _ in
            let caller = florin.caller()
            let card = try await florin.card()
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(500), paymentMethod: card, confirm: true), for: Florin.bot, caller)
            let id = try PaymentID(required: answer("id"))
            #expect(try await requests(florin, about: id) == [caller.request])
            let refunding = florin.caller()
            let refund = try await florin.now.refunds.create(NewRefund(target: .payment(id)), refunding)
            let refundID = try RefundID(required: refund("id"))
            let events = try await florin.now.store.read {
                try $0.events(about: SIMD2(refundID.high, refundID.low))
            }
            #expect(events.map(\.request) == [refunding.request, refunding.request])
        }
    }

    @Test("what Florin does by itself after a recorded cancel carries no request")
    func followUps() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .unknown(.timedOut))
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            _ = try await florin.now.payments.cancel(id, .abandoned, florin.caller())
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            try await florin.resolve()
            try await florin.untilQuiet()
            #expect(try await florin.payment(id).state == .canceled)
            let found = try await requests(florin, about: id)
            #expect(found.count == 2 && found[0] != nil && found[1] == nil)
        }
    }
}
