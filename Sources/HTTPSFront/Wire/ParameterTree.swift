/// The parameters of one request, from whichever encoding, in one arena: nodes that point into one array of bytes.
///
/// Bounded: at most ``Limits/nodes`` values, ``Limits/depth`` levels. Every text in it is valid UTF-8 without NUL.
struct ParameterTree {
    enum Limits {
        static let depth = 16
        static let nodes = 1_000
    }

    enum Kind: UInt8 {
        /// A text, from a form or a JSON string.
        case text
        /// A JSON number, as it was written.
        case number
        /// A JSON `true` or `false`, as it was written.
        case bool
        case null
        case object
        case array

        var isContainer: Bool { self == .object || self == .array }
    }

    struct Node {
        var kind: Kind
        /// Where the key stands; empty for the element of an array that has no index.
        var name: Range<Int>
        /// Where the text of a scalar stands.
        var value: Range<Int>
        var parent: Int
        var firstChild = -1
        var lastChild = -1
        var nextSibling = -1
    }

    static let root = 0

    private(set) var nodes: [Node] = [Node(kind: .object, name: 0..<0, value: 0..<0, parent: -1)]
    /// Decoded keys and values, one after the other.
    var text: [UInt8] = []

    /// Adds a value under `parent`.
    /// - Throws: an error for the caller when there are too many values.
    mutating func add(_ kind: Kind, name: Range<Int>, value: Range<Int>, to parent: Int) throws(APIError) -> Int {
        guard nodes.count <= Limits.nodes else {
            throw .invalid(nil, "The request has more than \(Limits.nodes) parameters.")
        }
        let index = nodes.count
        nodes.append(Node(kind: kind, name: name, value: value, parent: parent))
        if nodes[parent].firstChild < 0 {
            nodes[parent].firstChild = index
        } else {
            nodes[nodes[parent].lastChild].nextSibling = index
        }
        nodes[parent].lastChild = index
        return index
    }

    mutating func setKind(_ kind: Kind, of node: Int) { nodes[node].kind = kind }

    mutating func setValue(_ kind: Kind, _ value: Range<Int>, of node: Int) {
        nodes[node].kind = kind
        nodes[node].value = value
    }

    /// Puts the children of `parent` into another order.
    mutating func relink(_ children: [Int], under parent: Int) {
        nodes[parent].firstChild = children.first ?? -1
        nodes[parent].lastChild = children.last ?? -1
        for (position, child) in children.enumerated() {
            nodes[child].nextSibling = position + 1 < children.count ? children[position + 1] : -1
        }
    }

    /// Overwrites the text of a value that has been taken over, such as a card number.
    mutating func wipe(_ node: Int) {
        for index in nodes[node].value { text[index] = 0 }
        nodes[node].value = 0..<0
    }

    func children(of parent: Int) -> [Int] {
        var found: [Int] = []
        var child = nodes[parent].firstChild
        while child >= 0 {
            found.append(child)
            child = nodes[child].nextSibling
        }
        return found
    }

    func child(of parent: Int, named name: UnsafeBufferPointer<UInt8>) -> Int? {
        var child = nodes[parent].firstChild
        while child >= 0 {
            let candidate = nodes[child].name
            if candidate.count == name.count, matches(candidate, name) { return child }
            child = nodes[child].nextSibling
        }
        return nil
    }

    /// The child whose key equals other text of the arena.
    func child(of parent: Int, named name: Range<Int>) -> Int? {
        text.withUnsafeBufferPointer { child(of: parent, named: UnsafeBufferPointer(rebasing: $0[name])) }
    }

    private func matches(_ range: Range<Int>, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        text.withUnsafeBufferPointer { text in
            for offset in 0..<name.count where text[range.lowerBound + offset] != name[offset] { return false }
            return true
        }
    }

    func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
}

// MARK: - Names for error messages

extension ParameterTree {
    /// The name of a value in bracket notation: `card[exp_month]`, `expand[0]`. Keys that could be a card number or are
    /// overlong are not repeated.
    func path(of node: Int, key: String? = nil) -> String {
        var segments: [String] = key.map { [$0] } ?? []
        var current = node
        while current > ParameterTree.root {
            segments.append(segment(of: current))
            current = nodes[current].parent
        }
        segments.reverse()
        guard let first = segments.first else { return "" }
        return segments.dropFirst().reduce(first) { $0 + "[\($1)]" }
    }

    private func segment(of node: Int) -> String {
        let name = nodes[node].name
        guard name.isEmpty else { return ParameterTree.echo(text[name]) }
        return String(children(of: nodes[node].parent).firstIndex(of: node) ?? 0)
    }

    /// As ``echo(_:)`` for a path segment: an identifier is text with a digit here and there, a card number a run of them.
    static func echo(identifier bytes: some Collection<UInt8>) -> String {
        var run = 0
        for byte in bytes {
            run = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "-") ? run + 1 : 0
            guard run < 12, byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") else { return "…" }
        }
        return bytes.count <= 64 ? String(decoding: bytes, as: UTF8.self) : "…"
    }

    /// Text of a caller that may appear in an answer: short, printable and with too few digits for a card number.
    static func echo(_ bytes: some Collection<UInt8>) -> String {
        var digits = 0
        for byte in bytes {
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return "…" }
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { digits += 1 }
        }
        return bytes.count <= 64 && digits < 12 ? String(decoding: bytes, as: UTF8.self) : "…"
    }
}
