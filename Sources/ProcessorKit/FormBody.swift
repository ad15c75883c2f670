/// Writes `application/x-www-form-urlencoded`, for bodies and queries. The same fields give the same bytes. Room is taken
/// once, so that growing leaves no copies of card data behind.
package struct FormBody: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// An empty form.
    package init() { bytes.reserveCapacity(2_048) }

    /// What a body of this kind is called.
    package static let contentType: (name: String, value: String) = (
        name: "content-type", value: "application/x-www-form-urlencoded"
    )

    /// The text, for a query.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Adds one field; both parts are percent-encoded.
    package mutating func field(_ name: String, _ value: String) {
        begin(name)
        FormBody.escape(value.utf8, into: &bytes)
    }

    /// A number, in decimal digits.
    package mutating func field(_ name: String, _ value: Int64) { field(name, String(value)) }
    /// `true` or `false`.
    package mutating func field(_ name: String, _ value: Bool) { field(name, value ? "true" : "false") }

    /// Writes up to `capacity` digits straight into the body, without passing through a `String`.
    package mutating func digits(
        _ name: String, capacity: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) {
        begin(name)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: capacity))
        let written = bytes.withUnsafeMutableBufferPointer {
            write(UnsafeMutableBufferPointer(rebasing: $0[start...]))
        }
        bytes.removeLast(capacity - written)
    }

    private mutating func begin(_ name: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        FormBody.escape(name.utf8, into: &bytes)
        bytes.append(UInt8(ascii: "="))
    }

    /// Percent-encodes everything but letters, digits and `-._~` (RFC 3986, section 2.3).
    private static func escape(_ text: some Sequence<UInt8>, into bytes: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                let digits: StaticString = "0123456789ABCDEF"
                digits.withUTF8Buffer { bytes += [UInt8(ascii: "%"), $0[Int(byte >> 4)], $0[Int(byte & 15)]] }
            }
        }
    }
}
