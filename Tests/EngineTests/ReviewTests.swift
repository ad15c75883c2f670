import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("What rules hold, block and explain")
struct ReviewTests {
    private static let platform = Owner.platform(Florin.platform)
    private static let anna = Operator(uid: 501, loginUID: 501, pid: 1, name: "anna", role: "operator")
    private static let holdsLarge: @Sendable (inout EngineConfiguration) -> Void = { configuration in
        var rule = RiskRule(name: "large", action: .review)
        (rule.currency, rule.amountAbove) = (.usd, 300)
        configuration.riskRules = RiskRules([rule])
    }

    private func friends(
        _ florin: Florin
    ) async throws -> (alice: PersonID, aliceCard: PaymentMethodID, bob: PersonID) {
        let (alice, aliceCard) = try await florin.person(card: 10)
        let (bob, _) = try await florin.person(card: 20)
        _ = try await florin.topUp(alice, aliceCard, 2_000)
        return (alice, aliceCard, bob)
    }

    private func reviews(_ florin: Florin) throws -> ReviewCommands { try florin.now.operators.reviews }

    private func decide(_ florin: Florin, _ id: SIMD2<UInt64>, _ isApproved: Bool) async throws {
        let isFound = try await reviews(florin).decide(
            id, isApproved: isApproved, reason: "we called them", by: Self.anna, also: { _ in })
        #expect(isFound)
        try await florin.untilQuiet()
    }

    private func state(_ florin: Florin, _ id: SIMD2<UInt64>) async throws -> ReviewState? {
        try await reviews(florin).show(id)?.review.state
    }

    @Test(
        "a held transfer keeps its money in flight, is nobody's to take, and goes on once an operator lets it",
        arguments: [true, false], [true, false])
    func approvedTransfer(isCard: Bool, isAutomatic: Bool) async throws {
        try await withFlorin(Self.holdsLarge) { florin, _ in
            let (alice, card, bob) = try await friends(florin)
            let sent = try await florin.send(
                alice, bob, 400, isCard ? .card(card) : .wallet, automatically: isAutomatic)
            #expect(sent("status") == "held")
            let id = try FriendTransferID(required: sent("id"))
            #expect(try await florin.balance(.transfersInFlight, of: Florin.platform) == 400)
            try await expectRefusal(Refusal(.underReview)) {
                try await florin.now.transfers.accept(id, florin.caller(Self.platform))
            }
            let found = try #require(try await reviews(florin).show(id.bits))
            #expect(found.decision?.rule == "large" && found.decision?.reason == "4.00 USD is above 3.00 USD")
            try await decide(florin, id.bits, true)
            let stored = try await florin.now.store.read { try $0.friendTransfer(id) }
            #expect(stored?.state == (isAutomatic ? .accepted : .inFlight) && stored?.review == .released)
            if !isAutomatic { _ = try await florin.now.transfers.accept(id, florin.caller(Self.platform)) }
            #expect(try await florin.balance(.wallet, of: bob) == 400)
            let told = try await florin.events(about: id.bits)
            #expect(told.contains("friend_transfer.held") && told.contains("friend_transfer.accepted"))
            #expect(told.count == (isAutomatic ? 2 : 3))
            let closed = try #require(try await reviews(florin).show(id.bits))
            #expect(closed.review.state == .approved && closed.reason == "we called them")
            #expect(closed.review.decider?.name == "anna")
            await #expect(throws: ReviewRefusal.notOpen(.approved)) { try await decide(florin, id.bits, false) }
            try await florin.expectSoundLedger()
        }
    }

    @Test("what is rejected, given up or left alone goes back the way it came", arguments: [true, false])
    func transferBack(isCard: Bool) async throws {
        try await withFlorin(Self.holdsLarge) { florin, processor in
            let (alice, card, bob) = try await friends(florin)
            func held() async throws -> FriendTransferID {
                try FriendTransferID(
                    required: try await florin.send(alice, bob, 400, isCard ? .card(card) : .wallet)("id"))
            }
            let (rejected, canceled, lapsed) = (try await held(), try await held(), try await held())
            try await decide(florin, rejected.bits, false)
            _ = try await florin.now.transfers.giveBack(canceled, .canceledBySender, florin.caller(Self.platform))
            florin.clock.advance(by: .seconds(7 * 24 * 3_600))
            #expect(try await florin.now.transfers.lapse() == 1)
            try await florin.untilQuiet()
            for (id, expected) in [(rejected, ReviewState.rejected), (canceled, .withdrawn), (lapsed, .lapsed)] {
                let stored = try await florin.now.store.read { try $0.friendTransfer(id) }
                guard case .returned? = stored?.state else {
                    Issue.record("\(expected): \(String(describing: stored?.state))")
                    continue
                }
                #expect(try await state(florin, id.bits) == expected)
            }
            #expect(try await florin.balance(.wallet, of: alice) == 2_000)
            #expect(processor.sent(.refund).count == (isCard ? 3 : 0))
            try await florin.expectSoundLedger()
        }
    }

    @Test("a held payment is authorized and not taken, cannot be captured by its bot, and is taken once approved")
    func approvedPayment() async throws {
        try await withFlorin(Self.holdsLarge) { florin, processor in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            let held = try await florin.payment(id)
            #expect(held.isUnderReview && held.captured == 0 && held.authorized == 1_000)
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 0)
            try await expectRefusal(Refusal(.underReview, parameter: nil)) {
                try await florin.now.payments.capture(id, amount: nil, florin.caller())
            }
            try await decide(florin, id.bits, true)
            let taken = try await florin.payment(id)
            #expect(taken.captured == 1_000 && taken.review == .released)
            #expect(processor.sent.map(\.operation) == [.authorize, .capture])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            let told = try await florin.events(about: id.bits)
            #expect(Set(told) == ["payment_intent.processing", "payment_intent.succeeded"] && told.count == 2)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a payment that its bot wants to capture is the bot's again once approved")
    func manualPayment() async throws {
        try await withFlorin(Self.holdsLarge) { florin, _ in
            let id = try PaymentID(required: try await florin.charge(1_000, .manual)("id"))
            #expect(try await florin.payment(id).isUnderReview)
            try await decide(florin, id.bits, true)
            #expect(try await florin.payment(id).captured == 0)
            let captured = try await florin.now.payments.capture(id, amount: 700, florin.caller())
            #expect(captured("captured") == "700")
        }
    }

    @Test("a payment that is rejected, canceled or left alone is voided")
    func voidedPayments() async throws {
        try await withFlorin(Self.holdsLarge) { florin, processor in
            var ids: [PaymentID] = []
            for _ in 0..<3 { ids.append(try PaymentID(required: try await florin.charge(1_000)("id"))) }
            try await decide(florin, ids[0].bits, false)
            _ = try await florin.now.payments.cancel(ids[1], .requestedByCustomer, florin.caller())
            #expect(try await reviews(florin).lapse() == 0)
            florin.clock.advance(by: .seconds(3 * 24 * 3_600))
            #expect(try await reviews(florin).lapse() == 1)
            try await florin.untilQuiet()
            for (id, expected) in zip(ids, [ReviewState.rejected, .withdrawn, .lapsed]) {
                #expect(try await florin.payment(id).state == .canceled)
                #expect(try await state(florin, id.bits) == expected)
            }
            #expect(processor.sent(.void).count == 3)
            #expect(try await florin.now.store.read { try $0.openReviews() } == 0)
        }
    }

    @Test("a payment whose card declines opens no case")
    func declined() async throws {
        try await withFlorin(Self.holdsLarge) { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            let answer = try await florin.charge(1_000)
            #expect(answer.status == 402)
            let open = try await florin.now.store.read { try $0.openReviews() }
            #expect(open == 0)
        }
    }

    @Test("what a rule blocks reaches no processor, moves nothing, and is stored with its reason")
    func blocked() async throws {
        let blocks: @Sendable (inout EngineConfiguration) -> Void = {
            $0.riskRules = RiskRules([RiskRule(name: "closed", action: .block)])
            $0.dailySendingLimits[.usd] = 1_000
        }
        try await withFlorin(blocks) { florin, processor in
            let (alice, card, bob) = try await friends(florin)
            let before = processor.sent.count
            let charged = try await florin.charge(500, key: "k")
            #expect(charged.status == 402 && charged("decline") == "fraudulent")
            #expect(try await florin.charge(500, key: "k").body == charged.body)
            #expect(try await florin.send(alice, bob, 400, .card(card)).status == 402)
            #expect(try await florin.send(alice, bob, 400, .wallet).status == 402)
            #expect(processor.sent.count == before)
            #expect(try await florin.balance(.wallet, of: alice) == 2_000)
            let sent = try await florin.now.store.read {
                try $0.friendTransfers(of: nil, mode: nil, person: alice, PageRequest(limit: 10))
            }
            #expect(sent.items.count == 2 && sent.items.allSatisfy { $0.state == .failed(.blockedByRule) })
            for transfer in sent.items {
                #expect(try await reviews(florin).decision(transfer.id.bits)?.rule == "closed")
            }
            // What was blocked does not count towards the sender's day.
            #expect(
                try await florin.now.store.read { try $0.sent(by: alice, currency: .usd, from: 0, through: 31) } == 0)
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a burst on one card is stopped whatever token it hides behind, and the card works again later")
    func velocity() async throws {
        let burst: @Sendable (inout EngineConfiguration) -> Void = {
            var rule = RiskRule(name: "burst", action: .block)
            rule.velocity = RiskVelocity(key: .card, most: 3, window: .seconds(600))
            $0.riskRules = RiskRules([rule])
        }
        try await withFlorin(burst) { florin, processor in
            var statuses: [Int64] = []
            for _ in 0..<5 { statuses.append(try await florin.charge(100).status) }
            #expect(statuses == [200, 200, 200, 402, 402])
            #expect(processor.sent.count == 3)
            florin.clock.advance(by: .seconds(601))
            #expect(try await florin.charge(100).status == 200)
            #expect(try await reviews(florin).forgetAttempts() == 5)
        }
    }

    @Test("of many simultaneous attempts on one card, no more than allowed get through")
    func simultaneousVelocity() async throws {
        let burst: @Sendable (inout EngineConfiguration) -> Void = {
            var rule = RiskRule(name: "burst", action: .block)
            rule.velocity = RiskVelocity(key: .card, most: 4, window: .seconds(600))
            $0.riskRules = RiskRules([rule])
        }
        try await withFlorin(burst) { florin, _ in
            let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 { group.addTask { try await florin.charge(100).status == 200 } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(passed == 4)
        }
    }

    @Test("the first transfer to somebody is held, later ones are not")
    func firstRecipient() async throws {
        let first: @Sendable (inout EngineConfiguration) -> Void = {
            var rule = RiskRule(name: "new friend", action: .review)
            rule.isFirstToRecipient = true
            $0.riskRules = RiskRules([rule])
        }
        try await withFlorin(first) { florin, _ in
            let (alice, _, bob) = try await friends(florin)
            let sent = try await florin.send(alice, bob, 100)
            #expect(sent("status") == "held")
            let id = try FriendTransferID(required: sent("id"))
            // Not known before it was accepted.
            #expect(try await florin.send(alice, bob, 100)("status") == "held")
            try await decide(florin, id.bits, true)
            _ = try await florin.now.transfers.accept(id, florin.caller(Self.platform))
            #expect(try await florin.send(alice, bob, 100)("status") == "in_flight")
        }
    }

    @Test("a held transfer is still held after a crash, and a case is decided once")
    func crash() async throws {
        try await withFlorin(Self.holdsLarge) { florin, _ in
            let (alice, _, bob) = try await friends(florin)
            let id = try FriendTransferID(required: try await florin.send(alice, bob, 400)("id"))
            try await florin.crash()
            #expect(try await florin.now.store.read { try $0.friendTransfer(id)?.state } == .held)
            let decided = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        do {
                            return try await reviews(florin).decide(
                                id.bits, isApproved: index % 2 == 0, reason: "because", by: Self.anna,
                                also: { _ in })
                        } catch is ReviewRefusal {
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(decided == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("without rules nothing is counted and nothing stored")
    func noRules() async throws {
        try await withFlorin { florin, _ in
            let payment = try await florin.payment(try await florin.charge(100_000))
            let charge = try #require(payment.latestCharge)
            #expect(try await florin.now.store.read { try $0.riskDecision(charge.bits) } == nil)
        }
    }

    @Test("a decision needs a reason without a card number in it", arguments: ["", " ", "card 4242 4242 4242 4242"])
    func reasons(reason: String) async throws {
        try await withFlorin(Self.holdsLarge) { florin, _ in
            let id = try PaymentID(required: try await florin.charge(1_000)("id"))
            await #expect(throws: ReviewRefusal.self) {
                try await reviews(florin).decide(
                    id.bits, isApproved: true, reason: reason, by: Self.anna, also: { _ in })
            }
            #expect(try await state(florin, id.bits) == .open)
        }
    }
}
