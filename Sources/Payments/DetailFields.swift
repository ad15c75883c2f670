/// Named texts of one object (description, name, e-mail, metadata…), kept together so that they are sealed as one value.
///
/// Order is kept; a name stands at most once. Metadata keys live beside the fixed names under a prefix of their own.
package struct DetailFields: Hashable, Sendable {
    private var names: [String] = []
    private var values: [String] = []

    package init() {}

    package var isEmpty: Bool { names.isEmpty }

    /// The text under `name`; setting nil removes it.
    package subscript(name: String) -> String? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                names.append(name)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    /// Metadata in the order it was set.
    package var metadata: [(key: String, value: String)] {
        names.indices.compactMap { index in
            names[index].hasPrefix("m:") ? (String(names[index].dropFirst(2)), values[index]) : nil
        }
    }

    /// Sets or, with nil, removes one metadata entry.
    package mutating func setMetadata(_ key: String, _ value: String?) {
        self["m:" + key] = value
    }

    /// Merges `other` over these: its fields win.
    package mutating func merge(_ other: DetailFields) {
        for (index, name) in other.names.enumerated() { self[name] = other.values[index] }
    }

    /// Names that stand in this record, for wire types that show all of them.
    package var allNames: [String] { names }

    /// A compact form for sealing: for each field, lengths as four bytes big-endian, then UTF-8.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for index in names.indices {
            for text in [names[index], values[index]] {
                let utf8 = Array(text.utf8)
                for shift in stride(from: 24, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: utf8.count >> shift))
                }
                bytes += utf8
            }
        }
        return bytes
    }

    /// - Returns: nil when `bytes` are not what ``encoded`` makes.
    package init?(encoded bytes: [UInt8]) {
        var position = 0
        func text() -> String? {
            guard bytes.count - position >= 4 else { return nil }
            var length = 0
            for byte in bytes[position..<position + 4] { length = length << 8 | Int(byte) }
            position += 4
            guard length <= bytes.count - position else { return nil }
            defer { position += length }
            return String(validating: bytes[position..<position + length], as: UTF8.self)
        }
        while position < bytes.count {
            guard let name = text(), !names.contains(name), let value = text() else { return nil }
            names.append(name)
            values.append(value)
        }
    }
}
