package import Ports
package import Primitives
import ProcessorKit

/// Proves PayPal's webhooks on this machine: SHA256withRSA over `TRANSMISSION-ID|TRANSMISSION-TIME|WEBHOOK-ID|CRC-32 of the
/// raw body`, by the certificate at the address that the message names, if that is one of PayPal's.
/// Source: developer.paypal.com/api/rest/webhooks/rest, "Self verification" (read 2026-11).
package struct PayPalWebhooks: InboundWebhookVerifier {
    /// PayPal sends a message that was not taken again for three days; its time may be that of the first attempt.
    package static let oldest: Duration = .seconds(4 * 86_400)
    /// How far ahead its clock may be.
    package static let ahead: Duration = .seconds(300)
    private static let longestHeader = 1_024

    private let webhookID: String
    private let certificates: PayPalCertificates

    /// - Parameter webhookID: PayPal's name for the endpoint, which every signature covers.
    package init(webhookID: String, certificates: PayPalCertificates) {
        self.webhookID = webhookID
        self.certificates = certificates
    }

    package func verify(
        _ message: InboundWebhook, at now: Timestamp
    ) async throws(InboundWebhookRefusal) -> ProcessorNotice {
        func header(_ name: String) -> String? {
            let value = message.values("paypal-\(name)").first
            return value.flatMap { (1...PayPalWebhooks.longestHeader).contains($0.utf8.count) ? $0 : nil }
        }
        guard let id = header("transmission-id"), !id.contains("|"), let time = header("transmission-time"),
            let sent = PayPalTime.parse(time), let url = header("cert-url"),
            header("auth-algo") == "SHA256withRSA",
            let signature = header("transmission-sig").flatMap({ Base64.decode($0) })
        else { throw .unsigned }
        guard now.duration(since: sent) <= PayPalWebhooks.oldest, sent.duration(since: now) <= PayPalWebhooks.ahead
        else { throw .tooOld }
        let content = "\(id)|\(time)|\(webhookID)|\(CRC32.checksum(message.body))"
        switch await certificates.certificate(at: url, now: now) {
        case .refused: throw .wrongSignature
        case .unavailable: throw .unprovable
        case .chain(let chain):
            guard chain.verifies(signature, over: Array(content.utf8)) else { throw .wrongSignature }
        }
        return try PayPalWebhooks.notice(message.body)
    }

    private static func notice(_ body: [UInt8]) throws(InboundWebhookRefusal) -> ProcessorNotice {
        guard let event = JSONValue(parsing: body), let id = event["id"]?.text, (1...128).contains(id.utf8.count),
            let type = event["event_type"]?.text, let resource = event["resource"]
        else { throw .unreadable }
        let related = resource["supplementary_data"]?["related_ids"]
        let name =
            switch topic(type) {
            // A refund that came to nothing is asked about by its own name.
            case .refund where !type.hasPrefix("PAYMENT.REFUND."):
                related?["capture_id"]?.text ?? resource["id"]?.text
            default: resource["id"]?.text
            }
        return ProcessorNotice(
            id: id, type: type, topic: topic(type),
            occurred: event["create_time"]?.text.flatMap { PayPalTime.parse($0) } ?? Timestamp(seconds: 0),
            processorReference: name, reference: reference(resource))
    }

    /// The reference of ours that the object carries: in its own fields, in its only purchase unit, or in a payout's item.
    private static func reference(_ resource: JSONValue) -> String? {
        let unit = resource["purchase_units"]?.elements.first
        return resource["invoice_id"]?.text ?? resource["custom_id"]?.text ?? unit?["custom_id"]?.text
            ?? resource["payout_item"]?["sender_item_id"]?.text
    }

    private static func topic(_ type: String) -> ProcessorNotice.Topic {
        if type.hasPrefix("CUSTOMER.DISPUTE.") { return .dispute }
        if type.hasPrefix("PAYMENT.PAYOUT") { return .payout }
        if type.hasPrefix("PAYMENT.REFUND.") || type.hasSuffix(".REFUNDED") || type.hasSuffix(".REVERSED") {
            return .refund
        }
        if type.hasPrefix("PAYMENT.") || type.hasPrefix("CHECKOUT.") { return .payment }
        return .other
    }
}
