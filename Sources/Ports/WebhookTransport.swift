/// What came of one attempt to deliver a webhook.
package enum WebhookResult: Hashable, Sendable {
    /// The receiver answered with this HTTP status. 2xx means delivered.
    case answered(status: Int64)
    /// The address is not allowed (private range, not https) or did not resolve; the text is for the owner.
    case refused(String)
    /// No answer within the deadline, or the connection failed.
    case failed(String)
}

/// Sends webhooks. Guards against server-side request forgery: the resolved address is pinned, private ranges and
/// redirects are refused, loopback is allowed only where it was configured (dev).
package protocol WebhookTransport: Sendable {
    /// Posts `body` (JSON) once, with a deadline of its own (10 s), reading at most a few kilobytes of the answer.
    func post(url: String, headers: [(name: String, value: String)], body: [UInt8]) async -> WebhookResult
}
