import ProcessorKit

/// A GraphQL request, read far enough to know what is asked: one operation, its fields with arguments, and fragments.
/// Directives, subscriptions and default values are not read. Source: spec.graphql.org, October 2021.
struct GraphQLDocument: Sendable {
    /// One selected field.
    struct Field: Sendable {
        let alias: String
        let name: String
        let arguments: [JSONValue.Member]
        let selections: [Selection]
    }

    indirect enum Selection: Sendable {
        case field(Field)
        /// Fields for objects of that type.
        case inline(type: String?, [Selection])
        case spread(String)
    }

    let isMutation: Bool
    let selections: [Selection]
    let fragments: [String: (type: String, selections: [Selection])]

    /// - Returns: nil for what is no such document, or holds several operations.
    init?(_ text: String, variables: JSONValue) {
        var reader = GraphQLReader(text, variables)
        var operation: (Bool, [Selection])?
        var fragments: [String: (type: String, selections: [Selection])] = [:]
        while !reader.isAtEnd {
            if reader.take("fragment") {
                guard let name = reader.name(), reader.take("on"), let type = reader.name(),
                    let selections = reader.selections(depth: 0)
                else { return nil }
                fragments[name] = (type, selections)
            } else {
                guard operation == nil, let found = reader.operation() else { return nil }
                operation = found
            }
        }
        guard let operation else { return nil }
        (isMutation, selections) = operation
        self.fragments = fragments
    }

    /// The first field at the root: what the request is about.
    var root: String? {
        for case .field(let field) in selections { return field.name }
        return nil
    }
}

private struct GraphQLReader {
    private let tokens: [String]
    private let variables: JSONValue
    private var cursor = 0
    private static let maximumDepth = 16

    init(_ text: String, _ variables: JSONValue) {
        tokens = GraphQLReader.tokens(of: Array(text.utf8))
        self.variables = variables
    }

    var isAtEnd: Bool { cursor >= tokens.count }
    private var peek: String? { cursor < tokens.count ? tokens[cursor] : nil }

    mutating func take(_ token: String) -> Bool {
        guard peek == token else { return false }
        cursor += 1
        return true
    }

    mutating func name() -> String? {
        guard let token = peek, let first = token.utf8.first, GraphQLReader.isName(first), first > 0x39 else {
            return nil
        }
        cursor += 1
        return token
    }

    /// - Returns: whether it is a mutation, and what it selects.
    mutating func operation() -> (Bool, [GraphQLDocument.Selection])? {
        let isMutation = take("mutation")
        if isMutation || take("query") {
            if peek != "{", peek != "(" { _ = name() }
            if take("(") {
                while !take(")") {
                    guard !isAtEnd else { return nil }
                    cursor += 1
                }
            }
        }
        return selections(depth: 0).map { (isMutation, $0) }
    }

    mutating func selections(depth: Int) -> [GraphQLDocument.Selection]? {
        guard depth < GraphQLReader.maximumDepth, take("{") else { return nil }
        var found: [GraphQLDocument.Selection] = []
        while !take("}") {
            guard let selection = selection(depth) else { return nil }
            found.append(selection)
        }
        return found
    }

    private mutating func selection(_ depth: Int) -> GraphQLDocument.Selection? {
        if take("...") {
            if take("on") {
                guard let type = name(), let inner = selections(depth: depth + 1) else { return nil }
                return .inline(type: type, inner)
            }
            if peek == "{" { return selections(depth: depth + 1).map { .inline(type: nil, $0) } }
            return name().map { .spread($0) }
        }
        guard var name = name() else { return nil }
        let alias = name
        if take(":") {
            guard let real = self.name() else { return nil }
            name = real
        }
        var arguments: [JSONValue.Member] = []
        if take("(") {
            while !take(")") {
                guard let argument = self.name(), take(":"), let value = value(depth) else { return nil }
                arguments.append(.init(argument, value))
            }
        }
        var inner: [GraphQLDocument.Selection] = []
        if peek == "{" {
            guard let selections = selections(depth: depth + 1) else { return nil }
            inner = selections
        }
        return .field(.init(alias: alias, name: name, arguments: arguments, selections: inner))
    }

    private mutating func value(_ depth: Int) -> JSONValue? {
        guard depth < GraphQLReader.maximumDepth else { return nil }
        if take("$") { return name().map { variables[$0] ?? .null } }
        if take("{") {
            var members: [JSONValue.Member] = []
            while !take("}") {
                guard let name = name(), take(":"), let value = value(depth + 1) else { return nil }
                members.append(.init(name, value))
            }
            return .object(members)
        }
        if take("[") {
            var elements: [JSONValue] = []
            while !take("]") {
                guard let value = value(depth + 1) else { return nil }
                elements.append(value)
            }
            return .array(elements)
        }
        guard let token = peek else { return nil }
        cursor += 1
        switch token {
        case "true": return true
        case "false": return false
        case "null": return .null
        default:
            if token.hasPrefix("\"") { return JSONValue(parsing: Array(token.utf8)) }
            return token.utf8.first.map { $0 <= 0x39 } == true ? .number(token) : .string(token)
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func tokens(of bytes: [UInt8]) -> [String] {
        var found: [String] = []
        var rest = bytes[...]
        while let byte = rest.first {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","): rest = rest.dropFirst()
            case UInt8(ascii: "#"): rest = rest.drop { $0 != 0x0A }
            case UInt8(ascii: "\""):
                var end = rest.dropFirst()
                while let next = end.first, next != UInt8(ascii: "\"") {
                    end = end.dropFirst(next == UInt8(ascii: "\\") ? 2 : 1)
                }
                let length = min(rest.count, end.startIndex - rest.startIndex + 1)
                found.append(String(decoding: rest.prefix(length), as: UTF8.self))
                rest = rest.dropFirst(length)
            case UInt8(ascii: "."):
                found.append(rest.starts(with: "...".utf8) ? "..." : ".")
                rest = rest.dropFirst(rest.starts(with: "...".utf8) ? 3 : 1)
            default:
                let word = rest.prefix { isName($0) }
                let token = word.isEmpty ? rest.prefix(1) : word
                found.append(String(decoding: token, as: UTF8.self))
                rest = rest.dropFirst(token.count)
            }
        }
        return found
    }
}

// MARK: - Answering

extension GraphQLDocument {
    /// Which abstract types a type belongs to.
    private static let interfaces: [String: Set<String>] = [
        "Transaction": ["Node", "Payment", "TransactionReversal"],
        "Refund": ["Node", "Payment", "TransactionReversal"],
    ]

    /// Cuts a whole object down to what was selected. Objects name their type under `__typename`.
    /// - Returns: nil when a field is selected that the object does not have.
    func project(_ value: JSONValue, _ selections: [Selection]) -> JSONValue? {
        switch value {
        case .array(let elements):
            var projected: [JSONValue] = []
            for element in elements {
                guard let one = project(element, selections) else { return nil }
                projected.append(one)
            }
            return .array(projected)
        case .object:
            var members: [JSONValue.Member] = []
            guard collect(value, selections, into: &members) else { return nil }
            return .object(members)
        default: return selections.isEmpty || value == .null ? value : nil
        }
    }

    private func collect(_ object: JSONValue, _ selections: [Selection], into members: inout [JSONValue.Member]) -> Bool
    {
        for selection in selections {
            switch selection {
            case .field(let field):
                guard let value = object.members.first(where: { $0.name == field.name })?.value,
                    let projected = project(value, field.selections)
                else { return false }
                if !members.contains(where: { $0.name == field.alias }) {
                    members.append(.init(field.alias, projected))
                }
            case .inline(let type, let inner):
                if applies(type, to: object), !collect(object, inner, into: &members) { return false }
            case .spread(let name):
                guard let fragment = fragments[name] else { return false }
                if applies(fragment.type, to: object), !collect(object, fragment.selections, into: &members) {
                    return false
                }
            }
        }
        return true
    }

    private func applies(_ type: String?, to object: JSONValue) -> Bool {
        guard let type, let own = object["__typename"]?.text else { return true }
        return type == own || GraphQLDocument.interfaces[own]?.contains(type) == true
            || type == "PaymentStatusEvent" && own.hasSuffix("Event")
    }
}
