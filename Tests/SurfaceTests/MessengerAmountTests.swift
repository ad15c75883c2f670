import MessengerSurface
import Primitives
import Testing
import WireKit

@Suite("Messenger's decimal amounts")
struct MessengerAmountTests {
    @Test(
        "texts and numbers of old bots become minor units by ISO 4217",
        arguments: [
            ("USD", JSONValue.string("29.99"), Int64(2_999)), ("USD", "3", 300), ("USD", .number("29.62"), 2_962),
            ("USD", ".07", 7), ("USD", "0.10", 10), ("USD", "29.990", 2_999), ("USD", "-5.00", -500),
            ("EUR", .number("12"), 1_200), ("JPY", "500", 500), ("JPY", "500.00", 500),
            // No decimals at the platform, two by ISO 4217.
            ("HUF", "1500", 150_000), ("TWD", .number("30"), 3_000),
        ])
    func reads(_ code: String, _ value: JSONValue, _ minorUnits: Int64) throws {
        let currency = try #require(MessengerAmount.currency(code))
        #expect(MessengerAmount.minorUnits(value, currency) == minorUnits)
    }

    @Test(
        "what is no such amount is refused",
        arguments: [
            ("USD", JSONValue.string("29.999")), ("USD", ""), ("USD", "."), ("USD", "1."), ("USD", "1e3"),
            ("USD", .number("1E2")),
            ("USD", "+1"), ("USD", "1,50"), ("USD", "--1"), ("USD", "1-"), ("USD", true), ("USD", nil), ("USD", " 1"),
            ("USD", "99999999999999999999"), ("JPY", "1.5"), ("HUF", "1.50"),
        ])
    func refuses(_ code: String, _ value: JSONValue) throws {
        let currency = try #require(MessengerAmount.currency(code))
        #expect(MessengerAmount.minorUnits(value, currency) == nil)
    }

    @Test(
        "amounts are written as texts in major units",
        arguments: [
            ("USD", Int64(2_962), "29.62"), ("USD", 7, "0.07"), ("JPY", 500, "500"), ("HUF", 150_000, "1500"),
            ("HUF", 150_050, "1500.50"),
        ])
    func writes(_ code: String, _ minorUnits: Int64, _ text: String) throws {
        let currency = try #require(MessengerAmount.currency(code))
        #expect(MessengerAmount.text(Money(minorUnits: minorUnits, currency: currency)) == text)
    }

    @Test("every currency that is taken survives the way out and in")
    func roundTrips() {
        for currency in Currency.all where MessengerAmount.currency(currency.code) != nil {
            let money = Money(minorUnits: 1_234_500, currency: currency)
            #expect(
                MessengerAmount.minorUnits(.string(MessengerAmount.text(money)), currency) == 1_234_500, "\(currency)")
        }
    }

    @Test(
        "currencies whose decimals are doubtful or too many are not taken",
        arguments: ["ISK", "UGX", "MGA", "KWD", "CLF", "XTR"])
    func unsupported(_ code: String) {
        #expect(MessengerAmount.currency(code) == nil)
    }
}
