package import Ports
package import Primitives
import ProcessorKit

/// Proves Braintree's webhooks: a form with `bt_payload`, base64 of an XML document, and `bt_signature`, one or several
/// `PUBLIC_KEY|HEX` joined by `&`: HMAC-SHA-1 over the payload as it came, under the SHA-1 digest of the private key that
/// belongs to the public one. Answers the question by which Braintree makes sure of a new address.
///
/// There is no time in the signature, and Braintree's own packages look at none: an old message is genuine, and as harmless as a
/// repeated one.
/// Source: `webhook_notification_gateway` of the vendor's package for Python, 4.48.0, and the vectors made with it.
package struct BraintreeWebhooks: WebhookChallengeAnswering {
    /// More signatures than this are not looked at.
    private static let maximumSignatures = 8

    private let keys: [BraintreeKeys]

    /// - Parameter keys: the connection's keys; the earlier ones too while they are being replaced.
    package init(keys: [BraintreeKeys]) { self.keys = keys }

    package func verify(
        _ message: InboundWebhook, at now: Timestamp
    ) throws(InboundWebhookRefusal) -> ProcessorNotice {
        let form = FormFields(parsing: message.body)
        guard let signature = form["bt_signature"], let payload = form["bt_payload"], !payload.isEmpty else {
            throw .unsigned
        }
        let pairs = signature.split(separator: "&").prefix(BraintreeWebhooks.maximumSignatures).compactMap { pair in
            let parts = pair.split(separator: "|", omittingEmptySubsequences: false)
            return parts.count == 2 ? (key: String(parts[0]), code: String(parts[1])) : nil
        }
        guard !pairs.isEmpty else { throw .unsigned }
        let isGenuine = pairs.contains { pair in
            guard let keys = keys.first(where: { $0.publicKey == pair.key }), let code = Hex.decode(pair.code) else {
                return false
            }
            // A line break behind the payload may be lost on the way.
            return [payload, payload + "\n"].contains { text in
                BraintreeWebhooks.code(of: text, keys).map { MessageAuthentication.areEqual($0, code) } ?? false
            }
        }
        guard isGenuine else { throw .wrongSignature }
        return try BraintreeWebhooks.notice(payload)
    }

    /// Answers `bt_challenge` with `PUBLIC_KEY|HEX`.
    package func answer(toChallenge query: String) -> String? {
        guard let challenge = FormFields(parsing: Array(query.utf8))["bt_challenge"],
            (20...32).contains(challenge.utf8.count),
            challenge.utf8.allSatisfy({
                $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f")
            }), let current = keys.first, let code = BraintreeWebhooks.code(of: challenge, current)
        else { return nil }
        return "\(current.publicKey)|\(Hex.encode(code))"
    }

    private static func code(of text: String, _ keys: BraintreeKeys) -> [UInt8]? {
        MessageAuthentication.sha1Digest(keys.privateKey.exposed().utf8)
            .flatMap { MessageAuthentication.sha1(text.utf8, key: Redacted($0)) }
    }
}

// MARK: - Content

extension BraintreeWebhooks {
    private static func notice(_ payload: String) throws(InboundWebhookRefusal) -> ProcessorNotice {
        let lines = payload.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard let bytes = Base64.decode(String(decoding: lines, as: UTF8.self)),
            let document = XMLElement(parsing: bytes), document.name == "notification",
            let kind = document.text(of: "kind"), kind.utf8.count <= 64,
            let digest = MessageAuthentication.sha1Digest(payload.utf8)
        else { throw .unreadable }
        let subject = document["subject"]
        let transaction = subject?["transaction"] ?? subject?["dispute"]?["transaction"]
        return ProcessorNotice(
            // Braintree numbers its messages not at all; the same message has the same payload.
            id: Hex.encode(digest), type: kind, topic: topic(kind),
            occurred: document.text(of: "timestamp").flatMap { Timestamp(text: $0) } ?? Timestamp(seconds: 0),
            processorReference: transaction.flatMap { payment(of: $0) },
            reference: transaction?.text(of: "order-id"))
    }

    /// The payment that a message is about: a refund is a transaction of its own there, and names the one that it gives back.
    private static func payment(of transaction: XMLElement) -> String? {
        if let original = transaction.text(of: "refunded-transaction-id") {
            return graphQLName(ofTransaction: original)
        }
        return transaction.text(of: "global-id")
            ?? transaction.text(of: "id").map { graphQLName(ofTransaction: $0) }
    }

    private static func topic(_ kind: String) -> ProcessorNotice.Topic {
        if kind.hasPrefix("dispute_") { return .dispute }
        if kind.hasPrefix("refund_") { return .refund }
        if kind.hasPrefix("disbursement") || kind == "transaction_disbursed" { return .payout }
        if kind.hasPrefix("transaction_") { return .payment }
        return .other
    }

    /// The name that the GraphQL API gives what disputes call by its older name alone: base64 without padding, as its examples
    /// show. A hint; whoever needs certainty asks `idFromLegacyId`.
    static func graphQLName(ofTransaction legacy: String) -> String {
        let name = Base64.encode(Array("transaction_\(legacy)".utf8))
        return String(name.prefix { $0 != "=" })
    }
}
