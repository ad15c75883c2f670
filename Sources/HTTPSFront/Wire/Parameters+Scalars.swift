import Payments
package import Primitives

/// What an update asks for one field.
package enum Change<Value: Sendable>: Sendable {
    /// Not mentioned.
    case unchanged
    /// Sent empty, or as JSON null.
    case cleared
    case set(Value)
}

// MARK: - Text

extension Parameters {
    /// A required text of at most `max` characters. Refused when it holds a card number: those go only where
    /// ``rawBytes(_:max:)`` reads.
    package func string(_ key: StaticString, max: Int = 500) throws(APIError) -> String {
        try text(at: try require(key), key, max: max)
    }

    /// As ``string(_:max:)``; nil when it is absent or empty.
    package func optionalString(_ key: StaticString, max: Int = 500) throws(APIError) -> String? {
        guard let found = takeValue(key) else { return nil }
        return try text(at: found, key, max: max)
    }

    /// An optional text that people wrote (description, note); as ``optionalString(_:max:)``, with its usual length.
    package func freeText(_ key: StaticString, max: Int = 1_000) throws(APIError) -> String? {
        try optionalString(key, max: max)
    }

    /// For updates: not mentioned, cleared or set.
    package func change(_ key: StaticString, max: Int = 500) throws(APIError) -> Change<String> {
        guard let found = take(key) else { return .unchanged }
        return isEmptyValue(found) ? .cleared : .set(try text(at: found, key, max: max))
    }

    /// An identifier of one kind.
    /// - Throws: `resource_missing`, as for one that does not exist, when the text is not such an identifier.
    package func identifier<Kind>(
        _ key: StaticString, of object: StaticString, _: Kind.Type = Kind.self
    ) throws(APIError) -> Identifier<Kind> {
        try identifier(at: try require(key), key, of: object)
    }

    /// As ``identifier(_:of:_:)``; nil when it is absent or empty.
    package func optionalIdentifier<Kind>(
        _ key: StaticString, of object: StaticString, _: Kind.Type = Kind.self
    ) throws(APIError) -> Identifier<Kind>? {
        guard let found = takeValue(key) else { return nil }
        return try identifier(at: found, key, of: object)
    }

    /// A card number or verification code: it never becomes a `String`, and the parser's own copy is overwritten. Digits
    /// only make sense of it later. Refused in a query string, which proxies and browsers write down.
    /// - Returns: nil when it is absent or empty.
    package func rawBytes(_ key: StaticString, max: Int = 64) throws(APIError) -> Redacted<[UInt8]>? {
        guard let found = takeValue(key) else { return nil }
        guard found >= state.firstBodyNode else {
            throw .invalid(path(key), "\(path(key)) must be sent in the body, not in the query string.")
        }
        let value = state.tree.nodes[found]
        guard value.kind == .text || value.kind == .number else { throw mustBe("a string", key) }
        guard value.value.count <= max else { throw .invalid(path(key), "\(path(key)) is too long.") }
        let bytes = Array(state.tree.text[value.value])
        state.tree.wipe(found)
        return Redacted(bytes)
    }

    private func text(at index: Int, _ key: StaticString, max: Int) throws(APIError) -> String {
        let found = state.tree.nodes[index]
        guard found.kind == .text else { throw mustBe("a string", key) }
        return try checkedText(found.value, path: path(key), max: max)
    }

    /// The text in `range`, within its length and without a card number.
    /// - Parameter path: evaluated only for an error.
    func checkedText(_ range: Range<Int>, path: @autoclosure () -> String, max: Int) throws(APIError) -> String {
        let bytes = state.tree.text[range]
        let text = String(decoding: bytes, as: UTF8.self)
        guard range.count <= max || text.unicodeScalars.count <= max else {
            throw .invalid(
                path(), code: "parameter_invalid_string_length", "\(path()) is longer than \(max) characters.")
        }
        // Thirteen digits are the least a card number has.
        guard range.count < 13 || !CardNumberScan.containsCardNumber(bytes) else {
            throw .invalid(
                path(), code: "card_number_not_allowed",
                "\(path()) holds what looks like a card number. Remove it: card numbers belong only in card[number].")
        }
        return text
    }

    private func identifier<Kind>(
        at index: Int, _ key: StaticString, of object: StaticString
    ) throws(APIError) -> Identifier<Kind> {
        let found = state.tree.nodes[index]
        guard found.kind == .text else { throw mustBe("a string", key) }
        guard let id = Identifier<Kind>(state.tree.string(found.value)) else {
            throw .noSuch(object, id: nil, parameter: path(key))
        }
        return id
    }
}

// MARK: - Numbers, flags, choices

extension Parameters {
    /// A required whole number within `range`.
    package func integer(
        _ key: StaticString, in range: ClosedRange<Int64> = .min ... .max
    ) throws(APIError) -> Int64 {
        try integer(at: try require(key), key, in: range)
    }

    /// As ``integer(_:in:)``; nil when it is absent. Sent empty it is refused: an absent amount means all there is, and a
    /// caller whose amount got lost on the way must not give back everything.
    package func optionalInteger(
        _ key: StaticString, in range: ClosedRange<Int64> = .min ... .max
    ) throws(APIError) -> Int64? {
        guard let found = take(key) else { return nil }
        guard !isEmptyValue(found) else { throw sentEmpty(key) }
        return try integer(at: found, key, in: range)
    }

    /// `true` or `false`.
    package func bool(_ key: StaticString) throws(APIError) -> Bool? {
        guard let found = takeValue(key) else { return nil }
        let value = state.tree.nodes[found]
        if value.kind == .bool || value.kind == .text {
            let text = state.tree.text[value.value]
            if text.elementsEqual("true".utf8) { return true }
            if text.elementsEqual("false".utf8) { return false }
        }
        throw .invalid(path(key), code: "parameter_invalid", "Invalid boolean: \(path(key)) must be true or false.")
    }

    /// A word, or a JSON flag as the word it is; nil when it is absent or empty.
    package func optionalWord(_ key: StaticString) throws(APIError) -> String? {
        guard let found = takeValue(key) else { return nil }
        let value = state.tree.nodes[found]
        guard value.kind == .bool || value.kind == .text, state.tree.text[value.value].count <= 40 else {
            throw mustBe("a word", key)
        }
        return String(decoding: state.tree.text[value.value], as: UTF8.self)
    }

    /// One of the raw values of `Value`.
    package func enumeration<Value: RawRepresentable & CaseIterable>(
        _ key: StaticString, _: Value.Type = Value.self
    ) throws(APIError) -> Value? where Value.RawValue == String {
        guard let found = takeValue(key) else { return nil }
        let node = state.tree.nodes[found]
        if node.kind == .text, let value = Value(rawValue: state.tree.string(node.value)) { return value }
        let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid(path(key), "Invalid \(path(key)): must be one of \(choices).")
    }

    private func integer(at index: Int, _ key: StaticString, in range: ClosedRange<Int64>) throws(APIError) -> Int64 {
        let found = state.tree.nodes[index]
        guard found.kind == .text || found.kind == .number else { throw mustBe("an integer", key) }
        let text = state.tree.text[found.value]
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            throw invalidInteger(key, "must be a whole number, written in digits only")
        }
        var value: Int64 = 0
        for digit in digits {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = tens.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw invalidInteger(key, "is out of range") }
            value = next
        }
        if digits.startIndex == text.startIndex {  // counted downwards, because that side is one larger
            let (negated, overflow) = value.multipliedReportingOverflow(by: -1)
            guard !overflow else { throw invalidInteger(key, "is out of range") }
            value = negated
        }
        guard value >= range.lowerBound else { throw invalidInteger(key, "must be at least \(range.lowerBound)") }
        guard value <= range.upperBound else { throw invalidInteger(key, "must be at most \(range.upperBound)") }
        return value
    }

    private func invalidInteger(_ key: StaticString, _ what: String) -> APIError {
        .invalid(path(key), code: "parameter_invalid_integer", "Invalid integer: \(path(key)) \(what).")
    }

    func mustBe(_ what: StaticString, _ key: StaticString) -> APIError {
        .invalid(path(key), "Invalid \(path(key)): must be \(what).")
    }
}
