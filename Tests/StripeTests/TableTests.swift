import FlorinTesting
import Foundation
import Payments
import Primitives
import StripeProcessor
import Testing

@Suite struct TableTests {
    private struct Published: Decodable {
        let declinedSoft: [String]
        let declinedHard: [String]
        let retryable: [String]
        let requiresAction: [String]

        enum CodingKeys: String, CodingKey {
            case declinedSoft = "declined_soft"
            case declinedHard = "declined_hard"
            case retryable
            case requiresAction = "requires_action"
        }
    }

    @Test("every published decline code has a row, and is soft or hard as the facts say")
    func declines() throws {
        guard let published = try PublishedFacts.decoded("stripe/decline-codes.json", as: Published.self) else {
            return
        }
        let rows = Dictionary(uniqueKeysWithValues: StripeDeclines.rows.map { ($0.code, $0) })
        for code in published.declinedSoft + published.retryable + published.requiresAction {
            #expect(rows[code]?.isSoft == true, "\(code)")
        }
        for code in published.declinedHard { #expect(rows[code]?.isSoft == false, "\(code)") }
        let known = published.declinedSoft + published.declinedHard + published.retryable + published.requiresAction
        #expect(Set(rows.keys).subtracting(known).isEmpty, "rows that no fact supports")
    }

    @Test(
        "a report is read in currencies that are not sent, as Stripe counts them",
        arguments: [("isk", 12_300, 123), ("ugx", 500, 5), ("mga", 7, 700), ("usd", 7, 7), ("isk", 12_345, nil)]
            as [(String, Int64, Int64?)])
    func reported(code: String, amount: Int64, expected: Int64?) {
        #expect(StripeCurrencies.reported(amount, currency: code)?.minorUnits == expected)
        #expect(code == "usd" || StripeCurrencies.money(amount, currency: code) == nil)
    }

    @Test(
        "advice goes before the decline code, the decline code before the error code, and nothing known is soft",
        arguments: [
            ("card_declined", "insufficient_funds", "do_not_try_again", DeclineReason.insufficientFunds, false),
            ("card_declined", "lost_card", "try_again_later", .lostCard, true),
            ("card_declined", "lost_card", nil, .lostCard, false),
            ("expired_card", nil, nil, .expiredCard, false), ("card_declined", "news", nil, .genericDecline, true),
            (nil, nil, nil, .genericDecline, true),
        ] as [(String?, String?, String?, DeclineReason, Bool)])
    func precedence(_ code: String?, _ decline: String?, _ advice: String?, _ reason: DeclineReason, _ isSoft: Bool) {
        let found = StripeDeclines.decline(code: code, declineCode: decline, advice: advice)
        #expect(found.reason == reason)
        #expect(found.isSoft == isSoft)
        #expect(found.processorCode == decline ?? code)
    }

    @Test("a decline code is shown as at most 32 printable characters")
    func codes() {
        let found = StripeDeclines.decline(
            code: nil, declineCode: "\u{1B}[31m" + String(repeating: "x", count: 99), advice: nil)
        #expect(found.processorCode?.utf8.count == 32)
        #expect(found.processorCode?.contains("\u{1B}") == false)
    }

    @Test("amounts of every currency survive the way to Stripe and back, or are refused on both sides")
    func amounts() throws {
        for currency in Currency.all {
            let money = Money(minorUnits: 12_340, currency: currency)
            guard let wire = StripeCurrencies.wire(money) else {
                #expect(StripeCurrencies.money(12_340, currency: currency.lowercaseCode) == nil, "\(currency)")
                continue
            }
            #expect(StripeCurrencies.money(wire, currency: currency.lowercaseCode) == money)
        }
        let refused = Currency.all.filter { StripeCurrencies.wire(Money(minorUnits: 100, currency: $0)) == nil }
        #expect(Set(["ISK", "UGX", "MGA"]).isSubset(of: refused.map(\.code)))
        let dinar = try #require(Currency(code: "KWD"))
        #expect(StripeCurrencies.wire(Money(minorUnits: 1_235, currency: dinar)) == nil)
        #expect(StripeCurrencies.money(-1, currency: "usd") == nil)
    }

    @Test("test tokens are those of Stripe's test cards")
    func tokens() throws {
        for entry in StripeTestTokens.all {
            let number = try CardNumber(parsing: entry.number.utf8)
            #expect(StripeTestTokens.name(for: number) == entry.name)
        }
        #expect(StripeTestTokens.name(for: try CardNumber(parsing: "4111111111111111".utf8)) == nil)
    }

    @Test(
        "a key or an address of the other mode is refused, in words that do not repeat the key",
        arguments: [
            (Mode.test, "sk_live_abcdefgh", nil), (.test, "rk_live_abcdefgh", nil), (.live, "sk_test_abcdefgh", nil),
            (.test, "pk_test_abcdefgh", nil), (.test, "sk_test_", nil), (.test, "sk_test_abc defgh", nil),
            (.test, "sk_test_abcdefgh", "https://api.example.com"), (.live, "sk_live_abcdefgh", "http://127.0.0.1:80"),
            (.live, "sk_live_abcdefgh", "https://api.stripe.com.evil.example"),
            (.test, "sk_test_abcdefgh", "http://127.0.0.1.evil.example"),
            (.test, "sk_test_abcdefgh", "http://localhost:x"),
        ] as [(Mode, String, String?)])
    func accounts(_ mode: Mode, _ key: String, _ base: String?) {
        let error = #expect(throws: StripeAccountError.self) {
            try StripeAccount(mode: mode, key: Redacted(key), base: base)
        }
        #expect(error?.description.contains("abc") == false)
    }

    @Test("what belongs together is accepted")
    func acceptedAccounts() throws {
        #expect(try StripeAccount(mode: .live, key: Redacted("rk_live_abcdefgh")).base == "https://api.stripe.com")
        let local = try StripeAccount(
            mode: .test, key: Redacted("sk_test_abcdefgh"), base: "http://127.0.0.1:4242/", cards: .testTokens)
        #expect(local.base == "http://127.0.0.1:4242")
        #expect(throws: StripeAccountError.self) {
            try StripeAccount(mode: .live, key: Redacted("sk_live_abcdefgh"), cards: .testTokens)
        }
    }
}
