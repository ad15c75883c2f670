/// Which country's bank issued a card, by the first digits of its number. A table that the operator supplies: no free one is
/// complete and current.
package struct IssuerCountries: Hashable, Sendable {
    /// Sorted, and none overlaps another.
    private let ranges: [Entry]

    private struct Entry: Hashable, Sendable {
        let first: UInt32
        let last: UInt32
        /// Two letters, ISO 3166-1.
        let country: String
    }

    /// Why a table cannot be used.
    package enum Problem: Error, Hashable, Sendable {
        case line(Int, String)
        case empty
        case tooLong
    }

    /// The most lines.
    package static let mostLines = 500_000

    /// Lines of `digits,country` or `from-to,country`: 6 to 8 digits, two letters of ISO 3166-1. Empty lines, lines that
    /// begin with `#`, and a first line of `bin,country` are passed over.
    /// - Throws: ``Problem``, with the line's number from 1.
    package init(_ text: String) throws(Problem) {
        var ranges: [(entry: Entry, line: Int)] = []
        var number = 0
        // A carriage return and line feed are one character, and one newline.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            guard number <= Self.mostLines else { throw .tooLong }
            if line.isEmpty || line.first == "#" || (number == 1 && line == "bin,country") { continue }
            ranges.append((try Self.entry(line, number), number))
        }
        guard !ranges.isEmpty else { throw .empty }
        ranges.sort { ($0.entry.first, $0.line) < ($1.entry.first, $1.line) }
        for (earlier, later) in zip(ranges, ranges.dropFirst()) where later.entry.first <= earlier.entry.last {
            throw .line(
                max(earlier.line, later.line),
                "overlaps line \(min(earlier.line, later.line)): each prefix belongs to one country")
        }
        self.ranges = ranges.map(\.entry)
    }

    private static func entry(_ line: Substring, _ number: Int) throws(Problem) -> Entry {
        let parts = line.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .line(number, "is not digits,country") }
        guard isCountry(parts[1]) else { throw .line(number, "needs a country of two capital letters (ISO 3166-1)") }
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(bounds.count), let first = digits(bounds[0]),
            let last = bounds.count == 2 ? digits(bounds[1]) : first, first.first <= last.first
        else { throw .line(number, "needs 6 to 8 digits, or a range of them as 400000-400099") }
        return Entry(first: first.first, last: last.last, country: String(parts[1]))
    }

    /// All prefixes of eight digits that begin so.
    private static func digits(_ text: Substring) -> (first: UInt32, last: UInt32)? {
        guard (6...8).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = UInt32(text)
        else { return nil }
        let scale: UInt32 = [100, 10, 1][text.utf8.count - 6]
        return (value * scale, value * scale + (scale - 1))
    }

    /// Whether this could be a country: two capital letters.
    package static func isCountry(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    /// - Parameter prefix: the first eight digits of a card number.
    /// - Returns: nil where the table does not say.
    package subscript(prefix: UInt32) -> String? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].last < prefix { low = middle + 1 } else { high = middle }
        }
        guard low < ranges.count, ranges[low].first <= prefix else { return nil }
        return ranges[low].country
    }

    /// How many lines it has.
    package var count: Int { ranges.count }
}
