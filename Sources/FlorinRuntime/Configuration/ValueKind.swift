import Logging
import Primitives
package import Yams

/// Why a value cannot be used, in words that follow the key's name.
package struct BadValue: Error {
    package let problem: String
    /// Of the part that is wrong, when it is not the value's beginning.
    package let mark: Mark?

    package init(_ problem: String, at mark: Mark? = nil) {
        self.problem = problem
        self.mark = mark
    }
}

/// How one type of value is written in the file and read from it.
package struct ValueKind<Value: Sendable>: Sendable {
    /// Type, unit and range, for the documentation and for complaints.
    package let name: String
    package let parse: @Sendable (Node) throws(BadValue) -> Value
    /// As YAML on one line.
    package let text: @Sendable (Value) -> String

    package init(
        _ name: String, parse: @escaping @Sendable (Node) throws(BadValue) -> Value,
        text: @escaping @Sendable (Value) -> String
    ) {
        self.name = name
        self.parse = parse
        self.text = text
    }

    /// For values that are one scalar. `parse` answers nil for a text that is none of them.
    package init(
        _ name: String, isQuotable: Bool = false, scalar parse: @escaping @Sendable (String) -> Value?,
        text: @escaping @Sendable (Value) -> String
    ) {
        self.init(
            name,
            parse: { (node) throws(BadValue) in
                let text = try node.scalarText(wanted: name, isQuotable: isQuotable)
                guard let value = parse(text) else {
                    throw BadValue("\(Excerpt.of(text)) is not a value for it; it takes \(name)")
                }
                return value
            },
            text: text)
    }
}

extension ValueKind where Value == Bool {
    /// `true` or `false`, and none of YAML's other spellings.
    package static var boolean: Self {
        Self(
            "true or false", scalar: { $0 == "true" ? true : $0 == "false" ? false : nil },
            text: { $0 ? "true" : "false" })
    }
}

extension ValueKind where Value == Int {
    /// Decimal digits only.
    package static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(
            "a whole number from \(range.lowerBound) to \(range.upperBound)",
            scalar: { text in
                guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else { return nil }
                return range.contains(value) ? value : nil
            }, text: { String($0) })
    }

    /// A number of bytes, written with its unit.
    package static func size(_ range: ClosedRange<Int>) -> Self {
        Self(
            "a size (KiB, MiB, GiB) from \(Units.sizeText(range.lowerBound)) to \(Units.sizeText(range.upperBound))",
            scalar: { text in Units.size(text).flatMap { range.contains($0) ? $0 : nil } },
            text: Units.sizeText)
    }
}

extension ValueKind where Value == Duration {
    /// A length of time, written with its unit.
    package static func duration(_ range: ClosedRange<Duration>) -> Self {
        Self(
            "a duration (ms, s, m, h, d) from \(Units.durationText(range.lowerBound)) to "
                + Units.durationText(range.upperBound),
            scalar: { text in Units.duration(text).flatMap { range.contains($0) ? $0 : nil } },
            text: Units.durationText)
    }
}

extension ValueKind where Value == String {
    /// Any text that `isValid` accepts; `name` says which those are.
    package static func text(_ name: String, _ isValid: @escaping @Sendable (String) -> Bool) -> Self {
        Self(name, isQuotable: true, scalar: { isValid($0) ? $0 : nil }, text: YAMLText.scalar)
    }

    /// The path of a file or directory, which need not be there.
    package static var path: Self {
        text("an absolute path") { $0.hasPrefix("/") && !$0.contains("\0") }
    }
}

extension ValueKind where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words of an enum.
    package static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            words.count == 1
                ? "only \(words.joined())"
                : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? ""),
            scalar: { Value(rawValue: $0) }, text: { $0.rawValue })
    }
}

extension ValueKind where Value == [String] {
    /// A list of texts without repetition.
    package static func list(
        of name: String, count: ClosedRange<Int>, _ isValid: @escaping @Sendable (String) -> Bool
    ) -> Self {
        let name = "a list of \(count.lowerBound) to \(count.upperBound) \(name)"
        return Self(
            name,
            parse: { (node) throws(BadValue) in
                guard case .sequence(let sequence) = node else { throw BadValue("takes \(name), as [a, b]") }
                var found: [String] = []
                for item in sequence {
                    let text = try item.scalarText(wanted: name, isQuotable: true)
                    guard isValid(text), !found.contains(text) else {
                        throw BadValue(
                            found.contains(text)
                                ? "\(Excerpt.of(text)) stands there twice" : "\(Excerpt.of(text)) is none of \(name)",
                            at: item.mark)
                    }
                    found.append(text)
                }
                guard count.contains(found.count) else { throw BadValue("takes \(name)") }
                return found
            },
            text: { "[" + $0.map(YAMLText.scalar).joined(separator: ", ") + "]" })
    }
}

extension ValueKind where Value == [Currency: Int64] {
    /// An amount for each currency, in major units with exactly the currency's digits.
    static var amounts: Self {
        let name = "amounts by currency, as {usd: \"500.00\"}"
        return Self(
            name,
            parse: { (node) throws(BadValue) in
                if case .scalar(let scalar) = node, scalar.string.isEmpty { return [:] }
                guard case .mapping(let mapping) = node else { throw BadValue("takes \(name)") }
                var amounts: [Currency: Int64] = [:]
                for (key, value) in mapping {
                    let code = try key.scalarText(wanted: name, isQuotable: true)
                    guard let currency = Currency(code: code) else {
                        throw BadValue("\(Excerpt.of(code)) is not a currency of ISO 4217", at: key.mark)
                    }
                    let text = try value.scalarText(wanted: name, isQuotable: true)
                    guard let money = Money(majorUnitText: text, currency: currency), money.minorUnits >= 0 else {
                        throw BadValue("\(Excerpt.of(text)) is not an amount in \(currency.code)", at: value.mark)
                    }
                    amounts[currency] = money.minorUnits
                }
                return amounts
            },
            text: { amounts in
                let pairs = amounts.sorted { $0.key.code < $1.key.code }.map { currency, minorUnits in
                    "\(currency.lowercaseCode): \"\(Money(minorUnits: minorUnits, currency: currency).majorUnitText)\""
                }
                return "{" + pairs.joined(separator: ", ") + "}"
            })
    }
}

extension Node {
    /// The text of a scalar that has one.
    func scalarText(wanted: String, isQuotable: Bool) throws(BadValue) -> String {
        guard case .scalar(let scalar) = self else { throw BadValue("takes \(wanted)", at: mark) }
        let isQuoted = scalar.style == .doubleQuoted || scalar.style == .singleQuoted
        if scalar.string.isEmpty, !isQuoted {
            throw BadValue("has no value: remove the line for the default, or give it \(wanted)", at: mark)
        }
        guard isQuotable || !isQuoted else { throw BadValue("takes \(wanted), without quotation marks", at: mark) }
        return scalar.string
    }
}

/// What a complaint quotes of a value.
enum Excerpt {
    static func of(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(40).map {
            $0.properties.isWhitespace || $0.value < 0x20 ? " " : String($0)
        }
        return "“\(shown.joined())\(text.unicodeScalars.count > 40 ? "…" : "")”"
    }
}
