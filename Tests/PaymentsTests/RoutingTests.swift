import FlorinTesting
import Payments
import Primitives
import Testing

private let red = ConnectionID(high: 1, low: 1)
private let blue = ConnectionID(high: 1, low: 2)
private let green = ConnectionID(high: 1, low: 3)

private let healthy = CandidateStanding.usable(.open, score: 1_000)

private func candidate(_ id: ConnectionID, _ weight: Int64 = 1) -> RoutingCandidate {
    RoutingCandidate(connection: id, weight: weight)
}

private func rule(
    _ name: String, _ candidates: RoutingCandidate..., when change: (inout RoutingConditions) -> Void = { _ in }
) -> RoutingRule {
    var conditions = RoutingConditions()
    change(&conditions)
    return RoutingRule(name: name, conditions: conditions, candidates: candidates)
}

@Suite("Routing tables")
struct RoutingTableTests {
    private let bot = BotID(high: 7, low: 7)

    private func facts(
        bot: BotID? = nil, country: String = "IT", brand: CardBrand = .visa, prefix: UInt32? = 42424242,
        minorUnits: Int64 = 1_000, currency: String = "eur", method: RoutedMethod = .card, issuer: String? = nil
    ) throws -> RoutingFacts {
        let currency = try #require(Currency(code: currency))
        return RoutingFacts(
            bot: bot ?? self.bot, country: country, method: method, brand: brand, issuerPrefix: prefix,
            issuerCountry: issuer, amount: Money(minorUnits: minorUnits, currency: currency))
    }

    private func decide(
        _ table: RoutingTable, draw: UInt64 = 1, _ standing: (ConnectionID) -> CandidateStanding = { _ in healthy }
    ) throws -> RoutingDecision {
        try #require(table.decide(try facts(), draw: draw, standing))
    }

    @Test("let the first rule decide whose every condition holds")
    func firstMatch() throws {
        let text = """
            rule one bot
              bot \(BotID(high: 9, low: 9)), \(BotID(high: 9, low: 8))
              to \(red)
            rule american express at home   # a comment
              brand amex
              country it FR
              to \(red) 3
              to \(blue)
              else \(green)
            rule an issuer
              bin 510000-51000099, 424242
              to \(green)
            rule large euros
              currency EUR
              amount 100000..
              to \(green)

            rule wallets
              method paypal
              to \(red)
            rule everything else
              to \(blue)
            """
        let table = try RoutingText.table(version: 3, text)
        #expect(table.version == 3)
        #expect(table.takesEverything)
        #expect(table.connections == [red, blue, green])
        #expect(table.rules.map(\.line) == [1, 4, 10, 13, 18, 21])
        #expect(table.rules[1].candidates == [candidate(red, 3), candidate(blue, 1), candidate(green, 0)])
        #expect(table.rule(for: try facts(bot: BotID(high: 9, low: 9)))?.name == "one bot")
        #expect(
            table.rule(for: try facts(brand: .americanExpress, prefix: 37828224))?.name == "american express at home")
        #expect(
            table.rule(for: try facts(country: "DE", brand: .americanExpress, prefix: 1))?.name == "everything else")
        #expect(table.rule(for: try facts())?.name == "an issuer")
        #expect(table.rule(for: try facts(prefix: 42424300))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: nil))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 100_000))?.name == "large euros")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 99_999))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 100_000, currency: "usd"))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, method: .paypal))?.name == "wallets")
        let nobody = RoutingFacts(
            bot: nil, country: nil, brand: .americanExpress, issuerPrefix: 1, amount: try facts().amount)
        #expect(table.rule(for: nobody)?.name == "everything else")
    }

    @Test("know cards by the country of their issuer, and none whose issuer nobody knows")
    func issuerCountries() throws {
        let table = try RoutingText.table(
            version: 1,
            """
            rule at home
              issuer_country de, AT
              to \(red)
            rule everything else
              to \(blue)
            """)
        #expect(table.firstAboutIssuerCountry?.name == "at home")
        for (issuer, name) in [
            ("DE", "at home"), ("AT", "at home"), ("FR", "everything else"), (nil, "everything else"),
        ] {
            #expect(table.rule(for: try facts(country: "DE", issuer: issuer))?.name == name, "\(issuer ?? "nobody")")
        }
        #expect(table.rules[0].conditions.firstUnmet(try facts(issuer: "FR")) == .issuerCountry)
        let plain = try RoutingText.table(version: 1, "rule all\n country DE\n to \(red)")
        #expect(plain.firstAboutIssuerCountry == nil)
        #expect(throws: RoutingTableRefusal.self) {
            try RoutingText.table(version: 1, "rule all\n issuer_country DEU\n to \(red)")
        }
    }

    @Test("find the same rule as whoever looks at every condition of every rule")
    func sketches() throws {
        var numbers = SeededRandomness(seed: 18)
        let codes = ["eur", "usd", "jpy", "gbp", "chf"].compactMap { Currency(code: $0) }
        let countries = ["IT", "FR", "DE", "US", "TI"]
        func some<Value>(_ values: [Value]) -> [Value] {
            Bool.random(using: &numbers) ? [] : values.filter { _ in UInt8.random(in: 0...2, using: &numbers) == 0 }
        }
        for _ in 0..<300 {
            let rules = (0..<20).map { index in
                rule("\(index)", candidate(red)) {
                    $0.bots = Set(some((0..<4).map { BotID(high: 1, low: $0) }))
                    $0.countries = some(countries)
                    $0.issuerCountries = some(countries)
                    $0.brands = some(CardBrand.allCases)
                    $0.methods = some(RoutedMethod.allCases)
                    $0.currencies = some(codes)
                    $0.issuerPrefixes = some([0...9, 5...5, 42_000_000...43_000_000])
                    if $0.currencies.count == 1, Bool.random(using: &numbers) { $0.minorUnits = 5...10 }
                    if $0 == RoutingConditions() { $0.brands = [.visa] }
                }
            }
            let table = try RoutingTable(version: 1, rules: rules)
            for _ in 0..<50 {
                let facts = RoutingFacts(
                    bot: [nil, BotID(high: 1, low: 2), BotID(high: 1, low: 9)].randomElement(using: &numbers) ?? nil,
                    country: ([nil] + countries).randomElement(using: &numbers) ?? nil,
                    method: RoutedMethod.allCases.randomElement(using: &numbers) ?? .card,
                    brand: ([nil] + CardBrand.allCases).randomElement(using: &numbers) ?? nil,
                    issuerPrefix: [nil, 0, 5, 42_424_242].randomElement(using: &numbers) ?? nil,
                    issuerCountry: ([nil] + countries).randomElement(using: &numbers) ?? nil,
                    amount: Money(
                        minorUnits: Int64.random(in: 1...12, using: &numbers),
                        currency: try #require(codes.randomElement(using: &numbers))))
                let expected = rules.first { $0.conditions.firstUnmet(facts) == nil }?.name
                #expect(table.rule(for: facts)?.name == expected)
            }
        }
    }

    @Test("name the first condition that is not met")
    func explanation() throws {
        var conditions = RoutingConditions()
        conditions.brands = [.visa]
        conditions.methods = [.paypal]
        #expect(conditions.firstUnmet(try facts(brand: .mastercard)) == .brand)
        #expect(conditions.firstUnmet(try facts()) == .method)
        #expect(conditions.firstUnmet(try facts(method: .paypal)) == nil)
    }

    @Test("are refused with every problem at once, each with its line and its rule")
    func problems() throws {
        let text = """
              to \(red)
            rule
              brand visa
              to \(red)
            rule twice
              country ITA
              to \(red)
              to \(red) 10001
            rule twice
              when brand visa
              brand visa
              brand mastercard
            rule amount
              amount 1..2
              currency eur, usd
              to con_nonsense
              to \(red) 0
              to \(blue)
              else \(green) 4
            rule ranges
              amount 5..4 -7
              bin 5, 52-51, 123456789
              bot
              to \(red)
            """
        let refusal = #expect(throws: RoutingTableRefusal.self) { try RoutingText.table(version: 1, text) }
        let lines = refusal?.problems.map(\.description).sorted() ?? []
        let expected = [
            "line 1: stands before the first rule; begin one with 'rule NAME'",
            "line 2: a rule needs a name of 1 to 80 characters",
            "line 6, rule 'twice': 'ITA' is no value for 'country'; it takes two-letter codes of ISO 3166-1 such as IE",
            "line 5, rule 'twice': \(red) is named twice",
            "line 5, rule 'twice': a weight is a number from 1 to 10000; 'else' names a fallback",
            "line 9, rule 'twice': another rule has the same name; explanations could not tell them apart",
            "line 9, rule 'twice': no connection to send charges to; add 'to CONNECTION WEIGHT'",
            "line 10, rule 'twice': 'when' is not a word of routing tables; they are rule, brand, method, currency, "
                + "amount, country, issuer_country, bin, bot, to, else",
            "line 12, rule 'twice': 'brand' stands twice; put all values on one line",
            "line 13, rule 'amount': an amount needs exactly one currency beside it, since it counts minor units",
            "line 16, rule 'amount': 'con_nonsense' is no value for 'to'; it takes the name of a connection, con_…",
            "line 17, rule 'amount': '0' is no value for 'to'; it takes one weight behind the connection",
            "line 19, rule 'amount': '4' is no value for 'else'; it takes nothing behind the connection",
            "line 21, rule 'ranges': '5..4' is no value for 'amount'; it takes one range of minor units such as "
                + "100000.. or ..5000 or 1000..5000",
            "line 21, rule 'ranges': '-7' is no value for 'amount'; it takes one range of minor units such as "
                + "100000.. or ..5000 or 1000..5000",
            "line 22, rule 'ranges': '5' is no value for 'bin'; it takes 2 to 8 digits, or a range of them such as "
                + "510000-559999",
            "line 22, rule 'ranges': '52-51' is no value for 'bin'; it takes 2 to 8 digits, or a range of them such as "
                + "510000-559999",
            "line 22, rule 'ranges': '123456789' is no value for 'bin'; it takes 2 to 8 digits, or a range of them "
                + "such as 510000-559999",
            "line 23, rule 'ranges': 'bot' needs a value",
        ].sorted()
        for line in lines where !expected.contains(line) { Issue.record("not expected: \(line)") }
        for line in expected where !lines.contains(line) { Issue.record("missing: \(line)") }
        #expect(lines == expected)
        #expect(refusal?.problems.map(\.line) == refusal?.problems.map(\.line).sorted())
    }

    @Test("are refused when a rule can never apply")
    func unreachable() throws {
        let text = "rule all\n to \(red)\nrule never\n brand amex\n to \(blue)"
        let refusal = #expect(throws: RoutingTableRefusal.self) { try RoutingText.table(version: 1, text) }
        let expected = "line 3, rule 'never': never applies, because rule 'all' before it takes every charge"
        #expect(refusal?.problems.map(\.description) == [expected])
    }

    @Test("have at least one rule and at most a thousand, in at most half a megabyte")
    func bounds() throws {
        for text in ["", "\n# nothing\n"] {
            let refusal = #expect(throws: RoutingTableRefusal.self) { try RoutingText.table(version: 1, text) }
            #expect(refusal?.problems.map(\.kind) == [.noRules])
        }
        let rules = (0...1_000).map { "rule \($0)\n brand visa\n to \(red)\n" }
        #expect(try RoutingText.table(version: 1, rules.dropLast().joined()).rules.count == 1_000)
        let refusal = #expect(throws: RoutingTableRefusal.self) { try RoutingText.table(version: 1, rules.joined()) }
        #expect(refusal?.problems.map(\.kind) == [.tooManyRules(limit: 1_000)])
        let long = String(repeating: "#", count: RoutingText.longest + 1)
        let tooLong = #expect(throws: RoutingTableRefusal.self) { try RoutingText.table(version: 1, long) }
        #expect(tooLong?.problems.map(\.kind) == [.textTooLong(limit: RoutingText.longest)])
    }

    @Test("share charges by weight, the same draw always in the same order")
    func weights() throws {
        let table = try RoutingTable(
            version: 1, rules: [rule("all", candidate(red, 3), candidate(blue, 1), candidate(green, 0))])
        var first: [ConnectionID: Int] = [:]
        for draw in 0..<UInt64(4_000) {
            let decision = try decide(table, draw: draw)
            #expect(decision == (try decide(table, draw: draw)))
            #expect(decision.ranked.count == 3 && decision.ranked.last?.connection == green)
            first[decision.ranked[0].connection, default: 0] += 1
        }
        // 3 000 of 4 000 expected, with a standard deviation of 27.
        #expect((2_850...3_150).contains(first[red] ?? 0))
        #expect(first[green] == nil)
    }

    @Test("leave out what cannot be used, and say why")
    func exclusions() throws {
        let table = try RoutingTable(
            version: 1, rules: [rule("all", candidate(red), candidate(blue), candidate(green, 0))])
        let until = Timestamp(seconds: 110)
        let decision = try decide(table) { id in
            switch id {
            case red: .excluded(.disabled)
            case blue: .usable(.refused(until: until), score: 1_000)
            default: .usable(.probe, score: 1_000)
            }
        }
        #expect(decision.ranked == [RankedConnection(connection: green, share: 0, standing: .probe)])
        let excluded = [
            RoutingDecision.Excluded(red, .disabled), RoutingDecision.Excluded(blue, .breakerOpen(until: until)),
        ]
        #expect(decision.excluded == excluded)
        #expect(decision.basis == .rule("all"))
        #expect(decision.issuerPrefix == 42424242)
    }

    @Test("send a charge to the connection that may be tried soonest, when every breaker is open")
    func lastResort() throws {
        let table = try RoutingTable(version: 1, rules: [rule("all", candidate(red), candidate(blue))])
        let decision = try decide(table) { id in
            .usable(.refused(until: Timestamp(seconds: id == red ? 20 : 10)), score: 1_000)
        }
        #expect(decision.ranked == [RankedConnection(connection: blue, share: 0, standing: .lastResort)])
        #expect(decision.excluded.map(\.connection) == [red])
        let nothing = try decide(table) { _ in .excluded(.disabled) }
        #expect(nothing.chosen == nil)
        #expect(nothing.excluded.count == 2)
    }

    @Test("send fewer charges to a connection with a low score")
    func scores() throws {
        let table = try RoutingTable(version: 1, rules: [rule("all", candidate(red), candidate(blue))])
        var reds = 0
        for draw in 0..<UInt64(2_000) {
            let decision = try decide(table, draw: draw) { .usable(.open, score: $0 == red ? 100 : 900) }
            if decision.chosen == red { reds += 1 }
        }
        // 200 of 2 000 expected, with a standard deviation of 13.
        #expect((130...270).contains(reds))
    }

    @Test("tell where a cascade goes next: the rest of the ranking as it stands now")
    func cascade() throws {
        let table = try RoutingTable(
            version: 4, rules: [rule("all", candidate(red, 9), candidate(blue, 0), candidate(green, 0))])
        let first = try decide(table)
        #expect(first.ranked.map(\.connection) == [red, blue, green])
        let second = try #require(first.next { $0 == blue ? .excluded(.disabled) : healthy })
        #expect(second.ranked.map(\.connection) == [green])
        let excluded = [RoutingDecision.Excluded(red, .tried), RoutingDecision.Excluded(blue, .disabled)]
        #expect(second.excluded == excluded)
        #expect(second.version == 4)
        #expect(second.next { _ in healthy } == nil)
        #expect(first.next { _ in .usable(.refused(until: Timestamp(seconds: 1)), score: 1) } == nil)
    }

    @Test("keep no more of an American Express number than its first six digits")
    func shownDigits() throws {
        let table = try RoutingTable(version: 1, rules: [rule("all", candidate(red))])
        let facts = try facts(brand: .americanExpress, prefix: 37828224)
        let decision = try #require(table.decide(facts, draw: 1) { _ in healthy })
        #expect(decision.issuerPrefix == 37828200)
    }
}

@Suite("Health of connections")
struct ConnectionHealthTests {
    private let policy = HealthPolicy()
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test("opens after failures in a row, lets one probe through after the pause, and doubles the pause when it fails")
    func breaker() {
        var health = ConnectionHealth()
        for second in 0..<4 { health.record(.failed, latency: .zero, at: at(Int64(second)), policy) }
        health.record(.declined, latency: .zero, at: at(4), policy)
        for second in 5..<9 { health.record(.failed, latency: .zero, at: at(Int64(second)), policy) }
        #expect(health.admission(at: at(9), policy) == .open)
        health.record(.failed, latency: .zero, at: at(10), policy)
        #expect(health.admission(at: at(19), policy) == .refused(until: at(20)))
        #expect(health.admission(at: at(20), policy) == .probe)
        #expect(health.claim(at: at(20), policy) == .probe)
        #expect(health.admission(at: at(21), policy) == .refused(until: at(80)))
        health.record(.failed, latency: .zero, at: at(22), policy)
        #expect(health.admission(at: at(41), policy) == .refused(until: at(42)))
        #expect(health.claim(at: at(42), policy) == .probe)
        health.record(.approved, latency: .zero, at: at(43), policy)
        #expect(health.admission(at: at(43), policy) == .open)
    }

    @Test("is opened by silence and refusals, never by declines, nor by messages that were wrong")
    func observations() {
        let soft = Outcome.declined(Decline(reason: .genericDecline, isSoft: true))
        let cases: [(Outcome, Bool, HealthObservation?)] = [
            (.approved(Some.approval(1)), true, .approved), (.approved(Some.approval(1)), false, .answered),
            (soft, true, .declined), (soft, false, .answered),
            (.declined(Decline(reason: .insufficientFunds, isSoft: true)), true, .answered),
            (.unknown(.timedOut), false, .failed), (.notProcessed(.notSent), true, .failed),
            (.notProcessed(.refusedBusy), true, .failed), (.notProcessed(.refusedAccount), true, .failed),
            (.notProcessed(.refusedInvalid), true, nil),
            (.notProcessed(.securityCodeGone), true, nil), (.pending(processorReference: "p"), true, .answered),
        ]
        for (outcome, asksIssuer, expected) in cases {
            #expect(HealthObservation(outcome, asksIssuer: asksIssuer) == expected, "\(outcome)")
        }
    }

    @Test("forgets a probe that never reports")
    func lostProbe() {
        var health = ConnectionHealth()
        for _ in 0..<5 { health.record(.failed, latency: .zero, at: at(0), policy) }
        #expect(health.claim(at: at(10), policy) == .probe)
        #expect(health.admission(at: at(69), policy) == .refused(until: at(70)))
        #expect(health.admission(at: at(70), policy) == .probe)
    }

    @Test("falls with declines and slowness, not with the buyers' own declines, and is forgiven with time")
    func score() {
        var declining = ConnectionHealth()
        var unlucky = ConnectionHealth()
        var slow = ConnectionHealth()
        for _ in 0..<64 {
            declining.record(.declined, latency: .zero, at: at(0), policy)
            unlucky.record(.answered, latency: .zero, at: at(0), policy)
            slow.record(.approved, latency: .seconds(8), at: at(0), policy)
        }
        let low = declining.score(at: at(0), policy)
        #expect((100...160).contains(low))
        #expect(unlucky.score(at: at(0), policy) == 1_000)
        #expect((250...350).contains(slow.score(at: at(0), policy)))
        let halfForgiven = declining.score(at: at(600), policy)
        #expect(abs((1_000 - halfForgiven) * 2 - (1_000 - low)) <= 2)
        let later = (1...12).map { declining.score(at: at($0 * 50), policy) }
        #expect(later == later.sorted() && later.last == halfForgiven)
        #expect(declining.score(at: at(600 * 100), policy) == 1_000)
        for _ in 0..<1_000 { declining.record(.failed, latency: .seconds(3_600), at: at(1), policy) }
        #expect(declining.score(at: at(1), policy) == policy.leastScore)
    }
}

@Suite("Recent answers")
struct RecentAnswersTests {
    @Test("count no further back than the window")
    func window() {
        var health = ConnectionHealth()
        let window = RecentAnswers.window
        func note(_ outcome: Outcome, _ second: Int64) {
            health.note(
                outcome, asksIssuer: true, latency: .zero, at: Timestamp(seconds: second), HealthPolicy())
        }
        let yes = Outcome.approved(Some.approval(1))
        for _ in 0..<window { note(.unknown(.timedOut), 1) }
        for _ in 0..<window - 1 { note(yes, 2) }
        #expect(health.recent.counts[.unknown] == 1)
        note(yes, 3)
        #expect(health.recent.counts == [.approved: window, .unknown: 0])
        #expect(health.recent.approvalBasisPoints == 10_000)
        #expect(health.recent.lastAnswer == Timestamp(seconds: 3))
        #expect(health.recent.lastProblem?.text == "no answer, timed out")
    }
}

@Suite("Cascades")
struct CascadeTests {
    @Test(
        "go on only after what was certainly not executed, or a listed soft decline", arguments: DeclineReason.allCases)
    func declines(reason: DeclineReason) {
        let soft = Outcome.declined(Decline(reason: reason, isSoft: true))
        let hard = Outcome.declined(Decline(reason: reason, isSoft: false))
        #expect(!Cascade.mayTryAnother(after: hard))
        let listed: Set<DeclineReason> = [.processingError, .tryAgainLater, .cardNotSupported, .currencyNotSupported]
        #expect(Cascade.mayTryAnother(after: soft) == listed.contains(reason))
    }

    @Test("never follow silence", arguments: UnknownReason.allCases)
    func silence(reason: UnknownReason) {
        #expect(!Cascade.mayTryAnother(after: .unknown(reason)))
    }

    @Test(
        "follow a message that was never executed, unless the message itself was wrong",
        arguments: NotProcessedReason.allCases)
    func notProcessed(reason: NotProcessedReason) {
        let wanted = [NotProcessedReason.notSent, .refusedBusy, .refusedAccount, .cardStepFailed, .firstStepFailed]
            .contains(
                reason)
        #expect(Cascade.mayTryAnother(after: .notProcessed(reason)) == wanted)
    }

    @Test("leave a security code for the next attempt only when no byte of the message left this machine")
    func securityCodes() {
        #expect(!Cascade.usesUpSecurityCode(.notProcessed(.notSent)))
        #expect(!Cascade.usesUpSecurityCode(.notProcessed(.firstStepFailed)))
        #expect(Cascade.usesUpSecurityCode(.notProcessed(.cardStepFailed)))
        #expect(Cascade.usesUpSecurityCode(.notProcessed(.refusedBusy)))
        #expect(Cascade.usesUpSecurityCode(.declined(Decline(reason: .processingError, isSoft: true))))
    }

    @Test("start another attempt of a payment only after such an outcome, and only while nobody has cancelled it")
    func machine() throws {
        let outcomes: [Outcome] =
            DeclineReason.allCases.flatMap {
                [.declined(Decline(reason: $0, isSoft: true)), .declined(Decline(reason: $0, isSoft: false))]
            } + NotProcessedReason.allCases.map { .notProcessed($0) } + UnknownReason.allCases.map { .unknown($0) }
            + Some.outcomes(asked: 100).map(\.outcome)
        for (name, payment) in try PaymentStates.all() {
            for outcome in outcomes {
                let step = payment.step(.attemptHandedOn(Some.charge, outcome, to: Some.otherCharge))
                let isWaiting = payment.state == .authorizing(Some.charge) && payment.cancellation == nil
                guard isWaiting, Cascade.mayTryAnother(after: outcome) else {
                    #expect(step == .refused(.unexpectedState), "\(name), \(outcome)")
                    continue
                }
                guard case .moved(let next, let effects) = step else {
                    Issue.record("\(name), \(outcome): not moved")
                    continue
                }
                #expect(next.state == .authorizing(Some.otherCharge))
                #expect(next.latestCharge == Some.otherCharge)
                #expect(next.paymentMethod == payment.paymentMethod)
                #expect(effects == [.sendAttempt(Some.otherCharge)])
            }
            let other = payment.step(
                .attemptHandedOn(Some.otherCharge, .notProcessed(.notSent), to: ChargeID(high: 1, low: 99)))
            #expect(other == .refused(.unexpectedState), "\(name)")
        }
    }
}
