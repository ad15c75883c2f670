extension Parameters {
    /// Appends all parameters in one form for each meaning: fields in the order of their names, whatever order and encoding
    /// they came in. Values that were wiped after reading count as empty.
    func appendCanonical(to bytes: inout [UInt8]) { append(node, to: &bytes) }

    private func append(_ index: Int, to bytes: inout [UInt8]) {
        let found = state.tree.nodes[index]
        switch found.kind {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .text, .number, .bool:
            bytes.append(UInt8(ascii: "t"))
            append(found.value, to: &bytes)
        case .array:
            bytes.append(UInt8(ascii: "a"))
            for child in state.tree.children(of: index) { append(child, to: &bytes) }
            bytes.append(UInt8(ascii: "."))
        case .object:
            bytes.append(UInt8(ascii: "o"))
            let children = state.tree.children(of: index).sorted { left, right in
                state.tree.text[state.tree.nodes[left].name].lexicographicallyPrecedes(
                    state.tree.text[state.tree.nodes[right].name])
            }
            for child in children {
                append(state.tree.nodes[child].name, to: &bytes)
                append(child, to: &bytes)
            }
            bytes.append(UInt8(ascii: "."))
        }
    }

    /// With its length in front, so that two texts never run into each other.
    private func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: range.count >> shift))
        }
        bytes += state.tree.text[range]
    }

    /// Whether `key` is an object with named fields, where a plain value would do too.
    func isObject(_ key: StaticString) -> Bool {
        find(key).map { state.tree.nodes[$0].kind == .object } ?? false
    }
}
