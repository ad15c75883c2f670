package import Payments
package import Ports
package import Primitives
import WireKit

/// The payments part of Facebook Messenger's platform for bots, as it was from 2016 to 2018: a bot that was written for it
/// calls Florin with its Graph host changed and receives the same webhook events.
package struct MessengerDialect: AnsweredDialect, CheckingDialect {
    package init() {}

    package var name: SurfaceName { .messenger }

    package func demand(of call: SurfaceCall, mode: Mode) throws(SurfaceRefusal) -> SurfaceDemand {
        let parameters: LenientParameters
        do {
            parameters = try LenientParameters(query: call.query, contentType: call.contentType, body: call.body)
        } catch {
            throw .graph("(#100) send a JSON object or a form of at most 64 fields")
        }
        switch (call.verb, call.path) {
        case (.post, "me/messages"): return try MessengerMessage(parameters: parameters, mode: mode).demand()
        case (.post, "me/messenger_profile"): return try MessengerSettings(parameters: parameters).profile()
        case (.get, "me/messenger_profile"): return try MessengerSettings(parameters: parameters).field(.settings)
        case (.delete, "me/messenger_profile"):
            return try MessengerSettings(parameters: parameters).field(.clearSettings)
        case (.post, "me/thread_settings"): return try MessengerSettings(parameters: parameters).thread()
        case (.get, "me"): return .identity
        case (.get, let person) where person.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }):
            return try MessengerSettings(parameters: parameters).profile(of: person)
        default:
            throw SurfaceRefusal(
                status: 404, code: "803", message: "This call is no part of payments; send it to the platform itself")
        }
    }

    /// Signed in both ways over the very bytes that are sent, which are ASCII, so that it does not matter whether the receiver
    /// escapes before it computes.
    package func headers(for body: [UInt8], of account: SurfaceCredentials) -> [(name: String, value: String)]? {
        guard let sha1 = MessageAuthentication.sha1(body, key: account.secret),
            let sha256 = MessageAuthentication.sha256(body, key: account.secret)
        else { return nil }
        return [
            ("X-Hub-Signature", "sha1=\(Hex.encode(sha1))"), ("X-Hub-Signature-256", "sha256=\(Hex.encode(sha256))"),
        ]
    }

    package func context(
        _ text: String, for account: SurfaceCredentials, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        try MessengerSignedRequest.verified(text, account, at: now)
    }
}
