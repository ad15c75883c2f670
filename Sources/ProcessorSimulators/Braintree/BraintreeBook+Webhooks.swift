import Primitives
import ProcessorKit

// What the gateway tells, signed as Braintree signs it.
extension BraintreeBook {
    mutating func note(_ kind: String, _ entry: Entry, at now: Int64) {
        keep(kind, XMLElement("subject", [], [element(entry)]), now)
    }

    mutating func note(_ kind: String, _ dispute: Dispute, at now: Int64) {
        keep(kind, XMLElement("subject", [], [element(dispute)]), now)
    }

    mutating func noteCheck(at now: Int64) {
        keep("check", XMLElement("subject", [], [XMLElement("check", "true", [.init("type", "boolean")])]), now)
    }

    private mutating func keep(_ kind: String, _ subject: XMLElement, _ now: Int64) {
        guard webhookURL != nil else { return }
        if unsent.count >= 1_000 { unsent.removeFirst() }
        unsent.append((kind, subject, now))
    }

    /// What has to be posted now.
    mutating func posts() -> [WebhookPost] {
        defer { unsent = [] }
        guard let url = webhookURL else { return [] }
        return unsent.compactMap { message in
            let document = XMLElement(
                "notification", [],
                [
                    XMLElement("timestamp", Self.time(message.at), [.init("type", "datetime")]),
                    XMLElement("kind", message.kind), message.subject,
                ])
            let payload = Self.folded(Base64.encode(document.encoded))
            guard let key = MessageAuthentication.sha1Digest(privateKey.utf8),
                let code = MessageAuthentication.sha1(payload.utf8, key: Redacted(key))
            else { return nil }
            var form = FormBody()
            form.field("bt_signature", "\(publicKey)|\(Hex.encode(code))")
            form.field("bt_payload", payload)
            return WebhookPost(url: url, headers: [FormBody.contentType], body: form.bytes)
        }
    }

    /// In lines of 60 characters, each with its end.
    private static func folded(_ text: String) -> String {
        var rest = text[...]
        var lines = ""
        while !rest.isEmpty {
            lines += "\(rest.prefix(60))\n"
            rest = rest.dropFirst(60)
        }
        return lines
    }

    func element(_ dispute: Dispute) -> XMLElement {
        let entry = entries.first { $0.id == dispute.transaction }
        let currency = entry?.currency ?? .usd
        let amount = Money(minorUnits: dispute.amount, currency: currency).majorUnitText
        let isDate = XMLElement.Attribute("type", "date")
        let isTime = XMLElement.Attribute("type", "datetime")
        let day = String(Self.time(dispute.created).prefix(10))
        let history = dispute.history.map { event in
            XMLElement(
                "status-history", [],
                [XMLElement("status", event.status), XMLElement("timestamp", Self.time(event.at), [isTime])])
        }
        return XMLElement(
            "dispute", [],
            [
                XMLElement("id", dispute.id), XMLElement("amount", amount), XMLElement("amount-disputed", amount),
                XMLElement("amount-won", dispute.status == "won" ? amount : "0.00"),
                XMLElement("case-number", "CASE-\(dispute.id)"),
                XMLElement("created-at", Self.time(dispute.created), [isTime]),
                XMLElement("currency-iso-code", currency.code), XMLElement("kind", "chargeback"),
                XMLElement("merchant-account-id", entry?.merchantAccount ?? ""), XMLElement("reason", "fraud"),
                XMLElement("received-date", day, [isDate]), XMLElement("reply-by-date", day, [isDate]),
                XMLElement("status", dispute.status),
                XMLElement("updated-at", Self.time(dispute.history.last?.at ?? dispute.created), [isTime]),
                XMLElement("status-history", [.init("type", "array")], history),
                XMLElement("evidence", [.init("type", "array")], []),
                XMLElement(
                    "transaction", [],
                    [
                        XMLElement("id", dispute.transaction), XMLElement("amount", amount),
                        XMLElement("created-at", Self.time(entry?.created ?? 0)),
                        Self.optional("order-id", entry?.order),
                        XMLElement("payment-instrument-subtype", BraintreeTestCards.brand(entry?.card.number ?? "4")),
                    ]),
                XMLElement("date-opened", day, [isDate]),
            ])
    }
}
