/// A link to a checkout as a piece of HTML for a page of the bot's own. It works without scripts.
package enum WebButton {
    /// - Returns: nil for an address that is neither https nor http on this machine.
    package static func html(title: String, url: String) -> String? {
        guard url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1") || url.hasPrefix("http://localhost") else {
            return nil
        }
        return
            "<a class=\"florin-buy\" href=\"\(escaped(url))\" rel=\"nofollow noopener\" role=\"button\">\(escaped(title))</a>"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
