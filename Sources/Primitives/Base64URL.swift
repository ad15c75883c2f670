/// Base 64 with the alphabet for URLs and without padding (RFC 4648, section 5), as JOSE and WebCrypto's keys use it.
package enum Base64URL {
    /// Text without padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        for character in Base64.encode(bytes) {
            switch character {
            case "+": text.append("-")
            case "/": text.append("_")
            case "=": break
            default: text.append(character)
            }
        }
        return text
    }

    /// - Returns: nil unless the text is exactly what ``encode(_:)`` prints for some bytes.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var standard = ""
        for character in text {
            switch character {
            case "-": standard.append("+")
            case "_": standard.append("/")
            case "+", "/", "=": return nil
            default: standard.append(character)
            }
        }
        while standard.utf8.count % 4 != 0 { standard.append("=") }
        return Base64.decode(standard)
    }
}
