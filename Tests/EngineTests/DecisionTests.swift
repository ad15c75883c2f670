import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// The decisions of docs/adr/0012.
@Suite("What bot developers expect")
struct DecisionTests {
    private static let decline = Outcome.declined(Decline(reason: .lostCard, isSoft: false))

    @Test(
        "a declined card is taken off the payment, and has to be named again to be tried again",
        arguments: [true, false])
    func declinedCard(isResolved: Bool) async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, isResolved ? .unknown(.timedOut) : Self.decline)
            let answer = try await florin.charge(500)
            let id = try PaymentID(required: answer("id"))
            if isResolved {
                processor.script.scriptLookUps(.found(Self.decline))
                try await florin.resolve()
            }
            let payment = try await florin.payment(id)
            #expect(payment.state == .requiresPaymentMethod)
            #expect(payment.paymentMethod == nil)
            #expect(payment.lastDecline?.reason == .lostCard)
            try await expectRefusal(.noCard) {
                try await florin.now.payments.confirm(id, paymentMethod: nil, florin.caller())
            }
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("a change of the payment clears the error of the attempt before it")
    func clearedError() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, Self.decline)
            let id = try PaymentID(required: try await florin.charge(500)("id"))
            var change = PaymentChange()
            change.amount = 400
            _ = try await florin.now.payments.update(id, change, florin.caller())
            #expect(try await florin.payment(id).lastDecline == nil)
        }
    }

    @Test("a capture that fails is told: the money can be captured again", arguments: [true, false])
    func failedCapture(isResolved: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            processor.script.script(.capture, isResolved ? .unknown(.timedOut) : Self.decline)
            _ = try await florin.now.payments.capture(id, amount: nil, florin.caller())
            if isResolved {
                processor.script.scriptLookUps(.found(Self.decline))
                try await florin.resolve()
            }
            #expect(try await florin.payment(id).state.word == "requires_capture")
            let told = try await florin.events(about: SIMD2(id.high, id.low))
            #expect(told.last == "payment_intent.amount_capturable_updated")
            #expect(told.filter { $0 == "payment_intent.amount_capturable_updated" }.count == 2)
        }
    }

    @Test("a transfer that has expired is not accepted any more, even before it is sent back")
    func expiredTransfer() async throws {
        try await withFlorin { florin, _ in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            _ = try await florin.topUp(alice, card, 1_000)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400)("id"))
            florin.clock.advance(by: .seconds(7 * 24 * 3_600))
            try await expectAnyRefusal {
                try await florin.now.transfers.accept(id, florin.caller(.platform(Florin.platform)))
            }
            #expect(try await florin.balance(.wallet, of: bob) == 0)
            #expect(try await florin.now.transfers.lapse() == 1)
            #expect(try await florin.balance(.wallet, of: alice) == 1_000)
        }
    }

    @Test("transfers lapse without waiting for the processor to take the money back")
    func lapseWaitsForNobody() async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            var ids: [FriendTransferID] = []
            for _ in 0..<3 {
                ids.append(try FriendTransferID(required: try await florin.send(alice, bob, 100, .card(card))("id")))
            }
            florin.clock.advance(by: .seconds(7 * 24 * 3_600))
            let gates = ids.map { _ in processor.script.hold(.refund) }
            #expect(try await florin.now.transfers.lapse() == 3)
            for gate in gates { await gate.reached() }
            #expect(try await florin.now.transfers.lapse() == 0)
            for gate in gates { gate.release() }
            try await florin.untilQuiet()
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 0)
            try await florin.expectSoundLedger()
        }
    }
}

@Suite("Daily limits")
struct SendingLimitTests {
    @Test("a send whose card is declined does not count, also when nobody knew for a while", arguments: [true, false])
    func declined(isResolved: Bool) async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            let decline = Outcome.declined(Decline(reason: .insufficientFunds, isSoft: true))
            processor.script.script(.authorize, isResolved ? .unknown(.timedOut) : decline)
            _ = try await florin.send(alice, bob, 400, .card(card))
            if isResolved {
                try await expectAnyRefusal { try await florin.send(alice, bob, 400, .card(card)) }
                processor.script.scriptLookUps(.found(decline))
                try await florin.resolve()
            }
            #expect(try await florin.send(alice, bob, 500, .card(card))("status") == "in_flight")
            try await expectAnyRefusal { try await florin.send(alice, bob, 1, .card(card)) }
        }
    }

    @Test("what is known a day later is given back to the day it was counted on")
    func nextDay() async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            processor.script.script(.authorize, .unknown(.timedOut))
            _ = try await florin.send(alice, bob, 400, .card(card))
            florin.clock.advance(by: .seconds(24 * 3_600))
            #expect(try await florin.send(alice, bob, 300, .card(card))("status") == "in_flight")
            processor.script.scriptLookUps(.found(.declined(Decline(reason: .insufficientFunds, isSoft: true))))
            try await florin.resolve()
            #expect(try await florin.send(alice, bob, 200, .card(card))("status") == "in_flight")
            try await expectAnyRefusal { try await florin.send(alice, bob, 1, .card(card)) }
        }
    }

    @Test("the limit holds while sends are declined and made at the same time")
    func concurrent() async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            for _ in 0..<20 {
                processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: true)))
            }
            let sent = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        do {
                            return try await florin.send(alice, bob, 100, .card(card)).status == 200 ? 100 : 0
                        } catch is Refusal { return 0 }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sent <= 500)
            var total = sent
            while total < 500 {
                let answer = try await florin.send(alice, bob, 100, .card(card))
                if answer.status == 200 { total += 100 }
            }
            try await expectAnyRefusal { try await florin.send(alice, bob, 100, .card(card)) }
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 500)
        }
    }
}
