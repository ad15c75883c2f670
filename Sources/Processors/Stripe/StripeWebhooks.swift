package import Ports
package import Primitives
import ProcessorKit

/// Proves Stripe's webhooks by their `Stripe-Signature` header: `t=SECONDS,v1=HEX[,v1=HEX…]`, HMAC-SHA-256 over
/// `SECONDS.BODY` under the endpoint's whole `whsec_…` text.
/// Source: docs.stripe.com/webhooks, "Verify webhook signatures manually" (read 2026-11).
package struct StripeWebhooks: InboundWebhookVerifier {
    /// How far a signature's time may be from ours.
    package static let tolerance: Duration = .seconds(300)
    /// While a secret is rolled Stripe signs with both; more signatures than this are not looked at.
    private static let maximumSignatures = 8

    private let mode: Mode
    private let secrets: [Redacted<[UInt8]>]

    /// - Parameter secrets: the endpoint's signing secret; two while it is being rolled.
    package init(mode: Mode, secrets: [Redacted<String>]) {
        self.mode = mode
        self.secrets = secrets.map { Redacted(Array($0.exposed().utf8)) }
    }

    package func verify(
        _ message: InboundWebhook, at now: Timestamp
    ) throws(InboundWebhookRefusal) -> ProcessorNotice {
        guard let header = message.values("stripe-signature").first, let signed = Signed(header) else {
            throw .unsigned
        }
        let content = Array("\(signed.seconds).".utf8) + message.body
        let isGenuine = secrets.contains { secret in
            guard let code = MessageAuthentication.sha256(content, key: secret) else { return false }
            return signed.signatures.contains { MessageAuthentication.areEqual($0, code) }
        }
        guard isGenuine else { throw .wrongSignature }
        guard (now.seconds - signed.seconds).magnitude <= UInt64(StripeWebhooks.tolerance.components.seconds) else {
            throw .tooOld
        }
        return try notice(message.body)
    }

    private func notice(_ body: [UInt8]) throws(InboundWebhookRefusal) -> ProcessorNotice {
        guard let event = JSONValue(parsing: body), event["object"]?.text == "event", let id = event["id"]?.text,
            !id.isEmpty, let type = event["type"]?.text, let object = event["data"]?["object"]
        else { throw .unreadable }
        if let isLive = event["livemode"]?.flag, isLive != (mode == .live) { throw .wrongMode }
        let topic = StripeWebhooks.topic(type)
        let intent = object["object"]?.text == "payment_intent" ? object["id"]?.text : object["payment_intent"]?.text
        return ProcessorNotice(
            id: id, type: type, topic: topic, occurred: Timestamp(seconds: event["created"]?.integer ?? 0),
            processorReference: intent, reference: object["metadata"]?[StripeCodec.metadataKey]?.text)
    }

    private static func topic(_ type: String) -> ProcessorNotice.Topic {
        if type.hasPrefix("payment_intent.") { return .payment }
        if type.hasPrefix("charge.dispute.") { return .dispute }
        if type.hasPrefix("refund.") || type.hasPrefix("charge.refund") { return .refund }
        if type.hasPrefix("charge.") { return .payment }
        if type.hasPrefix("payout.") { return .payout }
        return .other
    }

    private struct Signed {
        let seconds: Int64
        let signatures: [[UInt8]]

        init?(_ header: String) {
            var seconds: Int64?
            var signatures: [[UInt8]] = []
            for part in header.split(separator: ",").prefix(32) {
                let pair = part.split(separator: "=", maxSplits: 1)
                guard pair.count == 2 else { continue }
                switch pair[0].drop(while: { $0 == " " }) {
                // The text that was signed is rebuilt from the number, so it must be the number's only form.
                case "t": seconds = Int64(pair[1]).flatMap { String($0) == pair[1] ? $0 : nil }
                case "v1":
                    if let code = Hex.decode(String(pair[1])), signatures.count < maximumSignatures {
                        signatures.append(code)
                    }
                default: break
                }
            }
            guard let seconds, seconds >= 0, !signatures.isEmpty else { return nil }
            self.seconds = seconds
            self.signatures = signatures
        }
    }
}
