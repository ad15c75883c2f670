import FlorinTesting
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import Testing

@Suite struct FlowTests {
    private func charge(
        _ stage: Stage, _ number: String = "4242424242424242", as reference: WireReference? = nil,
        authenticated: String? = nil, capture: Bool = true, amount: Money = usd(1_000)
    ) async -> Outcome {
        guard let card = credentials(number) else { return .unknown(.interrupted) }
        return await stage.paypal.authorize(
            AuthorizeRequest(
                reference: reference ?? stage.reference(), amount: amount, card: card, capture: capture,
                authenticatedReference: authenticated))
    }

    private func decide(_ stage: Stage, _ action: RequiredAction, agrees: Bool) async -> SimulatedAnswer {
        await stage.simulator.answer(
            SimulatedRequest(
                method: "POST", target: String(action.redirectURL.dropFirst(stage.base.count)), headers: [:],
                body: Array("result=\(agrees ? "approve" : "cancel")".utf8)))
    }

    private func approval(_ outcome: Outcome) -> Approval? {
        if case .approved(let approval) = outcome { approval } else { nil }
    }

    /// Hundredths that were taken and not given back.
    private func taken(_ stage: Stage) -> Int64 {
        func cents(_ object: JSONValue) -> Int64 {
            Int64((object["amount"]?["value"]?.text ?? "0").filter { $0 != "." }) ?? 0
        }
        let book = stage.simulator.book
        let captures =
            book["captures"]?.elements.filter { !["DECLINED", "PENDING"].contains($0["status"]?.text) } ?? []
        let refunds = book["refunds"]?.elements.filter { $0["status"]?.text != "FAILED" } ?? []
        return captures.reduce(0) { $0 + cents($1) } - refunds.reduce(0) { $0 + cents($1) }
    }

    // MARK: - Tokens

    @Test("one token serves many requests, another is fetched before it ends, and after it was refused")
    func tokens() async throws {
        try await Stage.run { stage in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = await stage.paypal.probe() } }
            }
            #expect(stage.simulator.tokenCount == 1)
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(32_400 - 59)))
            #expect(await stage.paypal.probe() == .usable("the application's credentials work in test mode"))
            #expect(stage.simulator.tokenCount == 2)
            #expect(stage.simulator.set("revoke_tokens", to: "true"))
            #expect(approval(await charge(stage)) != nil, "a refused token is replaced, and the request sent again")
        }
    }

    @Test("wrong credentials are told apart from a vendor that does not answer, and nothing is sent")
    func wrongCredentials() async throws {
        try await Stage.run(secret: "wrong") { stage in
            if case .refused = await stage.paypal.probe() {} else { Issue.record("not refused") }
            #expect(await charge(stage) == .notProcessed(.refusedAccount))
            #expect(stage.simulator.book["orders"]?.elements.isEmpty == true)
        }
        try await Stage.run { stage in
            stage.faults.add(.init(.cutBefore, path: "/v1/oauth2/token"))
            #expect(await charge(stage) == .notProcessed(.notSent))
            stage.faults.add(.init(.errorBefore, path: "/v1/oauth2/token"))
            if case .unreachable = await stage.paypal.probe() {} else { Issue.record("not unreachable") }
            #expect(approval(await charge(stage)) != nil)
        }
    }

    @Test("an authorization that has expired holds nothing: it cannot be captured, and a void of it is done")
    func expiredAuthorization() async throws {
        try await Stage.run { stage in
            let first = stage.reference()
            let held = try #require(approval(await charge(stage, as: first, capture: false)))
            let original = OriginalOperation(operation: first.operation, processorReference: held.processorReference)
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(30 * 86_400)))
            let captured = await stage.paypal.capture(
                CaptureRequest(reference: stage.reference(), amount: usd(1_000), original: original))
            guard case .declined(let decline) = captured else {
                Issue.record("captured: \(captured)")
                return
            }
            #expect(decline.processorCode == "AUTHORIZATION_EXPIRED" && !decline.isSoft)
            let reference = stage.reference()
            let voided = await stage.paypal.void(VoidRequest(reference: reference, original: original))
            #expect(approval(voided)?.amount == usd(1_000))
            let inquiry = Inquiry(reference: reference, kind: .void, original: original)
            #expect(await stage.paypal.lookUp(inquiry) == .found(voided))
        }
    }

    // MARK: - Orders

    @Test("whatever happens while the order is made, nothing is charged, and the look-up proves it")
    func orders() async throws {
        let faults: [SimulatedFault] = [
            .stallBefore, .stallAfter, .cutBefore, .cutAfter, .errorBefore, .errorAfter, .garbage, .busy,
            .lie(.reference), .lie(.amount),
        ]
        for fault in faults {
            try await Stage.run { stage in
                stage.faults.add(.init(fault, method: "POST", path: "/v2/checkout/orders"))
                let reference = stage.reference()
                let outcome = await charge(stage, as: reference)
                if case .lie(.amount) = fault {
                    #expect(outcome == .unknown(.contractViolation))
                } else {
                    guard case .notProcessed = outcome else {
                        Issue.record("\(fault): \(outcome)")
                        return
                    }
                }
                await stage.pass(reference)
                #expect(await stage.paypal.lookUp(Inquiry(reference: reference, kind: .charge)) == .absent)
                #expect(taken(stage) == 0)
            }
        }
    }

    @Test("a charge that a look-up has proved absent cannot be paid by a message that comes late")
    func fenced() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            stage.faults.add(.init(.cutBefore, method: "POST", path: "/v2/checkout/orders/*/capture"))
            #expect(await charge(stage, as: reference) == .unknown(.connectionCut))
            #expect(await stage.paypal.lookUp(Inquiry(reference: reference, kind: .charge)) == .notFoundYet)
            await stage.pass(reference)
            #expect(await stage.paypal.lookUp(Inquiry(reference: reference, kind: .charge)) == .absent)
            // The very bytes that were lost, arriving after all.
            let order = try #require(stage.simulator.book["orders"]?.elements.first?["id"]?.text)
            let late = await stage.simulator.raw(
                "POST", "/v2/checkout/orders/\(order)/capture", key: reference.operation.text,
                "{\"payment_source\":{\"card\":{\"number\":\"4242424242424242\",\"expiry\":\"2060-12\"}}}")
            #expect(late.status == 422)
            #expect(taken(stage) == 0)
            #expect(await stage.paypal.lookUp(Inquiry(reference: reference, kind: .charge)) == .absent)
        }
    }

    @Test("a charge that a look-up overtook is not sent any more")
    func overtaken() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            #expect(await stage.paypal.lookUp(Inquiry(reference: reference, kind: .charge)) == .notFoundYet)
            #expect(await charge(stage, as: reference) == .notProcessed(.notSent))
            #expect(taken(stage) == 0)
        }
    }

    @Test("after the keys are forgotten, the account's transactions tell", arguments: [true, false])
    func longAgo(capture: Bool) async throws {
        try await Stage.run { stage in
            let paid = stage.reference()
            let outcome = await charge(stage, as: paid, capture: capture)
            let never = stage.reference()
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(6 * 3_600)))
            let lookedUp = await stage.paypal.lookUp(Inquiry(reference: paid, kind: .charge, amount: usd(1_000)))
            #expect(lookedUp == .found(outcome))
            #expect(await stage.paypal.lookUp(Inquiry(reference: never, kind: .charge)) == .absent)
            // As long as the report is behind, it proves nothing.
            #expect(stage.simulator.set("report_lag", to: "86400"))
            #expect(await stage.paypal.lookUp(Inquiry(reference: never, kind: .charge)) == .notFoundYet)
            stage.faults.add(.init(.errorBefore, path: "/v1/reporting"))
            #expect(await stage.paypal.lookUp(Inquiry(reference: never, kind: .charge)) == .unavailable)
        }
    }

    // MARK: - Reviews

    @Test("what waits for a review is pending until PayPal has decided", arguments: [true, false], [true, false])
    func reviews(capture: Bool, approves: Bool) async throws {
        try await Stage.run { stage in
            #expect(stage.simulator.set("hold_for_review", to: "true"))
            let reference = stage.reference()
            guard case .pending = await charge(stage, as: reference, capture: capture) else {
                Issue.record("not pending")
                return
            }
            let inquiry = Inquiry(reference: reference, kind: .charge, amount: usd(1_000))
            guard case .found(.pending) = await stage.paypal.lookUp(inquiry) else {
                Issue.record("not found pending")
                return
            }
            #expect(stage.simulator.set("settle_reviews", to: approves ? "approve" : "decline"))
            switch await stage.paypal.lookUp(inquiry) {
            case .found(.approved): #expect(approves)
            case .found(.declined): #expect(!approves)
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test("a capture is refunded by its own name, and a late refund is pending first")
    func refunds() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let held = try #require(approval(await charge(stage, "4000000000007726", as: reference, capture: false)))
            let capturing = stage.reference()
            let original = OriginalOperation(
                operation: reference.operation, processorReference: held.processorReference)
            let captured = try #require(
                approval(
                    await stage.paypal.capture(
                        CaptureRequest(reference: capturing, amount: usd(600), original: original))))
            #expect(captured.processorReference != held.processorReference && captured.amount == usd(600))
            let taken = OriginalOperation(
                operation: reference.operation, processorReference: held.processorReference,
                capture: ChargeCapture(
                    operation: capturing.operation, processorReference: captured.processorReference))
            let refunding = stage.reference()
            let request = RefundRequest(reference: refunding, amount: usd(200), original: taken)
            guard case .pending = await stage.paypal.refund(request) else {
                Issue.record("not pending")
                return
            }
            #expect(stage.simulator.set("settle_refunds", to: "true"))
            let inquiry = Inquiry(reference: refunding, kind: .refund, amount: usd(200), original: taken)
            guard case .found(.approved(let refund)) = await stage.paypal.lookUp(inquiry) else {
                Issue.record("not found")
                return
            }
            #expect(refund.amount == usd(200))
        }
    }

    // MARK: - Payers

    @Test("a cardholder who authenticates comes back, and money moves only when Florin asks again")
    func authentication() async throws {
        try await Stage.run(returnURL: "https://shop.example/back") { stage in
            let first = stage.reference()
            guard case .requiresAction(let action) = await charge(stage, "4000002760003184", as: first) else {
                Issue.record("no authentication was asked for")
                return
            }
            #expect(action.redirectURL.hasPrefix(stage.base))
            let waiting = await stage.paypal.lookUp(Inquiry(reference: first, kind: .charge))
            #expect(waiting == .found(.requiresAction(action)))
            let second = stage.reference()
            let inquiry = Inquiry(
                reference: second, kind: .charge, amount: usd(1_000), authenticatedReference: action.processorReference)
            #expect(await stage.paypal.lookUp(inquiry) == .notFoundYet)
            let back = await decide(stage, action, agrees: true)
            #expect(back.headers.first { $0.name == "location" }?.value.hasPrefix("https://shop.example/back?") == true)
            #expect(taken(stage) == 0, "authenticated is not paid")
            let outcome = await charge(
                stage, "4000002760003184", as: second, authenticated: action.processorReference)
            #expect(approval(outcome) != nil && taken(stage) == 1_000)
            #expect(await stage.paypal.lookUp(inquiry) == .found(outcome))
        }
    }

    private func wallet(
        _ stage: Stage, _ reference: WireReference, approved: String? = nil, capture: Bool = true
    ) async -> Outcome {
        await stage.paypal.authorize(
            WalletRequest(
                reference: reference, amount: usd(1_000), instrument: .paypal, capture: capture,
                approvedReference: approved, returnURL: "https://shop.example/back"))
    }

    @Test("a payer approves at PayPal and pays only when Florin asks again", arguments: [true, false])
    func wallets(capture: Bool) async throws {
        try await Stage.run { stage in
            let first = stage.reference()
            guard case .requiresAction(let action) = await wallet(stage, first, capture: capture) else {
                Issue.record("the payer was not asked")
                return
            }
            #expect(await wallet(stage, first, capture: capture) == .requiresAction(action), "sent again")
            let found = await stage.paypal.lookUp(Inquiry(reference: first, kind: .charge, amount: usd(1_000)))
            #expect(found == .found(.requiresAction(action)))
            // Too early: the payer is sent to the same page.
            let early = await wallet(stage, stage.reference(), approved: action.processorReference, capture: capture)
            #expect(early == .requiresAction(action))
            _ = await decide(stage, action, agrees: true)
            #expect(taken(stage) == 0)
            let second = stage.reference()
            let paid = await wallet(stage, second, approved: action.processorReference, capture: capture)
            #expect(approval(paid)?.amount == usd(1_000))
            #expect(taken(stage) == (capture ? 1_000 : 0))
            let again = await wallet(stage, second, approved: action.processorReference, capture: capture)
            #expect(again == paid)
            let inquiry = Inquiry(
                reference: second, kind: .charge, amount: usd(1_000), authenticatedReference: action.processorReference)
            #expect(await stage.paypal.lookUp(inquiry) == .found(paid))
        }
    }

    @Test("a payer who cancels has paid nothing, and a payment whose time is over cannot be taken any more")
    func abandoned() async throws {
        try await Stage.run { stage in
            let first = stage.reference()
            guard case .requiresAction(let action) = await wallet(stage, first) else {
                Issue.record("the payer was not asked")
                return
            }
            let back = await decide(stage, action, agrees: false)
            let place = back.headers.first { $0.name == "location" }?.value
            #expect(place == "https://shop.example/back?token=\(action.processorReference)")
            _ = await decide(stage, action, agrees: true)
            let second = stage.reference()
            stage.faults.add(.init(.cutBefore, method: "POST", path: "/v2/checkout/orders/*/capture"))
            #expect(
                await wallet(stage, second, approved: action.processorReference) == .unknown(.connectionCut))
            let inquiry = Inquiry(
                reference: second, kind: .charge, amount: usd(1_000), authenticatedReference: action.processorReference)
            #expect(await stage.paypal.lookUp(inquiry) == .notFoundYet)
            await stage.pass(second)
            #expect(await stage.paypal.lookUp(inquiry) == .absent)
            let late = await stage.simulator.raw(
                "POST", "/v2/checkout/orders/\(action.processorReference)/capture", key: second.operation.text, "{}")
            #expect(late.status == 422 && taken(stage) == 0)
        }
    }

    // MARK: - Payouts

    private func payOut(_ stage: Stage, _ reference: WireReference, to receiver: String) async -> Outcome {
        await stage.paypal.push(
            WalletPushRequest(
                reference: reference, amount: usd(700), instrument: .paypal, receiver: Redacted(receiver)))
    }

    @Test("a payout arrives once, however often it is sent, and is found by its reference")
    func payouts() async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let first = await payOut(stage, reference, to: "friend@example.com")
            #expect(approval(first)?.amount == usd(700))
            #expect(await payOut(stage, reference, to: "friend@example.com") == first)
            let inquiry = Inquiry(reference: reference, kind: .push, amount: usd(700))
            #expect(await stage.paypal.lookUp(inquiry) == .found(first))
            #expect(stage.simulator.book["payouts"]?.elements.count == 1)
        }
    }

    @Test("money that nobody claims is pending, until it is claimed or comes back", arguments: [true, false])
    func unclaimed(claims: Bool) async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            guard case .pending(let name) = await payOut(stage, reference, to: "unclaimed@example.com") else {
                Issue.record("not pending")
                return
            }
            // Should PayPal look at a batch before it looks at its name, only what it answered leads back to it.
            #expect(stage.simulator.set("refuse_empty_batches", to: "true"))
            let nameless = Inquiry(reference: reference, kind: .push, amount: usd(700))
            #expect(await stage.paypal.lookUp(nameless) == .notFoundYet)
            var inquiry = nameless
            inquiry.pendingReference = name
            #expect(await stage.paypal.lookUp(inquiry) == .found(.pending(processorReference: name)))
            #expect(stage.simulator.set("settle_payouts", to: claims ? "claim" : "return"))
            switch await stage.paypal.lookUp(inquiry) {
            case .found(.approved): #expect(claims)
            case .found(.declined(let decline)): #expect(!claims && decline.processorCode == "RETURNED")
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test("a payout that PayPal refuses says why; one that was lost is never taken for absent")
    func lostPayouts() async throws {
        try await Stage.run { stage in
            guard case .declined(let decline) = await payOut(stage, stage.reference(), to: "failed@example.com") else {
                Issue.record("not declined")
                return
            }
            #expect(decline.processorCode == "RECEIVER_UNREGISTERED")
            let lost = stage.reference()
            stage.faults.add(.init(.cutAfter, method: "POST", path: "/v1/payments/payouts"))
            #expect(await payOut(stage, lost, to: "friend@example.com") == .unknown(.connectionCut))
            guard
                case .found(.approved) = await stage.paypal.lookUp(
                    Inquiry(reference: lost, kind: .push, amount: usd(700)))
            else {
                Issue.record("not found")
                return
            }
            let never = stage.reference()
            let inquiry = Inquiry(reference: never, kind: .push, amount: usd(700))
            #expect(await stage.paypal.lookUp(inquiry) == .notFoundYet)
            await stage.pass(never)
            #expect(await stage.paypal.lookUp(inquiry) == .unavailable)
        }
    }

    // MARK: - Disputes

    private func news(_ facts: [ProcessorFact]) -> [DisputeNews] {
        facts.compactMap { fact in if case .dispute(let report) = fact.kind { report.news } else { nil } }
    }

    private func told(_ stage: Stage, since cursor: String?) async throws -> (facts: [ProcessorFact], next: String) {
        // Within a minute of the last look PayPal is left alone.
        stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(61)))
        let changes = await stage.paypal.changes(since: cursor)
        guard case .facts(let facts, let next) = changes else {
            Issue.record("PayPal did not answer")
            throw CancellationError()
        }
        #expect(await stage.paypal.changes(since: next) == .facts([], next: next))
        return (facts, next)
    }

    @Test("a chargeback is told with what it took, and its end with what came back", arguments: [true, false])
    func disputes(isWon: Bool) async throws {
        try await Stage.run { stage in
            let reference = stage.reference()
            let paid = try #require(approval(await charge(stage, as: reference)))
            let quiet = try await told(stage, since: nil)
            #expect(quiet.facts.isEmpty)
            #expect(stage.simulator.set("dispute", to: "chargeback"))
            let opened = try await told(stage, since: quiet.next)
            #expect(opened.facts.allSatisfy { $0.operation == reference.operation })
            let taken: [DisputeNews] = [.opened, .fundsWithdrawn(paid.amount, fee: nil), .feeTaken(usd(2_000))]
            #expect(news(opened.facts) == taken)
            #expect(stage.simulator.set("end_disputes", to: isWon ? "seller" : "buyer"))
            let ended = try await told(stage, since: opened.next)
            let known = Set(opened.facts.map(\.id))
            let new = news(ended.facts.filter { !known.contains($0.id) })
            #expect(new == (isWon ? [.fundsReinstated(paid.amount, fee: nil), .won] : [.lost]))
            #expect(ended.next != opened.next)
            // What was read once is read under the same names again.
            let again = try await told(stage, since: ended.next)
            #expect(again.facts == ended.facts && again.next == ended.next)
            stage.clock.leap(to: stage.clock.now().advanced(by: .seconds(61)))
            stage.faults.add(.init(.errorBefore, path: "/v1/customer/disputes"))
            #expect(await stage.paypal.changes(since: ended.next) == .unavailable)
        }
    }

    @Test(
        "errors on demand are read as PayPal documents them, and nothing is sent after its time or for the other mode")
    func bounds() async throws {
        try await Stage.run { stage in
            let late = stage.reference()
            await stage.pass(late)
            #expect(await charge(stage, as: late) == .notProcessed(.notSent))
            #expect(await charge(stage, as: stage.reference(mode: .live)) == .notProcessed(.notSent))
            #expect(await charge(stage, amount: Money(minorUnits: 5, currency: .kwd)) == .notProcessed(.refusedInvalid))
            guard case .declined(let decline) = await charge(stage, "4000000000000341") else {
                Issue.record("not declined")
                return
            }
            #expect(decline.isSoft && decline.processorCode == "INSTRUMENT_DECLINED")
            #expect(stage.simulator.book["orders"]?.elements.count == 1)
        }
    }
}
