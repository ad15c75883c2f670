/// What a hash with names of the caller's own holds: whole numbers.
struct AmountEntry {
    let name: String
    let path: String
    /// Nil when it was sent empty, to unset it.
    let amount: Int64?
}

extension Parameters {
    /// Whether `key` is a text and not a hash.
    func isText(_ key: StaticString) -> Bool { find(key).map { state.tree.nodes[$0].kind == .text } ?? false }

    /// Every entry of this hash, as a positive whole number.
    func amounts(maxCount: Int) throws(APIError) -> [AmountEntry] {
        var entries: [AmountEntry] = []
        for child in state.tree.children(of: node) {
            guard entries.count < maxCount else {
                throw .invalid(state.tree.path(of: node), "\(state.tree.path(of: node)) has too many entries.")
            }
            state.isUsed[child] = true
            let (found, path) = (state.tree.nodes[child], state.tree.path(of: child))
            let name = try checkedText(found.name, path: path, max: 16)
            guard !isEmptyValue(child) else {
                entries.append(AmountEntry(name: name, path: path, amount: nil))
                continue
            }
            entries.append(
                AmountEntry(name: name, path: path, amount: try number(child, in: 1...V1Amounts.largest, path)))
        }
        return entries
    }

    /// Every entry of this hash, as a whole number.
    func numberEntries(
        in range: ClosedRange<Int64>, maxCount: Int
    ) throws(APIError) -> [(name: String, number: Int64)] {
        var entries: [(name: String, number: Int64)] = []
        for child in state.tree.children(of: node) {
            guard entries.count < maxCount else {
                throw .invalid(state.tree.path(of: node), "\(state.tree.path(of: node)) has too many entries.")
            }
            state.isUsed[child] = true
            let (found, path) = (state.tree.nodes[child], state.tree.path(of: child))
            entries.append(
                (try checkedText(found.name, path: path, max: 64), try number(child, in: range, path)))
        }
        return entries
    }

    /// Whole numbers in an array; empty when it is absent.
    func numbers(
        _ key: StaticString, in range: ClosedRange<Int64>, maxCount: Int
    ) throws(APIError) -> [Int64] {
        guard let found = takeValue(key) else { return [] }
        guard state.tree.nodes[found].kind == .array else { throw mustBe("an array", key) }
        let children = state.tree.children(of: found)
        guard children.count <= maxCount else {
            throw .invalid(path(key), "\(path(key)) has more than \(maxCount) elements.")
        }
        var numbers: [Int64] = []
        for child in children {
            state.isUsed[child] = true
            numbers.append(try number(child, in: range, state.tree.path(of: child)))
        }
        return numbers
    }

    private func number(
        _ index: Int, in range: ClosedRange<Int64>, _ path: String
    ) throws(APIError) -> Int64 {
        let found = state.tree.nodes[index]
        guard found.kind == .text || found.kind == .number, let number = Int64(state.tree.string(found.value)),
            range.contains(number)
        else {
            throw .invalid(
                path, code: "parameter_invalid_integer",
                "\(path) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
