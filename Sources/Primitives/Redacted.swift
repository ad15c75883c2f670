/// A value that must not be printed: a card number, a CVC, a key, a name.
///
/// Every way of turning it into text (description, debug description, reflection) shows one fixed mask that tells
/// nothing, not even the length. It is deliberately not `Codable`. The one way out is ``exposed()``, which is easy to
/// search for in review.
package struct Redacted<Value: Sendable>: Sendable {
    private let value: Value

    package init(_ value: Value) {
        self.value = value
    }

    /// The value in clear. Do not keep it, do not interpolate it.
    package func exposed() -> Value { value }
}

extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var debugDescription: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
