import ProcessorKit

// Objects as API version 2023-08-16 shows them: every required field of the published description, and those that clients
// of card payments read.
extension StripeBook {
    func object(_ intent: Intent, expand: Set<String> = []) -> JSONValue {
        let charge = chargeIndex(intent.charge).map { charges[$0] }
        let expanded = expand.contains("latest_charge")
        return [
            "id": .string(intent.id), "object": "payment_intent", "amount": .integer(intent.amount),
            "amount_capturable": .integer(intent.capturable), "amount_details": ["tip": [:]],
            "amount_received": .integer(intent.received), "application": nil, "application_fee_amount": nil,
            "automatic_payment_methods": nil, "canceled_at": intent.canceledAt.map { .integer($0) } ?? .null,
            "cancellation_reason": .optional(intent.cancellation), "capture_method": .string(intent.capture),
            "client_secret": .string("\(intent.id)_secret_sim"), "confirmation_method": .string(intent.confirmation),
            "created": .integer(intent.created), "currency": .string(intent.currency), "customer": nil,
            "description": .optional(intent.description), "invoice": nil, "last_payment_error": intent.lastError,
            "latest_charge": charge.map { expanded ? object($0) : .string($0.id) } ?? .null, "livemode": false,
            "metadata": StripeBook.metadata(intent.metadata), "next_action": nextAction(intent), "on_behalf_of": nil,
            "payment_method": .optional(intent.method),
            "payment_method_options": ["card": ["request_three_d_secure": "automatic"]],
            "payment_method_types": .array(intent.methodTypes.map { .string($0) }), "processing": nil,
            "receipt_email": nil, "review": nil, "setup_future_usage": .optional(intent.futureUsage), "shipping": nil,
            "source": nil,
            "statement_descriptor": nil, "statement_descriptor_suffix": .optional(intent.suffix),
            "status": .string(intent.status), "transfer_data": nil, "transfer_group": nil,
        ]
    }

    private func nextAction(_ intent: Intent) -> JSONValue {
        guard intent.status == "requires_action" else { return .null }
        guard let returnURL = intent.returnURL else { return ["type": "use_stripe_sdk", "use_stripe_sdk": [:]] }
        return [
            "type": "redirect_to_url",
            "redirect_to_url": [
                "return_url": .string(returnURL), "url": .string("\(pageBase)/_authenticate/\(intent.id)"),
            ],
        ]
    }

    func object(_ charge: Charge) -> JSONValue {
        let method = methods[charge.method]
        return [
            "id": .string(charge.id), "object": "charge", "amount": .integer(charge.amount),
            "amount_captured": .integer(charge.captured), "amount_refunded": .integer(charge.refunded),
            "application": nil, "application_fee": nil, "application_fee_amount": nil, "balance_transaction": nil,
            "billing_details": StripeBook.noBilling, "calculated_statement_descriptor": "SIMULATOR",
            "captured": .bool(charge.isCaptured), "created": .integer(charge.created),
            "currency": .string(charge.currency), "customer": nil, "description": nil,
            "disputed": .bool(charge.isDisputed), "failure_balance_transaction": nil,
            "failure_code": .optional(charge.failure?.code), "failure_message": .optional(charge.failure?.message),
            "fraud_details": [:], "invoice": nil, "livemode": false,
            "metadata": intentIndex(charge.intent).map { StripeBook.metadata(intents[$0].metadata) } ?? [:],
            "on_behalf_of": nil,
            "outcome": [
                "network_status": charge.isPaid ? "approved_by_network" : "declined_by_network",
                "reason": .optional(charge.failure?.declineCode), "risk_level": "normal",
                "seller_message": charge.isPaid ? "Payment complete." : "The bank declined.",
                "type": charge.isPaid ? "authorized" : "issuer_declined",
            ],
            "paid": .bool(charge.isPaid), "payment_intent": .string(charge.intent),
            "payment_method": .string(charge.method),
            "payment_method_details": ["type": "card", "card": method.map { card($0, isCharge: true) } ?? [:]],
            "receipt_email": nil, "receipt_number": nil, "receipt_url": nil,
            "refunded": .bool(charge.refunded > 0 && charge.refunded == charge.captured), "review": nil,
            "shipping": nil, "source": nil, "source_transfer": nil, "statement_descriptor": nil,
            "statement_descriptor_suffix": nil, "status": charge.isPaid ? "succeeded" : "failed",
            "transfer_data": nil, "transfer_group": nil,
        ]
    }

    func object(_ method: Method) -> JSONValue {
        [
            "id": .string(method.id), "object": "payment_method", "billing_details": StripeBook.noBilling,
            "card": card(method, isCharge: false), "created": .integer(method.created), "customer": nil,
            "livemode": false, "metadata": [:], "type": "card",
        ]
    }

    private func card(_ method: Method, isCharge: Bool) -> JSONValue {
        let check: JSONValue =
            if !method.hasSecurityCode {
                .null
            } else if method.card.token == "pm_card_chargeDeclinedIncorrectCvc" {
                "fail"
            } else {
                isCharge ? "pass" : "unchecked"
            }
        var members: [JSONValue.Member] = [
            .init("brand", .string(method.card.brand)),
            .init("checks", ["address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": check]),
            .init("country", "US"), .init("exp_month", .integer(method.expiryMonth)),
            .init("exp_year", .integer(method.expiryYear)),
            .init("fingerprint", .string("sim\(method.card.number.suffix(8))")),
            .init("funding", .string(method.card.funding)),
            .init("last4", .string(String(method.card.number.suffix(4)))),
            .init("three_d_secure", .null), .init("wallet", .null),
        ]
        if isCharge {
            members += [
                .init("installments", .null), .init("mandate", .null), .init("network", .string(method.card.brand)),
                .init("network_token", ["used": false]), .init("amount_authorized", .null),
            ]
        } else {
            members += [
                .init("generated_from", .null),
                .init("networks", ["available": [.string(method.card.brand)], "preferred": nil]),
                .init("three_d_secure_usage", ["supported": true]),
            ]
        }
        return .object(members.filter { $0.name != "amount_authorized" })
    }

    func object(_ refund: Refund) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(refund.id)), .init("object", "refund"), .init("amount", .integer(refund.amount)),
            .init("balance_transaction", .null), .init("charge", .string(refund.charge)),
            .init("created", .integer(refund.created)), .init("currency", .string(refund.currency)),
            .init("metadata", StripeBook.metadata(refund.metadata)),
            .init("payment_intent", .string(refund.intent)), .init("reason", .optional(refund.reason)),
            .init("receipt_number", .null), .init("source_transfer_reversal", .null),
            .init("status", .string(refund.status)), .init("transfer_reversal", .null),
        ]
        if let failure = refund.failure { members.append(.init("failure_reason", .string(failure))) }
        return .object(members)
    }

    func object(_ event: Event) -> JSONValue {
        [
            "id": .string(event.id), "object": "event", "api_version": "2023-08-16",
            "created": .integer(event.created), "data": ["object": event.object], "livemode": false,
            "pending_webhooks": .integer(Int64(endpoints.count)), "request": ["id": nil, "idempotency_key": nil],
            "type": .string(event.type),
        ]
    }

    func object(_ endpoint: Endpoint, showsSecret: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(endpoint.id)), .init("object", "webhook_endpoint"), .init("api_version", .null),
            .init("application", .null), .init("created", .integer(endpoint.created)), .init("description", .null),
            .init("enabled_events", .array(endpoint.events.map { .string($0) })), .init("livemode", false),
            .init("metadata", [:]),
        ]
        if showsSecret { members.append(.init("secret", .string(endpoint.secret))) }
        members += [.init("status", "enabled"), .init("url", .string(endpoint.url))]
        return .object(members)
    }

    var balance: JSONValue {
        let taken = charges.reduce(0) { $0 + ($1.currency == "usd" && $1.isPaid ? $1.captured - $1.refunded : 0) }
        return [
            "object": "balance", "available": [["amount": .integer(taken), "currency": "usd"]], "livemode": false,
            "pending": [["amount": 0, "currency": "usd"]],
        ]
    }

    static func metadata(_ values: [String: String]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }

    private static let noBilling: JSONValue = [
        "address": ["city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil],
        "email": nil, "name": nil, "phone": nil,
    ]

    static let noEvidence: JSONValue = .object(
        [
            "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
            "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
            "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
            "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt", "refund_policy",
            "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
            "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation",
            "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
        ].map { .init($0, .null) })
}
