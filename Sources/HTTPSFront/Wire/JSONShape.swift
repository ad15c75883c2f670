/// Which parts of one of our own JSON texts somebody may see. Used on finished answers, so that a stored one is cut in the
/// same way each time it is given again.
indirect enum JSONShape: Sendable {
    case whole
    /// `null` in its place.
    case null
    /// Nothing, not even its name: for members of an object.
    case absent
    /// Of an object only these members, in the order they have.
    case only([String: JSONShape])
    /// An object whole, but these members so.
    case except([String: JSONShape])
    /// Of a list object, each of the items in `data`.
    static func list(of item: JSONShape) -> JSONShape { .except(["data": .each(item)]) }
    /// Each element of an array.
    case each(JSONShape)

    /// Cuts `json` to this shape. What is not an object or array where the shape expects one is left as it is: null stays
    /// null.
    /// - Returns: nil for bytes that are no JSON as ``JSONWriter`` makes it: nothing is shown rather than too much.
    func cut(_ json: [UInt8]) -> [UInt8]? {
        var reader = JSONSpan(json)
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        guard write(&reader, into: &result), reader.isAtEnd else { return nil }
        return result
    }

    private func write(_ reader: inout JSONSpan, into result: inout [UInt8]) -> Bool {
        switch (self, reader.next) {
        case (.only(let members), UInt8(ascii: "{")):
            return reader.members { name, reader in
                JSONShape.write(name, members[name] ?? .absent, &reader, into: &result)
            } around: {
                result.append($0)
            }
        case (.except(let members), UInt8(ascii: "{")):
            return reader.members { name, reader in
                JSONShape.write(name, members[name] ?? .whole, &reader, into: &result)
            } around: {
                result.append($0)
            }
        case (.each(let shape), UInt8(ascii: "[")):
            return reader.elements { reader in
                if result.last != UInt8(ascii: "[") { result.append(UInt8(ascii: ",")) }
                return shape.write(&reader, into: &result)
            } around: {
                result.append($0)
            }
        case (.null, _), (.absent, _):
            result += "null".utf8
            return reader.skipValue()
        case (.whole, _), (.only, _), (.except, _), (.each, _):
            let start = reader.position
            guard reader.skipValue() else { return false }
            result += reader.bytes[start..<reader.position]
            return true
        }
    }

    private static func write(
        _ name: String, _ shape: JSONShape, _ reader: inout JSONSpan, into result: inout [UInt8]
    ) -> Bool {
        if case .absent = shape { return reader.skipValue() }
        if result.last != UInt8(ascii: "{") { result.append(UInt8(ascii: ",")) }
        result.append(UInt8(ascii: "\""))
        result += name.utf8
        result += "\":".utf8
        return shape.write(&reader, into: &result)
    }
}

/// Walks over JSON without white space, as ``JSONWriter`` makes it. Bounded by the text; depth by ``maximumDepth``.
struct JSONSpan {
    let bytes: [UInt8]
    private(set) var position = 0
    private var depth = 0
    private static let maximumDepth = 32

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    /// 0 at the end.
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte, !isAtEnd else { return false }
        position += 1
        return true
    }

    /// Stands on `{`; calls `member` on each value with its name, and `around` with the brackets.
    mutating func members(
        _ member: (String, inout JSONSpan) -> Bool, around: (UInt8) -> Void
    ) -> Bool {
        guard open(UInt8(ascii: "{"), around) else { return false }
        if next != UInt8(ascii: "}") {
            repeat {
                let start = position
                guard skipString() else { return false }
                // Our member names have no escapes.
                let name = String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
                guard take(UInt8(ascii: ":")), member(name, &self) else { return false }
            } while take(UInt8(ascii: ","))
        }
        return close(UInt8(ascii: "}"), around)
    }

    /// Stands on `[`; calls `element` on each value, and `around` with the brackets.
    mutating func elements(_ element: (inout JSONSpan) -> Bool, around: (UInt8) -> Void) -> Bool {
        guard open(UInt8(ascii: "["), around) else { return false }
        if next != UInt8(ascii: "]") {
            repeat { guard element(&self) else { return false } } while take(UInt8(ascii: ","))
        }
        return close(UInt8(ascii: "]"), around)
    }

    private mutating func open(_ bracket: UInt8, _ around: (UInt8) -> Void) -> Bool {
        guard depth < JSONSpan.maximumDepth, take(bracket) else { return false }
        depth += 1
        around(bracket)
        return true
    }

    private mutating func close(_ bracket: UInt8, _ around: (UInt8) -> Void) -> Bool {
        guard take(bracket) else { return false }
        depth -= 1
        around(bracket)
        return true
    }

    mutating func skipValue() -> Bool {
        switch next {
        case UInt8(ascii: "{"): return members({ _, reader in reader.skipValue() }, around: { _ in })
        case UInt8(ascii: "["): return elements({ reader in reader.skipValue() }, around: { _ in })
        case UInt8(ascii: "\""): return skipString()
        default:
            let start = position
            while !isAtEnd, !",]}".utf8.contains(next) { position += 1 }
            return position > start
        }
    }

    private mutating func skipString() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while !isAtEnd {
            let byte = next
            position += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") { position = min(position + 1, bytes.count) }
        }
        return false
    }
}
