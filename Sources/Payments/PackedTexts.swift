/// A list of texts in one text, for values that are sealed whole: each with its length in UTF-8 before it, so that nothing
/// needs to be escaped.
struct TextPacker {
    private(set) var packed = ""

    mutating func add(_ text: String) {
        packed += String(text.utf8.count) + ":" + text
    }

    mutating func add(_ number: Int64) { add(String(number)) }

    mutating func add(_ flag: Bool) { add(flag ? "1" : "0") }

    /// Nil is told from an empty text.
    mutating func add(_ text: String?) {
        add(text != nil)
        if let text { add(text) }
    }

    mutating func add(_ number: Int64?) { add(number.map { String($0) }) }

    mutating func add<Element>(_ elements: [Element], _ one: (Element, inout TextPacker) -> Void) {
        add(Int64(elements.count))
        for element in elements { one(element, &self) }
    }
}

/// Reads what ``TextPacker`` wrote, in the same order. Each question answers nil when the bytes are not what it wrote.
struct TextUnpacker {
    private var rest: Substring.UTF8View

    init(_ packed: String) { rest = Substring(packed).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func text() -> String? {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let length = Int(Substring(rest[..<colon])),
            length >= 0
        else { return nil }
        let start = rest.index(after: colon)
        guard let end = rest.index(start, offsetBy: length, limitedBy: rest.endIndex) else { return nil }
        defer { rest = rest[end...] }
        return String(rest[start..<end])
    }

    mutating func number() -> Int64? { text().flatMap { Int64($0) } }

    mutating func flag() -> Bool? {
        switch text() {
        case "1": true
        case "0": false
        default: nil
        }
    }

    /// The outer nil stands for what cannot be read.
    mutating func optionalText() -> String?? {
        guard let isThere = flag() else { return nil }
        guard isThere else { return .some(nil) }
        guard let text = text() else { return nil }
        return .some(text)
    }

    mutating func optionalNumber() -> Int64?? {
        guard let text = optionalText() else { return nil }
        guard let text else { return .some(nil) }
        guard let number = Int64(text) else { return nil }
        return .some(number)
    }

    /// - Parameter most: more than that was never written.
    mutating func list<Element>(most: Int, _ one: (inout TextUnpacker) -> Element?) -> [Element]? {
        guard let count = number(), (0...Int64(most)).contains(count) else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let element = one(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
