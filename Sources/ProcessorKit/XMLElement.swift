/// One element of a vendor's XML document, read or to be written. Attributes, text and children are all that the vendors'
/// documents use: no namespaces, no document types, no entities of one's own.
package struct XMLElement: Hashable, Sendable {
    package var name: String
    /// In the order they were written; names are unique.
    package var attributes: [Attribute]
    /// The text directly inside, without what stands between children.
    package var text: String
    package var children: [XMLElement]

    /// One attribute.
    package struct Attribute: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An element with text.
    package init(_ name: String, _ text: String = "", _ attributes: [Attribute] = []) {
        self.init(name, text, attributes, [])
    }

    /// An element with children.
    package init(_ name: String, _ attributes: [Attribute] = [], _ children: [XMLElement]) {
        self.init(name, "", attributes, children)
    }

    init(_ name: String, _ text: String, _ attributes: [Attribute], _ children: [XMLElement]) {
        self.name = name
        self.text = text
        self.attributes = attributes
        self.children = children
    }

    /// The first child of that name.
    package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of the first child of that name, without the space around it; nil when there is none, or it is empty.
    package func text(of name: String) -> String? {
        guard let child = self[name] else { return nil }
        let trimmed = XMLElement.trimmed(child.text)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// The value of an attribute.
    package func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        let bytes = Array(text.utf8)
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

// MARK: - Writing

extension XMLElement {
    /// The element as UTF-8, without a declaration and without space between elements.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "<"))
        bytes += name.utf8
        for attribute in attributes {
            bytes.append(UInt8(ascii: " "))
            bytes += attribute.name.utf8
            bytes += "=\"".utf8
            XMLElement.escape(attribute.value, into: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        guard !text.isEmpty || !children.isEmpty else {
            bytes += "/>".utf8
            return
        }
        bytes.append(UInt8(ascii: ">"))
        XMLElement.escape(text, into: &bytes)
        for child in children { child.append(to: &bytes) }
        bytes += "</".utf8
        bytes += name.utf8
        bytes.append(UInt8(ascii: ">"))
    }

    private static func escape(_ text: String, into bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&apos;".utf8
            default: bytes.append(byte)
            }
        }
    }
}
