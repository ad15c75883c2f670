import FlorinTesting
import Primitives
import Testing

@Suite("Money")
struct MoneyTests {
    private static func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

    @Test(
        "adds and subtracts up to the ends of its range",
        arguments: [
            (Int64(1), Int64(2), Int64(3)), (.max - 1, 1, .max), (.min + 1, -1, .min), (.max, .min, -1), (0, 0, 0),
            (-5, 5, 0),
        ])
    func adds(left: Int64, right: Int64, sum: Int64) throws {
        #expect(try Self.usd(left).adding(Self.usd(right)) == Self.usd(sum))
        #expect(try Self.usd(right).adding(Self.usd(left)) == Self.usd(sum))
        #expect(try Self.usd(sum).subtracting(Self.usd(right)) == Self.usd(left))
    }

    @Test(
        "refuses what does not fit",
        arguments: [(Int64.max, Int64(1)), (.min, -1), (.max, .max), (.min, .min)])
    func overflow(left: Int64, right: Int64) {
        #expect(throws: MoneyError.overflow) { try Self.usd(left).adding(Self.usd(right)) }
    }

    @Test("refuses to subtract the smallest number from nothing")
    func negation() {
        #expect(throws: MoneyError.overflow) { try Self.usd(0).subtracting(Self.usd(.min)) }
    }

    @Test("never combines two currencies, and says so before anything else")
    func mismatch() {
        let euros = Money(minorUnits: .max, currency: .eur)
        #expect(throws: MoneyError.currencyMismatch(.usd, .eur)) { try Self.usd(.max).adding(euros) }
        #expect(throws: MoneyError.currencyMismatch(.usd, .eur)) { try Self.usd(.min).subtracting(euros) }
        #expect(throws: MoneyError.currencyMismatch(.usd, .eur)) { try Self.usd(1).isAtMost(euros) }
    }

    @Test("compares", arguments: [(Int64(1), Int64(2), true), (2, 2, true), (3, 2, false), (.min, .max, true)])
    func compares(left: Int64, right: Int64, isAtMost: Bool) throws {
        #expect(try Self.usd(left).isAtMost(Self.usd(right)) == isAtMost)
    }

    @Test("knows its sign", arguments: [Int64.min, -1, 0, 1, .max])
    func signs(minorUnits: Int64) {
        let money = Self.usd(minorUnits)
        #expect(money.isNegative == (minorUnits < 0))
        #expect(money.isZero == (minorUnits == 0))
        #expect(money.isPositive == (minorUnits > 0))
    }

    @Test(
        "takes a fee rounded half up, away from zero",
        arguments: [
            (Int64(10_000), Int64(290), Int64(290)),
            (100, 50, 1),  // half a cent
            (99, 50, 0),  // just under
            (-100, 50, -1), (-99, 50, 0), (100, -50, -1), (-100, -50, 1),
            (0, 290, 0), (1, 0, 0), (1, 4_999, 0), (1, 5_000, 1), (3, 5_000, 2),
            (.max, 10_000, .max), (.min, 10_000, .min), (.max, 1, 922_337_203_685_478),
            (.min, 1, -922_337_203_685_478), (10_000, .max, .max), (10_000, .min, .min), (1, .max, 922_337_203_685_478),
            // The product needs more than 64 bits although the fee does not.
            (10_000_000_000_000_000, 10_000, 10_000_000_000_000_000), (.min, -1, 922_337_203_685_478),
        ])
    func fees(minorUnits: Int64, basisPoints: Int64, fee: Int64) throws {
        #expect(try Self.usd(minorUnits).feeRoundedHalfUp(basisPoints: basisPoints) == Self.usd(fee))
    }

    @Test(
        "refuses a fee that does not fit",
        arguments: [
            (Int64.max, Int64(10_001)), (.min, 10_001), (.min, -10_000), (.max, .max), (.min, .min), (20_000, .max),
        ])
    func feeOverflow(minorUnits: Int64, basisPoints: Int64) {
        #expect(throws: MoneyError.overflow) { try Self.usd(minorUnits).feeRoundedHalfUp(basisPoints: basisPoints) }
    }

    @Test("takes the same fee as a slow division does", arguments: [UInt64(3), .random(in: 0 ... .max)])
    func feesAgree(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        for _ in 0..<2_000 {
            let amount = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let points = Int64.random(in: -20_000...20_000, using: &random)
            let product = (amount * points).magnitude
            let slow = Int64((product / 10_000) + (product % 10_000 >= 5_000 ? 1 : 0))
            let fee = try Self.usd(amount).feeRoundedHalfUp(basisPoints: points)
            #expect(
                fee.minorUnits == ((amount < 0) == (points < 0) ? slow : -slow), "seed \(seed): \(amount) x \(points)")
        }
    }

    @Test(
        "is written in major units",
        arguments: [
            (Currency.usd, Int64(1_234), "12.34"), (.usd, 5, "0.05"), (.usd, -5, "-0.05"), (.usd, 0, "0.00"),
            (.usd, -100, "-1.00"), (.jpy, 1_234, "1234"), (.jpy, -7, "-7"), (.kwd, 1_234, "1.234"), (.clf, 5, "0.0005"),
            (.usd, .max, "92233720368547758.07"), (.usd, .min, "-92233720368547758.08"),
            (.jpy, .min, "-9223372036854775808"),
        ])
    func majorUnits(currency: Currency, minorUnits: Int64, text: String) {
        let money = Money(minorUnits: minorUnits, currency: currency)
        #expect(money.majorUnitText == text)
        #expect(Money(majorUnitText: text, currency: currency) == money)
        #expect(money.description == text + " " + currency.code)
    }

    @Test("survives the way through major-unit text", arguments: Currency.all)
    func roundTrip(currency: Currency) {
        let edges: [Int64] = [0, 1, 9, 10, 99, 100, 101, 999, 1_000, 9_999, 10_000, 123_456_789, .max - 1, .max]
        for value in edges + edges.map({ -$0 }) + [.min] {
            let money = Money(minorUnits: value, currency: currency)
            #expect(Money(majorUnitText: money.majorUnitText, currency: currency) == money)
        }
    }

    @Test(
        "fills missing decimals with zeros",
        arguments: [("1", Int64(100)), ("1.5", 150), ("0.0", 0), ("-1.5", -150), ("007", 700), ("-0", 0)])
    func shortText(text: String, minorUnits: Int64) {
        #expect(Money(majorUnitText: text, currency: .usd) == Self.usd(minorUnits))
    }

    @Test(
        "refuses text that is not an amount",
        arguments: [
            "", "-", ".", "1.", ".5", "-.5", "1.234", "1..2", "1.2.3", "+1", "--1", "1-", " 1", "1 ", "1,5", "1e3",
            "0x1",
            "٣", "１", "12.3４", "NaN", "92233720368547758.08", "-92233720368547758.09", "99999999999999999999",
            "184467440737095516.16",
        ])
    func refused(text: String) {
        #expect(Money(majorUnitText: text, currency: .usd) == nil)
    }

    @Test("refuses decimals of a currency that has none")
    func noDecimals() {
        #expect(Money(majorUnitText: "1.0", currency: .jpy) == nil)
        #expect(Money(majorUnitText: "1.", currency: .jpy) == nil)
    }
}
