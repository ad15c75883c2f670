import FlorinTesting
import Payments
import Primitives
import Testing

@Suite("Card numbers")
struct CardNumberTests {
    private struct Brands: Decodable {
        struct Brand: Decodable {
            let brand: String
            let ranges: [String]
            let lengths: [Int]
            let cvc: Int
        }
        let brands: [Brand]
    }

    private struct Cards: Decodable {
        struct Set: Decodable {
            struct Card: Decodable {
                let number: String
                let brand: String
                let luhn: Bool
            }
            let cards: [Card]
        }
        let sets: [Set]
    }

    private static func parse(_ digits: String) -> Result<CardNumber, CardNumberError> {
        Result { () throws(CardNumberError) in try CardNumber(parsing: digits.utf8) }
    }

    /// `prefix`, filled with zeros to `length` digits, the last one the check digit.
    private static func number(_ prefix: String, _ length: Int) -> String {
        let body = prefix + String(repeating: "0", count: length - 1 - prefix.utf8.count)
        var sum = 0
        for (index, byte) in body.utf8.reversed().enumerated() {
            let digit = Int(byte) - 48
            sum += index % 2 == 0 ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit
        }
        return body + String((10 - sum % 10) % 10)
    }

    private static let accepted: [String: CardBrand] = [
        "visa": .visa, "mastercard": .mastercard, "amex": .americanExpress,
    ]
    private static let refused: [String: UnsupportedBrand] = [
        "discover": .discover, "diners": .dinersClub, "jcb": .jcb, "unionpay": .unionPay, "maestro": .maestro,
    ]

    @Test("belong to their brand at both ends of every published range, in every length")
    func publishedRanges() throws {
        guard let list = try PublishedFacts.decoded("reference/card-brands.json", as: Brands.self) else { return }
        #expect(list.brands.count >= 8)
        for brand in list.brands {
            for range in brand.ranges {
                for prefix in range.split(separator: "-").map(String.init) {
                    for length in 12...19 {
                        try check(brand, Self.number(prefix, length), length)
                    }
                }
            }
        }
    }

    private func check(_ brand: Brands.Brand, _ digits: String, _ length: Int) throws {
        let result = Self.parse(digits)
        if let accepted = Self.accepted[brand.brand] {
            if brand.lengths.contains(length) {
                #expect(try result.get().brand == accepted)
                #expect(accepted.securityCodeLength == brand.cvc)
            } else {
                #expect(result == .failure(.wrongLength), "\(brand.brand) of \(length) digits")
            }
        } else {
            let name = try #require(Self.refused[brand.brand], "a brand that nobody refuses by name: \(brand.brand)")
            #expect(result == .failure(.unsupportedBrand(name)), "\(brand.brand) of \(length) digits")
        }
    }

    @Test(
        "just outside a range belong to nobody, or to another brand",
        arguments: [
            ("50", UnsupportedBrand.unknown), ("2220", .unknown), ("2721", .unknown), ("35", .unknown),
            ("33", .unknown),
            ("3527", .unknown), ("3590", .unknown), ("306", .unknown), ("299", .unknown), ("60", .unknown),
            ("6010", .unknown), ("6012", .unknown), ("643", .unknown), ("66", .unknown), ("1", .unknown),
            ("9", .unknown),
            ("0", .unknown), ("56", .maestro), ("38", .dinersClub), ("650", .discover), ("61", .unknown),
            ("63", .unknown),
        ])
    func outside(prefix: String, brand: UnsupportedBrand) {
        #expect(Self.parse(Self.number(prefix, 16)) == .failure(.unsupportedBrand(brand)))
    }

    @Test("of every published test card are taken or refused by name, as its brand and check digit say")
    func publishedTestCards() throws {
        guard let list = try PublishedFacts.decoded("reference/test-cards.json", as: Cards.self) else { return }
        var taken = 0
        for card in list.sets.flatMap(\.cards) {
            let brand = card.brand.split(separator: " ").first.map(String.init) ?? ""
            let result = Self.parse(card.number)
            if let accepted = Self.accepted[brand] {
                if card.luhn {
                    #expect(try result.get().brand == accepted, "\(card.brand)")
                    taken += 1
                } else {
                    #expect(result == .failure(.wrongCheckDigit), "\(card.brand)")
                }
            } else if case .failure(.unsupportedBrand(let name)) = result {
                // A few Maestro numbers lie outside the published ranges: nobody's, and refused just the same.
                #expect(name == Self.refused[brand] || name == .unknown, "\(card.brand)")
            } else {
                Issue.record("\(card.brand) was taken")
            }
        }
        #expect(taken > 30)
    }

    @Test(
        "with one digit wrong never pass",
        arguments: ["4242424242424242", "5555555555554444", "2223003122003222", "378282246310005", "4222222222222"])
    func singleErrors(digits: String) throws {
        _ = try Self.parse(digits).get()
        let original = Array(digits.utf8)
        for index in original.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != original[index] {
                var changed = original
                changed[index] = digit
                guard (try? CardNumber(parsing: changed)) == nil else {
                    Issue.record("another digit at \(index) passes")
                    return
                }
            }
        }
    }

    @Test(
        "are checked in a fixed order: characters, number of digits, brand, the brand's length, check digit",
        arguments: [
            ("", CardNumberError.notANumber), (" - ", .notANumber), ("4242x", .notANumber), ("٤٢٤٢", .notANumber),
            ("6011x11111111111", .notANumber), ("4", .wrongLength), ("60111111111", .wrongLength),
            ("42424242424242424242", .wrongLength), ("6011111111111111", .unsupportedBrand(.discover)),
            ("0000000000000000", .unsupportedBrand(.unknown)), ("42424242424242", .wrongLength),
            ("424242424242424", .wrongLength), ("37828224631000", .wrongLength), ("4242424242424241", .wrongCheckDigit),
        ])
    func order(text: String, error: CardNumberError) {
        #expect(Self.parse(text) == .failure(error))
    }

    @Test("may stand in groups", arguments: ["4242 4242 4242 4242", "4242-4242-4242-4242", " 4242424242424242 "])
    func groups(text: String) throws {
        #expect(Self.parse(text) == Self.parse("4242424242424242"))
    }

    @Test(
        "tell their last four digits, their issuer's prefix and their length",
        arguments: [
            ("4242424242424242", "4242", UInt32(42_424_242), 16), ("378282246310005", "0005", 37_828_224, 15),
            ("4222222222222", "2222", 42_222_222, 13),
        ])
    func parts(digits: String, lastFour: String, prefix: UInt32, count: Int) throws {
        let number = try Self.parse(digits).get()
        #expect(number.lastFour.text == lastFour)
        #expect(number.issuerPrefix == prefix)
        #expect(number.digitCount == count)
    }

    @Test("are written out digit by digit, or not at all where there is no room")
    func written() throws {
        for digits in ["4242424242424242", "378282246310005", Self.number("4", 19), Self.number("4", 13)] {
            let number = try Self.parse(digits).get()
            var bytes = [UInt8](repeating: 7, count: 20)
            let count = bytes.withUnsafeMutableBufferPointer { number.writeDigits(into: $0) }
            #expect(Array(bytes[..<count]) == Array(digits.utf8))
            #expect(bytes[count...].allSatisfy { $0 == 7 })
            var short = [UInt8](repeating: 7, count: digits.utf8.count - 1)
            #expect(short.withUnsafeMutableBufferPointer { number.writeDigits(into: $0) } == 0)
            #expect(short.allSatisfy { $0 == 7 })
        }
    }

    @Test("and security codes are shown by no way of printing")
    func neverPrinted() throws {
        let number = try Self.parse("4242424242424242").get()
        let code = try #require(SecurityCode(parsing: Array("739".utf8), brand: .visa))
        struct Holder {
            let number: CardNumber
            let code: SecurityCode
        }
        let values: [Any] = [
            number, code, [number], [code], [number: code], Holder(number: number, code: code), number as CardNumber?,
            Redacted(number),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [
                "\(value)", String(reflecting: value), dumped, "\(Mirror(reflecting: value).children.map { "\($0)" })",
            ] {
                #expect(!text.contains("4242"))
                #expect(!text.contains("739"))
            }
        }
    }

    @Test(
        "keep leading zeros of the last four",
        arguments: [(UInt16(0), "0000"), (7, "0007"), (9_999, "9999"), (10_001, "0001")])
    func lastFour(value: UInt16, text: String) {
        #expect(LastFour(value: value).text == text)
    }
}

@Suite("Security codes and expiry")
struct CardDetailTests {
    @Test(
        "a code has as many digits as its brand prints",
        arguments: [
            ("123", CardBrand.visa, true), ("1234", .visa, false), ("123", .mastercard, true),
            ("1234", .mastercard, false),
            ("1234", .americanExpress, true), ("123", .americanExpress, false), ("123", nil, true), ("1234", nil, true),
            ("", nil, false), ("12", nil, false), ("12345", nil, false), ("12a", nil, false), (" 12", nil, false),
            ("1٢", nil, false),
        ])
    func lengths(text: String, brand: CardBrand?, isAccepted: Bool) {
        #expect((SecurityCode(parsing: Array(text.utf8), brand: brand) != nil) == isAccepted)
    }

    @Test("a code keeps its leading zeros", arguments: ["000", "007", "0000", "0070", "9999"])
    func written(text: String) throws {
        let code = try #require(SecurityCode(parsing: Array(text.utf8), brand: nil))
        var bytes = [UInt8](repeating: 1, count: 8)
        let count = bytes.withUnsafeMutableBufferPointer { code.writeDigits(into: $0) }
        #expect(Array(bytes[..<count]) == Array(text.utf8))
        var short = [UInt8](repeating: 1, count: 2)
        #expect(short.withUnsafeMutableBufferPointer { code.writeDigits(into: $0) } == 0)
    }

    @Test("codes of another length are other codes")
    func different() {
        #expect(
            SecurityCode(parsing: Array("012".utf8), brand: nil)
                != SecurityCode(parsing: Array("0012".utf8), brand: nil))
    }

    @Test(
        "an expiry is a month of this century",
        arguments: [
            (1, 2026, true), (12, 2099, true), (1, 2000, true), (0, 2026, false), (13, 2026, false), (-1, 2026, false),
            (1, 1999, false), (1, 2100, false), (1, 26, false), (.max, .max, false), (.min, .min, false),
        ])
    func expiry(month: Int, year: Int, isAccepted: Bool) {
        #expect((CardExpiry(month: month, year: year) != nil) == isAccepted)
    }

    @Test(
        "a card is good through the last second of its month",
        arguments: [
            (11, 2026, false), (12, 2026, false), (10, 2026, true), (12, 2025, true), (1, 2027, false),
        ])
    func isPast(month: Int, year: Int, isPast: Bool) throws {
        let lastSecond = Timestamp(seconds: 1_796_083_199)  // 2026-11-30T23:59:59Z
        let expiry = try #require(CardExpiry(month: month, year: year))
        #expect(expiry.isPast(at: lastSecond) == isPast)
        #expect(expiry.isPast(at: lastSecond.advanced(by: .seconds(1))) == (isPast || (month, year) == (11, 2026)))
    }
}

@Suite("Named texts")
struct DetailFieldsTests {
    @Test("survive the way through bytes, in their order")
    func roundTrip() {
        var fields = DetailFields()
        #expect(DetailFields(encoded: fields.encoded) == fields)
        fields["description"] = "Größe 42, 你好, \u{0}, e\u{301}"
        fields["empty"] = ""
        fields.setMetadata("order", "7")
        fields.setMetadata("", "no name")
        fields["long"] = String(repeating: "x", count: 70_000)
        let decoded = DetailFields(encoded: fields.encoded)
        #expect(decoded == fields)
        #expect(decoded?.allNames == ["description", "empty", "m:order", "m:", "long"])
        #expect(decoded?.metadata.map(\.key) == ["order", ""])
    }

    @Test("are set, replaced in place, removed and merged")
    func changes() {
        var fields = DetailFields()
        #expect(fields.isEmpty)
        fields["a"] = "1"
        fields["b"] = "2"
        fields["a"] = "3"
        #expect(fields.allNames == ["a", "b"])
        #expect(fields["a"] == "3")
        fields["a"] = nil
        fields["never there"] = nil
        #expect(fields.allNames == ["b"])
        var other = DetailFields()
        other["b"] = "4"
        other.setMetadata("k", "v")
        fields.merge(other)
        #expect(fields["b"] == "4")
        #expect(fields.metadata.map(\.value) == ["v"])
        fields.setMetadata("k", nil)
        #expect(fields.metadata.isEmpty)
    }

    @Test(
        "are not read from bytes that they never write",
        arguments: [
            [0], [0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 1, 65], [0, 0, 0, 1, 65, 0, 0, 0, 2, 66],
            [255, 255, 255, 255, 65], [0, 0, 0, 1, 0xFF, 0, 0, 0, 0], [0, 0, 0, 1, 65, 0, 0, 0, 1, 0xC3],
            // The same name twice.
            [0, 0, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 1, 65, 0, 0, 0, 0],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(DetailFields(encoded: bytes) == nil)
    }

    @Test("are not read from any bytes that were cut off")
    func cut() {
        var fields = DetailFields()
        fields["name"] = "value"
        fields["other"] = "text"
        let bytes = fields.encoded
        // Cut between two fields it is a shorter record: lengths alone cannot tell. Sealing does.
        let boundary = 4 + 4 + 4 + 5
        for count in 1..<bytes.count where count != boundary {
            #expect(DetailFields(encoded: Array(bytes[..<count])) == nil, "\(count) bytes")
        }
    }
}
