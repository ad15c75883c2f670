import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// All or nothing (docs/adr/0012): what a card gives of what was asked for goes back.
@Suite("A partial approval")
struct PartialApprovalTests {
    private func part(_ amount: Int64) -> Outcome {
        .approvedPartial(Approval(processorReference: "part", amount: usd(amount)))
    }

    private func back(_ amount: Int64) -> Outcome {
        .approved(Approval(processorReference: "back", amount: usd(amount)))
    }

    @Test(
        "declines the charge and gives the part back, taken or held, to the platform or to the bot",
        arguments: [CaptureMethod.automatic, .manual], [Florin.bot, Florin.directBot])
    func charge(method: CaptureMethod, bot: BotID) async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, part(400))
            let held = processor.script.hold(method == .automatic ? .refund : .void)
            let answer = try await florin.charge(1_000, method, key: "k", bot: bot)
            #expect(answer.status == 402)
            #expect(answer("decline") == "insufficientFunds")
            #expect(answer("status") == "requires_payment_method")
            await held.reached()
            let isTaken = method == .automatic
            #expect(try await florin.balance(.botPayable, of: bot) == 0)
            #expect(
                try await florin.balance(.suspense, of: Florin.connection)
                    == (isTaken && bot == Florin.bot ? 400 : 0))
            let directTaken: Int64 = isTaken && bot == Florin.directBot ? 400 : 0
            #expect(try await florin.balance(.directSettlement, of: bot) == directTaken)
            try await florin.expectSoundLedger()
            held.release()
            try await florin.untilQuiet()
            #expect(processor.sent.map(\.operation) == [.authorize, isTaken ? .refund : .void])
            if isTaken { #expect(processor.sent(.refund).map(\.amount) == [usd(400)]) }
            for kind in [AccountKind.suspense, .processorClearing] {
                #expect(try await florin.balance(kind, of: Florin.connection) == 0)
            }
            #expect(try await florin.balance(.directSettlement, of: bot) == 0)
            #expect(try await florin.openOperations().isEmpty)
            #expect(try await florin.charge(1_000, method, key: "k", bot: bot).body == answer.body)
            try await florin.expectSoundLedger()
        }
    }

    @Test("keeps nobody from paying with another card meanwhile")
    func anotherCard() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, part(400))
            processor.script.script(.refund, .unknown(.timedOut))
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            try await florin.untilQuiet()
            let card = try await florin.card(try Florin.cardNumber(2))
            let paid = try await florin.now.payments.confirm(id, paymentMethod: card, florin.caller())
            #expect(paid("status") == "succeeded")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 400)
            processor.script.scriptLookUps(.found(back(400)))
            try await florin.resolve()
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 0)
            #expect(try await florin.payment(id).captured == 1_000)
            try await florin.expectSoundLedger()
        }
    }

    @Test("is given back after a crash, by the same message, and again when it was certainly not executed")
    func crash() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, part(400))
            let held = processor.script.hold(.refund)
            _ = try await florin.charge(1_000)
            await held.reached()
            try await florin.crash()
            held.release(.answer(.unknown(.connectionCut)))
            processor.script.lookUpFallback = .notFoundYet
            processor.script.script(.refund, .unknown(.timedOut))
            try await florin.resolve(after: .seconds(2))
            #expect(processor.sent(.refund).count == 2)
            #expect(Set(processor.sent(.refund)).count == 1)
            processor.script.scriptLookUps(.absent)
            try await florin.resolve()
            #expect(processor.sent(.refund).count == 2)
            try await florin.resolve(after: .seconds(2))
            #expect(processor.sent(.refund).count == 3)
            #expect(Set(processor.sent(.refund).map(\.reference.operation)).count == 2)
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 0)
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("that the processor will not take back waits for a person, with the money in suspense")
    func refused() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, part(400))
            processor.script.script(.refund, .declined(Decline(reason: .lostCard, isSoft: false)))
            #expect(try await florin.charge(1_000).status == 402)
            try await florin.untilQuiet()
            #expect(try await florin.openOperations().first?.conflict != nil)
            #expect(try await florin.balance(.suspense, of: Florin.connection) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("fails a transfer from a card and a top-up, and counts towards no limit")
    func friends() async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            processor.script.script(.authorize, part(100), part(200))
            let sent = try await florin.send(alice, bob, 400, .card(card))
            #expect(sent.status == 402)
            #expect(try await florin.topUp(alice, card, 400).status == 402)
            try await florin.untilQuiet()
            #expect(processor.sent(.refund).map(\.amount) == [usd(100), usd(200)])
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
            #expect(try await florin.balance(.wallet, of: alice) == 0)
            #expect(try await florin.send(alice, bob, 500, .card(card))("status") == "in_flight")
            try await florin.expectSoundLedger()
        }
    }
}
