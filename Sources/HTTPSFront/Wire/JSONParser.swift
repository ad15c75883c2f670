/// Reads a JSON object (RFC 8259) into a ``ParameterTree``.
///
/// Strict: valid UTF-8, no duplicate keys, no lone surrogates, no NUL, nothing after the document. Numbers stay the text
/// they were, so that integers are exact.
struct JSONParser {
    private let input: UnsafeRawBufferPointer
    private var cursor = 0
    private var tree: ParameterTree

    static func parse(_ input: UnsafeRawBufferPointer, into tree: inout ParameterTree) throws(APIError) {
        var parser = JSONParser(input: input, tree: tree)
        tree = ParameterTree()  // so that the parser holds the only copy
        try parser.parseDocument()
        tree = parser.tree
    }

    private init(input: UnsafeRawBufferPointer, tree: ParameterTree) {
        self.input = input
        self.tree = tree
        self.tree.text.reserveCapacity(tree.text.count + input.count)
    }

    private mutating func parseDocument() throws(APIError) {
        if input.contains(where: { $0 >= 0x80 }), String(validating: input, as: UTF8.self) == nil {
            throw malformed("it is not UTF-8")
        }
        skipSpace()
        guard take(UInt8(ascii: "{")) else { throw malformed("it must be an object, beginning with {") }
        try parseMembers(of: ParameterTree.root, depth: 1)
        skipSpace()
        guard cursor == input.count else { throw malformed("there is something after the end of the object") }
    }

    /// After the opening brace.
    private mutating func parseMembers(of parent: Int, depth: Int) throws(APIError) {
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            skipSpace()
            guard take(UInt8(ascii: "\"")) else { throw malformed("a key in double quotes was expected") }
            let name = try parseString()
            guard !name.isEmpty else { throw malformed("a key is empty") }
            guard tree.child(of: parent, named: name) == nil else {
                throw .invalid(
                    tree.path(of: parent, key: ParameterTree.echo(tree.text[name])), "The JSON body holds a key twice.")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed("a colon was expected") }
            try parseValue(name: name, under: parent, depth: depth)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw malformed("a comma or } was expected") }
            return
        }
    }

    /// After the opening bracket.
    private mutating func parseElements(of parent: Int, depth: Int) throws(APIError) {
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            try parseValue(name: 0..<0, under: parent, depth: depth)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw malformed("a comma or ] was expected") }
            return
        }
    }

    private mutating func parseValue(name: Range<Int>, under parent: Int, depth: Int) throws(APIError) {
        skipSpace()
        guard cursor < input.count else { throw malformed("it ends early") }
        switch input[cursor] {
        case UInt8(ascii: "{"):
            let node = try open(.object, name: name, under: parent, depth: depth)
            try parseMembers(of: node, depth: depth + 1)
        case UInt8(ascii: "["):
            let node = try open(.array, name: name, under: parent, depth: depth)
            try parseElements(of: node, depth: depth + 1)
        case UInt8(ascii: "\""):
            cursor += 1
            let value = try parseString()
            _ = try tree.add(.text, name: name, value: value, to: parent)
        case UInt8(ascii: "t"): try parseLiteral("true", .bool, name: name, under: parent)
        case UInt8(ascii: "f"): try parseLiteral("false", .bool, name: name, under: parent)
        case UInt8(ascii: "n"): try parseLiteral("null", .null, name: name, under: parent)
        default:
            let value = try parseNumber()
            _ = try tree.add(.number, name: name, value: value, to: parent)
        }
    }

    private mutating func open(
        _ kind: ParameterTree.Kind, name: Range<Int>, under parent: Int, depth: Int
    ) throws(APIError) -> Int {
        guard depth < ParameterTree.Limits.depth else {
            throw .invalid(nil, "The JSON body is nested more than \(ParameterTree.Limits.depth) levels deep.")
        }
        cursor += 1
        return try tree.add(kind, name: name, value: 0..<0, to: parent)
    }

    private mutating func parseLiteral(
        _ literal: StaticString, _ kind: ParameterTree.Kind, name: Range<Int>, under parent: Int
    ) throws(APIError) {
        let length = literal.utf8CodeUnitCount
        let matches = literal.withUTF8Buffer { literal in
            cursor + length <= input.count && (0..<length).allSatisfy { input[cursor + $0] == literal[$0] }
        }
        guard matches else { throw malformed("a value was expected") }
        _ = try tree.add(kind, name: name, value: append(cursor..<cursor + length), to: parent)
        cursor += length
    }
}

// MARK: - Scalars

extension JSONParser {
    private mutating func parseNumber() throws(APIError) -> Range<Int> {
        let start = cursor
        _ = take(UInt8(ascii: "-"))
        let leadingZero = cursor < input.count && input[cursor] == UInt8(ascii: "0")
        let whole = skipDigits()
        guard whole > 0 else {
            cursor = start
            throw malformed("a value was expected")
        }
        guard !leadingZero || whole == 1 else { throw malformed("a number begins with a zero") }
        if take(UInt8(ascii: ".")) {
            guard skipDigits() > 0 else { throw malformed("a number has no digits after its point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard skipDigits() > 0 else { throw malformed("a number has no digits in its exponent") }
        }
        return append(start..<cursor)
    }

    /// After the opening quote; the text without escapes, appended to the tree's.
    private mutating func parseString() throws(APIError) -> Range<Int> {
        let start = tree.text.count
        while cursor < input.count {
            let run = cursor
            while cursor < input.count, input[cursor] >= 0x20, input[cursor] != UInt8(ascii: "\""),
                input[cursor] != UInt8(ascii: "\\")
            {
                cursor += 1
            }
            _ = append(run..<cursor)
            guard cursor < input.count else { break }
            if take(UInt8(ascii: "\"")) { return start..<tree.text.count }
            guard take(UInt8(ascii: "\\")) else { throw malformed("a control character stands in a string unescaped") }
            try parseEscape()
        }
        throw malformed("a string has no closing quote")
    }

    /// After the backslash.
    private mutating func parseEscape() throws(APIError) {
        guard cursor < input.count else { throw malformed("it ends early") }
        let byte = input[cursor]
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): tree.text.append(byte)
        case UInt8(ascii: "b"): tree.text.append(0x08)
        case UInt8(ascii: "f"): tree.text.append(0x0C)
        case UInt8(ascii: "n"): tree.text.append(0x0A)
        case UInt8(ascii: "r"): tree.text.append(0x0D)
        case UInt8(ascii: "t"): tree.text.append(0x09)
        case UInt8(ascii: "u"): try parseUnicodeEscape()
        default: throw malformed("an escape is not one that JSON has")
        }
    }

    private mutating func parseUnicodeEscape() throws(APIError) {
        var value = UInt32(try parseFourHexDigits())
        if value >= 0xD800, value < 0xDC00 {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed("a surrogate stands alone") }
            let low = UInt32(try parseFourHexDigits())
            guard low >= 0xDC00, low < 0xE000 else { throw malformed("a surrogate stands alone") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard value != 0 else { throw malformed("a string holds a NUL character") }
        guard let scalar = Unicode.Scalar(value) else { throw malformed("a surrogate stands alone") }
        tree.text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    }

    private mutating func parseFourHexDigits() throws(APIError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard cursor < input.count, let digit = Character(Unicode.Scalar(input[cursor])).hexDigitValue else {
                throw malformed("four hexadecimal digits were expected")
            }
            value = value << 4 | UInt16(digit)
            cursor += 1
        }
        return value
    }

    private mutating func skipDigits() -> Int {
        let start = cursor
        while cursor < input.count, input[cursor] >= UInt8(ascii: "0"), input[cursor] <= UInt8(ascii: "9") {
            cursor += 1
        }
        return cursor - start
    }

    private mutating func skipSpace() {
        while cursor < input.count {
            switch input[cursor] {
            case 0x20, 0x09, 0x0A, 0x0D: cursor += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard cursor < input.count, input[cursor] == byte else { return false }
        cursor += 1
        return true
    }

    private mutating func append(_ range: Range<Int>) -> Range<Int> {
        let start = tree.text.count
        tree.text.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[range]))
        return start..<tree.text.count
    }

    private func malformed(_ what: String) -> APIError {
        .invalid(nil, code: "parameter_malformed", "The body is not valid JSON: \(what) (byte \(cursor)).")
    }
}
