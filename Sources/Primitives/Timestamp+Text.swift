extension Timestamp {
    /// Reads a moment in UTC: `2026-11-21`, `2026-11-21T05:09:05Z`, `2026-11-21 05:09:05` (reports write so), with or without
    /// fractions of a second, or whole Unix seconds.
    /// - Returns: nil for anything else; other zones are not read, so that nobody's clock is guessed.
    package init?(text: String) {
        let bytes = Array(text.utf8)
        // A year alone is no number of seconds.
        if (8...12).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let seconds = Int64(text) else { return nil }
            self.init(seconds: seconds)
            return
        }
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        func has(_ character: UInt8, at index: Int) -> Bool { index < bytes.count && bytes[index] == character }
        guard let year = number(0..<4), has(0x2D, at: 4), let month = number(5..<7), has(0x2D, at: 7),
            let day = number(8..<10), (1...12).contains(month), day >= 1
        else { return nil }
        let days = Timestamp.days(year, month, day)
        guard Timestamp.civil(fromDays: days) == (year, month, day) else { return nil }
        guard bytes.count > 10 else {
            self.init(seconds: days * 86_400)
            return
        }
        guard has(0x54, at: 10) || has(0x20, at: 10), let hour = number(11..<13), has(0x3A, at: 13),
            let minute = number(14..<16), has(0x3A, at: 16), let second = number(17..<19), hour < 24, minute < 60,
            second < 60
        else { return nil }
        var (index, micros, unit) = (19, Int64(0), Int64(100_000))
        if has(0x2E, at: index) {
            index += 1
            let first = index
            while let digit = number(index..<index + 1) {
                micros += digit * unit
                unit /= 10
                index += 1
            }
            guard index > first, index - first <= 9 else { return nil }
        }
        if has(0x5A, at: index) { index += 1 }
        guard index == bytes.count else { return nil }
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(microseconds: seconds * 1_000_000 + micros)
    }

    /// The number of a date's day counted from 1970-01-01.
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
