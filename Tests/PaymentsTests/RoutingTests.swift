import Payments
import Primitives
import Testing

private let red = ConnectionID(high: 1, low: 1)
private let blue = ConnectionID(high: 1, low: 2)
private let green = ConnectionID(high: 1, low: 3)

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
        bot: BotID? = nil, country: String = "IT", brand: CardBrand = .visa, prefix: UInt32 = 42424242,
        minorUnits: Int64 = 1_000, currency: String = "eur", mode: Mode = .live
    ) throws -> RoutingFacts {
        let currency = try #require(Currency(code: currency))
        return RoutingFacts(
            bot: bot ?? self.bot, country: country, brand: brand, issuerPrefix: prefix,
            amount: Money(minorUnits: minorUnits, currency: currency), mode: mode)
    }

    @Test("let the first rule decide whose every condition holds")
    func firstMatch() throws {
        let euro = try #require(Currency(code: "eur"))
        let table = try RoutingTable(
            version: 3,
            rules: [
                rule("one bot", candidate(red)) { $0.bots = [BotID(high: 9, low: 9)] },
                rule("american express at home", candidate(red)) {
                    $0.brands = [.americanExpress]
                    $0.countries = ["IT", "FR"]
                },
                rule("an issuer", candidate(green)) { $0.issuerPrefixes = [51000000...51000099, 42424200...42424299] },
                rule("large euros", candidate(green)) {
                    $0.currencies = [euro]
                    $0.minorUnits = 100_000...Int64.max
                },
                rule("tests", candidate(red)) { $0.modes = [.test] },
                rule("everything else", candidate(blue)),
            ])
        #expect(table.rule(for: try facts(bot: BotID(high: 9, low: 9)))?.name == "one bot")
        #expect(
            table.rule(for: try facts(brand: .americanExpress, prefix: 37828224))?.name == "american express at home")
        #expect(
            table.rule(for: try facts(country: "DE", brand: .americanExpress, prefix: 1))?.name == "everything else")
        #expect(table.rule(for: try facts())?.name == "an issuer")
        #expect(table.rule(for: try facts(prefix: 42424300))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 100_000))?.name == "large euros")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 99_999))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, minorUnits: 100_000, currency: "usd"))?.name == "everything else")
        #expect(table.rule(for: try facts(prefix: 1, mode: .test))?.name == "tests")
    }

    @Test("name the first condition that is not met")
    func explanation() throws {
        var conditions = RoutingConditions()
        conditions.brands = [.visa]
        conditions.modes = [.test]
        #expect(conditions.firstUnmet(try facts(brand: .mastercard)) == .brand)
        #expect(conditions.firstUnmet(try facts()) == .mode)
        #expect(conditions.firstUnmet(try facts(mode: .test)) == nil)
    }

    @Test("are refused with every problem at once, each with its rule")
    func problems() throws {
        let euro = try #require(Currency(code: "eur"))
        let dollar = try #require(Currency(code: "usd"))
        let rules = [
            rule("", candidate(red)) { $0.brands = [.visa] },
            rule("twice", candidate(red), candidate(red, 10_001)) { $0.countries = ["it"] },
            rule("twice") { $0.modes = [.live] },
            rule("amount", candidate(red)) {
                $0.minorUnits = 1...2
                $0.currencies = [euro, dollar]
            },
            rule("all", candidate(red)),
            rule("never", candidate(blue)) { $0.modes = [.live] },
        ]
        let refusal = #expect(throws: RoutingTableRefusal.self) { try RoutingTable(version: 1, rules: rules) }
        #expect(
            refusal?.problems == [
                .badName(rule: ""), .duplicateCandidate(rule: "twice", red),
                .weightOutOfRange(rule: "twice", red), .badCountry(rule: "twice", "it"),
                .duplicateName(rule: "twice"), .noCandidates(rule: "twice"),
                .amountWithoutSingleCurrency(rule: "amount"), .unreachable(rule: "never", behind: "all"),
            ])
    }

    @Test("share charges by weight, the same draw always in the same order")
    func weights() throws {
        let table = try RoutingTable(
            version: 1, rules: [rule("all", candidate(red, 3), candidate(blue, 1), candidate(green, 0))])
        let situation = RoutingSituation(usable: [red, blue, green], health: [:], now: Timestamp(seconds: 0))
        var first: [ConnectionID: Int] = [:]
        for draw in 0..<UInt64(4_000) {
            let decision = table.decide(try facts(), situation, draw: draw)
            #expect(decision == table.decide(try facts(), situation, draw: draw))
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
        let now = Timestamp(seconds: 100)
        var broken = ConnectionHealth()
        for _ in 0..<5 { broken.record(.failed, latency: .seconds(1), at: now, HealthPolicy()) }
        let situation = RoutingSituation(usable: [blue, green], health: [blue: broken], now: now)
        let decision = table.decide(try facts(), situation, draw: 1)
        #expect(decision.ranked.map(\.connection) == [green])
        #expect(decision.excluded == [red: .notUsable, blue: .breakerOpen(until: now.advanced(by: .seconds(10)))])
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
        health.beginProbe(at: at(20))
        #expect(health.admission(at: at(21), policy) == .refused(until: at(80)))
        health.record(.failed, latency: .zero, at: at(22), policy)
        #expect(health.admission(at: at(41), policy) == .refused(until: at(42)))
        health.beginProbe(at: at(42))
        health.record(.approved, latency: .zero, at: at(43), policy)
        #expect(health.admission(at: at(43), policy) == .open)
    }

    @Test("forgets a probe that never reports")
    func lostProbe() {
        var health = ConnectionHealth()
        for _ in 0..<5 { health.record(.failed, latency: .zero, at: at(0), policy) }
        health.beginProbe(at: at(10))
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
            unlucky.record(.declinedByBuyer, latency: .zero, at: at(0), policy)
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
        let wanted = [NotProcessedReason.notSent, .refusedBusy, .provenAbsent].contains(reason)
        #expect(Cascade.mayTryAnother(after: .notProcessed(reason)) == wanted)
    }
}
