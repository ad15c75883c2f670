import FlorinTesting
import Foundation
import PayPalProcessor
import Payments
import Primitives
import ProcessorKit
import Testing

@Suite struct TableTests {
    @Test(
        "a report is read in currencies that are not sent",
        arguments: [("INR", "-12.34", -1_234), ("USD", "-0.01", -1), ("HUF", "5", 500), ("XXQ", "1.00", nil)]
            as [(String, String, Int64?)])
    func reported(code: String, value: String, expected: Int64?) {
        let amount = PayPalCurrencies.signed(["currency_code": .string(code), "value": .string(value)])
        #expect(amount?.minorUnits == expected)
    }

    @Test(
        "amounts are written as PayPal takes them, and read back",
        arguments: [
            (Money(minorUnits: 1, currency: .usd), "0.01"), (Money(minorUnits: 100, currency: .usd), "1.00"),
            (Money(minorUnits: 123_456, currency: .eur), "1234.56"), (Money(minorUnits: 500, currency: .jpy), "500"),
        ])
    func amounts(_ money: Money, _ text: String) {
        #expect(PayPalCurrencies.wire(money) == text)
        #expect(PayPalCurrencies.money(text, currency: money.currency.code) == money)
    }

    @Test("forints and Taiwan dollars go without decimals, and only when they are whole")
    func wholeOnes() throws {
        for code in ["HUF", "TWD"] {
            let currency = try #require(Currency(code: code))
            #expect(PayPalCurrencies.wire(Money(minorUnits: 1_200, currency: currency)) == "12")
            #expect(PayPalCurrencies.wire(Money(minorUnits: 1_250, currency: currency)) == nil)
            #expect(PayPalCurrencies.money("12", currency: code) == Money(minorUnits: 1_200, currency: currency))
            #expect(PayPalCurrencies.money("12.00", currency: code) == Money(minorUnits: 1_200, currency: currency))
            #expect(PayPalCurrencies.money("12.50", currency: code) == nil)
        }
    }

    @Test(
        "what is no amount is refused, both ways",
        arguments: ["", ".", "1.", ".5", "-1", "1.234", "1e2", "1,00", "\u{663}"])
    func nonsense(_ text: String) {
        #expect(PayPalCurrencies.money(text, currency: "USD") == nil)
    }

    @Test("currencies and amounts that PayPal does not take are not sent")
    func refused() {
        #expect(PayPalCurrencies.wire(Money(minorUnits: 100, currency: .kwd)) == nil)
        #expect(PayPalCurrencies.wire(Money(minorUnits: 0, currency: .usd)) == nil)
        #expect(PayPalCurrencies.wire(Money(minorUnits: -5, currency: .usd)) == nil)
        #expect(PayPalCurrencies.money("99999999999999999999", currency: "USD") == nil)
        #expect(PayPalCurrencies.money("1.00", currency: "XXX") == nil)
    }

    private struct Description: Decodable {
        struct Components: Decodable { let schemas: [String: Schema] }
        struct Schema: Decodable { let properties: [String: Property]? }
        struct Property: Decodable { let `enum`: [String]? }
        let components: Components
    }

    @Test("every published response code has a row, and no row a code that is not published")
    func declines() throws {
        let description = try PublishedFacts.decoded("paypal/checkout_orders_v2.json", as: Description.self)
        guard let description else { return }
        let response = try #require(description.components.schemas["processor_response"]?.properties)
        let published = Set(try #require(response["response_code"]?.enum))
        #expect(Set(PayPalDeclines.rows.map(\.code)).count == PayPalDeclines.rows.count, "a code stands twice")
        #expect(published == Set(PayPalDeclines.rows.map(\.code)).union(PayPalDeclines.approvals))
        #expect(Set(try #require(response["payment_advice_code"]?.enum)) == ["01", "02", "03", "21"])
    }

    @Test("the scheme's advice goes before the table, and what nobody knows is a soft refusal")
    func precedence() {
        #expect(!PayPalDeclines.decline(code: "5120", advice: "03").isSoft)
        #expect(!PayPalDeclines.decline(code: "5120", advice: "21").isSoft)
        #expect(!PayPalDeclines.decline(code: "5120", advice: "01").isSoft)
        #expect(PayPalDeclines.decline(code: "9500", advice: "02").isSoft)
        let unknown = PayPalDeclines.decline(code: "ZZ99", advice: nil)
        #expect(unknown == Decline(reason: .genericDecline, isSoft: true, processorCode: "ZZ99"))
    }

    @Test("credentials and addresses of the other mode are refused, in words that repeat no secret")
    func accounts() {
        let secret = Redacted("very-secret-text")
        func refusal(_ mode: Mode, id: String = "client", base: String? = nil, back: String? = nil) -> String? {
            do throws(PayPalAccountError) {
                _ = try PayPalAccount(mode: mode, clientID: id, secret: secret, base: base, returnURL: back)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal(.test) == nil && refusal(.live) == nil)
        #expect(refusal(.test, base: "http://127.0.0.1:8080/") == nil)
        let wrongForTest = [
            "https://api-m.paypal.com", "http://127.0.0.1:0", "http://127.0.0.1.evil.example", "http://localhost:x",
        ]
        for base in wrongForTest { #expect(refusal(.test, base: base) != nil, "\(base)") }
        let wrongForLive = [
            "https://api-m.sandbox.paypal.com", "http://127.0.0.1:8080", "https://api-m.paypal.com.evil.example",
        ]
        for base in wrongForLive { #expect(refusal(.live, base: base) != nil, "\(base)") }
        #expect(refusal(.live, back: "http://shop.example/back") != nil)
        #expect(refusal(.test, id: "a:b") != nil && refusal(.test, id: "") != nil)
        for base in ["https://api-m.paypal.com", "ftp://x"] {
            #expect(refusal(.test, base: base)?.contains("very-secret") == false)
        }
    }
}
