import Primitives

/// Times as PayPal writes them: in UTC, with `Z` or `+0000` at the end.
enum PayPalTime {
    /// - Returns: nil for what is no such time.
    static func parse(_ text: String) -> Timestamp? {
        guard text.hasSuffix("Z") || text.hasSuffix("+0000"), text.utf8.count <= 40 else { return nil }
        return Timestamp(text: text.hasSuffix("Z") ? text : String(text.dropLast(5)) + "Z")
    }
}
