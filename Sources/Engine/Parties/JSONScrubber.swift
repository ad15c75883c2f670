/// Takes what says who somebody is out of a JSON document of ours, leaving its shape: texts become null, metadata empty.
///
/// Works on bytes that this program rendered itself. What does not read as JSON is replaced by an empty object: a copy that
/// cannot be understood is not kept.
struct JSONScrubber {
    /// Fields about people, wherever they stand.
    private static let personal: Set<String> = [
        "name", "email", "phone", "address", "shipping", "receipt_email", "note", "reference", "customer_email",
        "customer_name", "customer_phone", "customer_address", "customer_shipping", "individual_name", "nickname",
        "display_name", "handle", "line1", "line2", "postal_code", "evidence", "ip_address", "user_agent",
    ]
    /// Free fields, which are a merchant's own where the document is about a payment.
    private static let free: Set<String> = ["description", "metadata"]
    private static let merchants: Set<String> = [
        "payment_intent", "charge", "refund", "dispute", "setup_intent", "checkout.session",
    ]

    private let input: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private var keepsFree = false
    private static let deepest = 64

    /// - Returns: nil when nothing had to be taken out.
    static func scrubbed(_ json: [UInt8]) -> [UInt8]? {
        var scrubber = JSONScrubber(input: json)
        scrubber.output.reserveCapacity(json.count)
        scrubber.keepsFree = merchants.contains(scrubber.topObject ?? "")
        guard scrubber.value(depth: 0), scrubber.skipSpace(), scrubber.position == json.count else {
            return Array("{}".utf8)
        }
        return scrubber.output == json ? nil : scrubber.output
    }

    private init(input: [UInt8]) { self.input = input }

    /// The document's own `object` field.
    private var topObject: String? {
        let marker = Array("\"object\":".utf8)
        guard let found = input.firstRange(of: marker) else { return nil }
        let rest = input[found.upperBound...].drop { $0 == 0x20 }
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        return String(decoding: rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    private mutating func skipSpace() -> Bool {
        while position < input.count, [0x20, 0x0A, 0x0D, 0x09].contains(input[position]) {
            output.append(input[position])
            position += 1
        }
        return true
    }

    private mutating func copy(_ byte: UInt8) -> Bool {
        guard position < input.count, input[position] == byte else { return false }
        output.append(byte)
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth < Self.deepest, skipSpace(), position < input.count else { return false }
        switch input[position] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string() != nil
        default: return literal()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        guard copy(UInt8(ascii: "{")), skipSpace() else { return false }
        if copy(UInt8(ascii: "}")) { return true }
        repeat {
            guard skipSpace(), let key = string(), skipSpace(), copy(UInt8(ascii: ":")) else { return false }
            let start = output.count
            guard value(depth: depth + 1) else { return false }
            if Self.personal.contains(key) || (!keepsFree && Self.free.contains(key)) { blank(from: start) }
            _ = skipSpace()
        } while copy(UInt8(ascii: ","))
        return copy(UInt8(ascii: "}"))
    }

    private mutating func array(depth: Int) -> Bool {
        guard copy(UInt8(ascii: "[")), skipSpace() else { return false }
        if copy(UInt8(ascii: "]")) { return true }
        repeat {
            guard value(depth: depth + 1), skipSpace() else { return false }
        } while copy(UInt8(ascii: ","))
        return copy(UInt8(ascii: "]"))
    }

    /// Replaces the value that was just copied.
    private mutating func blank(from start: Int) {
        let first = output[start...].first { $0 != 0x20 }
        output.removeSubrange(start...)
        switch first {
        case UInt8(ascii: "{"): output += Array("{}".utf8)
        case UInt8(ascii: "["): output += Array("[]".utf8)
        default: output += Array("null".utf8)
        }
    }

    private mutating func string() -> String? {
        guard copy(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < input.count {
            let byte = input[position]
            output.append(byte)
            position += 1
            if byte == UInt8(ascii: "\\") {
                guard position < input.count else { return nil }
                output.append(input[position])
                position += 1
            } else if byte == UInt8(ascii: "\"") {
                return String(decoding: input[start..<position - 1], as: UTF8.self)
            }
        }
        return nil
    }

    private mutating func literal() -> Bool {
        let start = position
        while position < input.count, !",]}".utf8.contains(input[position]), input[position] > 0x20 {
            output.append(input[position])
            position += 1
        }
        return position > start
    }
}

extension [UInt8] {
    /// Where `needle` stands first.
    func firstRange(of needle: [UInt8]) -> Range<Int>? {
        guard let first = needle.first, count >= needle.count else { return nil }
        return withUnsafeBufferPointer { bytes in
            var start = 0
            let last = bytes.count - needle.count
            while start <= last {
                if bytes[start] == first, needle.indices.allSatisfy({ bytes[start + $0] == needle[$0] }) {
                    return start..<start + needle.count
                }
                start += 1
            }
            return nil
        }
    }
}
