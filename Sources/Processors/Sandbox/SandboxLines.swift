/// The sandbox's wire form: `key=value` lines, each ended by a line feed; documents are separated by an empty line.
///
/// Keys are lower-case letters; values are any bytes from 0x20 up. A document has at most 32 lines and a body at most
/// ``SandboxLines/maximumBytes``. The form has no escapes, so that it can be read in one pass without allocation.
package enum SandboxLines {
    /// The most that either side reads, in bytes.
    package static let maximumBytes = 4_096
    private static let maximumLines = 32

    package struct Parsed {
        package var lines: [(key: String, value: ArraySlice<UInt8>)] = []
        package var documents = 1
    }

    /// - Returns: nil when the form is broken, a limit is passed, or a key stands twice in one document.
    package static func parse(_ bytes: [UInt8]) -> Parsed? {
        guard bytes.count <= maximumBytes, bytes.last == UInt8(ascii: "\n") else { return nil }
        var parsed = Parsed()
        parsed.lines.reserveCapacity(16)
        var documentStart = 0
        var start = 0
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            if end == start {
                parsed.documents += 1
                documentStart = parsed.lines.count
            } else {
                guard let line = line(bytes[start..<end]), parsed.lines.count < maximumLines * parsed.documents,
                    !parsed.lines[documentStart...].contains(where: { $0.key == line.key })
                else { return nil }
                parsed.lines.append(line)
            }
            start = end + 1
        }
        return parsed
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> (key: String, value: ArraySlice<UInt8>)? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > bytes.startIndex,
            bytes[..<equals].allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
        else { return nil }
        let value = bytes[(equals + 1)...]
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return (String(decoding: bytes[..<equals], as: UTF8.self), value)
    }

    /// The documents of a body, without the empty lines between them.
    static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices.dropFirst()
        where bytes[index] == UInt8(ascii: "\n") && bytes[index - 1] == UInt8(ascii: "\n") {
            parts.append(bytes[start..<index])
            start = index + 1
        }
        parts.append(bytes[start...])
        return parts
    }

    /// Reads an optional minus sign and up to 19 digits.
    package static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }

    /// Writes one document. Room is taken once, so that growing leaves no copies of card data behind.
    package struct Writer {
        package private(set) var bytes: [UInt8] = []

        package init() { bytes.reserveCapacity(512) }

        /// Adds one line.
        package mutating func field(_ key: StaticString, _ value: String) {
            begin(key)
            bytes.append(contentsOf: value.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }

        /// Writes free text with every control character dropped, at most `limit` bytes of it.
        package mutating func text(_ key: StaticString, _ value: String, limit: Int) {
            begin(key)
            bytes.append(contentsOf: value.utf8.lazy.filter { $0 >= 0x20 && $0 != 0x7F }.prefix(limit))
            bytes.append(UInt8(ascii: "\n"))
        }

        /// Writes up to `capacity` digits straight into the message, without passing through a `String`.
        package mutating func digits(
            _ key: StaticString, capacity: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int
        ) {
            begin(key)
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: capacity))
            let written = bytes.withUnsafeMutableBufferPointer {
                write(UnsafeMutableBufferPointer(rebasing: $0[start...]))
            }
            bytes.removeLast(capacity - written)
            bytes.append(UInt8(ascii: "\n"))
        }

        private mutating func begin(_ key: StaticString) {
            key.withUTF8Buffer { bytes.append(contentsOf: $0) }
            bytes.append(UInt8(ascii: "="))
        }
    }
}
