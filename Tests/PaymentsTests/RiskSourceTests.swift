import Payments
import Primitives
import Testing

@Suite("Where a payment comes from")
struct RiskSourceTests {
    @Test(
        "addresses are read in every form of RFC 4291 and RFC 791, and nothing else is",
        arguments: [
            ("203.0.113.7", 0, 0xFFFF_CB00_7107), ("::ffff:203.0.113.7", 0, 0xFFFF_CB00_7107), ("::", 0, 0),
            ("::1", 0, 1), ("2001:db8::1", 0x2001_0DB8_0000_0000, 1),
            ("2001:db8:1:2:3:4:5:6", 0x2001_0DB8_0001_0002, 0x0003_0004_0005_0006), ("1::", 0x0001_0000_0000_0000, 0),
        ] as [(String, UInt64, UInt64)])
    func addresses(text: String, high: UInt64, low: UInt64) {
        #expect(NetworkAddress(text) == NetworkAddress(high: high, low: low))
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1.2.3.-4", ":", ":::", "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1.2.3", "[::1]", "fe80::1%eth0", "+1::", "1:2:3:4:5:6:7::8",
        ])
    func noAddress(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(
        "a block holds what begins as it does",
        arguments: [
            ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.6", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::1/128", "2001:db8::1", true), ("::/0", "::1", true),
        ])
    func blocks(block: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressBlock(block))
        #expect(block.contains(try #require(NetworkAddress(address))) == isInside)
        #expect(AddressBlock(block.text) == block)
    }

    @Test(
        "a block with bits behind its length, or a wrong length, is a slip",
        arguments: ["10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/-1", "2001:db8::1/64"])
    func noBlock(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test(
        "a number's country is that of the range it lies in",
        arguments: [
            (40_000_000, "DE"), (40_009_999, "DE"), (40_010_000, nil), (51_000_012, "FR"), (51_000_013, nil),
            (39_999_999, nil),
        ] as [(UInt32, String?)])
    func countries(prefix: UInt32, country: String?) throws {
        let table = try IssuerCountries("bin,country\r\n# comment\n51000012,FR\n\n400000-400099,DE\n")
        #expect(table[prefix] == country)
        #expect(table.count == 2)
    }

    @Test(
        "a table that cannot be trusted is refused with its line",
        arguments: [
            ("400000", 1), ("400000,de", 1), ("400000,DE,x", 1), ("40000,DE", 1), ("400001-400000,DE", 1),
            ("400000,DE\n400000-400001,FR", 2), ("400000,DE\n40000099,FR", 2), ("4x0000,DE", 1),
        ])
    func badTables(text: String, line: Int) throws {
        do throws(IssuerCountries.Problem) {
            _ = try IssuerCountries(text)
            Issue.record("it was taken")
        } catch {
            guard case .line(line, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
        #expect(throws: IssuerCountries.Problem.empty) { try IssuerCountries("# nothing\n") }
    }

    private func judged(_ rule: RiskRule, _ change: (inout RiskFacts) -> Void, cards: Int64 = 0) -> RiskAction {
        var facts = RiskFacts(
            subject: .charge, mode: .test, amount: Money(minorUnits: 500, currency: .usd))
        change(&facts)
        return RiskRules([rule]).judge(facts, count: { _, _, _ in cards }, isFirst: { false }).action
    }

    @Test("rules look at the issuer's country, the payer's address and small amounts; what is not known meets none")
    func conditions() throws {
        var rule = RiskRule(name: "abroad", action: .block)
        rule.otherIssuerCountries = ["DE"]
        #expect(judged(rule, { $0.issuerCountry = "FR" }) == .block)
        #expect(judged(rule, { $0.issuerCountry = "DE" }) == .allow)
        #expect(judged(rule, { _ in }) == .allow)
        rule = RiskRule(name: "there", action: .block)
        rule.issuerCountries = ["FR"]
        #expect(judged(rule, { $0.issuerCountry = "FR" }) == .block)
        #expect(judged(rule, { _ in }) == .allow)
        rule = RiskRule(name: "net", action: .block)
        rule.addresses = [try #require(AddressBlock("203.0.113.0/24"))]
        #expect(judged(rule, { $0.address = NetworkAddress("203.0.113.9") }) == .block)
        #expect(judged(rule, { $0.address = NetworkAddress("203.0.112.9") }) == .allow)
        #expect(judged(rule, { _ in }) == .allow)
        rule = RiskRule(name: "small", action: .block)
        (rule.currency, rule.amountAtMost) = (.usd, 500)
        #expect(judged(rule, { _ in }) == .block)
        rule.amountAtMost = 499
        #expect(judged(rule, { _ in }) == .allow)
    }

    @Test("many cards from one address are a burst, and without an address nothing is")
    func burst() {
        var rule = RiskRule(name: "burst", action: .block)
        rule.velocity = RiskVelocity(key: .address, most: 4, window: .seconds(600), counted: .cards)
        #expect(judged(rule, { $0.addressHash = [1] }, cards: 5) == .block)
        #expect(judged(rule, { $0.addressHash = [1] }, cards: 4) == .allow)
        #expect(judged(rule, { _ in }, cards: 5) == .allow)
        #expect(RiskRules([rule]).countsCards(by: .address) && !RiskRules([rule]).countsCards(by: .bot))
    }
}
