import Payments
import Ports
import Primitives

/// What a page seals: one flat JSON object of these members, each once, in any order, without escapes.
///
///     {"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"123","checkout":"cs_…","issued_at":1767225600}
///
/// Read in place, so that no digit gets into a `String` or an array.
struct SealedCardText {
    private enum Value {
        case text(UnsafeBufferPointer<UInt8>)
        case number(Int64)
    }

    private static let names: [StaticString] = ["number", "exp_month", "exp_year", "cvc", "checkout", "issued_at"]

    private let number: UnsafeBufferPointer<UInt8>
    private let month: Int64
    private let year: Int64
    private let code: UnsafeBufferPointer<UInt8>
    private let checkout: UnsafeBufferPointer<UInt8>
    /// Seconds since 1970.
    let issued: Int64

    /// - Returns: nil for anything else.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var reader = Reader(bytes)
        var values = [Value?](repeating: nil, count: Self.names.count)
        guard reader.take("{") else { return nil }
        repeat {
            guard let name = reader.text(), reader.take(":"),
                let place = Self.names.firstIndex(where: { Self.isEqual(name, $0) }), values[place] == nil,
                let value = reader.value()
            else { return nil }
            values[place] = value
        } while reader.take(",")
        guard reader.take("}"), reader.isAtEnd, case .text(let number) = values[0], case .number(let month) = values[1],
            case .number(let year) = values[2], case .text(let code) = values[3],
            case .text(let checkout) = values[4], case .number(let issued) = values[5]
        else { return nil }
        (self.number, self.month, self.year) = (number, month, year)
        (self.code, self.checkout, self.issued) = (code, checkout, issued)
    }

    func isFor(_ checkout: String) -> Bool { self.checkout.elementsEqual(checkout.utf8) }

    func card() throws(CardIntakeError) -> IntakeCard {
        let number: CardNumber
        do { number = try CardNumber(parsing: self.number) } catch { throw .number(error) }
        let full = (0...99).contains(year) ? year + 2_000 : year
        guard (1...12).contains(month), (2_000...2_099).contains(full),
            let expiry = CardExpiry(month: Int(month), year: Int(full))
        else { throw .expiry }
        guard let code = SecurityCode(parsing: code, brand: number.brand) else { throw .securityCode }
        return IntakeCard(number: number, expiry: expiry, securityCode: code)
    }

    private static func isEqual(_ text: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { text.elementsEqual($0) }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var place = 0

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return place == bytes.count
            }
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
            place += 1
            return true
        }

        mutating func value() -> Value? {
            skipSpace()
            guard place < bytes.count else { return nil }
            return bytes[place] == UInt8(ascii: "\"") ? text().map(Value.text) : integer().map(Value.number)
        }

        /// Printable ASCII without quotes and backslashes.
        mutating func text() -> UnsafeBufferPointer<UInt8>? {
            guard take("\"") else { return nil }
            let start = place
            while place < bytes.count, (0x20...0x7E).contains(bytes[place]), bytes[place] != UInt8(ascii: "\\") {
                if bytes[place] == UInt8(ascii: "\"") {
                    defer { place += 1 }
                    return UnsafeBufferPointer(rebasing: bytes[start..<place])
                }
                place += 1
            }
            return nil
        }

        /// At most twelve digits.
        mutating func integer() -> Int64? {
            let start = place
            var value: Int64 = 0
            while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
                guard place - start < 12 else { return nil }
                value = value * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
                place += 1
            }
            return place > start ? value : nil
        }

        private mutating func skipSpace() {
            while place < bytes.count, bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) { place += 1 }
        }
    }
}
