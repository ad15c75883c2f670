/// The places where `CREATE TABLE` differs between engines. Migration text carries `{name}`; each driver fills it in.
///
/// | marker | meaning |
/// |---|---|
/// | `{int}` | a 64-bit integer column |
/// | `{bytes}` | a column of bytes |
/// | `{strict}` | after the closing parenthesis: the engine checks kinds |
/// | `{strict_rowless}` | the same, and the table is kept in the order of its primary key |
/// | `{append_only T}` | after table `T`: its rows can be neither changed nor deleted |
/// | `{identity}` | an integer primary key that only grows; never for numbers that must be without gaps |
package struct SchemaMarkers: Hashable, Sendable {
    package let int: String
    package let bytes: String
    package let strict: String
    package let strictRowless: String
    package let identity: String
    /// Statements with `TABLE` in the places of the table's name.
    package let appendOnly: String

    package init(
        int: String, bytes: String, strict: String, strictRowless: String, identity: String, appendOnly: String
    ) {
        self.int = int
        self.bytes = bytes
        self.strict = strict
        self.strictRowless = strictRowless
        self.identity = identity
        self.appendOnly = appendOnly
    }

    /// The text with every marker replaced.
    /// - Throws: `.unknownMarker` for a name that is not in the table above, or a brace that is not closed.
    package func fill(_ text: String) throws(MigrationError) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let name = rest[open...].dropFirst().prefix { $0 != "}" }
            guard let value = replacement(String(name)), name.endIndex < rest.endIndex else {
                throw .unknownMarker(String(name.prefix(40)))
            }
            result += value
            rest = rest[rest.index(after: name.endIndex)...]
        }
        return result + rest
    }

    private func replacement(_ name: String) -> String? {
        switch name {
        case "int": int
        case "bytes": bytes
        case "strict": strict
        case "strict_rowless": strictRowless
        case "identity": identity
        default: protection(name)
        }
    }

    /// `append_only T`, where T is a name of lower-case letters and underscores.
    private func protection(_ marker: String) -> String? {
        let words = marker.split(separator: " ")
        guard words.count == 2, words[0] == "append_only",
            words[1].utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
            )
        else { return nil }
        return appendOnly.split(separator: "TABLE", omittingEmptySubsequences: false).joined(
            separator: String(words[1]))
    }
}
