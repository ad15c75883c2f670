extension JSONValue {
    /// Reads one document (RFC 8259): valid UTF-8, no name twice in one object, nothing behind it, at most 32 levels and
    /// 50 000 values.
    /// - Returns: nil for anything else. What a vendor sends is never worth a guess.
    package init?(parsing bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        guard reader.isAtEnd else { return nil }
        self = value
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    private var cursor = 0
    private var count = 0

    static let maximumDepth = 32
    static let maximumValues = 50_000

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { cursor == bytes.count }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { cursor += 1 }
    }

    mutating func value(depth: Int) -> JSONValue? {
        count += 1
        guard depth < JSONReader.maximumDepth, count <= JSONReader.maximumValues, let first = peek else { return nil }
        switch first {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return literal("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return literal("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return literal("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(_ depth: Int) -> JSONValue? {
        cursor += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\""), let name = string(), names.insert(name).inserted else { return nil }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return nil }
            skipSpace()
            guard let value = value(depth: depth + 1) else { return nil }
            members.append(.init(name, value))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}")) ? .object(members) : nil
        }
    }

    private mutating func array(_ depth: Int) -> JSONValue? {
        cursor += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            skipSpace()
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "]")) ? .array(elements) : nil
        }
    }

    private mutating func number() -> JSONValue? {
        let start = cursor
        _ = take(UInt8(ascii: "-"))
        let hasLeadingZero = peek == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !hasLeadingZero || whole == 1 else { return nil }
        if take(UInt8(ascii: ".")), digits() == 0 { return nil }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard digits() > 0 else { return nil }
        }
        return .number(String(decoding: bytes[start..<cursor], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = cursor
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { cursor += 1 }
        return cursor - start
    }

    private mutating func string() -> String? {
        cursor += 1
        var text: [UInt8] = []
        while let byte = peek {
            cursor += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard let byte = peek else { return false }
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): return unicodeEscape(into: &text)
        default: return false
        }
        return true
    }

    private mutating func unicodeEscape(into text: inout [UInt8]) -> Bool {
        guard var code = fourDigits() else { return false }
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = fourDigits(),
                (0xDC00..<0xE000).contains(low)
            else { return false }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { return false }
        text.append(contentsOf: String(Character(scalar)).utf8)
        return true
    }

    private mutating func fourDigits() -> UInt32? {
        guard bytes.count - cursor >= 4 else { return nil }
        let digits = bytes[cursor..<cursor + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        cursor += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func literal(_ word: String) -> Bool {
        guard bytes[cursor...].starts(with: word.utf8) else { return false }
        cursor += word.utf8.count
        return true
    }

    private var peek: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        cursor += 1
        return true
    }
}
