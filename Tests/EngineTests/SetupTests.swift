import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Cards that are kept")
struct SetupTests {
    private static let scheme = "476173000000001"

    private func verified(_ id: String? = scheme) -> Outcome {
        .approved(Approval(processorReference: "v", networkTransactionID: id, amount: .zero(.usd)))
    }

    private func new(
        _ card: PaymentMethodID, _ customer: CustomerID?, _ usage: FutureUsage = .offSession
    ) -> NewSetupIntent {
        NewSetupIntent(customer: customer, paymentMethod: card, usage: usage, confirm: true)
    }

    private func setUp(
        _ florin: Florin, _ processor: WatchedProcessor, _ usage: FutureUsage = .offSession
    ) async throws -> (card: PaymentMethodID, customer: CustomerID, setup: SetupIntentID) {
        let (card, customer) = try await (florin.card(), florin.customer())
        processor.script.script(.verify, verified())
        let answer = try await florin.now.setups.create(new(card, customer, usage), for: Florin.bot, florin.caller())
        #expect(answer("status") == "succeeded")
        return (card, customer, try SetupIntentID(required: answer("id")))
    }

    private func charge(
        _ florin: Florin, _ card: PaymentMethodID, _ customer: CustomerID, _ texts: [(String, String)] = [],
        captureMethod: CaptureMethod = .automatic
    ) async throws -> Answer {
        var new = NewPayment(
            amount: usd(900), captureMethod: captureMethod, customer: customer, paymentMethod: card, confirm: true)
        for (name, text) in texts { new.details[name] = text }
        return try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
    }

    private static let away = [(DetailFields.offSession, "unscheduled")]

    private func isConsentMissing(_ refusal: Refusal?) -> Bool {
        if case .invalid(_, "payment_intent_mandate_invalid", _) = refusal { true } else { false }
    }

    @Test("a verified card is saved, its mandate is in force, and later charges quote the scheme")
    func kept() async throws {
        try await withFlorin { florin, processor in
            let (card, customer, setup) = try await setUp(florin, processor)
            let (method, mandates, credential) = try await florin.now.store.read {
                (try $0.paymentMethod(card), try $0.mandates(of: card), try $0.keptCredential(of: card))
            }
            #expect(method?.holder == .customer(customer))
            #expect(mandates.map(\.status) == [.active] && mandates.first?.source == .setupIntent(setup))
            #expect(credential?.networkTransactionID == Self.scheme)
            #expect(try await florin.events(about: setup.bits) == ["setup_intent.created", "setup_intent.succeeded"])
            #expect(try await charge(florin, card, customer, Self.away)("status") == "succeeded")
            let sent = try #require(processor.sent(.authorize).last)
            #expect(sent.credential == .merchant(.unscheduled, networkTransactionID: Self.scheme))
            // The cardholder pays with it: nothing is quoted.
            _ = try await charge(florin, card, customer)
            #expect(processor.sent(.authorize).last?.credential == .cardholderAgain)
            #expect(try await florin.openOperations().isEmpty)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a charge says of a card that is used once nothing, and of one that is kept from now on that it is the first")
    func marks() async throws {
        try await withFlorin { florin, processor in
            _ = try await florin.charge(500)
            #expect(processor.sent(.authorize).last?.credential == nil)
            let (card, customer) = try await (florin.card(), florin.customer())
            processor.script.script(
                .authorize,
                .approved(Approval(processorReference: "p", networkTransactionID: Self.scheme, amount: usd(900))))
            let first = try await charge(florin, card, customer, [(DetailFields.futureUsage, "off_session")])
            #expect(first("status") == "succeeded")
            #expect(processor.sent(.authorize).last?.credential == .first(for: .offSession))
            let (method, mandates) = try await florin.now.store.read {
                (try $0.paymentMethod(card), try $0.mandates(of: card))
            }
            #expect(method?.holder == .customer(customer) && method?.isConsumed == false)
            let payment = try await florin.payment(first)
            #expect(mandates.map(\.source) == [.payment(payment.id)])
            let texts = try florin.now.useCases.tools.sealing.fields(of: payment)
            #expect(texts[DetailFields.mandate] == mandates.first?.id.text)
        }
    }

    @Test("a charge that keeps nothing and rests on nothing pays for none of it")
    func plain() async throws {
        try await withFlorin { florin, _ in
            let (card, customer) = try await florin.savedCard()
            florin.statements.start()
            #expect(try await charge(florin, card, customer, [("description", "Roses")])("status") == "succeeded")
            #expect(florin.statements.commits == 2)
            #expect(florin.statements.statements.count > 10)
            for table in ["setup_intent", "setup_attempt", "mandate", "kept_credential"] {
                #expect(florin.statements.statements.filter { $0.contains(table) } == [], "\(table)")
            }
        }
    }

    @Test("a declined first charge keeps no card")
    func declinedFirst() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await (florin.card(), florin.customer())
            processor.script.script(.authorize, .declined(Decline(reason: .doNotHonor, isSoft: true)))
            let answer = try await charge(florin, card, customer, [(DetailFields.futureUsage, "off_session")])
            #expect(answer.status == 402)
            let (method, mandates) = try await florin.now.store.read {
                (try $0.paymentMethod(card), try $0.mandates(of: card))
            }
            #expect(method?.holder == .nobody && mandates.isEmpty)
        }
    }

    @Test("without consent nothing is stored and nobody is asked")
    func consent() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await florin.savedCard()
            let none = try await refusal { try await charge(florin, card, customer, Self.away) }
            #expect(isConsentMissing(none))
            let (other, _, _) = try await setUp(florin, processor, .onSession)
            let mandate = try #require(try await florin.now.store.read { try $0.mandates(of: other) }.first)
            let foreign = try await refusal {
                try await charge(
                    florin, card, customer, Self.away + [(DetailFields.mandate, mandate.id.text)])
            }
            #expect(isConsentMissing(foreign))
            #expect(processor.sent(.authorize).isEmpty)
            #expect(
                try await florin.now.store.read {
                    try $0.payments(of: Florin.bot, mode: .test, customer: nil, PageRequest())
                }.items.isEmpty)
        }
    }

    @Test("a card that is taken away takes the agreement and what is quoted with it")
    func detached() async throws {
        try await withFlorin { florin, processor in
            let (card, _, _) = try await setUp(florin, processor)
            _ = try await florin.now.cards.detach(card, florin.caller())
            let (mandates, credential) = try await florin.now.store.read {
                (try $0.mandates(of: card), try $0.keptCredential(of: card))
            }
            #expect(mandates.map(\.status) == [.inactive] && credential == nil)
            let mandate = try #require(mandates.first)
            #expect(try await florin.events(about: mandate.id.bits) == ["mandate.updated"])
        }
    }

    @Test("a destroyed card leaves the record that something was agreed, and not from where")
    func destroyed() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await (florin.card(), florin.customer())
            processor.script.script(.verify, verified())
            var asked = new(card, customer)
            asked.details[DetailFields.acceptanceType] = "online"
            asked.details[DetailFields.acceptanceAddress] = "203.0.113.7"
            _ = try await florin.now.setups.create(asked, for: Florin.bot, florin.caller())
            let before = try #require(try await florin.now.store.read { try $0.mandates(of: card) }.first)
            let sealing = try florin.now.useCases.tools.sealing
            #expect(try sealing.fields(of: before)[DetailFields.acceptanceAddress] == "203.0.113.7")
            _ = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            let after = try #require(try await florin.now.store.read { try $0.mandates(of: card) }.first)
            #expect(after.status == .inactive && after.details == nil && after.subjectSalt.isEmpty)
        }
    }

    @Test("silence about a verification is processing, blocks it, and ends by an answer", arguments: [true, false])
    func silence(isGood: Bool) async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await (florin.card(), florin.customer())
            processor.script.script(.verify, .unknown(.timedOut))
            let answer = try await florin.now.setups.create(new(card, customer), for: Florin.bot, florin.caller())
            #expect(answer.status == 200 && answer("status") == "processing")
            let id = try SetupIntentID(required: answer("id"))
            let now = try florin.now
            try await expectRefusal(.outcomeUnknown) { try await now.setups.cancel(id, .abandoned, florin.caller()) }
            try await expectRefusal(.outcomeUnknown) {
                try await now.setups.confirm(id, paymentMethod: nil, details: DetailFields(), florin.caller())
            }
            processor.script.scriptLookUps(isGood ? .found(verified()) : .absent)
            try await florin.resolve()
            let setup = try #require(try await florin.now.store.read { try $0.setupIntent(id) })
            if isGood {
                #expect(setup.mandate != nil)
            } else {
                #expect(setup.state == .requiresPaymentMethod && setup.mandate == nil)
            }
            #expect(processor.sent(.verify).count == 1)
            #expect(try await florin.openOperations().isEmpty)
        }
    }

    @Test("a crash between the commits loses nothing: the processor is asked")
    func crash() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await (florin.card(), florin.customer())
            let gate = processor.script.hold(.verify)
            let caller = florin.caller(key: "once")
            let asked = new(card, customer)
            let work = Task { try await florin.now.setups.create(asked, for: Florin.bot, caller) }
            await gate.reached()
            try await florin.crash()
            gate.release(.answer(.unknown(.interrupted)))
            _ = try? await work.value
            processor.script.scriptLookUps(.found(verified()))
            try await florin.resolve()
            let again = try await florin.now.setups.create(asked, for: Florin.bot, caller)
            #expect(again.isReplay && again("status") == "succeeded")
            #expect(processor.sent(.verify).count == 1)
        }
    }

    @Test("the cardholder authenticates, and the second message goes on where the first one was")
    func authentication() async throws {
        try await withFlorin { florin, processor in
            let (card, customer) = try await (florin.card(securityCode: "123"), florin.customer())
            let ask = RequiredAction(redirectURL: "https://bank.example", processorReference: "asked")
            processor.script.script(.verify, .requiresAction(ask), verified())
            let waiting = try await florin.now.setups.create(new(card, customer), for: Florin.bot, florin.caller())
            #expect(waiting("status") == "requires_action")
            let id = try SetupIntentID(required: waiting("id"))
            let done = try await florin.now.setups.confirm(
                id, paymentMethod: nil, details: DetailFields(), florin.caller())
            #expect(done("status") == "succeeded")
            #expect(processor.sent(.verify).map(\.authenticated) == [nil, "asked"])
            #expect(processor.sent(.verify).map(\.hasSecurityCode) == [true, false])
        }
    }

    @Test("where nobody is there to act, wanting the cardholder is a decline")
    func nobodyThere() async throws {
        try await withFlorin { florin, processor in
            let (card, customer, _) = try await setUp(florin, processor)
            let ask = RequiredAction(redirectURL: "https://bank.example", processorReference: "asked")
            processor.script.script(.authorize, .requiresAction(ask))
            let answer = try await charge(florin, card, customer, Self.away)
            #expect(answer.status == 402 && answer("decline") == "authenticationRequired")
            let payment = try await florin.payment(try PaymentID(required: answer("id")))
            #expect(payment.state == .requiresPaymentMethod)
            // Brought back, the cardholder is asked.
            processor.script.script(.authorize, .requiresAction(ask))
            let back = try await florin.now.payments.confirm(payment.id, paymentMethod: card, florin.caller())
            #expect(back("status") == "requires_action")
        }
    }

    @Test("a rule that requires authentication asks for it, or declines and says so", arguments: [true, false])
    func ruled(canAsk: Bool) async throws {
        try await withFlorin({ $0.riskRules = RiskRules([RiskRule(name: "ask", action: .authenticate)]) }) {
            florin, processor in
            processor.authenticates = canAsk
            let ask = RequiredAction(redirectURL: "https://bank.example", processorReference: "asked")
            if canAsk { processor.script.script(.authorize, .requiresAction(ask)) }
            let (card, customer) = try await florin.savedCard()
            let answer = try await charge(florin, card, customer)
            let id = try PaymentID(required: answer("id"))
            let payment = try await florin.payment(id)
            let attempt = try #require(payment.latestCharge)
            let decision = try await florin.now.store.read { try $0.riskDecision(attempt.bits) }
            #expect(decision?.action == .authenticate && decision?.rule == "ask")
            guard canAsk else {
                #expect(answer.status == 402 && answer("decline") == "authenticationRequired")
                #expect(processor.sent(.authorize).isEmpty)
                #expect(payment.lastDecline == .authenticationRequiredByRule)
                return
            }
            #expect(answer("status") == "requires_action")
            #expect(processor.sent(.authorize).last?.requiresAuthentication == true)
            // Once they were there, nobody asks again.
            _ = try await florin.now.payments.confirm(id, paymentMethod: nil, florin.caller())
            #expect(processor.sent(.authorize).last?.requiresAuthentication == false)
            #expect(try await florin.payment(id).captured == 900)
        }
    }

    @Test("a rule can refuse cards that are to be kept")
    func blockedSetup() async throws {
        var rule = RiskRule(name: "none", action: .block)
        rule.subjects = [.setup]
        let rules = RiskRules([rule])
        try await withFlorin({ $0.riskRules = rules }) { florin, processor in
            let (card, customer) = try await (florin.card(), florin.customer())
            let answer = try await florin.now.setups.create(new(card, customer), for: Florin.bot, florin.caller())
            #expect(answer.status == 402)
            #expect(processor.sent(.verify).isEmpty)
            #expect(try await florin.charge(100)("status") == "succeeded")
        }
    }
}

@Suite("Holds that are raised")
struct IncrementTests {
    private func held(_ florin: Florin) async throws -> PaymentID {
        let (card, customer) = try await florin.savedCard()
        var new = NewPayment(
            amount: usd(1_000), captureMethod: .manual, customer: customer, paymentMethod: card, confirm: true)
        new.details[DetailFields.increments] = "if_available"
        let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller())
        return try PaymentID(required: answer("id"))
    }

    private func raise(_ florin: Florin, _ id: PaymentID, _ amount: Int64) async throws -> Answer {
        try await florin.now.payments.increment(
            id, to: amount, details: DetailFields(), removals: [], florin.caller())
    }

    @Test("more is held, and all of it can be taken")
    func raised() async throws {
        try await withFlorin { florin, processor in
            let id = try await held(florin)
            let answer = try await raise(florin, id, 1_500)
            #expect(answer("status") == "requires_capture" && answer("amount") == "1500")
            #expect(processor.sent(.increment).map(\.amount) == [usd(1_500)])
            let payment = try await florin.payment(id)
            let charge = try #require(try await florin.now.store.read { try payment.latestCharge.flatMap($0.charge) })
            #expect(charge.amount == usd(1_500) && charge.approval?.amount == usd(1_500))
            let taken = try await florin.now.payments.capture(id, amount: nil, florin.caller())
            #expect(taken("captured") == "1500")
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_500)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a refusal leaves what was held")
    func declined() async throws {
        try await withFlorin { florin, processor in
            let id = try await held(florin)
            processor.script.script(.increment, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            let answer = try await raise(florin, id, 1_500)
            #expect(answer.status == 402 && answer("status") == "requires_capture")
            let payment = try await florin.payment(id)
            #expect(payment.authorized == 1_000 && payment.amount == usd(1_000))
        }
    }

    @Test("silence blocks, is asked about, and a cancel waits for it")
    func silence() async throws {
        try await withFlorin { florin, processor in
            let id = try await held(florin)
            processor.script.script(.increment, .unknown(.timedOut))
            #expect(try await raise(florin, id, 1_500)("status") == "processing")
            let now = try florin.now
            try await expectRefusal(.outcomeUnknown) {
                try await now.payments.capture(id, amount: nil, florin.caller())
            }
            _ = try await now.payments.cancel(id, .abandoned, florin.caller())
            processor.script.scriptLookUps(
                .found(.approved(Approval(processorReference: "p", amount: usd(1_500)))))
            try await florin.resolve()
            try await florin.untilQuiet()
            #expect(try await florin.payment(id).state == .canceled)
            #expect(processor.sent.map(\.operation) == [.authorize, .increment, .void])
            try await florin.expectSoundLedger()
        }
    }
}
