import Payments
import Ports
import Primitives

/// Checks a webhook's address as the platform did before it used one: it has to give back a random text, for whoever knows the
/// token that the bot's owner has set there.
struct WebhookCheck: Sendable {
    let transport: any CallbackTransport
    let dialects: [SurfaceName: any SurfaceDialect]
    let randomness: any Randomness

    private static let deadline = Duration.seconds(10)
    private static let longestAnswer = 4 * 1_024

    /// - Parameter token: nil when the owner does not want it to be checked.
    /// - Returns: whether it was checked.
    /// - Throws: a refusal when it did not answer as it should.
    func passed(_ url: String?, _ token: Redacted<String>?, _ surface: SurfaceName) async throws(Refusal) -> Bool {
        guard let token else { return false }
        guard let url, !url.isEmpty, let dialect = dialects[surface] as? any CheckingDialect else {
            throw .invalid(
                parameter: "verify_token", code: "parameter_invalid",
                message: "verify_token is for the webhook_url of a Messenger page.")
        }
        let challenge = Hex.encode(randomness.bytes(16))
        let question = dialect.check(of: url, token: token, challenge: challenge)
        let result = await transport.fetch(
            url: question.url, deadline: Self.deadline, maximumBytes: Self.longestAnswer)
        switch result {
        case .answered(let status, let body) where (200..<300).contains(status):
            guard String(decoding: body, as: UTF8.self) == question.answer else {
                throw Self.failed("it did not give back hub.challenge as it was")
            }
            return true
        case .answered(let status, _): throw Self.failed("it answered \(status)")
        case .refused(let why), .failed(let why): throw Self.failed(why)
        }
    }

    private static func failed(_ why: String) -> Refusal {
        .invalid(
            parameter: "webhook_url", code: "webhook_not_verified",
            message: "The webhook was asked with hub.mode=subscribe, hub.verify_token and hub.challenge, and \(why). "
                + "Nothing was changed.")
    }
}
