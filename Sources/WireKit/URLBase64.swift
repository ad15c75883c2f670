import Primitives

/// Base64 for URLs (RFC 4648, section 5), with or without padding on the way in, without on the way out.
package enum URLBase64 {
    /// - Returns: nil for what is not of that alphabet.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var standard = ""
        for character in text.utf8 where character != UInt8(ascii: "=") {
            switch character {
            case UInt8(ascii: "-"): standard.append("+")
            case UInt8(ascii: "_"): standard.append("/")
            case UInt8(ascii: "+"), UInt8(ascii: "/"): return nil
            default: standard.unicodeScalars.append(Unicode.Scalar(character))
            }
        }
        while standard.utf8.count % 4 != 0 { standard.append("=") }
        return Base64.decode(standard)
    }

    /// Without padding.
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
}
