import Primitives
import ProcessorKit

/// Times as PayPal writes them.
enum PayPalClock {
    static func text(_ seconds: Int64) -> String { Timestamp(seconds: seconds).description }

    /// As reports write it: in the account's own zone.
    static func report(_ seconds: Int64) -> String { text(seconds - 5 * 3_600).dropLast() + "-05:00" }

    /// Reads `2026-01-01T00:00:05Z`; other zones than UTC are not simulated.
    static func seconds(_ text: String) -> Int64? { Timestamp(text: text)?.seconds }
}

// The objects as PayPal shows them.
extension PayPalBook {
    func link(_ path: String, _ relation: String, _ method: String = "GET") -> JSONValue {
        ["href": .string(base + path), "rel": .string(relation), "method": .string(method)]
    }

    func approval(of order: Order) -> JSONValue {
        link("/checkoutnow?token=\(order.id)", order.source == nil ? "approve" : "payer-action")
    }

    private func times(_ created: Int64) -> [JSONValue.Member] {
        [
            .init("create_time", .string(PayPalClock.text(created))),
            .init("update_time", .string(PayPalClock.text(created))),
        ]
    }

    func object(_ order: Order) -> JSONValue {
        let path = "/v2/checkout/orders/\(order.id)"
        var unit: [JSONValue.Member] = [
            .init("reference_id", .string(order.referenceID)), .init("amount", order.amount.object),
        ]
        if let custom = order.customID { unit.append(.init("custom_id", .string(custom))) }
        if let invoice = order.invoiceID { unit.append(.init("invoice_id", .string(invoice))) }
        if let descriptor = order.descriptor { unit.append(.init("soft_descriptor", .string(descriptor))) }
        let payments = payments(of: order)
        if !payments.isEmpty { unit.append(.init("payments", .object(payments))) }
        var members: [JSONValue.Member] = [
            .init("id", .string(order.id)), .init("intent", .string(order.intent)),
            .init("status", .string(order.status)), .init("purchase_units", [.object(unit)]),
            .init("create_time", .string(PayPalClock.text(order.created))),
        ]
        if let source = object(order.source) { members.append(.init("payment_source", source)) }
        var links = [link(path, "self")]
        switch order.status {
        case "CREATED", "PAYER_ACTION_REQUIRED": links.append(approval(of: order))
        default: break
        }
        if order.status != "COMPLETED" {
            links.append(link(path, "update", "PATCH"))
            let action = order.intent == "CAPTURE" ? "capture" : "authorize"
            links.append(link("\(path)/\(action)", action, "POST"))
        }
        members.append(.init("links", .array(links)))
        return .object(members)
    }

    private func payments(of order: Order) -> [JSONValue.Member] {
        let captures = captures.filter { $0.order == order.id }
        let names = Set(captures.map(\.id))
        let lists: [(String, [JSONValue])] = [
            ("authorizations", authorizations.filter { $0.order == order.id }.map { object($0) }),
            ("captures", captures.map { object($0) }),
            ("refunds", refunds.filter { names.contains($0.capture) }.map { object($0) }),
        ]
        return lists.filter { !$0.1.isEmpty }.map { .init($0.0, .array($0.1)) }
    }

    private func object(_ source: Source?) -> JSONValue? {
        switch source {
        case nil: nil
        case .wallet:
            [
                "paypal": [
                    "email_address": "payer@simulated.example", "account_id": "SAMPLEPAYERXX",
                    "account_status": "VERIFIED", "name": ["given_name": "Sim", "surname": "Payer"],
                ]
            ]
        case .card(let card, let expiry, _):
            [
                "card": [
                    "last_digits": .string(String(card.number.suffix(4))), "brand": .string(card.brand),
                    "type": "CREDIT", "expiry": .string(expiry),
                ]
            ]
        }
    }

    /// What the processor said of a card.
    private func response(_ code: String?, _ order: Order?) -> JSONValue? {
        guard case .card(_, _, let hasCode)? = order?.source else { return nil }
        var members: [JSONValue.Member] = [.init("response_code", .string(code ?? "0000"))]
        if hasCode { members.append(.init("cvv_code", .string(code == "5110" ? "N" : "M"))) }
        return .object(members)
    }

    private func related(_ order: String, authorization: String? = nil) -> JSONValue {
        var ids: [JSONValue.Member] = [.init("order_id", .string(order))]
        if let authorization { ids.append(.init("authorization_id", .string(authorization))) }
        return ["related_ids": .object(ids)]
    }

    func object(_ authorization: Authorization) -> JSONValue {
        let order = orders.last { $0.id == authorization.order }
        let path = "/v2/payments/authorizations/\(authorization.id)"
        var members: [JSONValue.Member] = [
            .init("id", .string(authorization.id)), .init("status", .string(authorization.status)),
            .init("amount", authorization.amount.object),
        ]
        if authorization.status == "PENDING" { members.append(.init("status_details", ["reason": "PENDING_REVIEW"])) }
        if let custom = order?.customID { members.append(.init("custom_id", .string(custom))) }
        if let invoice = order?.invoiceID { members.append(.init("invoice_id", .string(invoice))) }
        if authorization.code == nil, case .card? = order?.source {
            members.append(.init("network_transaction_reference", ["id": "123456789012345", "network": "VISA"]))
        }
        if let response = response(authorization.code, order) { members.append(.init("processor_response", response)) }
        members.append(.init("supplementary_data", related(authorization.order)))
        members.append(.init("expiration_time", .string(PayPalClock.text(authorization.expires))))
        members += times(authorization.created)
        members.append(
            .init(
                "links",
                [
                    link(path, "self"), link("\(path)/capture", "capture", "POST"),
                    link("\(path)/void", "void", "POST"), link("/v2/checkout/orders/\(authorization.order)", "up"),
                ]))
        return .object(members)
    }

    func object(_ capture: Capture) -> JSONValue {
        let order = orders.last { $0.id == capture.order }
        let path = "/v2/payments/captures/\(capture.id)"
        var members: [JSONValue.Member] = [
            .init("id", .string(capture.id)), .init("status", .string(capture.status)),
            .init("amount", capture.amount.object), .init("final_capture", .bool(capture.isFinal)),
            .init("seller_protection", ["status": "NOT_ELIGIBLE"]),
        ]
        if capture.status == "PENDING" { members.append(.init("status_details", ["reason": "PENDING_REVIEW"])) }
        if let custom = order?.customID { members.append(.init("custom_id", .string(custom))) }
        if let invoice = capture.invoiceID { members.append(.init("invoice_id", .string(invoice))) }
        if capture.code == nil, case .card? = order?.source {
            members.append(.init("network_transaction_reference", ["id": "123456789012345", "network": "VISA"]))
        }
        if let response = response(capture.code, order) { members.append(.init("processor_response", response)) }
        if capture.code == nil, capture.status != "PENDING" {
            let fee = fee(capture.amount)
            let net = PayPalSum(currency: fee.currency, units: capture.amount.units - fee.units)
            members.append(
                .init(
                    "seller_receivable_breakdown",
                    ["gross_amount": capture.amount.object, "paypal_fee": fee.object, "net_amount": net.object]))
        }
        members.append(.init("supplementary_data", related(capture.order, authorization: capture.authorization)))
        members += times(capture.created)
        let up =
            capture.authorization.map { "/v2/payments/authorizations/\($0)" }
            ?? "/v2/checkout/orders/\(capture.order)"
        members.append(
            .init("links", [link(path, "self"), link("\(path)/refund", "refund", "POST"), link(up, "up")]))
        return .object(members)
    }

    func object(_ refund: Refund) -> JSONValue {
        let path = "/v2/payments/refunds/\(refund.id)"
        var members: [JSONValue.Member] = [
            .init("id", .string(refund.id)), .init("status", .string(refund.status)),
            .init("amount", refund.amount.object),
        ]
        if refund.status == "PENDING" || refund.status == "FAILED" {
            members.append(.init("status_details", ["reason": "ECHECK"]))
        }
        if let custom = refund.customID { members.append(.init("custom_id", .string(custom))) }
        if let invoice = refund.invoiceID { members.append(.init("invoice_id", .string(invoice))) }
        members.append(
            .init(
                "seller_payable_breakdown",
                ["gross_amount": refund.amount.object, "net_amount": refund.amount.object]))
        members += times(refund.created)
        members.append(
            .init("links", [link(path, "self"), link("/v2/payments/captures/\(refund.capture)", "up")]))
        return .object(members)
    }

    // MARK: - Events

    mutating func note(_ type: String, _ resourceType: String, _ resource: JSONValue, at now: Int64) {
        unsent.append(
            Event(
                id: "WH-\(name())-\(name())", type: type, resourceType: resourceType, created: now, resource: resource))
        if unsent.count > 1_000 { unsent.removeFirst() }
    }

    func object(_ event: Event) -> JSONValue {
        [
            "id": .string(event.id), "event_version": "1.0", "create_time": .string(PayPalClock.text(event.created)),
            "resource_type": .string(event.resourceType), "resource_version": "2.0", "event_type": .string(event.type),
            "summary": "Simulated.", "resource": event.resource,
            "links": [link("/v1/notifications/webhooks-events/\(event.id)", "self")],
        ]
    }
}

extension PayPalBook.Capture {
    var eventType: String {
        switch status {
        case "PENDING": "PAYMENT.CAPTURE.PENDING"
        case "DECLINED", "FAILED": "PAYMENT.CAPTURE.DENIED"
        default: "PAYMENT.CAPTURE.COMPLETED"
        }
    }
}
