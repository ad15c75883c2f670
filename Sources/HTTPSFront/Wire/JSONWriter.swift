package import Primitives

/// Writes one JSON document front to back into bytes.
///
/// The caller keeps objects and arrays balanced; the closure forms do so by themselves. Keys are literals and are
/// written as they are, so they must not need escaping.
package struct JSONWriter {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// - Parameter capacity: bytes to set aside; about the size of the answer.
    package init(capacity: Int = 1_024) {
        bytes.reserveCapacity(capacity)
    }

    /// One document that is an object.
    package static func object(capacity: Int = 1_024, _ body: (inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        try writer.object(body)
        return writer.bytes
    }
}

// MARK: - Structure

extension JSONWriter {
    /// Opens an object; every call needs its ``endObject()``.
    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    /// Opens an array; every call needs its ``endArray()``.
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// An object as the document or as an array's element.
    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginObject()
        try body(&self)
        endObject()
    }

    /// An object under `key`.
    package mutating func object(_ key: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
        self.key(key)
        try object(body)
    }

    /// An array as the document or as an array's element.
    package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginArray()
        try body(&self)
        endArray()
    }

    /// An array under `key`.
    package mutating func array(_ key: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
        self.key(key)
        try array(body)
    }

    /// The name of the value that is written next.
    package mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The name of the value that is written next, when it comes from a caller (metadata).
    package mutating func key(escaping key: String) {
        value(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }
}

// MARK: - Values

extension JSONWriter {
    package mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A literal, which must not need escaping.
    package mutating func value(_ text: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    package mutating func value(_ number: Int64) {
        separate()
        appendDigits(number)
        needsComma = true
    }

    package mutating func value(_ flag: Bool) {
        literal(flag ? "true" : "false")
    }

    package mutating func value<Kind>(_ identifier: Identifier<Kind>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        identifier.appendText(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Whole seconds since 1970.
    package mutating func value(_ time: Timestamp) { value(time.seconds) }

    /// A `null` as an element, or after ``key(_:)``.
    package mutating func null() { literal("null") }

    /// A complete JSON value that was written before: it is inserted as it is.
    package mutating func raw(_ fragment: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: fragment)
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }
}

// MARK: - Fields

extension JSONWriter {
    package mutating func field(_ key: StaticString, _ text: String) { self.key(key); value(text) }
    package mutating func field(_ key: StaticString, _ text: StaticString) { self.key(key); value(text) }
    package mutating func field(_ key: StaticString, _ number: Int64) { self.key(key); value(number) }
    package mutating func field(_ key: StaticString, _ number: Int) { self.key(key); value(Int64(number)) }
    package mutating func field(_ key: StaticString, _ flag: Bool) { self.key(key); value(flag) }
    package mutating func field(_ key: StaticString, _ time: Timestamp) { self.key(key); value(time) }
    package mutating func field<Kind>(_ key: StaticString, _ id: Identifier<Kind>) { self.key(key); value(id) }
    package mutating func field(_ key: StaticString, raw fragment: some Collection<UInt8>) {
        self.key(key); raw(fragment)
    }
    /// A field that is `null`.
    package mutating func null(_ key: StaticString) { self.key(key); null() }

    // Optionals print null. `@_disfavoredOverload` keeps a literal a StaticString.
    @_disfavoredOverload
    package mutating func field(_ key: StaticString, _ text: String?) {
        self.key(key)
        if let text { value(text) } else { null() }
    }

    @_disfavoredOverload
    package mutating func field(_ key: StaticString, _ number: Int64?) {
        self.key(key)
        if let number { value(number) } else { null() }
    }

    @_disfavoredOverload
    package mutating func field(_ key: StaticString, _ flag: Bool?) {
        self.key(key)
        if let flag { value(flag) } else { null() }
    }

    @_disfavoredOverload
    package mutating func field(_ key: StaticString, _ time: Timestamp?) {
        self.key(key)
        if let time { value(time) } else { null() }
    }

    @_disfavoredOverload
    package mutating func field<Kind>(_ key: StaticString, _ id: Identifier<Kind>?) {
        self.key(key)
        if let id { value(id) } else { null() }
    }

    /// An object of texts, such as metadata, in the order given.
    package mutating func field(_ key: StaticString, texts: some Sequence<(key: String, value: String)>) {
        object(key) { json in
            for (name, text) in texts {
                json.key(escaping: name)
                json.value(text)
            }
        }
    }
}

// MARK: - Text and digits

extension JSONWriter {
    /// Copies whole runs; only quotes, backslashes and control characters are written differently (RFC 8259, section 7).
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<index])
            appendEscape(of: byte)
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 15] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    private mutating func appendDigits(_ number: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var rest = number.magnitude
            var index = 20
            repeat {
                index -= 1
                buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: buffer[index...])
        }
    }
}
