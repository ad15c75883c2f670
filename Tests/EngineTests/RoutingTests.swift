import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

private let scope = RoutingScope(platform: Florin.platform, mode: .test)
private let author = Operator(uid: 1_000, pid: 1, name: "ada", role: "admin")
private let first = Florin.connection
private let second = Florin.spare(0)
private let third = Florin.spare(1)

extension Outcome {
    fileprivate static func soft(_ reason: DeclineReason) -> Outcome {
        .declined(Decline(reason: reason, isSoft: true))
    }
}

extension Florin {
    @discardableResult
    fileprivate func setTable(_ text: String, replacing version: Int64? = nil) async throws -> StoredRoutingTable {
        try await now.operators.routing.set(text, for: scope, reason: "a test", by: author, replacing: version).stored
    }

    fileprivate func attempts(_ payment: PaymentID) async throws -> [Charge] {
        try await now.store.read { try $0.charges(ofPayment: payment) }
    }

    fileprivate func connections(_ payment: PaymentID) async throws -> [ConnectionID] {
        try await attempts(payment).map(\.connection)
    }

    fileprivate func decision(_ charge: ChargeID) async throws -> RoutingDecision? {
        try await now.store.read { try $0.routingDecision(of: charge.retyped()) }
    }

    fileprivate func stops(_ payment: PaymentID) async throws -> [Cascade.Stop?] {
        try await now.operators.routing.explain(payment)?.map(\.stop) ?? []
    }
}

@Suite("Routing")
struct RoutingTests {
    @Test("a charge goes where the first rule that applies says, and the decision is kept")
    func rules() async throws {
        try await withConnections { florin, _, _, _ in
            try await florin.setTable(
                """
                rule small
                  currency usd
                  amount ..999
                  to \(second)
                rule the others
                  to \(third)
                """)
            let small = try await florin.payment(try await florin.charge(999)).id
            let large = try await florin.payment(try await florin.charge(1_000)).id
            #expect(try await florin.connections(small) == [second])
            #expect(try await florin.connections(large) == [third])
            let charge = try #require(try await florin.attempts(large).first)
            let decision = try #require(try await florin.decision(charge.id))
            #expect(decision.version == 1 && decision.basis == .rule("the others"))
            #expect(decision.issuerPrefix == 42424242)
            // What follows stays with the charge.
            #expect(try await florin.refund(large)("status") == "succeeded")
        }
    }

    @Test("without a table the platform's oldest connection takes all charges, and a table is in force after a crash")
    func oldest() async throws {
        try await withConnections { florin, _, _, _ in
            let before = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(before) == [first])
            try await florin.setTable("rule all\n to \(third)")
            try await florin.crash()
            let after = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(after) == [third])
        }
    }

    @Test("a bot with an account of its own is not routed, until that is switched off")
    func ownAccount() async throws {
        try await withConnections { florin, _, _, _ in
            try await florin.setTable("rule all\n to \(second)")
            let own = try await florin.payment(try await florin.charge(100, bot: Florin.directBot)).id
            #expect(try await florin.connections(own) == [Florin.directConnection])
            let connections = try florin.now.operators.connections
            _ = try await connections.set(enabled: false, Florin.directConnection, also: { _ in })
            let routed = try await florin.payment(try await florin.charge(100, bot: Florin.directBot)).id
            #expect(try await florin.connections(routed) == [second])
        }
    }

    @Test("a connection that is switched off is left out, and comes back")
    func disabled() async throws {
        try await withConnections { florin, _, _, _ in
            try await florin.setTable("rule all\n to \(second)\n else \(third)")
            let connections = try florin.now.operators.connections
            _ = try await connections.set(enabled: false, second, also: { _ in })
            let during = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(during) == [third])
            let charge = try #require(try await florin.attempts(during).first)
            #expect(try await florin.decision(charge.id)?.excluded == [RoutingDecision.Excluded(second, .disabled)])
            _ = try await connections.set(enabled: true, second, also: { _ in })
            let after = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(after) == [second])
        }
    }

    @Test("a connection that does not answer is left alone, is tried by one charge after a pause, and is used again")
    func breaker() async throws {
        try await withConnections { florin, _, down, _ in
            try await florin.setTable("rule all\n to \(second)\n else \(third)")
            down.script.fallback = .notProcessed(.notSent)
            for _ in 0..<7 {
                let id = try await florin.payment(try await florin.charge(100)).id
                #expect(try await florin.payment(id).state.word == "succeeded")
                #expect(try await florin.connections(id).last == third)
            }
            #expect(down.sent(.authorize).count == 5)
            florin.clock.advance(by: .seconds(11))
            // Of two charges that both could find out, one is let through.
            let gate = down.script.hold(.authorize)
            async let probe = florin.charge(100)
            await gate.reached()
            let other = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(other) == [third])
            down.script.fallback = nil
            gate.release()
            #expect(try await florin.connections(try await florin.payment(try await probe).id) == [second])
            let after = try await florin.payment(try await florin.charge(100)).id
            #expect(try await florin.connections(after) == [second])
        }
    }

    @Test("the only connection is used whatever its breaker says")
    func lastResort() async throws {
        try await withFlorin { florin, processor in
            processor.script.fallback = .unknown(.timedOut)
            for _ in 0..<8 { _ = try await florin.charge(100) }
            #expect(processor.sent(.authorize).count == 8)
            processor.script.fallback = nil
            #expect(try await florin.charge(100)("status") == "succeeded")
        }
    }

    @Test("cash-outs go to a connection that can push, top-ups where the rules say")
    func wallets() async throws {
        let (plain, pushing) = (PlainProcessor(), WatchedProcessor())
        let florin = try await Florin(WatchedProcessor(), spares: [plain, pushing])
        defer { florin.stop() }
        try await florin.setTable("rule all\n to \(second)\n else \(third)")
        let (person, card) = try await florin.person(card: 500)
        _ = try await florin.topUp(person, card, 1_000)
        #expect(plain.script.calls.count == 1)
        let disabled = try florin.now.operators.connections
        _ = try await disabled.set(enabled: false, first, also: { _ in })
        let answer = try? await florin.cashOut(person, card, 400)
        #expect(answer == nil || pushing.sent(.push).count == 1)
        #expect(!plain.script.calls.contains { if case .push = $0 { true } else { false } })
    }

    @Test("a table that names what is not there is refused with lines, and changes nothing")
    func refusals() async throws {
        try await withConnections { florin, _, _, _ in
            let text = """
                rule one
                  bot \(BotID(high: 9, low: 9))
                  to \(second)
                rule two
                  to \(ConnectionID(high: 8, low: 8))
                  to \(Florin.directConnection)
                """
            let refusal = await #expect(throws: RoutingRefusal.self) { try await florin.setTable(text) }
            guard case .table(let problems)? = refusal else {
                Issue.record("refused otherwise: \(String(describing: refusal))")
                return
            }
            let expected = [
                "line 1, rule 'one': this platform has no bot \(BotID(high: 9, low: 9))",
                "line 4, rule 'two': there is no connection \(ConnectionID(high: 8, low: 8))",
                "line 4, rule 'two': \(Florin.directConnection) does not belong to this platform; "
                    + "a bot's own connections need no rule, they go first",
            ]
            #expect(problems.problems.map(\.description) == expected)
            let live = RoutingScope(platform: Florin.platform, mode: .live)
            await #expect(throws: RoutingRefusal.self) {
                try await florin.now.operators.routing.check("rule all\n to \(second)", for: live)
            }
            let inForce = try await florin.now.operators.routing.table(of: scope)
            #expect(inForce == nil)
        }
    }

    @Test("versions count up, go stale, need a reason, and hold no card numbers")
    func versions() async throws {
        try await withConnections { florin, _, _, _ in
            let text = "rule all\n to \(second)"
            #expect(try await florin.setTable(text, replacing: 0).version == 1)
            await #expect(throws: RoutingRefusal.stale(current: 1)) {
                try await florin.setTable(text, replacing: 0)
            }
            #expect(try await florin.setTable(text, replacing: 1).version == 2)
            let routing = try florin.now.operators.routing
            await #expect(throws: RoutingRefusal.badReason) {
                try await routing.set(text, for: scope, reason: " ", by: author)
            }
            await #expect(throws: RoutingRefusal.cardNumber) {
                try await routing.set("# 4242 4242 4242 4242\n" + text, for: scope, reason: "x", by: author)
            }
            #expect(try await routing.history(of: scope).map(\.version) == [2, 1])
            #expect(try await routing.table(of: scope, version: 1)?.author == "ada")
            let nowhere = RoutingScope(platform: PlatformID(high: 9, low: 9), mode: .test)
            await #expect(throws: RoutingRefusal.noSuchPlatform) { try await routing.check(text, for: nowhere) }
        }
    }

    @Test("what if: every rule that was looked at is named, with what it lacked")
    func questions() async throws {
        try await withConnections { florin, _, _, _ in
            try await florin.setTable("rule amex\n brand amex\n to \(second)\nrule all\n to \(third)")
            let facts = RoutingFacts(
                bot: Florin.bot, country: "IE", brand: .visa, issuerPrefix: nil, amount: usd(100))
            let answer = try await florin.now.operators.routing.ask(RoutingQuestion(scope: scope, facts: facts))
            #expect(answer.considered.map(\.unmet) == [.brand, nil])
            #expect(answer.decision.chosen == third)
            let trial = RoutingQuestion(scope: scope, facts: facts, text: "rule x\n to \(second)")
            #expect(try await florin.now.operators.routing.ask(trial).decision.chosen == second)
            #expect(try await florin.now.operators.routing.table(of: scope)?.version == 1)
        }
    }

    @Test("the issuer's country comes from the operator's table, for charges, what if and charges that were made")
    func issuerCountries() async throws {
        try await withConnections { florin, _, _, _ in
            let text = "rule at home\n issuer_country ie\n to \(second)\nrule all\n to \(third)"
            let routing = try florin.now.operators.routing
            let check = try await routing.check(text, for: scope)
            #expect(check.warnings.contains { $0.contains("at home") && $0.contains("risk.issuer_countries") })
            try await florin.setTable(text)
            let before = try PaymentID(required: try await florin.charge(100)("id"))
            #expect(try await florin.connections(before) == [third])
            var configuration = florin.configuration
            let countries = try IssuerCountries("424242,IE\n555555,FR")
            configuration.issuerCountries = IssuerCountryTable(path: "issuers.csv", countries)
            try florin.now.settings.change(to: configuration)
            #expect(try await routing.check(text, for: scope).warnings.isEmpty)
            let after = try PaymentID(required: try await florin.charge(100)("id"))
            #expect(try await florin.connections(after) == [second])
            for (prefix, issuer, chosen) in [
                (42_424_242, nil, second), (55_555_555, nil, third), (55_555_555, "IE", second), (nil, nil, third),
            ] as [(UInt32?, String?, ConnectionID)] {
                let facts = RoutingFacts(
                    bot: Florin.bot, country: "FR", brand: .visa, issuerPrefix: prefix, issuerCountry: issuer,
                    amount: usd(100))
                let answer = try await routing.ask(RoutingQuestion(scope: scope, facts: facts))
                #expect(answer.decision.chosen == chosen, "\(prefix ?? 0) \(issuer ?? "")")
                #expect(answer.considered.map(\.unmet) == (chosen == second ? [nil] : [.issuerCountry, nil]))
            }
            let replay = try await routing.replay(text, on: scope, limit: 100)
            #expect(replay.byRule == ["at home": 2] && replay.withoutIssuer == 0)
        }
    }

    @Test("other rules are tried on charges that were made")
    func replay() async throws {
        try await withConnections { florin, _, _, _ in
            for amount in [100, 200, 3_000] { _ = try await florin.charge(Int64(amount)) }
            _ = try await florin.charge(100, bot: Florin.directBot)
            let text = """
                rule cards of one bank
                  bin 424242
                  currency usd
                  amount ..150
                  to \(second)
                rule all
                  to \(first)
                """
            let before = try await florin.now.operators.routing.replay(text, on: scope, limit: 100)
            #expect((before.examined, before.own) == (3, 1))
            #expect(before.moved == 1)
            #expect(before.byRule == ["cards of one bank": 1, "all": 2])
            #expect(before.before == [first: 3] && before.after == [first: 2, second: 1])
            let inForce = try await florin.now.operators.routing.table(of: scope)
            #expect(inForce == nil)
        }
    }
}

@Suite("Cascades of a payment")
struct CascadeTests {
    static let handedOn: [Outcome] = [
        .notProcessed(.notSent), .notProcessed(.refusedBusy), .notProcessed(.refusedAccount), .soft(.processingError),
        .soft(.tryAgainLater), .soft(.cardNotSupported), .soft(.currencyNotSupported),
    ]
    static let last: [Outcome] = [
        .soft(.insufficientFunds), .soft(.incorrectSecurityCode), .soft(.fraudulent), .soft(.genericDecline),
        .soft(.doNotHonor), .declined(Decline(reason: .processingError, isSoft: false)), .notProcessed(.refusedInvalid),
    ]
    private static let table = "rule all\n to \(second)\n else \(third)\n else \(first)"

    @Test("what was certainly not executed goes on at the next connection, under one key", arguments: handedOn)
    func goesOn(_ outcome: Outcome) async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            two.script.script(.authorize, outcome)
            let answer = try await florin.charge(1_000, key: "k")
            #expect(answer.status == 200)
            let payment = try await florin.payment(answer)
            #expect(payment.state.word == "succeeded")
            let attempts = try await florin.attempts(payment.id)
            #expect(attempts.map(\.connection) == [second, third])
            #expect(attempts[0].state != .pending && attempts[1].state == .approved)
            let sent = [two, three].map { $0.sent(.authorize).map(\.reference.operation) }
            #expect(sent == attempts.map { [$0.id.retyped()] })
            let decision = try #require(try await florin.decision(attempts[1].id))
            #expect(decision.excluded == [RoutingDecision.Excluded(second, .tried)])
            #expect(decision.ranked.map(\.connection) == [third, first])
            #expect(try await florin.openOperations() == [])
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == 1_000)
            #expect(
                try await florin.events(about: SIMD2(payment.id.high, payment.id.low)) == ["payment_intent.succeeded"])
            #expect(try await florin.stops(payment.id) == [nil, nil])
            // The money lies with the second: it is given back from there.
            #expect(try await florin.refund(payment.id)("status") == "succeeded")
            #expect(three.sent(.refund).count == 1)
            try await florin.expectSoundLedger()
        }
    }

    @Test("a no that another processor would have to repeat is the answer", arguments: last)
    func ends(_ outcome: Outcome) async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            two.script.script(.authorize, outcome)
            let answer = try await florin.charge(1_000)
            #expect(answer.status == 402)
            #expect(three.sent == [])
            let id = try #require(two.sent(.authorize).first).reference.operation
            let charge = try #require(try await florin.now.store.read { try $0.charge(id.retyped()) })
            #expect(try await florin.stops(charge.payment) == [.outcome])
        }
    }

    @Test(
        "silence is never followed by another attempt, whatever comes out later",
        arguments: [
            LookupAnswer.absent, .found(.declined(Decline(reason: .processingError, isSoft: true))),
            .found(.notProcessed(.refusedBusy)),
        ])
    func silence(_ truth: LookupAnswer) async throws {
        try await withConnections { florin, one, two, three in
            try await florin.setTable(Self.table)
            two.script.script(.authorize, .unknown(.timedOut))
            let answer = try await florin.charge(1_000, key: "k")
            #expect(answer("status") == "processing")
            two.script.scriptLookUps(truth)
            try await florin.resolve()
            let payment = try await florin.payment(answer)
            #expect(payment.state == .requiresPaymentMethod)
            #expect(try await florin.connections(payment.id) == [second])
            #expect(one.sent == [] && three.sent == [])
        }
    }

    @Test("a confirmation makes three attempts at most")
    func bounded() async throws {
        try await withConnections { florin, one, two, three in
            let four = WatchedProcessor()
            let fourth = ConnectionID(high: 3, low: 99)
            let connection = Connection(
                id: fourth, owner: .platform(Florin.platform), mode: .test, processor: "scripted",
                fundsFlow: .toPlatform, created: Timestamp(seconds: 0))
            try await florin.now.store.write { try $0.insert(connection) }
            try florin.now.directory.register(connection, four)
            try await florin.setTable(Self.table + "\n else \(fourth)")
            for processor in [one, two, three, four] { processor.script.fallback = .notProcessed(.refusedBusy) }
            let answer = try await florin.charge(1_000)
            #expect(answer.status == 402)
            #expect([two, three, one, four].map { $0.sent(.authorize).count } == [1, 1, 1, 0])
            let id = try #require(two.sent(.authorize).first).reference.operation
            let charge = try #require(try await florin.now.store.read { try $0.charge(id.retyped()) })
            #expect(try await florin.stops(charge.payment) == [nil, nil, .attempts])
            #expect(try await florin.openOperations() == [])
        }
    }

    @Test("one payment does not go on asking about one card for ever")
    func cardLimit() async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            two.script.fallback = .soft(.tryAgainLater)
            three.script.fallback = .soft(.insufficientFunds)
            let (card, customer) = try await florin.savedCard()
            let created = try await florin.now.payments.create(
                NewPayment(amount: usd(100), customer: customer), for: Florin.bot, florin.caller())
            let id = try PaymentID(required: created("id"))
            for _ in 0..<8 {
                _ = try await florin.now.payments.confirm(id, paymentMethod: card, florin.caller())
                florin.clock.advance(by: .seconds(1))
            }
            // Ten attempts by cascades; after that each confirmation is its owner's own wish and goes out once.
            #expect(two.sent(.authorize).count == 8)
            #expect(three.sent(.authorize).count == 5)
            #expect(try await florin.stops(id).last == .some(.attempts))
        }
    }

    @Test("a security code that has left is not there for a second processor; one that has not, is")
    func securityCodes() async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            two.script.script(.authorize, .notProcessed(.refusedBusy))
            let card = try await florin.card(securityCode: "123")
            let refused = try await florin.now.payments.create(
                NewPayment(amount: usd(100), paymentMethod: card, confirm: true), for: Florin.bot, florin.caller())
            #expect(refused.status == 402)
            #expect(three.sent == [])
            let id = try #require(two.sent(.authorize).first).reference.operation
            let charge = try #require(try await florin.now.store.read { try $0.charge(id.retyped()) })
            #expect(try await florin.stops(charge.payment) == [.securityCodeUsed])

            two.script.script(.authorize, .notProcessed(.notSent))
            let fresh = try await florin.card(securityCode: "456")
            let answer = try await florin.now.payments.create(
                NewPayment(amount: usd(100), paymentMethod: fresh, confirm: true), for: Florin.bot, florin.caller())
            #expect(answer("status") == "succeeded")
            #expect(three.sent(.authorize).map(\.hasSecurityCode) == [true])
        }
    }

    @Test("what was authenticated goes on where it was, switched off or not, and nowhere else")
    func authentication() async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            let action = RequiredAction(redirectURL: "https://bank.example", processorReference: "ref_1")
            two.script.script(.authorize, .requiresAction(action), .soft(.processingError))
            let (card, customer) = try await florin.savedCard()
            let first = try await florin.now.payments.create(
                NewPayment(amount: usd(100), customer: customer, paymentMethod: card, confirm: true),
                for: Florin.bot, florin.caller())
            let id = try PaymentID(required: first("id"))
            let connections = try florin.now.operators.connections
            _ = try await connections.set(enabled: false, second, also: { _ in })
            let answer = try await florin.now.payments.confirm(id, paymentMethod: nil, florin.caller())
            #expect(answer.status == 402)
            #expect(two.sent(.authorize).map(\.authenticated) == [nil, "ref_1"])
            #expect(three.sent == [])
            #expect(try await florin.stops(id) == [.outcome, .authenticated])
        }
    }

    @Test("a cancel that came meanwhile ends it")
    func cancelled() async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            let gate = two.script.hold(.authorize)
            async let charging = florin.charge(1_000, key: "k")
            await gate.reached()
            let reference = try #require(two.sent(.authorize).first).reference.operation
            let charge = try #require(try await florin.now.store.read { try $0.charge(reference.retyped()) })
            _ = try await florin.now.payments.cancel(charge.payment, .requestedByCustomer, florin.caller())
            gate.release(.answer(.notProcessed(.notSent)))
            _ = try await charging
            #expect(try await florin.payment(charge.payment).state == .canceled)
            #expect(three.sent == [])
        }
    }

    /// Where the daemon dies while an attempt is handed on.
    enum Death: CaseIterable, Sendable {
        case beforeTheCommit, commitUnheard, whileTheSecondIsOut
    }

    @Test("a crash between two attempts leaves exactly one of them open, and no money twice", arguments: Death.allCases)
    func crashes(_ death: Death) async throws {
        try await withConnections { florin, _, two, three in
            try await florin.setTable(Self.table)
            let (card, customer) = try await florin.savedCard()
            let new = NewPayment(amount: usd(1_000), customer: customer, paymentMethod: card, confirm: true)
            let (gate, later) = (two.script.hold(.authorize), three.script.hold(.authorize))
            let client = Task { try? await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k")) }
            await gate.reached()
            switch death {
            case .beforeTheCommit: try florin.now.store.plan(.lostBefore)
            case .commitUnheard: try florin.now.store.plan(.storedUnheard)
            case .whileTheSecondIsOut: break
            }
            gate.release(.answer(.notProcessed(.refusedBusy)))
            if death == .whileTheSecondIsOut { await later.reached() } else { _ = await client.value }
            try await florin.crash()
            later.release()
            let open = try await florin.openOperations()
            #expect(open.map(\.connection) == [death == .beforeTheCommit ? second : third])
            // The processor that was asked tells what it knows; nobody else is asked.
            let asked = death == .beforeTheCommit ? two : three
            let approval = Approval(processorReference: "p", amount: usd(1_000))
            asked.script.scriptLookUps(death == .whileTheSecondIsOut ? .found(.approved(approval)) : .absent)
            try await florin.resolve()
            #expect(try await florin.openOperations() == [])
            let answer = try await florin.now.payments.create(new, for: Florin.bot, florin.caller(key: "k"))
            #expect(answer.status == (death == .whileTheSecondIsOut ? 200 : 402))
            let owed: Int64 = death == .whileTheSecondIsOut ? 1_000 : 0
            #expect(try await florin.balance(.botPayable, of: Florin.bot) == owed)
            #expect(two.sent(.authorize).count == 1)
            try await florin.expectSoundLedger()
        }
    }
}

/// Takes cards and does not push.
private final class PlainProcessor: CardProcessor {
    let script = ScriptedProcessor()
    var name: String { script.name }
    var adapterVersion: Int64 { script.adapterVersion }

    func lookUp(_ inquiry: Inquiry) async -> LookupAnswer { await script.lookUp(inquiry) }
    func authorize(_ request: AuthorizeRequest) async -> Outcome { await script.authorize(request) }
    func capture(_ request: CaptureRequest) async -> Outcome { await script.capture(request) }
    func void(_ request: VoidRequest) async -> Outcome { await script.void(request) }
    func refund(_ request: RefundRequest) async -> Outcome { await script.refund(request) }
}
