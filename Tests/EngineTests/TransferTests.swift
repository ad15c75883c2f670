import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Money between friends")
struct TransferTests {
    private static let platform = Owner.platform(Florin.platform)

    /// Two people with debit cards; the first has `amount` in the wallet.
    private func friends(
        _ florin: Florin, _ amount: Int64 = 1_000
    ) async throws -> (alice: PersonID, aliceCard: PaymentMethodID, bob: PersonID, bobCard: PaymentMethodID) {
        let (alice, aliceCard) = try await florin.person(card: 10)
        let (bob, bobCard) = try await florin.person(card: 20)
        if amount > 0 { #expect(try await florin.topUp(alice, aliceCard, amount)("status") == "succeeded") }
        return (alice, aliceCard, bob, bobCard)
    }

    private func accept(_ florin: Florin, _ id: FriendTransferID) async throws -> Answer {
        try await florin.now.transfers.accept(id, florin.caller(Self.platform))
    }

    private func giveBack(
        _ florin: Florin, _ id: FriendTransferID, _ reason: TransferReturnReason
    ) async throws -> Answer {
        try await florin.now.transfers.giveBack(id, reason, florin.caller(Self.platform))
    }

    @Test("a transfer from the wallet waits in flight until it is accepted, once")
    func walletAccepted() async throws {
        try await withFlorin { florin, processor in
            let (alice, _, bob, _) = try await friends(florin)
            let sent = try await florin.send(alice, bob, 400)
            #expect(sent("status") == "in_flight")
            #expect(try await florin.balance(.wallet, of: alice) == 600)
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 400)
            let id = try FriendTransferID(required: sent("id"))
            #expect(try await accept(florin, id)("status") == "accepted")
            let again = try await refusal { try await accept(florin, id) }
            #expect(again == Refusal(.alreadyAccepted))
            #expect(try await florin.balance(.wallet, of: bob) == 400)
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 0)
            #expect(processor.sent.count == 1)
            #expect(
                try await florin.events(about: SIMD2(id.high, id.low)) == [
                    "friend_transfer.in_flight", "friend_transfer.accepted",
                ])
            try await florin.expectSoundLedger()
        }
    }

    @Test("of many simultaneous acceptances exactly one succeeds")
    func duplicateAccept() async throws {
        try await withFlorin { florin, _ in
            let (alice, _, bob, _) = try await friends(florin)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400)("id"))
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { try await refusal { try await accept(florin, id) } == nil } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(accepted == 1)
            #expect(try await florin.balance(.wallet, of: bob) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("what is not accepted goes back the way it came", arguments: [true, false], TransferReturnReason.allCases)
    func returned(isCard: Bool, reason: TransferReturnReason) async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard, bob, _) = try await friends(florin)
            let sent = try await florin.send(alice, bob, 400, isCard ? .card(aliceCard) : .wallet)
            let id = try FriendTransferID(required: sent("id"))
            if reason == .lapsed {
                #expect(try await florin.now.transfers.lapse() == 0)
                florin.clock.advance(by: .seconds(7 * 24 * 3_600))
                #expect(try await florin.now.transfers.lapse() == 1)
                #expect(try await florin.now.transfers.lapse() == 0)
            } else {
                #expect(try await giveBack(florin, id, reason)("status") == "returned")
            }
            #expect(try await florin.balance(.wallet, of: alice) == 1_000)
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 0)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == -1_000)
            #expect(processor.sent(.refund).count == (isCard ? 1 : 0))
            try await expectRefusal(Refusal(.alreadyReturned)) { try await accept(florin, id) }
            try await florin.expectSoundLedger()
        }
    }

    @Test("a declined card sends nothing, and says why")
    func declinedCard() async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard, bob, _) = try await friends(florin, 0)
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            let answer = try await florin.send(alice, bob, 400, .card(aliceCard), key: "k")
            #expect(answer.status == 402)
            #expect(answer("decline") == "insufficientFunds")
            #expect(try await florin.send(alice, bob, 400, .card(aliceCard), key: "k").body == answer.body)
            #expect(processor.sent.count == 1)
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 0)
        }
    }

    @Test("a transfer whose funding is unknown cannot be accepted; a return is carried out once the truth is known")
    func unknownFunding() async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard, bob, _) = try await friends(florin, 0)
            processor.script.script(.authorize, .unknown(.timedOut))
            let sent = try await florin.send(alice, bob, 400, .card(aliceCard))
            #expect(sent("status") == "funding")
            let id = try FriendTransferID(required: sent("id"))
            try await expectRefusal(.outcomeUnknown) { try await accept(florin, id) }
            #expect(try await giveBack(florin, id, .canceledBySender)("status") == "funding")
            processor.script.scriptLookUps(.found(.approved(Approval(processorReference: "p", amount: usd(400)))))
            try await florin.resolve()
            try await florin.untilQuiet()
            #expect(processor.sent(.refund).count == 1)
            #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
            #expect(
                try await florin.events(about: SIMD2(id.high, id.low)) == [
                    "friend_transfer.funding", "friend_transfer.returning", "friend_transfer.returned",
                ])
            try await florin.expectSoundLedger()
        }
    }

    @Test("a card that no longer takes money back puts it into the sender's wallet")
    func cardGone() async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard, bob, _) = try await friends(florin, 0)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400, .card(aliceCard))("id"))
            processor.script.script(.refund, .declined(Decline(reason: .lostCard, isSoft: false)))
            #expect(try await giveBack(florin, id, .declinedByRecipient)("status") == "returned")
            #expect(try await florin.balance(.wallet, of: alice) == 400)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a refund to the card that is proven absent is sent again under a new reference")
    func absentRefund() async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard, bob, _) = try await friends(florin, 0)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400, .card(aliceCard))("id"))
            processor.script.script(.refund, .unknown(.timedOut))
            #expect(try await giveBack(florin, id, .declinedByRecipient)("status") == "returning")
            processor.script.scriptLookUps(.absent, .notFoundYet)
            try await florin.resolve(after: .seconds(2))
            try await florin.resolve(after: .seconds(3))
            #expect(Set(processor.sent(.refund).map(\.reference.operation)).count == 2)
            #expect(try await florin.openOperations().isEmpty)
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("the same card on both sides is refused, and so is a transfer to oneself")
    func refusals() async throws {
        try await withFlorin { florin, processor in
            let (alice, aliceCard) = try await florin.person(card: 10)
            let (twin, _) = try await florin.person(card: 10)
            guard
                case .invalid("payment_method", "same_card", _)? = try await refusal({
                    try await florin.send(alice, twin, 400, .card(aliceCard))
                }),
                case .invalid("recipient", "transfer_to_self", _)? = try await refusal({
                    try await florin.send(alice, alice, 400, .card(aliceCard))
                })
            else {
                Issue.record("a transfer that must be refused was not")
                return
            }
            #expect(processor.sent.isEmpty)
        }
    }

    @Test("a wallet sends what it has and not one cent more, however many ask at once")
    func insufficient() async throws {
        try await withFlorin { florin, _ in
            let (alice, _, bob, _) = try await friends(florin, 1_000)
            let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<9 {
                    group.addTask {
                        try await refusal { try await florin.send(alice, bob, 300, automatically: true) } == nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sent == 3)
            try await expectRefusal(.insufficientFunds(available: usd(100))) { try await florin.send(alice, bob, 101) }
            #expect(try await florin.balance(.wallet, of: alice) == 100)
            #expect(try await florin.balance(.wallet, of: bob) == 900)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a person's daily limit holds under simultaneous sends, and begins anew the next day")
    func dailyLimit() async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, _ in
            let (alice, _, bob, _) = try await friends(florin, 2_000)
            let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await refusal { try await florin.send(alice, bob, 200) } == nil }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sent == 2)
            guard case .limitExceeded? = try await refusal({ try await florin.send(alice, bob, 101) }) else {
                Issue.record("a send above the limit was not refused")
                return
            }
            #expect(try await florin.send(alice, bob, 100)("status") == "in_flight")
            florin.clock.advance(by: .seconds(24 * 3_600))
            #expect(try await florin.send(alice, bob, 500)("status") == "in_flight")
        }
    }
}

@Suite("Wallets")
struct WalletTests {
    @Test("a cash-out is held before the processor is asked, and cannot be spent meanwhile")
    func cashOutHolds() async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            let (bob, _) = try await florin.person(card: 20)
            _ = try await florin.topUp(alice, card, 1_000)
            let gate = processor.script.hold(.push)
            let cashing = Task { try await florin.cashOut(alice, card, 700) }
            await gate.reached()
            #expect(try await florin.held(.wallet, of: alice) == 700)
            try await expectRefusal(.insufficientFunds(available: usd(300))) { try await florin.send(alice, bob, 301) }
            gate.release()
            #expect(try await cashing.value("status") == "succeeded")
            #expect(try await florin.balance(.wallet, of: alice) == 300)
            #expect(try await florin.held(.wallet, of: alice) == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a cash-out that fails or is unknown never loses the money", arguments: [true, false])
    func cashOutFails(isUnknown: Bool) async throws {
        try await withFlorin { florin, processor in
            let (alice, card) = try await florin.person(card: 10)
            _ = try await florin.topUp(alice, card, 1_000)
            let decline = Outcome.declined(Decline(reason: .restrictedCard, isSoft: false))
            processor.script.script(.push, isUnknown ? .unknown(.serverError) : decline)
            let answer = try await florin.cashOut(alice, card, 700)
            if isUnknown {
                #expect(answer("status") == "pending")
                #expect(try await florin.held(.wallet, of: alice) == 700)
                processor.script.scriptLookUps(.found(decline))
                try await florin.resolve()
            } else {
                #expect(answer.status == 402)
            }
            #expect(try await florin.held(.wallet, of: alice) == 0)
            #expect(try await florin.balance(.wallet, of: alice) == 1_000)
            try await expectRefusal(.insufficientFunds(available: usd(1_000))) {
                try await florin.cashOut(alice, card, 1_001)
            }
            try await florin.expectSoundLedger()
        }
    }

    @Test("a top-up whose code is gone is asked for again; nothing is sent")
    func topUpWithoutCode() async throws {
        try await withFlorin { florin, processor in
            let platform = Owner.platform(Florin.platform)
            let (alice, _) = try await florin.person(card: 10)
            let card = try await florin.card(try Florin.cardNumber(30), securityCode: "123", of: platform)
            _ = try await florin.now.cards.attach(card, to: .person(alice), florin.caller(platform))
            try await florin.crash()
            let answer = try await florin.topUp(alice, card, 1_000)
            #expect(answer.status == 402)
            #expect(answer("decline") == "incorrectSecurityCode")
            #expect(processor.sent.isEmpty)
        }
    }
}
