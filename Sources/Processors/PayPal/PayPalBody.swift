import ProcessorKit

/// A JSON body that card data is written into without passing through a `String`. Room is taken once, so that growing leaves
/// no copies behind.
struct PayPalBody {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(4_096) }

    /// JSON as it stands.
    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A document.
    mutating func value(_ value: JSONValue) { bytes.append(contentsOf: value.encoded) }

    /// Up to `capacity` digits in quotes.
    mutating func digits(capacity: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: capacity))
        let written = bytes.withUnsafeMutableBufferPointer {
            write(UnsafeMutableBufferPointer(rebasing: $0[start...]))
        }
        bytes.removeLast(capacity - written)
        bytes.append(UInt8(ascii: "\""))
    }
}
