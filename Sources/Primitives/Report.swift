/// A line for the log that cannot hold what somebody sent us.
///
/// It looks like a string with interpolations, but only identifiers, numbers, cases of enumerations, literals and
/// ``Loggable`` values may be put in; a name, an e-mail address, a card number or a key is a `String` or bytes, and does
/// not compile. Identifiers become fields of the line as well, so that a log can be searched for one payment.
///
/// ```swift
/// report("operation \(operation.id) stays open: \(error)")
/// ```
package struct Report: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// A name and a value of their own in structured logs.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// The whole line, for people.
    package let text: String
    /// What it is about, for programs.
    package let fields: [Field]

    /// Words of the program alone.
    package init(stringLiteral text: StaticString) {
        self.text = text.description
        fields = []
    }

    /// Called by the compiler.
    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        fields = stringInterpolation.fields
    }

    /// Takes what may be logged, and nothing else.
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""
        fileprivate var fields: [Field] = []

        /// Called by the compiler.
        package init(literalCapacity: Int, interpolationCount _: Int) { text.reserveCapacity(literalCapacity + 64) }

        /// Words of the program.
        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// An identifier: in the text, and a field named after its kind.
        package mutating func appendInterpolation<Kind>(_ id: Identifier<Kind>) {
            text += id.text
            fields.append(Field(name: FieldNames.name(ofPrefix: Kind.prefix), value: id.text))
        }

        /// A number.
        package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }

        /// A case of an enumeration: one of as many as there are cases.
        package mutating func appendInterpolation(_ value: some CaseIterable) { text += "\(value)" }

        /// Words of the program.
        package mutating func appendInterpolation(_ words: StaticString) { text += words.description }

        /// A moment.
        package mutating func appendInterpolation(_ time: Timestamp) { text += time.description }

        /// What says of itself that it may be logged.
        package mutating func appendInterpolation(_ value: some Loggable) { text += value.logText }

        /// An error: its text when it may be logged, else only its type, because the text of a foreign error may quote what
        /// a caller sent.
        package mutating func appendInterpolation(_ error: any Error) {
            text += (error as? any Loggable)?.logText ?? "\(type(of: error))"
        }

        /// A name and a value in structured logs; only the value in the text.
        package mutating func appendInterpolation(_ name: StaticString, _ number: some BinaryInteger) {
            appendInterpolation(number)
            fields.append(Field(name: name.description, value: String(number)))
        }

        /// The same for what may be logged.
        package mutating func appendInterpolation(_ name: StaticString, _ value: some Loggable) {
            text += value.logText
            fields.append(Field(name: name.description, value: value.logText))
        }

        /// The same for words of the program.
        package mutating func appendInterpolation(_ name: StaticString, _ words: StaticString) {
            text += words.description
            fields.append(Field(name: name.description, value: words.description))
        }

        /// A sentence that our own code put together out of the kinds above, and stored. The one way around the types: use
        /// it for nothing that came from outside.
        package mutating func appendInterpolation(ours sentence: String) { text += sentence }
    }
}

extension Report {
    /// Two parts of one line.
    package static func + (left: Report, right: Report) -> Report {
        Report(text: left.text + right.text, fields: left.fields + right.fields)
    }

    private init(text: String, fields: [Field]) {
        self.text = text
        self.fields = fields
    }
}

/// May stand in a log line: no value of the type can hold what a caller, a person or a processor sent.
package protocol Loggable {
    /// As it stands in the line.
    var logText: String { get }
}

private enum FieldNames {
    /// `payment` for `pi`: what operators call it.
    static func name(ofPrefix prefix: String) -> String { known[prefix] ?? prefix }

    private static let known = [
        "req": "request", "pi": "payment", "ch": "charge", "re": "refund", "ft": "transfer", "op": "operation",
        "con": "connection", "we": "endpoint", "evt": "event", "pm": "payment_method", "cus": "customer",
        "per": "person", "plat": "platform", "idem": "idempotency",
    ]
}
