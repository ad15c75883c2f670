import Payments
import Primitives
import Testing

@Suite("To whom checkouts are open")
struct AvailabilityTests {
    private static func question(
        _ change: (inout AvailabilityQuestion) -> Void = { _ in }
    ) -> AvailabilityQuestion {
        var question = AvailabilityQuestion([.checkout, .messenger], .usd)
        question.asksVisitor = true
        change(&question)
        return question
    }

    @Test("nothing that is said lets everybody in")
    func open() { #expect([AvailabilityRule]().reason(against: Self.question()) == nil) }

    @Test(
        "every country that is known must be among those of a rule; what is not known is no obstacle",
        arguments: [
            ([], nil), (["IT"], nil), (["IT", "FR"], nil), (["DE"], .country), (["IT", "DE"], .country),
        ] as [([String], Unavailability.Reason?)])
    func countries(_ known: [String], _ reason: Unavailability.Reason?) {
        let rules = [AvailabilityRule(feature: .checkout, author: .bot, countries: ["FR", "IT"])]
        #expect(rules.reason(against: Self.question { $0.countries = Set(known) })?.reason == reason)
    }

    @Test(
        "only testers of the rule, or of the account at the chat platform, are let in",
        arguments: [
            (nil, false, false), ("cus_1", false, true), ("cus_2", false, false), (nil, true, true),
        ] as [(String?, Bool, Bool)])
    func testers(_ visitor: String?, _ isTesterOfSurface: Bool, _ isLetIn: Bool) {
        let rules = [AvailabilityRule(feature: .messenger, author: .bot, testersOnly: true, testers: ["cus_1"])]
        let reason = rules.reason(
            against: Self.question { ($0.visitor, $0.isTesterOfSurface) = (visitor, isTesterOfSurface) })
        #expect((reason == nil) == isLetIn)
        // Before there is a visitor nobody is asked who they are.
        #expect(rules.reason(against: Self.question { $0.asksVisitor = false }) == nil)
    }

    @Test("the first thing in the way is told: seller, currency, country, testers")
    func order() {
        var rules = [
            AvailabilityRule(feature: .messenger, author: .platform, isOn: false),
            AvailabilityRule(feature: .checkout, author: .platform, currencies: ["EUR"]),
            AvailabilityRule(feature: .checkout, author: .bot, countries: ["IT"], testersOnly: true),
        ]
        var found: [Unavailability.Reason?] = []
        let question = Self.question { $0.countries = ["DE"] }
        found.append(rules.reason(against: question)?.reason)
        rules.removeFirst()
        found.append(rules.reason(against: question)?.reason)
        rules.removeFirst()
        found.append(rules.reason(against: question)?.reason)
        found.append(rules.reason(against: Self.question())?.reason)
        #expect(found == [.seller, .currency, .country, .testers])
    }

    @Test("a rule about another feature says nothing")
    func others() {
        let rules = AvailabilityFeature.allCases.filter { ![.checkout, .messenger].contains($0) }
            .map { AvailabilityRule(feature: $0, author: .bot, isOn: false) }
        #expect(rules.reason(against: Self.question()) == nil)
    }

    @Test("features have names by which they are found")
    func names() {
        for feature in AvailabilityFeature.allCases {
            #expect(AvailabilityFeature(name: feature.name.description) == feature)
        }
        #expect(AvailabilityFeature(name: "sms") == nil)
    }
}
