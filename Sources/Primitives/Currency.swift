/// A currency of ISO 4217 that has a minor unit, with the exponent the standard gives it.
///
/// Only currencies in ``Currency/all`` exist as values, so an exponent is never guessed. Processors and the `/v1` API
/// have tables of their own where they differ (`docs/ledger.md`, "Exponents").
package struct Currency: Sendable {
    /// The three-digit code, 840 for USD. This is what the database stores.
    package let numeric: Int16
    /// How many decimal digits the minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
    package let exponent: UInt8
    private let letters: (UInt8, UInt8, UInt8)

    init(_ code: StaticString, _ numeric: Int16, _ exponent: UInt8) {
        self.numeric = numeric
        self.exponent = exponent
        letters = code.withUTF8Buffer { ($0[0], $0[1], $0[2]) }
    }

    /// The alphabetic code in upper case, `USD`.
    package var code: String {
        String(unsafeUninitializedCapacity: 3) { buffer in
            (buffer[0], buffer[1], buffer[2]) = letters
            return 3
        }
    }

    /// The alphabetic code in lower case, `usd`, as the `/v1` API writes it.
    package var lowercaseCode: String {
        String(unsafeUninitializedCapacity: 3) { buffer in
            (buffer[0], buffer[1], buffer[2]) = (letters.0 | 0x20, letters.1 | 0x20, letters.2 | 0x20)
            return 3
        }
    }

    /// Looks a currency up by its alphabetic code, in either case.
    /// - Returns: nil for a code that is not in the table.
    package init?(code: some StringProtocol) {
        let bytes = Array(code.utf8)
        guard bytes.count == 3 else { return nil }
        var key: UInt32 = 0
        for byte in bytes {
            let upper = byte & ~0x20
            guard upper >= UInt8(ascii: "A"), upper <= UInt8(ascii: "Z") else { return nil }
            key = key << 8 | UInt32(upper)
        }
        guard let found = Currency.byLetters[key] else { return nil }
        self = found
    }

    /// Looks a currency up by its numeric code.
    /// - Returns: nil for a code that is not in the table.
    package init?(numeric: Int64) {
        guard let narrow = Int16(exactly: numeric), let found = Currency.byNumeric[narrow] else { return nil }
        self = found
    }

    private var key: UInt32 { UInt32(letters.0) << 16 | UInt32(letters.1) << 8 | UInt32(letters.2) }
    private static let byLetters = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
    private static let byNumeric = Dictionary(uniqueKeysWithValues: all.map { ($0.numeric, $0) })
}

extension Currency: Hashable {
    package static func == (left: Currency, right: Currency) -> Bool { left.numeric == right.numeric }
    package func hash(into hasher: inout Hasher) { hasher.combine(numeric) }
}

extension Currency: CustomStringConvertible {
    package var description: String { code }
}
