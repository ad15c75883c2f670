/// Reads `application/x-www-form-urlencoded` text with bracket keys into a ``ParameterTree``:
/// `a=1`, `card[number]=…`, `expand[]=x`, `items[0][price]=…`.
///
/// Stricter than most: a repeated key, a key that is both a value and an object, a bad percent sign and bytes that are
/// not UTF-8 are refused, because guessing would mean ignoring something that was sent.
struct FormParser {
    private let input: UnsafeRawBufferPointer
    private let source: StaticString
    private var tree: ParameterTree
    private let firstNode: Int

    /// - Parameter source: "body" or "query string", for messages.
    static func parse(
        _ input: UnsafeRawBufferPointer, source: StaticString, into tree: inout ParameterTree
    ) throws(APIError) {
        var parser = FormParser(input: input, source: source, tree: tree)
        tree = ParameterTree()  // so that the parser holds the only copy
        try parser.parsePairs()
        parser.orderArrays()
        tree = parser.tree
    }

    private init(input: UnsafeRawBufferPointer, source: StaticString, tree: ParameterTree) {
        self.input = input
        self.source = source
        self.tree = tree
        firstNode = tree.nodes.count
        self.tree.text.reserveCapacity(tree.text.count + input.count)
    }

    private mutating func parsePairs() throws(APIError) {
        var start = 0
        while start < input.count {
            var end = start
            var equals: Int?
            while end < input.count, input[end] != UInt8(ascii: "&") {
                if equals == nil, input[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start { try parsePair(start..<(equals ?? end), value: (equals.map { $0 + 1 } ?? end)..<end) }
            start = end + 1
        }
    }

    private mutating func parsePair(_ key: Range<Int>, value: Range<Int>) throws(APIError) {
        let keyText = try decode(key)
        let valueText = try decode(value)
        let parent = try container(for: keyText, at: key.lowerBound)
        if parent.name.isEmpty || tree.child(of: parent.node, named: parent.name) == nil {
            _ = try tree.add(.text, name: parent.name, value: valueText, to: parent.node)
        } else {
            throw .invalid(
                tree.path(of: parent.node, key: ParameterTree.echo(tree.text[parent.name])),
                "The \(source) holds a parameter more than once.")
        }
    }

    /// Walks the key's segments, making objects on the way.
    /// - Returns: where the value belongs and under which name; an empty name appends to an array.
    private mutating func container(
        for key: Range<Int>, at offset: Int
    ) throws(APIError) -> (node: Int, name: Range<Int>) {
        var node = ParameterTree.root
        var cursor = key.lowerBound
        var depth = 1
        while cursor < key.upperBound, tree.text[cursor] != UInt8(ascii: "[") {
            guard tree.text[cursor] != UInt8(ascii: "]") else { throw malformed("a key", at: offset) }
            cursor += 1
        }
        var name = key.lowerBound..<cursor
        guard !name.isEmpty else { throw malformed("an empty key", at: offset) }
        while cursor < key.upperBound {
            guard tree.text[cursor] == UInt8(ascii: "[") else { throw malformed("a key", at: offset) }
            let start = cursor + 1
            cursor = start
            while cursor < key.upperBound, tree.text[cursor] != UInt8(ascii: "]") {
                guard tree.text[cursor] != UInt8(ascii: "[") else { throw malformed("a key", at: offset) }
                cursor += 1
            }
            guard cursor < key.upperBound else { throw malformed("a key without its closing bracket", at: offset) }
            depth += 1
            guard depth < ParameterTree.Limits.depth else { throw tooDeep() }
            node = try enter(name, under: node, asArray: start == cursor, at: offset)
            name = start..<cursor
            cursor += 1
            guard !name.isEmpty || cursor == key.upperBound else {
                throw malformed("[] in the middle of a key (number the elements: [0], [1])", at: offset)
            }
        }
        return (node, name)
    }

    /// The object or array called `name`, made when it is new.
    private mutating func enter(
        _ name: Range<Int>, under parent: Int, asArray: Bool, at offset: Int
    ) throws(APIError) -> Int {
        let wanted: ParameterTree.Kind = asArray ? .array : .object
        guard let found = tree.child(of: parent, named: name) else {
            return try tree.add(wanted, name: name, value: 0..<0, to: parent)
        }
        guard tree.nodes[found].kind == wanted else {
            throw .invalid(
                tree.path(of: found), "The \(source) uses a parameter in two ways: as a value, an array or a hash.")
        }
        return found
    }

    /// Turns objects whose keys are 0, 1, 2 … without a gap into arrays in that order.
    private mutating func orderArrays() {
        for node in firstNode..<tree.nodes.count where tree.nodes[node].kind == .object {
            let children = tree.children(of: node)
            var ordered = [Int](repeating: -1, count: children.count)
            let isArray = children.allSatisfy { child in
                guard let index = index(tree.nodes[child].name), index < ordered.count else { return false }
                ordered[index] = child
                return true
            }
            guard isArray else { continue }
            tree.relink(ordered, under: node)
            tree.setKind(.array, of: node)
        }
    }

    /// A decimal without leading zeros, at most 999.
    private func index(_ name: Range<Int>) -> Int? {
        guard !name.isEmpty, name.count <= 3 else { return nil }
        guard name.count == 1 || tree.text[name.lowerBound] != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in tree.text[name] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

// MARK: - Decoding

extension FormParser {
    /// Appends the decoded bytes to the tree's text.
    private mutating func decode(_ range: Range<Int>) throws(APIError) -> Range<Int> {
        let start = tree.text.count
        var isASCII = true
        var cursor = range.lowerBound
        while cursor < range.upperBound {
            var byte = input[cursor]
            cursor += 1
            if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "%") {
                guard cursor + 2 <= range.upperBound, let high = hexDigit(input[cursor]),
                    let low = hexDigit(input[cursor + 1])
                else { throw malformed("a percent sign without two hexadecimal digits", at: cursor - 1) }
                byte = high << 4 | low
                cursor += 2
            }
            guard byte != 0 else { throw malformed("a NUL character", at: cursor) }
            if byte >= 0x80 { isASCII = false }
            tree.text.append(byte)
        }
        guard isASCII || String(validating: tree.text[start...], as: UTF8.self) != nil else {
            throw malformed("bytes that are not UTF-8", at: range.lowerBound)
        }
        return start..<tree.text.count
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private func malformed(_ what: String, at offset: Int) -> APIError {
        .invalid(
            nil, code: "parameter_malformed", "The \(source) is not valid form encoding: \(what) at byte \(offset).")
    }

    private func tooDeep() -> APIError {
        .invalid(nil, "A parameter is nested more than \(ParameterTree.Limits.depth) levels deep.")
    }
}
