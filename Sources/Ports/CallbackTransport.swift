/// What came of one question to an address that a bot gave.
package enum CallbackResult: Hashable, Sendable {
    /// The whole answer, within the limits.
    case answered(status: Int64, body: [UInt8])
    /// The address is not allowed (private range, not https) or did not resolve; the text is for the owner.
    case refused(String)
    /// No answer in time, too long an answer, or the connection failed; the text is for the owner.
    case failed(String)
}

/// Asks bots. Guards as ``WebhookTransport`` does: the resolved address is pinned, private ranges and redirects are refused.
package protocol CallbackTransport: Sendable {
    /// Posts `body` (JSON) once and reads the answer.
    /// - Parameters:
    ///   - deadline: from now to the end of the answer.
    ///   - maximumBytes: a longer answer is none.
    func ask(
        url: String, headers: [(name: String, value: String)], body: [UInt8], deadline: Duration, maximumBytes: Int
    ) async -> CallbackResult

    /// Fetches an address once and reads the answer; as ``ask(url:headers:body:deadline:maximumBytes:)`` otherwise.
    func fetch(url: String, deadline: Duration, maximumBytes: Int) async -> CallbackResult
}

/// Reaches nobody.
package struct NoCallbacks: CallbackTransport {
    package init() {}

    package func ask(
        url: String, headers: [(name: String, value: String)], body: [UInt8], deadline: Duration, maximumBytes: Int
    ) async -> CallbackResult {
        .refused("this installation asks no bots")
    }

    package func fetch(url: String, deadline: Duration, maximumBytes: Int) async -> CallbackResult {
        .refused("this installation asks no bots")
    }
}
