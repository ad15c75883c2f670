/// A request as bytes, made once. Where it has an Idempotency-Key, each sending writes a new one into it.
struct Request {
    private(set) var bytes: [UInt8]
    private let keyOffset: Int?
    private static let keyDigits = 20

    init(_ method: String, _ path: String, key: String? = nil, form: [(String, String)]? = nil, isOnce: Bool = false) {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        var offset: Int?
        if isOnce {
            head += "Idempotency-Key: bench-"
            offset = head.utf8.count
            head += String(repeating: "0", count: Self.keyDigits) + "\r\n"
        }
        let body = (form ?? []).map { "\($0)=\($1)" }.joined(separator: "&")
        if form != nil {
            head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        bytes = Array((head + "\r\n" + body).utf8)
        keyOffset = offset
    }

    /// With headers of its own, and a body of JSON if there is one.
    init(_ method: String, _ path: String, headers: [(String, String)], json: String? = nil) {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let json { head += "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n" }
        bytes = Array((head + "\r\n" + (json ?? "")).utf8)
        keyOffset = nil
    }

    /// Writes a key that no other request of this run has.
    mutating func number(_ value: UInt64) {
        guard let keyOffset else { return }
        var rest = value
        for index in stride(from: keyOffset + Self.keyDigits - 1, through: keyOffset, by: -1) {
            bytes[index] = UInt8(48 + rest % 10)
            rest /= 10
        }
    }
}
