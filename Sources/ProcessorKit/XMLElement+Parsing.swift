extension XMLElement {
    /// Reads one document: valid UTF-8, one root, at most 32 levels and 20 000 elements; a declaration and comments are
    /// skipped. What could make a reader fetch or grow (a document type, entities of one's own, processing instructions
    /// inside) is refused.
    /// - Returns: nil for anything else. What a vendor sends is never worth a guess.
    package init?(parsing bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = XMLReader(bytes: bytes)
        guard reader.skipDeclaration(), reader.skipBetween(), let root = reader.element(depth: 0),
            reader.skipBetween(), reader.isAtEnd
        else { return nil }
        self = root
    }
}

private struct XMLReader {
    let bytes: [UInt8]
    private var cursor = 0
    private var count = 0

    static let maximumDepth = 32
    static let maximumElements = 20_000

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { cursor == bytes.count }

    private var peek: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }

    private mutating func take(_ word: StaticString) -> Bool {
        let matches = word.withUTF8Buffer { bytes[cursor...].starts(with: $0) }
        if matches { cursor += word.utf8CodeUnitCount }
        return matches
    }

    /// Goes behind the next `word`.
    private mutating func skip(to word: StaticString) -> Bool {
        while !isAtEnd {
            if take(word) { return true }
            cursor += 1
        }
        return false
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { cursor += 1 }
    }

    /// - Returns: false when one begins and does not end.
    mutating func skipDeclaration() -> Bool {
        skipSpace()
        return !take("<?xml") || skip(to: "?>")
    }

    /// Space and comments.
    /// - Returns: false when a comment does not end.
    mutating func skipBetween() -> Bool {
        skipSpace()
        while take("<!--") {
            guard skip(to: "-->") else { return false }
            skipSpace()
        }
        return true
    }

    mutating func element(depth: Int) -> XMLElement? {
        count += 1
        guard depth < XMLReader.maximumDepth, count <= XMLReader.maximumElements, take("<"), let name = name(),
            let attributes = attributes()
        else { return nil }
        if take("/>") { return XMLElement(name, "", attributes) }
        guard take(">"), let (text, children) = content(depth), take("</"), let end = self.name(), end == name else {
            return nil
        }
        skipSpace()
        guard take(">") else { return nil }
        return XMLElement(name, children.isEmpty ? text : "", attributes, children)
    }

    private mutating func content(_ depth: Int) -> (String, [XMLElement])? {
        var text: [UInt8] = []
        var children: [XMLElement] = []
        while let byte = peek {
            if byte == UInt8(ascii: "<") {
                if take("<!--") {
                    guard skip(to: "-->") else { return nil }
                } else if bytes[cursor...].starts(with: "</".utf8) {
                    return (String(decoding: text, as: UTF8.self), children)
                } else if let child = element(depth: depth + 1) {
                    children.append(child)
                } else {
                    return nil
                }
            } else if byte == UInt8(ascii: "&") {
                guard reference(into: &text) else { return nil }
            } else {
                text.append(byte)
                cursor += 1
            }
        }
        return nil
    }

    private mutating func attributes() -> [XMLElement.Attribute]? {
        var found: [XMLElement.Attribute] = []
        while true {
            let before = cursor
            skipSpace()
            guard let byte = peek, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/") else { return found }
            guard cursor > before, let name = name(), !found.contains(where: { $0.name == name }) else { return nil }
            skipSpace()
            guard take("=") else { return nil }
            skipSpace()
            guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
            cursor += 1
            var value: [UInt8] = []
            while let byte = peek, byte != quote {
                if byte == UInt8(ascii: "&") {
                    guard reference(into: &value) else { return nil }
                } else {
                    guard byte != UInt8(ascii: "<") else { return nil }
                    value.append(byte)
                    cursor += 1
                }
            }
            guard peek == quote else { return nil }
            cursor += 1
            found.append(.init(name, String(decoding: value, as: UTF8.self)))
        }
    }

    private mutating func name() -> String? {
        let start = cursor
        while let byte = peek, XMLReader.isNameByte(byte) { cursor += 1 }
        guard cursor > start, cursor - start <= 128, bytes[start] != UInt8(ascii: "-"),
            bytes[start] != UInt8(ascii: ".")
        else { return nil }
        return String(decoding: bytes[start..<cursor], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...:
            true
        default: false
        }
    }

    /// One of the five named references, or a character by its number.
    private mutating func reference(into text: inout [UInt8]) -> Bool {
        if take("&amp;") {
            text.append(UInt8(ascii: "&"))
        } else if take("&lt;") {
            text.append(UInt8(ascii: "<"))
        } else if take("&gt;") {
            text.append(UInt8(ascii: ">"))
        } else if take("&quot;") {
            text.append(UInt8(ascii: "\""))
        } else if take("&apos;") {
            text.append(UInt8(ascii: "'"))
        } else if take("&#") {
            return numbered(into: &text)
        } else {
            return false
        }
        return true
    }

    private mutating func numbered(into text: inout [UInt8]) -> Bool {
        let radix = take("x") ? 16 : 10
        let start = cursor
        while let byte = peek, byte != UInt8(ascii: ";"), cursor - start < 8 { cursor += 1 }
        let digits = String(decoding: bytes[start..<cursor], as: UTF8.self)
        guard take(";"), digits.utf8.first != UInt8(ascii: "+"), let code = UInt32(digits, radix: radix), code > 0,
            let scalar = Unicode.Scalar(code)
        else { return false }
        text.append(contentsOf: String(Character(scalar)).utf8)
        return true
    }
}
