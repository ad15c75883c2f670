/// What an ``Identifier`` names. Only used as a type parameter; mixing two kinds does not compile.
package protocol IdentifierKind: Sendable {
    /// The text before the underscore, such as `pi`. Lower case letters only.
    static var prefix: String { get }
}

/// A 128-bit name for one thing, shown as `prefix_` and 26 characters.
///
/// Most identifiers begin with 48 bits of milliseconds since 1970, so that rows made at the same time lie together and
/// indexes grow at one end; the other 80 bits are random, so that nobody can guess a neighbour. Card tokens are random
/// throughout. Order is the order of the stored 16 bytes, which for time-ordered identifiers is creation order to the
/// millisecond.
package struct Identifier<Kind: IdentifierKind>: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    package let high: UInt64
    /// The last eight bytes, big-endian.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new time-ordered identifier.
    /// - Parameters:
    ///   - time: its milliseconds become the first 48 bits.
    ///   - random: 128 random bits, of which 80 are used.
    package init(at time: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(clamping: time.microseconds / 1_000)
        self.init(high: (milliseconds << 16) | (random.0 & 0xFFFF), low: random.1)
    }

    /// A new time-ordered identifier that carries a witness: 40 bits of something keyed, by which it can be told later what
    /// it was made for.
    /// - Parameters:
    ///   - random: 128 random bits, of which 40 are used.
    ///   - witness: of which the lowest 40 bits are used.
    package init(at time: Timestamp, random: (UInt64, UInt64), witness: Int64) {
        let milliseconds = UInt64(clamping: time.microseconds / 1_000)
        self.init(
            high: (milliseconds << 16) | (random.0 & 0xFFFF),
            low: UInt64(bitPattern: witness) << 24 | (random.1 & 0xFF_FFFF))
    }

    /// The 40 bits where a witness lies, if it carries one.
    package var witness: Int64 { Int64(low >> 24) }

    /// The millisecond a time-ordered identifier was made in.
    package var time: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1_000) }

    /// Reads the text form. Exactly what ``text`` prints is accepted, nothing else.
    /// - Returns: nil when the prefix, the length or a character is wrong.
    package init?(_ text: some StringProtocol) {
        var bytes = Substring(text).utf8
        let prefix = Kind.prefix.utf8
        guard bytes.count == prefix.count + 1 + Base32.length, bytes.starts(with: prefix) else { return nil }
        bytes = bytes.dropFirst(prefix.count)
        guard bytes.first == UInt8(ascii: "_"), let value = Base32.decode(bytes.dropFirst()) else { return nil }
        self.init(high: value.high, low: value.low)
    }

    /// `prefix_` followed by 26 characters of lower-case Crockford base 32; sorts like the 16 bytes.
    package var text: String {
        let prefix = Kind.prefix.utf8
        return String(unsafeUninitializedCapacity: prefix.count + 1 + Base32.length) { buffer in
            var index = 0
            for byte in prefix {
                buffer[index] = byte
                index += 1
            }
            buffer[index] = UInt8(ascii: "_")
            Base32.encode(high: high, low: low, into: UnsafeMutableBufferPointer(rebasing: buffer[(index + 1)...]))
            return buffer.count
        }
    }

    /// Appends what ``text`` prints, without making a string.
    package func appendText(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: Kind.prefix.utf8)
        bytes.append(UInt8(ascii: "_"))
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Base32.length) { buffer in
            Base32.encode(high: high, low: low, into: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    /// The 16 bytes as stored, big-endian.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(index)))
                buffer[8 + index] = UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(index)))
            }
            count = 16
        }
    }

    /// The same 128 bits under another kind, for two views of one thing (a charge and the operation that made it).
    package func retyped<Other: IdentifierKind>(as _: Other.Type = Other.self) -> Identifier<Other> {
        Identifier<Other>(high: high, low: low)
    }
}

extension Identifier: Comparable {
    package static func < (left: Identifier, right: Identifier) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String { text }
}

/// Crockford's base 32 in lower case, fixed at 26 characters for 128 bits (the first character carries 3 bits).
/// Source: https://www.crockford.com/base32.html. Unlike it, no aliases (I, L, O, upper case) are accepted: one text per value.
enum Base32 {
    static let length = 26
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

    static func encode(high: UInt64, low: UInt64, into buffer: UnsafeMutableBufferPointer<UInt8>) {
        alphabet.withUTF8Buffer { alphabet in
            var (high, low) = (high, low)
            for index in stride(from: length - 1, through: 0, by: -1) {
                buffer[index] = alphabet[Int(low & 31)]
                low = (low >> 5) | (high << 59)
                high >>= 5
            }
        }
    }

    static func decode(_ text: some Sequence<UInt8>) -> (high: UInt64, low: UInt64)? {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for byte in text {
            guard let value = value(of: byte), count > 0 || value < 8 else { return nil }
            high = (high << 5) | (low >> 59)
            low = (low << 5) | UInt64(value)
            count += 1
        }
        return count == length ? (high, low) : nil
    }

    private static func value(of byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "h"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "j"), UInt8(ascii: "k"): Int(byte - UInt8(ascii: "j")) + 18
        case UInt8(ascii: "m"), UInt8(ascii: "n"): Int(byte - UInt8(ascii: "m")) + 20
        case UInt8(ascii: "p")...UInt8(ascii: "t"): Int(byte - UInt8(ascii: "p")) + 22
        case UInt8(ascii: "v")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "v")) + 27
        default: nil
        }
    }
}
