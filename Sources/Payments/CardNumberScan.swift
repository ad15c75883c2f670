/// Finds card numbers in free text, so that a note, a description or metadata that holds one can be refused.
///
/// Digits may stand in groups with up to three spaces, dashes, dots, slashes or underscores between them, among them
/// the Unicode spaces and dashes, and may be full-width. A number counts when it is made of whole groups (sixteen
/// digits out of a longer unbroken run are not a card number), has a valid check digit and belongs to a supported
/// brand. Thirteen digits behind a plus sign are taken for a telephone number.
package enum CardNumberScan {
    /// Whether UTF-8 `text` holds a card number. Time grows linearly with its length.
    package static func containsCardNumber(_ text: some Sequence<UInt8>) -> Bool {
        var scanner = Scanner()
        for byte in text where scanner.take(byte) { return true }
        return scanner.endGroup()
    }

    /// Whether `text` holds a card number.
    package static func containsCardNumber(_ text: String) -> Bool {
        containsCardNumber(text.utf8)
    }
}

/// What was seen last: at most nineteen digits, and at which of them a group began.
private struct Scanner {
    private static let capacity = 19
    private static let longestGap = 3

    // A ring over the last digits; `count` never exceeds the capacity.
    private var digits: InlineArray<19, UInt8> = .init(repeating: 0)
    private var startsGroup: InlineArray<19, Bool> = .init(repeating: false)
    private var followsPlus: InlineArray<19, Bool> = .init(repeating: false)
    private var next = 0
    private var count = 0

    private var isInGroup = false
    private var gap = 0
    private var sawPlus = false
    private var wide = WideCharacter.none

    /// The multi-byte characters that matter, byte by byte.
    private enum WideCharacter { case none, afterC2, afterE2, afterE280, afterEF, afterEFBC }

    /// - Returns: true when this byte ended a card number.
    mutating func take(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return takeWide(byte) }
        wide = .none
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            append(byte - UInt8(ascii: "0"))
            return false
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"), 9, 10, 13:
            return separate()
        default:
            let found = interrupt()
            sawPlus = byte == UInt8(ascii: "+")
            return found
        }
    }

    private mutating func takeWide(_ byte: UInt8) -> Bool {
        switch (wide, byte) {
        case (_, 0xC2): wide = .afterC2
        case (_, 0xE2): wide = .afterE2
        case (_, 0xEF): wide = .afterEF
        case (.afterE2, 0x80): wide = .afterE280
        case (.afterEF, 0xBC): wide = .afterEFBC
        case (.afterC2, 0xA0), (.afterE280, 0x80...0x95):  // no-break space; the spaces and dashes of U+2000 to U+2015
            wide = .none
            return separate()
        case (.afterEFBC, 0x90...0x99):  // full-width digits
            wide = .none
            append(byte - 0x90)
        default:
            wide = .none
            return interrupt()
        }
        return false
    }

    private mutating func append(_ digit: UInt8) {
        digits[next] = digit
        startsGroup[next] = !isInGroup
        followsPlus[next] = sawPlus
        next = next == Scanner.capacity - 1 ? 0 : next + 1
        count = min(count + 1, Scanner.capacity)
        isInGroup = true
        sawPlus = false
        gap = 0
    }

    private mutating func separate() -> Bool {
        let found = endGroup()
        sawPlus = false
        gap += 1
        if gap > Scanner.longestGap { count = 0 }
        return found
    }

    private mutating func interrupt() -> Bool {
        let found = endGroup()
        count = 0
        return found
    }

    /// Looks back from the end of a group over at most nineteen digits.
    mutating func endGroup() -> Bool {
        guard isInGroup else { return false }
        isInGroup = false
        var sum = 0
        var index = next
        for length in 1...Scanner.capacity where length <= count {
            index = index == 0 ? Scanner.capacity - 1 : index - 1
            let digit = Int(digits[index])
            // Counted from the right, every second digit is doubled and its own digits are added.
            sum += length.isMultiple(of: 2) ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit
            guard length >= 13, startsGroup[index], sum.isMultiple(of: 10) else { continue }
            if length == 13, followsPlus[index] { continue }
            if isSupportedCard(from: index, length: length) { return true }
        }
        return false
    }

    private func isSupportedCard(from start: Int, length: Int) -> Bool {
        let text = (0..<length).lazy.map { UInt8(ascii: "0") + digits[(start + $0) % Scanner.capacity] }
        return (try? CardNumber(parsing: text)) != nil
    }
}
