import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import StripeProcessor
import Testing

@Suite struct FlowTests {
    private func charge(
        _ stage: Stage, _ number: String, as reference: WireReference? = nil, authenticated: String? = nil,
        amount: Money = usd(1_000)
    ) async -> Outcome {
        guard let card = credentials(number) else { return .unknown(.interrupted) }
        return await stage.stripe.authorize(
            AuthorizeRequest(
                reference: reference ?? stage.reference(), amount: amount,
                card: card, capture: true, authenticatedReference: authenticated))
    }

    private func answerCardholder(_ stage: Stage, _ action: RequiredAction, passes: Bool) async -> SimulatedAnswer {
        await stage.simulator.answer(
            SimulatedRequest(
                method: "POST", target: String(action.redirectURL.dropFirst(stage.base.count)), headers: [:],
                body: Array("result=\(passes ? "pass" : "fail")".utf8)))
    }

    private func taken(_ stage: Stage) -> Int64 {
        stage.simulator.book["charges"]?.elements.reduce(0) {
            $0 + ($1["amount_captured"]?.integer ?? 0) - ($1["amount_refunded"]?.integer ?? 0)
        } ?? 0
    }

    @Test("a cardholder who authenticates comes back, and money moves only when Florin asks again")
    func authentication() async throws {
        try await Stage.run(returnURL: "https://shop.example/back") { stage in
            let first = stage.reference()
            guard case .requiresAction(let action) = await charge(stage, "4000002760003184", as: first) else {
                Issue.record("no authentication was asked for")
                return
            }
            #expect(action.redirectURL.hasPrefix(stage.base))
            #expect(
                await stage.stripe.lookUp(Inquiry(reference: first, kind: .charge)) == .found(.requiresAction(action)))
            let back = await answerCardholder(stage, action, passes: true)
            #expect(back.headers.first { $0.name == "location" }?.value.hasPrefix("https://shop.example/back?") == true)
            #expect(taken(stage) == 0, "authenticated is not paid")

            let second = stage.reference()
            let inquiry = Inquiry(
                reference: second, kind: .charge, amount: usd(1_000), authenticatedReference: action.processorReference)
            #expect(await stage.stripe.lookUp(inquiry) == .notFoundYet)
            let outcome = await charge(
                stage, "4000002760003184", as: second, authenticated: action.processorReference)
            guard case .approved(let approval) = outcome else {
                Issue.record("not approved: \(outcome)")
                return
            }
            #expect(approval.processorReference == action.processorReference)
            #expect(taken(stage) == 1_000)
            #expect(await stage.stripe.lookUp(inquiry) == .found(outcome))
        }
    }

    @Test("a cardholder who fails, or whose bank declines afterwards, has paid nothing")
    func failedAuthentication() async throws {
        try await Stage.run(returnURL: "https://shop.example/back") { stage in
            for (number, passes, reason) in [
                ("4000002760003184", false, DeclineReason.genericDecline),
                ("4000008260003178", true, .insufficientFunds),
            ] {
                guard case .requiresAction(let action) = await charge(stage, number) else {
                    Issue.record("no authentication was asked for")
                    return
                }
                _ = await answerCardholder(stage, action, passes: passes)
                let outcome = await charge(stage, number, authenticated: action.processorReference)
                if passes {
                    guard case .declined(let decline) = outcome else {
                        Issue.record("not declined: \(outcome)")
                        return
                    }
                    #expect(decline.reason == reason)
                } else {
                    #expect(!isApproved(outcome), "\(outcome)")
                }
            }
            #expect(taken(stage) == 0)
        }
    }

    private func isApproved(_ outcome: Outcome) -> Bool {
        if case .approved = outcome { true } else { false }
    }

    @Test("an account without raw card data uses Stripe's test tokens, and declines other numbers without asking")
    func tokens() async throws {
        try await Stage.run(cards: .testTokens) { stage in
            #expect(stage.simulator.set("raw_cards", to: "false"))
            let sold = await charge(stage, "4242424242424242")
            #expect(isApproved(sold))
            guard case .declined(let decline) = await charge(stage, "4000000000009995") else {
                Issue.record("not declined")
                return
            }
            #expect(decline.reason == .insufficientFunds)
            guard case .declined(let other) = await charge(stage, "4111111111111111") else {
                Issue.record("not declined")
                return
            }
            #expect(other.reason == .cardNotSupported && !other.isSoft)
        }
    }

    @Test("an account that may not send numbers is told before any money call")
    func rawRefused() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("raw_cards", to: "false"))
            #expect(await charge(stage, "4242424242424242") == .notProcessed(.refusedInvalid))
            #expect(stage.simulator.book["intents"]?.elements.isEmpty == true)
        }
    }

    @Test("silence while the card is stored means that no money call was made")
    func tokenSilence() async throws {
        try await Stage.run { stage in
            stage.faults.add(.init(.cutAfter, method: "POST", path: "/v1/payment_methods"))
            let reference = stage.reference()
            #expect(await charge(stage, "4242424242424242", as: reference) == .notProcessed(.cardStepFailed))
            #expect(stage.simulator.book["intents"]?.elements.isEmpty == true)
            let sold = await charge(stage, "4242424242424242", as: reference)
            #expect(isApproved(sold))
        }
    }

    @Test("a token made beforehand is charged without the card")
    func storedToken() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let card = try #require(credentials("4242424242424242"))
            guard case .token(let token) = await stage.stripe.tokenize(card, as: reference) else {
                Issue.record("no token")
                return
            }
            #expect(await stage.stripe.tokenize(card, as: reference) == .token(token))
            let outcome = await stage.stripe.authorize(
                AuthorizeRequest(reference: reference, amount: usd(500), card: card, capture: true, token: token))
            #expect(isApproved(outcome))
        }
    }

    @Test("nothing is sent for the other mode, or after the message's time")
    func refusedHere() async throws {
        try await Stage.run { stage in
            #expect(
                await charge(stage, "4242424242424242", as: stage.reference(mode: .live)) == .notProcessed(.notSent)
            )
            let reference = stage.reference()
            await stage.pass(reference)
            #expect(await charge(stage, "4242424242424242", as: reference) == .notProcessed(.notSent))
            #expect(stage.simulator.book["intents"]?.elements.isEmpty == true)
        }
    }

    @Test("a look-up that proves absence keeps the message from ever being executed, and takes nothing")
    func fence() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let card = try #require(credentials("4242424242424242"))
            let codec = StripeCodec(mode: .test)
            guard case .token(let token) = await stage.stripe.tokenize(card, as: reference),
                let late = codec.authorize(
                    AuthorizeRequest(reference: reference, amount: usd(1_000), card: card, capture: true), token: token)
            else {
                Issue.record("no message")
                return
            }
            await stage.pass(reference)
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            #expect(await stage.stripe.lookUp(inquiry) == .absent)
            // The message was on its way all the time, and arrives now.
            var headers = ["authorization": "Bearer \(Stage.key.exposed())"]
            for (name, value) in late.request.headers { headers[name] = value }
            let answer = await stage.simulator.answer(
                SimulatedRequest(method: "POST", target: late.request.path, headers: headers, body: late.request.body))
            #expect(answer.status == 400)
            #expect(taken(stage) == 0)
            #expect(await stage.stripe.lookUp(inquiry) == .absent, "and it stays so")
            #expect(stage.simulator.book["intents"]?.elements.allSatisfy { $0["status"]?.text == "canceled" } == true)
        }
    }

    @Test("a charge that the index does not know yet is found in the list, also among many")
    func list() async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("search_lag", to: "86400"))
            let reference = stage.reference()
            let outcome = await charge(stage, "4242424242424242", as: reference)
            for _ in 0..<230 {
                _ = await stage.simulator.answer(
                    SimulatedRequest(
                        method: "POST", target: "/v1/payment_intents",
                        headers: ["authorization": "Bearer sk_test_other"], body: Array("amount=100&currency=usd".utf8))
                )
            }
            #expect(
                await stage.stripe.lookUp(Inquiry(reference: reference, kind: .charge, amount: usd(1_000)))
                    == .found(outcome))
        }
    }

    @Test("a look-up for another amount than was asked learns nothing")
    func lookUpMismatch() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            _ = await charge(stage, "4242424242424242", as: reference)
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(999))
            #expect(await stage.stripe.lookUp(inquiry) == .unavailable)
        }
    }

    @Test("what an intent's state excludes is absent at once; what it allows is absent long after its time only")
    func changes() async throws {
        try await Stage.run { stage in
            let card = try #require(credentials("4242424242424242"))
            let hold = stage.reference()
            guard
                case .approved(let approval) = await stage.stripe.authorize(
                    AuthorizeRequest(reference: hold, amount: usd(1_000), card: card, capture: false))
            else {
                Issue.record("not approved")
                return
            }
            let original = OriginalOperation(
                operation: hold.operation, processorReference: approval.processorReference)
            let capture = Inquiry(reference: stage.reference(), kind: .capture, amount: usd(400), original: original)
            #expect(await stage.stripe.lookUp(capture) == .notFoundYet)
            await stage.pass(capture.reference)
            #expect(await stage.stripe.lookUp(capture) == .notFoundYet)
            stage.clock.leap(to: capture.reference.validUntil.advanced(by: .seconds(900)))
            #expect(await stage.stripe.lookUp(capture) == .absent)
            let void = stage.reference()
            _ = await stage.stripe.void(VoidRequest(reference: void, original: original))
            let other = Inquiry(reference: stage.reference(), kind: .capture, amount: usd(400), original: original)
            #expect(await stage.stripe.lookUp(other) == .absent)
        }
    }

    @Test("a refund that is late is pending, and one that failed later is found failed")
    func refunds() async throws {
        try await Stage.run { stage in
            for (number, isPending) in [("4000000000007726", true), ("4000000000005126", false)] {
                let sale = stage.reference()
                guard case .approved(let approval) = await charge(stage, number, as: sale) else {
                    Issue.record("not approved")
                    return
                }
                let original = OriginalOperation(
                    operation: sale.operation, processorReference: approval.processorReference)
                let reference = stage.reference()
                let outcome = await stage.stripe.refund(
                    RefundRequest(reference: reference, amount: usd(300), original: original))
                if case .pending = outcome { #expect(isPending) } else { #expect(!isPending && isApproved(outcome)) }
                #expect(stage.simulator.set("settle_refunds", to: "true"))
                let inquiry = Inquiry(reference: reference, kind: .refund, amount: usd(300), original: original)
                switch await stage.stripe.lookUp(inquiry) {
                case .found(.approved): #expect(isPending)
                case .found(.declined(let decline)): #expect(!isPending && !decline.isSoft)
                case let other: Issue.record("found \(other)")
                }
            }
        }
    }

    @Test("the account is asked before it is used")
    func probe() async throws {
        try await Stage.run { stage in
            guard case .usable = await stage.stripe.probe() else {
                Issue.record("not usable")
                return
            }
            stage.faults.add(.init(.errorBefore, path: "/v1/balance"))
            guard case .unreachable = await stage.stripe.probe() else {
                Issue.record("not unreachable")
                return
            }
        }
    }
}
