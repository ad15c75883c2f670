/// Text that stands in HTML, in an element or in a quoted attribute.
func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.append(character)
        }
    }
    return result
}

/// A sentence in which `code` stands between backquotes.
func inline(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    // An odd number of marks leaves the last one as it is.
    let marks = (parts.count - 1) / 2 * 2
    return parts.enumerated().map { index, part in
        if index > marks { return "`" + escaped(part) }
        return index % 2 == 1 ? "<code>\(escaped(part))</code>" : escaped(part)
    }.joined()
}

/// Paragraphs, which empty lines part.
func prose(_ text: String) -> String {
    var paragraphs: [[Substring]] = [[]]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.allSatisfy(\.isWhitespace) {
            paragraphs.append([])
        } else {
            paragraphs[paragraphs.count - 1].append(line)
        }
    }
    return paragraphs.filter { !$0.isEmpty }.map { "<p>\(inline($0.joined(separator: " ")))</p>\n" }.joined()
}
