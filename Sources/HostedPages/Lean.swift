/// Leaves out what only people who read the source need: indents, empty lines, and comments that have a line to themselves.
///
/// Sound for texts in which no literal runs over a line's end, which a test watches.
enum Lean {
    static func script(_ text: String) -> String { lines(of: text) { !$0.hasPrefix("//") } }

    static func lines(of text: String, where isKept: (Substring) -> Bool = { _ in true }) -> String {
        var lean = ""
        lean.reserveCapacity(text.utf8.count)
        for line in text.split(separator: "\n") {
            let line = line.drop { $0 == " " }
            if !line.isEmpty, isKept(line) { lean += line + "\n" }
        }
        return lean
    }
}
