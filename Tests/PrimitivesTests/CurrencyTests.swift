import FlorinTesting
import Primitives
import Testing

@Suite("Currencies")
struct CurrencyTests {
    @Test("are those of the published ISO 4217 list that have a minor unit, with its numbers and exponents")
    func publishedList() throws {
        struct List: Decodable {
            struct Row: Decodable {
                let alpha: String
                let numeric: String
                let minorUnits: Int?

                enum CodingKeys: String, CodingKey {
                    case alpha, numeric
                    case minorUnits = "minor_units"
                }
            }
            let currencies: [Row]
        }
        guard let list = try PublishedFacts.decoded("reference/iso4217.json", as: List.self) else { return }
        var expected: [String: String] = [:]
        for row in list.currencies {
            guard let exponent = row.minorUnits else { continue }
            expected[row.alpha] = "\(row.numeric) \(exponent)"
        }
        var ours: [String: String] = [:]
        for currency in Currency.all {
            let digits = String(currency.numeric)
            ours[currency.code] = String(repeating: "0", count: 3 - digits.count) + "\(digits) \(currency.exponent)"
        }
        #expect(!expected.isEmpty)
        for code in Set(expected.keys).union(ours.keys).sorted() {
            #expect(ours[code] == expected[code], "\(code)")
        }
    }

    @Test("are found by code in either case and by number", arguments: Currency.all)
    func lookUp(currency: Currency) {
        #expect(Currency(code: currency.code)?.exponent == currency.exponent)
        #expect(Currency(code: currency.code) == currency)
        #expect(Currency(code: currency.lowercaseCode) == currency)
        #expect(Currency(numeric: Int64(currency.numeric)) == currency)
        #expect(currency.code.count == 3)
        #expect(currency.code.lowercased() == currency.lowercaseCode)
        #expect(currency.exponent <= 4)
    }

    @Test("stand in alphabetic order, each code and number once")
    func order() {
        let codes = Currency.all.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        #expect(Set(Currency.all.map(\.numeric)).count == codes.count)
    }

    @Test(
        "that have a name in the code are those of the table",
        arguments: [
            (Currency.usd, "USD"), (.eur, "EUR"), (.gbp, "GBP"), (.jpy, "JPY"), (.kwd, "KWD"), (.chf, "CHF"),
            (.clf, "CLF"),
        ])
    func named(currency: Currency, code: String) throws {
        let found = try #require(Currency(code: code))
        #expect(found == currency)
        #expect(found.code == currency.code)
        #expect(found.exponent == currency.exponent)
    }

    @Test(
        "that nobody listed do not exist",
        arguments: ["", "US", "USDD", "XAU", "XXX", "U D", "US1", "ÜSD", "usd ", "ＵＳＤ"])
    func unknownCode(code: String) {
        #expect(Currency(code: code) == nil)
    }

    @Test("of numbers that nobody listed do not exist", arguments: [Int64(0), -840, 959, 65_536 + 840, .max, .min])
    func unknownNumber(number: Int64) {
        #expect(Currency(numeric: number) == nil)
    }
}
