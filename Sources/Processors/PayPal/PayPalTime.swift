import Primitives

/// Times as PayPal writes them: in UTC, with `Z` or `+0000` at the end; in reports in the account's zone, with its offset.
enum PayPalTime {
    /// - Returns: nil for what is no such time.
    static func parse(_ text: String) -> Timestamp? {
        guard text.utf8.count <= 40 else { return nil }
        if text.hasSuffix("Z") { return Timestamp(text: text) }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
        let digits = Array(text[text.index(after: sign)...].utf8.filter { $0 != UInt8(ascii: ":") })
        guard digits.count == 4, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let local = Timestamp(text: "\(text[..<sign])Z")
        else { return nil }
        let values = digits.map { Int64($0 - 0x30) }
        let minutes = (values[0] * 10 + values[1]) * 60 + values[2] * 10 + values[3]
        let offset = Duration.seconds(minutes * 60)
        return local.advanced(by: text[sign] == "-" ? offset : .zero - offset)
    }
}
