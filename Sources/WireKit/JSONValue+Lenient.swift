// Readers for dialects whose clients differ in how they write one and the same thing.

extension JSONValue {
    /// Text, or a number as it was written: some clients send identifiers the one way, some the other.
    package var textOrNumber: String? {
        switch self {
        case .string(let text): text
        case .number(let text): text
        default: nil
        }
    }

    /// An integer, also when it was written as text.
    package var lenientInteger: Int64? {
        textOrNumber.flatMap { Int64($0) }
    }

    /// A truth value, also when it was written as text or as 0 and 1, as forms do.
    package var lenientFlag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string("true"), .string("True"), .string("1"), .number("1"): true
        case .string("false"), .string("False"), .string("0"), .number("0"): false
        default: nil
        }
    }

    /// An object without what is null.
    package static func withoutNulls(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    /// The document with everything beyond ASCII written as `\uXXXX` in lower case, so that a signature over the bytes is the
    /// same whether the receiver escapes first or not.
    package var encodedInASCII: [UInt8] { JSONValue.escapingBeyondASCII(encoded) }

    /// JSON text with everything beyond ASCII written as `\uXXXX` in lower case, surrogate pairs for what needs them.
    package static func escapingBeyondASCII(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x80 }) else { return json }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count * 2)
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            guard unit >= 0x80 else {
                bytes.append(UInt8(unit))
                continue
            }
            let digits = String(unit, radix: 16)
            bytes += Array("\\u".utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 4 - digits.utf8.count)
            bytes += Array(digits.utf8)
        }
        return bytes
    }
}
