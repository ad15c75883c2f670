/// The parameters of a call whose clients send them in the query, in a form or as JSON, as they like. Later places win: a body
/// over the query. Structured values in a form are JSON texts.
package struct LenientParameters: Hashable, Sendable {
    private let values: [String: JSONValue]

    /// Why they could not be read.
    package enum Problem: Error, Hashable, Sendable {
        /// Neither JSON nor a form.
        case encoding
        /// A JSON body that is no object, or no JSON.
        case notAnObject
        case tooMany
    }

    private static let maximumCount = 64

    /// - Throws: ``Problem``. More than 64 names are too many.
    package init(query: [UInt8], contentType: String?, body: [UInt8]) throws(Problem) {
        var values = LenientParameters.form(query)
        let type = (contentType ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        switch type {
        case _ where body.isEmpty: break
        case "application/json":
            guard let document = JSONValue(parsing: body), case .object(let members) = document else {
                throw .notAnObject
            }
            for member in members { values[member.name] = member.value }
        case "", "application/x-www-form-urlencoded":
            values.merge(LenientParameters.form(body)) { _, new in new }
        default: throw .encoding
        }
        guard values.count <= Self.maximumCount else { throw .tooMany }
        self.values = values.filter { $0.value != .null && $0.value != .string("") }
    }

    private static func form(_ bytes: [UInt8]) -> [String: JSONValue] {
        let fields = FormFields(parsing: bytes)
        var values: [String: JSONValue] = [:]
        for name in fields.topLevelNames { values[name] = .string(fields[name] ?? "") }
        return values
    }

    /// What was sent under that name; nil for nothing, null and an empty text.
    package subscript(_ name: String) -> JSONValue? { values[name] }

    /// As the subscript, with JSON text read as what it says.
    package func structured(_ name: String) -> JSONValue? {
        guard case .string(let text)? = values[name] else { return values[name] }
        return JSONValue(parsing: Array(text.utf8))
    }

    /// The first name, in alphabetic order, that is none of these.
    package func firstName(outside known: Set<String>) -> String? {
        values.keys.filter { !known.contains($0) }.min()
    }

    /// A caller's name for something in quotation marks, when it is harmless to repeat.
    package static func echo(_ name: String) -> String {
        let isName =
            name.utf8.count <= 40
            && name.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == UInt8(ascii: "_") }
        return isName && !name.isEmpty ? "“\(name)”" : "of that name"
    }
}
