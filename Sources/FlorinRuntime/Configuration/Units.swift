/// Durations and sizes as the configuration writes them: a whole number and a unit.
enum Units {
    private static let durations: [(unit: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]
    private static let sizes: [(unit: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    static func duration(_ text: String) -> Duration? {
        let (number, unit) = split(text)
        guard let number = number.flatMap({ Int64($0) }),
            let factor = durations.first(where: { $0.unit == unit })?.milliseconds
        else { return nil }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : .milliseconds(milliseconds)
    }

    static func durationText(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
        for (unit, factor) in durations where milliseconds != 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return "0s"
    }

    static func size(_ text: String) -> Int? {
        let (number, unit) = split(text)
        guard let number = number.flatMap({ Int($0) }), let factor = sizes.first(where: { $0.unit == unit })?.bytes
        else { return nil }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : bytes
    }

    static func sizeText(_ bytes: Int) -> String {
        for (unit, factor) in sizes where bytes != 0 && bytes % factor == 0 { return "\(bytes / factor)\(unit)" }
        return "0B"
    }

    /// Digits and what follows them; no digits is no number.
    private static func split(_ text: String) -> (Substring?, Substring) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return (digits.isEmpty ? nil : digits, text[digits.endIndex...])
    }
}

/// Texts as YAML scalars.
enum YAMLText {
    /// Plain when that is certainly read back as the same text, else in double quotation marks.
    static func scalar(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.first != ":" && text.last != ":" && text.first != "-"
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
        if isPlain { return text }
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\"\(quoted)\""
    }
}
