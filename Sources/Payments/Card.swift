package import Primitives

/// The card schemes Florin accepts. Raw values are stored.
package enum CardBrand: Int64, Hashable, Sendable, CaseIterable {
    case visa = 1
    case mastercard = 2
    case americanExpress = 3

    /// How many digits the verification code has: 4 for American Express, else 3.
    package var securityCodeLength: Int { self == .americanExpress ? 4 : 3 }
}

/// Why a card number was refused. The cases carry no digits.
package enum CardNumberError: Error, Hashable, Sendable {
    /// Something other than digits, spaces and dashes.
    case notANumber
    /// No brand has a number of this length beginning so.
    case wrongLength
    /// The Luhn check digit does not match.
    case wrongCheckDigit
    /// A well-formed number of a brand that Florin does not accept, or of none that it knows.
    case unsupportedBrand(UnsupportedBrand)
}

/// Brands that are recognised in order to be refused by name.
package enum UnsupportedBrand: String, Hashable, Sendable {
    case discover = "Discover"
    case dinersClub = "Diners Club"
    case jcb = "JCB"
    case unionPay = "UnionPay"
    case maestro = "Maestro"
    case unknown = "an unknown brand"
}

/// A card number (PAN) of a supported brand with a valid length and check digit.
///
/// It is held as one integer, not as text, so that it leaves no copies in string storage; it prints as a mask. The
/// digits leave only through ``writeDigits(into:)``, which the vault and the processor adapters call.
package struct CardNumber: Hashable, Sendable {
    private let value: UInt64
    private let length: UInt8
    package let brand: CardBrand

    /// Checks digits (with spaces or dashes between them) in this order: characters, brand, length, check digit.
    package init(parsing bytes: some Sequence<UInt8>) throws(CardNumberError) {
        try self.init(bytes)
    }

    private init(_ bytes: some Sequence<UInt8>) throws(CardNumberError) {
        var value: UInt64 = 0
        var length = 0
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)  // running Luhn sums for even and odd positions, last digit
        for byte in bytes {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") { continue }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .notANumber }
            length += 1
            guard length <= 19 else { throw .wrongLength }
            let digit = UInt64(byte - UInt8(ascii: "0"))
            value = value * 10 + digit
            // The sum in which this digit counts doubled swaps with each further digit.
            digits = (digits.1 + digit, digits.0 + (digit < 5 ? digit * 2 : digit * 2 - 9), digit)
        }
        guard length >= 12 else { throw length == 0 ? .notANumber : .wrongLength }
        let brand = try CardRanges.brand(value: value, length: length)
        guard digits.0 % 10 == 0 else { throw .wrongCheckDigit }
        self.value = value
        self.length = UInt8(length)
        self.brand = brand
    }

    /// The same for digits in memory, without the cost of a sequence that other modules cannot see into.
    package init(parsing digits: UnsafeBufferPointer<UInt8>) throws(CardNumberError) {
        try self.init(digits)
    }

    /// The last four digits, which may be shown.
    package var lastFour: LastFour { LastFour(value: UInt16(value % 10_000)) }

    /// How many digits the number has, 13 to 19.
    package var digitCount: Int { Int(length) }

    /// The first eight digits (issuer identification number, ISO/IEC 7812-1:2017), for routing. May be shown.
    package var issuerPrefix: UInt32 {
        var prefix = value
        for _ in 8..<Int(length) { prefix /= 10 }
        return UInt32(truncatingIfNeeded: prefix)
    }

    /// Writes the ASCII digits to the front of `buffer`, which the caller must cleanse afterwards.
    /// - Returns: how many bytes were written; 0 when the buffer is shorter than ``digitCount``.
    package func writeDigits(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard buffer.count >= digitCount else { return 0 }
        var rest = value
        for index in stride(from: digitCount - 1, through: 0, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return digitCount
    }
}

extension CardNumber: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[card number]" }
    package var debugDescription: String { "[card number]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The last four digits of a card number, with leading zeros.
package struct LastFour: Hashable, Sendable {
    package let value: UInt16

    /// Keeps the last four digits of `value`.
    package init(value: UInt16) { self.value = value % 10_000 }

    /// Always four digits.
    package var text: String {
        let digits = String(value)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// A card verification code (CVC, CVV2, CID). Never stored, never printed.
package struct SecurityCode: Hashable, Sendable {
    /// Digits of the longest: a canary's.
    package static let longest = 18

    private let value: UInt64
    private let length: UInt8

    /// - Returns: nil unless there are exactly as many digits as `brand` prints on its cards.
    package init?(parsing bytes: some Collection<UInt8>, brand: CardBrand?) {
        guard bytes.count == 3 || bytes.count == 4 else { return nil }
        if let brand, bytes.count != brand.securityCodeLength { return nil }
        self.init(digits: bytes)
    }

    /// For tests: a code that no parser lets in, of 12 to 18 digits, long enough to search every file for it.
    package init?(canary bytes: some Collection<UInt8>) {
        guard (12...SecurityCode.longest).contains(bytes.count) else { return nil }
        self.init(digits: bytes)
    }

    private init?(digits: some Collection<UInt8>) {
        var value: UInt64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        self.value = value
        self.length = UInt8(digits.count)
    }

    /// Writes the ASCII digits to the front of `buffer`, which the caller must cleanse afterwards.
    package func writeDigits(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard buffer.count >= Int(length) else { return 0 }
        var rest = value
        for index in stride(from: Int(length) - 1, through: 0, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return Int(length)
    }
}

extension SecurityCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[security code]" }
    package var debugDescription: String { "[security code]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Month and year of a card's expiry; the card is good through the last day of that month.
package struct CardExpiry: Hashable, Sendable {
    package let month: Int
    /// Four digits.
    package let year: Int

    /// - Returns: nil unless the month is 1 to 12 and the year 2000 to 2099.
    package init?(month: Int, year: Int) {
        guard (1...12).contains(month), (2000...2099).contains(year) else { return nil }
        self.month = month
        self.year = year
    }

    /// What stands where nothing expires.
    static let never = CardExpiry()

    private init() { (month, year) = (12, 2_099) }

    /// Whether the month of expiry is over, in UTC.
    package func isPast(at time: Timestamp) -> Bool {
        let now = time.yearAndMonth
        return year < now.year || (year == now.year && month < now.month)
    }
}
