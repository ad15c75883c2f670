import Payments
import Primitives
import Testing

@Suite("The rules of risk")
struct RiskRuleTests {
    private static func facts(
        _ amount: Int64 = 500, _ currency: Currency = .usd, subject: RiskSubject = .friendTransfer
    ) -> RiskFacts {
        var facts = RiskFacts(
            subject: subject, mode: .test, amount: Money(minorUnits: amount, currency: currency))
        (facts.sender, facts.recipient) = (PersonID(high: 1, low: 1), PersonID(high: 1, low: 2))
        return facts
    }

    private func rule(_ action: RiskAction = .review, _ change: (inout RiskRule) -> Void) -> RiskRules {
        var rule = RiskRule(name: "it", action: action)
        change(&rule)
        return RiskRules([rule])
    }

    private func judge(
        _ rules: RiskRules, _ facts: RiskFacts, count: Int64 = 1, isFirst: Bool = false
    ) -> RiskAction {
        rules.judge(facts, count: { _, _, _ in count }, isFirst: { isFirst }).action
    }

    @Test("no rules let everything through")
    func none() { #expect(judge(RiskRules(), Self.facts()) == .allow) }

    @Test("an amount must be above, and of the rule's currency", arguments: [(500, false), (501, true), (499, false)])
    func amounts(amount: Int64, isHeld: Bool) {
        let rules = rule {
            $0.amountAbove = 500
            $0.currency = .usd
        }
        #expect(judge(rules, Self.facts(amount)) == (isHeld ? .review : .allow))
        #expect(judge(rules, Self.facts(amount, .eur)) == .allow)
    }

    @Test("every condition must hold; a fact that is not known meets none")
    func conditions() {
        var visa = Self.facts(subject: .charge)
        visa.brand = .visa
        let (brand, subject) = (rule { $0.brands = [.visa] }, rule { $0.subjects = [.charge] })
        #expect(judge(brand, visa) == .review && judge(brand, Self.facts()) == .allow)
        #expect(judge(subject, visa) == .review && judge(subject, Self.facts()) == .allow)
        #expect(judge(rule { $0.mode = .live }, visa) == .allow)
        #expect(judge(rule { $0.person = PersonID(high: 1, low: 1) }, visa) == .review)
        #expect(judge(rule { $0.person = PersonID(high: 9, low: 9) }, visa) == .allow)
        #expect(judge(rule { $0.bot = BotID(high: 1, low: 1) }, visa) == .allow)
    }

    @Test("attempts up to the number are all right, and what cannot be counted is not too many")
    func velocity() {
        let rules = rule(.block) { $0.velocity = RiskVelocity(key: .card, most: 3, window: .seconds(60)) }
        var card = Self.facts()
        card.fingerprint = [1]
        #expect(judge(rules, card, count: 3) == .allow)
        #expect(judge(rules, card, count: 4) == .block)
        #expect(judge(rules, Self.facts(), count: 4) == .allow)
    }

    @Test("the first that holds decides, also when it allows, and is named with its reason")
    func order() {
        var known = RiskRule(name: "known", action: .allow)
        known.person = PersonID(high: 1, low: 1)
        var first = RiskRule(name: "first", action: .review)
        first.isFirstToRecipient = true
        let rules = RiskRules([first, known, RiskRule(name: "rest", action: .block)])
        #expect(judge(rules, Self.facts(), isFirst: true) == .review)
        let second = rules.judge(Self.facts(), count: { _, _, _ in 0 }, isFirst: { false })
        #expect(second == (.allow, "known", "the sender"))
        var stranger = Self.facts()
        stranger.sender = PersonID(high: 9, low: 9)
        #expect(judge(rules, stranger) == .block)
    }

    @Test("the reason names amounts and counts, and nobody")
    func reason() {
        let rules = rule {
            $0.amountAbove = 100
            $0.currency = .usd
            $0.velocity = RiskVelocity(key: .person, most: 2, window: .seconds(60))
        }
        let judged = rules.judge(Self.facts(), count: { _, _, _ in 3 }, isFirst: { false })
        #expect(judged.reason == "5.00 USD is above 1.00 USD; attempt 3 by person within 60.0 seconds, more than 2")
    }

    @Test("counts matter for as long as the longest rule looks back")
    func windows() {
        var (short, long) = (RiskRule(name: "short", action: .block), RiskRule(name: "long", action: .review))
        short.velocity = RiskVelocity(key: .card, most: 1, window: .seconds(60))
        long.velocity = RiskVelocity(key: .card, most: 9, window: .seconds(3_600))
        #expect(RiskRules([short, long]).windows == [.card: .seconds(3_600)])
    }
}
