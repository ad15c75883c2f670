import Foundation

/// A parsed answer. Missing members are nil all the way down.
struct JSON {
    private let value: Any?

    init(_ bytes: [UInt8]) { value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) }

    private init(value: Any?) { self.value = value }

    subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }

    var text: String? { value as? String }
    var integer: Int64? { (value as? NSNumber)?.int64Value }
    var isTrue: Bool { (value as? NSNumber)?.boolValue ?? false }
    var items: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
}
