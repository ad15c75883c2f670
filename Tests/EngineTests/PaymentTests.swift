import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@Suite("Payments")
struct PaymentTests {
    @Test("an automatic payment takes the money and owes it to the bot")
    func automatic() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000)
            #expect(answer.status == 200)
            #expect(answer("status") == "succeeded")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -1_000)
            #expect(processor.sent.map(\.operation) == [.authorize])
            #expect(processor.sent.first?.descriptor == "FIRST BOT")
            let id = try PaymentID(required: answer("id"))
            #expect(try await florin.events(about: SIMD2(id.high, id.low)) == ["payment_intent.succeeded"])
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a payment settled straight to the bot leaves Florin owing nothing")
    func direct() async throws {
        try await withFlorin { florin, _ in
            let answer = try await florin.charge(1_000, bot: Florin.directBot)
            #expect(answer("status") == "succeeded")
            #expect(try await florin.balance(.botPayable, of: Florin.directBot) == 0)
            #expect(try await florin.balance(.directClearing, of: Florin.directConnection) == -1_000)
            let payment = try await florin.payment(answer)
            let owner = florin.caller(.bot(Florin.directBot))
            let refund = try await florin.now.refunds.create(NewRefund(target: .payment(payment.id)), owner)
            #expect(refund("status") == "succeeded")
            #expect(try await florin.balance(.directClearing, of: Florin.directConnection) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a manual payment holds first, takes part on capture, and takes nothing twice")
    func manual() async throws {
        try await withFlorin { florin, processor in
            let answer = try await florin.charge(1_000, .manual)
            #expect(answer("status") == "requires_capture")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            let id = try PaymentID(required: answer("id"))
            let tooMuch = try await refusal {
                try await florin.now.payments.capture(id, amount: 1_001, florin.caller())
            }
            guard case .invalid(_, "amount_too_large", _)? = tooMuch else {
                Issue.record("a capture above the authorization answered \(String(describing: tooMuch))")
                return
            }
            let captured = try await florin.now.payments.capture(id, amount: 700, florin.caller())
            #expect(captured("status") == "succeeded")
            #expect(captured("captured") == "700")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 700)
            let again = try await refusal { try await florin.now.payments.capture(id, amount: 300, florin.caller()) }
            #expect(again != nil)
            #expect(processor.sent.map(\.operation) == [.authorize, .capture])
            try await florin.expectSoundLedger()
        }
    }

    @Test("a void releases the hold and ends the payment")
    func void() async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            let answer = try await florin.now.payments.cancel(id, .duplicate, florin.caller())
            #expect(answer("status") == "canceled")
            #expect(processor.sent.map(\.operation) == [.authorize, .void])
            #expect(try await florin.payment(id).cancellation == .duplicate)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            #expect(
                try await florin.events(about: SIMD2(id.high, id.low)) == [
                    "payment_intent.amount_capturable_updated", "payment_intent.canceled",
                ])
        }
    }

    @Test(
        "a decline answers 402 with its reason, is final for the attempt, and may be tried again",
        arguments: DeclineReason.allCases)
    func declines(_ reason: DeclineReason) async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: reason, isSoft: true)))
            let (card, customer) = try await florin.savedCard()
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(500), customer: customer, paymentMethod: card, confirm: true), for: Florin.bot,
                florin.caller(key: "k"))
            #expect(answer.status == 402)
            #expect(answer("decline") == "\(reason)")
            let id = try PaymentID(required: answer("id"))
            #expect(try await florin.payment(id).state == .requiresPaymentMethod)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            let second = try await florin.now.payments.confirm(id, paymentMethod: card, florin.caller())
            #expect(second("status") == "succeeded")
            try await florin.expectSoundLedger()
        }
    }

    @Test("an authentication is carried into the attempt that follows it, without a second security code")
    func authentication() async throws {
        try await withFlorin { florin, processor in
            let action = RequiredAction(redirectURL: "https://bank.example/3ds", processorReference: "auth_1")
            processor.script.script(.authorize, .requiresAction(action))
            let card = try await florin.card(securityCode: "123")
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(500), paymentMethod: card, confirm: true), for: Florin.bot, florin.caller())
            #expect(answer("status") == "requires_action")
            let id = try PaymentID(required: answer("id"))
            let done = try await florin.now.payments.confirm(id, paymentMethod: nil, florin.caller())
            #expect(done("status") == "succeeded")
            let sent = processor.sent(.authorize)
            #expect(sent.map(\.authenticated) == [nil, "auth_1"])
            #expect(sent.map(\.hasSecurityCode) == [true, false])
            #expect(Set(sent.map(\.reference.operation)).count == 2)
        }
    }

    @Test("a security code goes along once; after a crash it is asked for again, never left out")
    func securityCode() async throws {
        try await withFlorin { florin, processor in
            let kept = try await florin.card(securityCode: "123")
            let customer = try await florin.customer()
            _ = try await florin.now.cards.attach(kept, to: .customer(customer), florin.caller())
            let payment = NewPayment(amount: usd(500), customer: customer, paymentMethod: kept, confirm: true)
            for _ in 0..<2 {
                #expect(try await florin.now.payments.create(payment, for: Florin.bot, florin.caller()).status == 200)
            }
            #expect(processor.sent(.authorize).map(\.hasSecurityCode) == [true, false])

            let lost = try await florin.card(try Florin.cardNumber(2), securityCode: "123")
            try await florin.crash()
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(500), paymentMethod: lost, confirm: true), for: Florin.bot, florin.caller())
            #expect(answer.status == 402)
            #expect(answer("decline") == "incorrectSecurityCode")
            #expect(processor.sent(.authorize).count == 2)
        }
    }

    @Test("a card that was not saved is used up by its first approval, not by a decline")
    func singleUse() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: true)))
            let card = try await florin.card()
            let payment = NewPayment(amount: usd(500), paymentMethod: card, confirm: true)
            #expect(try await florin.now.payments.create(payment, for: Florin.bot, florin.caller()).status == 402)
            #expect(try await florin.now.payments.create(payment, for: Florin.bot, florin.caller()).status == 200)
            let third = try await refusal {
                try await florin.now.payments.create(payment, for: Florin.bot, florin.caller())
            }
            guard case .invalid("payment_method", "payment_method_unexpected_state", _)? = third else {
                Issue.record("a used-up card answered \(String(describing: third))")
                return
            }
        }
    }
}
