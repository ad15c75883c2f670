import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    func write(
        _ charge: Charge, of payment: Payment, _ expand: Expansion, _ reader: any StoreReader,
        into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: payment)
        let method = try reader.paymentMethod(charge.paymentMethod)
        // Amounts are counted on the payment, whose money lies on its latest attempt.
        let isLatest = payment.latestCharge == charge.id && charge.state == .approved
        let captured = isLatest ? payment.captured : 0
        let refunded = isLatest ? payment.refunded : 0
        let failure = charge.state.decline.map { CardErrorText($0) }
        try json.object { json in
            json.field("id", charge.id)
            json.field("object", "charge")
            json.field("amount", charge.amount.minorUnits)
            json.field("amount_captured", captured)
            json.field("amount_refunded", refunded)
            json.nulls("application", "application_fee", "application_fee_amount")
            try write(
                charge.fundsFlow == .toPlatform ? charge.posting : nil, of: .bot(charge.bot),
                expand.below("balance_transaction"), reader, into: &json)
            try writeBilling(of: method, into: &json)
            json.null("calculated_statement_descriptor")
            json.field("captured", captured > 0)
            json.field("created", charge.created)
            json.currency(charge.amount.currency)
            try write(payment.customer, expand.below("customer"), reader, into: &json)
            json.field("description", texts["description"])
            json.field("disputed", charge.isDisputed)
            json.null("failure_balance_transaction")
            json.text("failure_code", failure?.code)
            json.text("failure_message", failure?.message)
            json.object("fraud_details") { _ in }
            json.null("invoice")
            json.field("livemode", charge.mode == .live)
            json.metadata(texts)
            json.null("on_behalf_of")
            writeOutcome(of: charge, payment, into: &json)
            json.field("paid", charge.state == .approved)
            try writeIntent(payment, expand.below("payment_intent"), reader, into: &json)
            json.field("payment_method", charge.paymentMethod)
            writeMethodDetails(of: charge, method, texts, into: &json)
            json.nulls("receipt_email", "receipt_number", "receipt_url")
            json.field("refunded", captured > 0 && refunded == captured)
            json.null("review")
            json.shipping(texts)
            json.null("source_transfer")
            json.field("statement_descriptor", texts["statement_descriptor"])
            json.field("statement_descriptor_suffix", texts[DetailFields.statementSuffix])
            json.field("status", charge.statusName(of: payment))
            json.nulls("transfer_data", "transfer_group")
        }
    }

    private func writeBilling(of method: PaymentMethod?, into json: inout JSONWriter) throws {
        writeBilling(try method.map { try sealing.fields(of: $0) } ?? DetailFields(), into: &json)
    }

    func writeBilling(_ texts: DetailFields, into json: inout JSONWriter) {
        json.object("billing_details") { json in
            json.address(texts)
            json.field("email", texts["email"])
            json.field("name", texts["name"])
            json.field("phone", texts["phone"])
        }
    }

    /// `payment_intent`, as an identifier or whole.
    func writeIntent(
        _ payment: Payment, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand else { return json.field("payment_intent", payment.id) }
        json.key("payment_intent")
        try write(payment, expand, reader, into: &json)
    }

    private func writeOutcome(of charge: Charge, _ payment: Payment, into json: inout JSONWriter) {
        let (network, reason, message, type): (StaticString, StaticString?, StaticString, StaticString)
        switch charge.state {
        case .pending, .requiresAction: return json.null("outcome")
        case .approved:
            (network, reason, message) = ("approved_by_network", nil, "Payment complete.")
            type = payment.review == .held ? "manual_review" : "authorized"
        case .declined(.authenticationRequiredByRule):
            (network, reason) = ("not_sent_to_network", "rule")
            message = "A rule wants the cardholder to authenticate, and nobody could be asked; no issuer was asked."
            type = "blocked"
        case .declined(.blockedByRule):
            (network, reason) = ("not_sent_to_network", "rule")
            (message, type) = ("A rule blocked this payment; no issuer was asked.", "blocked")
        case .declined(let decline):
            (network, reason) = ("declined_by_network", CardErrorText(decline.reason).declineCode)
            (message, type) = ("The card's issuer declined the payment.", "issuer_declined")
        case .notProcessed:
            (network, reason) = ("not_sent_to_network", "processing_error")
            (message, type) = ("The payment was not processed; nothing was charged.", "invalid")
        }
        json.object("outcome") { json in
            json.field("network_status", network)
            json.text("reason", reason)
            json.field("risk_level", "not_assessed")
            json.field("seller_message", message)
            json.field("type", type)
        }
    }

    private func writeMethodDetails(
        of charge: Charge, _ method: PaymentMethod?, _ texts: DetailFields, into json: inout JSONWriter
    ) {
        guard let method else { return json.null("payment_method_details") }
        guard method.instrument == .card else { return writeAccountDetails(of: charge, into: &json) }
        json.object("payment_method_details") { json in
            json.object("card") { json in
                json.field("brand", method.brand.name)
                json.object("checks") { json in
                    json.nulls("address_line1_check", "address_postal_code_check")
                    json.text("cvc_check", charge.approval?.securityCodeMatched.map { $0 ? "pass" : "fail" })
                }
                json.null("country")
                json.field("exp_month", method.expiry.month)
                json.field("exp_year", method.expiry.year)
                json.field("fingerprint", method.shownFingerprint)
                json.field("funding", method.funding.name)
                if texts[DetailFields.increments] != nil {
                    json.object("incremental_authorization") { json in
                        json.field("status", charge.capture == nil ? "available" : "unavailable")
                    }
                }
                json.null("installments")
                json.field("last4", method.lastFour.text)
                json.field("mandate", texts[DetailFields.mandate])
                json.field("network", method.brand.name)
                if let id = charge.approval?.networkTransactionID { json.field("network_transaction_id", id) }
                json.nulls("three_d_secure", "wallet")
            }
            json.field("type", "card")
        }
    }
}

extension Renderer {
    /// What is known of a payment from a payer's account.
    private func writeAccountDetails(of charge: Charge, into json: inout JSONWriter) {
        json.object("payment_method_details") { json in
            json.object("paypal") { json in
                json.nulls("payer_email", "payer_id", "payer_name", "seller_protection")
                json.field("transaction_id", charge.approval?.processorReference)
            }
            json.field("type", "paypal")
        }
    }
}

extension Charge {
    func statusName(of payment: Payment) -> StaticString {
        switch state {
        case .pending: "pending"
        case .approved: "succeeded"
        case .declined, .notProcessed: "failed"
        // Once the payment has moved on, nobody waits for the cardholder any more.
        case .requiresAction: payment.state == .requiresAction(id) ? "pending" : "failed"
        }
    }
}

extension ChargeState {
    /// Why an attempt took no money; nil when it did or may yet.
    var decline: DeclineReason? {
        switch self {
        case .declined(let decline): decline.reason
        case .notProcessed(.securityCodeGone): .incorrectSecurityCode
        case .notProcessed: .processingError
        case .pending, .approved, .requiresAction: nil
        }
    }
}

extension JSONWriter {
    /// A literal or null.
    mutating func text(_ key: StaticString, _ text: StaticString?) {
        self.key(key)
        if let text { value(text) } else { null() }
    }
}
