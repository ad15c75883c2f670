/// The fields of a form or query in the order they came. Bracketed names stay as they were written.
package struct FormFields: Hashable, Sendable {
    private struct Field: Hashable {
        let name: String
        let value: String
    }
    private let fields: [Field]

    /// Reads whatever is there; what is no pair is a name without a value.
    package init(parsing bytes: [UInt8]) {
        fields = bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return Field(
                name: FormFields.decoded(parts[0]), value: parts.count > 1 ? FormFields.decoded(parts[1]) : "")
        }
    }

    /// The last value of that very name.
    package subscript(_ name: String) -> String? { fields.last { $0.name == name }?.value }

    /// `name[key]` for every key.
    package func map(_ name: String) -> [(key: String, value: String)] {
        fields.compactMap { field in
            guard field.name.hasPrefix("\(name)["), field.name.hasSuffix("]") else { return nil }
            return (String(field.name.dropFirst(name.count + 1).dropLast()), field.value)
        }
    }

    /// `name[]` or `name[0]`, `name[1]`…
    package func list(_ name: String) -> [String] { map(name).map(\.value) }

    /// What stands before the first bracket of every name, once each.
    package var topLevelNames: Set<String> { Set(fields.map { String($0.name.prefix { $0 != "[" }) }) }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): text.append(0x20)
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.count == 2, let value = UInt8(digits, radix: 16) else {
                    text.append(byte)
                    continue
                }
                rest = rest.dropFirst(2)
                text.append(value)
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
