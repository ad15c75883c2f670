import Yams

/// Says in a few words which values a schema takes.
struct TypeText {
    /// Those that have a section of their own.
    let names: Set<String>
    /// Deeper than this nobody reads a cell of a table.
    private static let depth = 3
    private static let shownCases = 40

    func html(_ schema: Node, depth: Int = 0) -> String {
        guard depth < Self.depth else { return "…" }
        if let name = Description.schemaName(schema) {
            return names.contains(name) ? "<a href=\"#schema-\(escaped(name))\">\(escaped(name))</a>" : escaped(name)
        }
        for key in ["anyOf", "oneOf"] {
            if let choices = schema[key]?.array(), !choices.isEmpty {
                return choices.map { html($0, depth: depth) }.joined(separator: " or ")
            }
        }
        if let parts = schema["allOf"]?.array(), !parts.isEmpty {
            return parts.map { html($0, depth: depth) }.filter { !$0.isEmpty }.joined(separator: ", ")
        }
        if let value = schema["const"] { return "<code>\(escaped(value.string ?? "null"))</code>" }
        if let cases = schema["enum"]?.array() { return self.cases(cases) }
        return plain(schema, depth)
    }

    private func cases(_ cases: [Node]) -> String {
        let shown = cases.prefix(Self.shownCases).map { "<code>\(escaped($0.string ?? "null"))</code>" }
        let more = cases.count > Self.shownCases ? [" and \(cases.count - Self.shownCases) more"] : []
        return (shown + more).joined(separator: ", ")
    }

    private func plain(_ schema: Node, _ depth: Int) -> String {
        let kinds = schema["type"].map { $0.string.map { [$0] } ?? $0.array().compactMap(\.string) } ?? []
        let words = kinds.map { kind -> String in
            switch kind {
            case "array": "array of \(schema["items"].map { html($0, depth: depth + 1) } ?? "anything")"
            case "object": object(schema, depth)
            default: escaped(kind)
            }
        }
        if kinds.isEmpty { return fields(schema, depth) }
        return words.joined(separator: " or ") + bounds(schema)
    }

    private func object(_ schema: Node, _ depth: Int) -> String {
        let fields = fields(schema, depth)
        return fields.isEmpty ? "object" : "object: \(fields)"
    }

    private func fields(_ schema: Node, _ depth: Int) -> String {
        Description.pairs(schema["properties"]).map { name, schema in
            "<code>\(escaped(name))</code> \(html(schema, depth: depth + 1))"
        }.joined(separator: "; ")
    }

    private func bounds(_ schema: Node) -> String {
        let low = schema["minimum"]?.string ?? schema["minLength"]?.string ?? schema["minItems"]?.string
        let high = schema["maximum"]?.string ?? schema["maxLength"]?.string ?? schema["maxItems"]?.string
        let unit =
            schema["maxLength"] != nil || schema["minLength"] != nil
            ? " characters" : schema["maxItems"] != nil ? " items" : ""
        return switch (low, high) {
        case (nil, nil): ""
        case (let low?, nil): ", from \(escaped(low))\(unit)"
        case (nil, let high?): ", up to \(escaped(high))\(unit)"
        case (let low?, let high?): ", \(escaped(low)) to \(escaped(high))\(unit)"
        }
    }
}
