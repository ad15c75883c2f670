import Payments
import Primitives

/// A query in Stripe's search language, as far as Florin speaks it: clauses `field:'text'`, `metadata['key']:'text'` and
/// comparisons of numbers, joined by AND. What it does not speak is refused by name.
/// Source: docs.stripe.com/search, "Search query language" (read 2026-11).
struct SearchQuery {
    enum Comparison: String, Hashable {
        case equal = ":"
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
    }

    struct Clause: Hashable {
        let field: String
        /// Of `metadata`.
        let key: String?
        let comparison: Comparison
        let value: String
        /// Whether the value stood in quotes.
        let isText: Bool
    }

    let clauses: [Clause]
    static let longest = 500
    static let mostClauses = 10

    /// - Throws: what is wrong with it, without repeating it: it is personal data.
    init(_ text: String) throws(APIError) {
        var scanner = Scanner(rest: Substring(text))
        var clauses: [Clause] = []
        repeat {
            guard clauses.count < Self.mostClauses else {
                throw Self.refused("has more than \(Self.mostClauses) clauses")
            }
            clauses.append(try scanner.clause())
        } while try scanner.isFollowed()
        self.clauses = clauses
    }

    static func refused(_ what: String) -> APIError {
        .invalid(
            "query", code: "parameter_invalid",
            "The query \(what). It is made of clauses such as email:'ada@example.com' or metadata['order']:'7', joined by "
                + "AND.")
    }

    private struct Scanner {
        var rest: Substring

        mutating func skipSpace() { rest = rest.drop { $0 == " " } }

        mutating func take(_ text: String) -> Bool {
            guard rest.hasPrefix(text) else { return false }
            rest = rest.dropFirst(text.count)
            return true
        }

        mutating func word() -> String {
            let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
            rest = rest.dropFirst(word.count)
            return String(word)
        }

        mutating func clause() throws(APIError) -> Clause {
            skipSpace()
            if rest.hasPrefix("-") { throw SearchQuery.refused("leaves something out (-), which is not supported") }
            if rest.hasPrefix("(") { throw SearchQuery.refused("has parentheses, which are not supported") }
            let field = word()
            guard !field.isEmpty else { throw SearchQuery.refused("cannot be read") }
            var key: String?
            if take("[") {
                key = try quoted()
                guard take("]") else { throw SearchQuery.refused("has a bracket that is not closed") }
            }
            skipSpace()
            let comparison = try comparison()
            skipSpace()
            let isText = rest.first == "\"" || rest.first == "'"
            let value = isText ? try quoted() : word()
            guard !value.isEmpty else { throw SearchQuery.refused("looks for nothing, which is not supported") }
            if !isText, value == "null" { throw SearchQuery.refused("looks for null, which is not supported") }
            return Clause(field: field, key: key, comparison: comparison, value: value, isText: isText)
        }

        private mutating func comparison() throws(APIError) -> Comparison {
            for comparison in [Comparison.greaterOrEqual, .lessOrEqual, .greater, .less, .equal]
            where take(comparison.rawValue) {
                return comparison
            }
            if rest.hasPrefix("~") {
                throw SearchQuery.refused(
                    "looks for part of a text (~), which is not supported: texts are found as a whole")
            }
            throw SearchQuery.refused("has a field without a comparison")
        }

        private mutating func quoted() throws(APIError) -> String {
            guard let quote = rest.first, quote == "\"" || quote == "'" else {
                throw SearchQuery.refused("has a text without quotes")
            }
            rest = rest.dropFirst()
            var text = ""
            while let character = rest.first {
                rest = rest.dropFirst()
                if character == quote { return text }
                if character == "\\", let escaped = rest.first {
                    text.append(escaped)
                    rest = rest.dropFirst()
                } else {
                    text.append(character)
                }
            }
            throw SearchQuery.refused("has a quote that is not closed")
        }

        /// Whether another clause follows.
        mutating func isFollowed() throws(APIError) -> Bool {
            let hadSpace = rest.first == " "
            skipSpace()
            if rest.isEmpty { return false }
            let joint = word()
            switch joint.uppercased() {
            case "AND" where hadSpace && rest.first == " ": return true
            case "OR": throw SearchQuery.refused("has an OR, which is not supported: search twice")
            default:
                // Clauses that follow each other without a word are joined by AND in Stripe's language too.
                rest = joint + rest
                guard hadSpace else { throw SearchQuery.refused("cannot be read") }
                return true
            }
        }
    }
}
