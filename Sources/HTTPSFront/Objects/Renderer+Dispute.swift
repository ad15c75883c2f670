import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `dispute`, with what `expand` names shown whole.
    package func dispute(_ dispute: Dispute, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 2_000)
        try write(dispute, Expansion(expand), reader, into: &json)
        return json.bytes
    }

    func write(
        _ dispute: Dispute, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: dispute)
        let movements = try reader.movements(of: dispute.id)
        try json.object { json in
            json.field("id", dispute.id)
            json.field("object", "dispute")
            json.field("amount", dispute.amount.minorUnits)
            try writeMovements(movements, of: dispute, reader, into: &json)
            try writeSubject(of: dispute, expand, reader, into: &json)
            json.field("created", dispute.created)
            json.currency(dispute.amount.currency)
            writeEvidence(texts, into: &json)
            json.object("evidence_details") { json in
                if let due = dispute.respondBy { json.field("due_by", due) } else { json.null("due_by") }
                json.field("has_evidence", dispute.hasEvidence)
                // Evidence that comes too late is refused, so that none was ever submitted past due.
                json.field("past_due", false)
                json.field("submission_count", dispute.submissions)
            }
            json.field("is_charge_refundable", try isRefundable(dispute, reader))
            json.field("livemode", dispute.mode == .live)
            json.metadata(texts)
            try writeMethodDetails(of: dispute, reader, into: &json)
            json.field("reason", dispute.reason.name)
            json.field("status", dispute.state.name)
        }
    }

    /// The balance transactions of what Florin itself owes: money that moved at the bot's own account has none.
    private func writeMovements(
        _ movements: [DisputeMovement], of dispute: Dispute, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard case .bot(_, .toPlatform) = dispute.debtor else {
            return json.array("balance_transactions") { _ in }
        }
        let entries = try movements.filter { $0.partOf == nil }
            .compactMap { try reader.entry(posting: $0.posting, owner: dispute.owner.bits) }
        try json.array("balance_transactions") { json in
            for entry in entries { try write(entry, of: dispute.owner, Expansion([]), reader, into: &json) }
        }
    }

    private func writeSubject(
        of dispute: Dispute, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        switch dispute.subject {
        case .charge(let id, let intent):
            let (charge, payment) = (try reader.charge(id), try reader.payment(intent))
            if let below = expand.below("charge"), let charge, let payment {
                json.key("charge")
                try write(charge, of: payment, below, reader, into: &json)
            } else {
                json.field("charge", id)
            }
            if let below = expand.below("payment_intent"), let payment {
                try writeIntent(payment, below, reader, into: &json)
            } else {
                json.field("payment_intent", intent)
            }
        case .transfer(let id): json.field("friend_transfer", id)
        case .topUp(let id): json.field("wallet_movement", id)
        }
    }

    /// Documents are not taken, so their fields are always null.
    private func writeEvidence(_ texts: DetailFields, into json: inout JSONWriter) {
        json.object("evidence") { json in
            for field in EvidenceField.allCases { json.field(field.key, texts[field.name]) }
            json.nulls(
                "cancellation_policy", "customer_communication", "customer_signature",
                "duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation",
                "shipping_documentation", "uncategorized_file")
        }
    }

    private func isRefundable(_ dispute: Dispute, _ reader: any StoreReader) throws -> Bool {
        guard case .charge(_, let id) = dispute.subject, let payment = try reader.payment(id) else { return false }
        switch dispute.state {
        case .needsResponse, .underReview, .lost: return false
        case .warningNeedsResponse, .warningUnderReview, .warningClosed, .won: return payment.refundable > 0
        }
    }

    private func writeMethodDetails(
        of dispute: Dispute, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard case .charge(let id, _) = dispute.subject, let charge = try reader.charge(id),
            let method = try reader.paymentMethod(charge.paymentMethod)
        else { return }
        json.object("payment_method_details") { json in
            json.object("card") { json in
                json.field("brand", method.brand.name)
                json.field("network_reason_code", dispute.networkReasonCode)
            }
            json.field("type", "card")
        }
    }

    /// An error object for something that a processor did not take.
    package func refused(code: StaticString, message: StaticString) -> [UInt8] {
        JSONWriter.object(capacity: 256) { json in
            json.object("error") { json in
                json.field("code", code)
                json.field("message", message)
                json.field("type", "invalid_request_error")
            }
        }
    }
}

extension DisputeState {
    /// As `status`.
    package var name: StaticString {
        switch self {
        case .warningNeedsResponse: "warning_needs_response"
        case .warningUnderReview: "warning_under_review"
        case .warningClosed: "warning_closed"
        case .needsResponse: "needs_response"
        case .underReview: "under_review"
        case .won: "won"
        case .lost: "lost"
        }
    }
}

extension DisputeReason {
    /// As `reason`.
    package var name: StaticString {
        switch self {
        case .general: "general"
        case .fraudulent: "fraudulent"
        case .unrecognized: "unrecognized"
        case .duplicate: "duplicate"
        case .productNotReceived: "product_not_received"
        case .productUnacceptable: "product_unacceptable"
        case .subscriptionCanceled: "subscription_canceled"
        case .creditNotProcessed: "credit_not_processed"
        case .customerInitiated: "customer_initiated"
        case .debitNotAuthorized: "debit_not_authorized"
        case .bankCannotProcess: "bank_cannot_process"
        case .checkReturned: "check_returned"
        case .incorrectAccountDetails: "incorrect_account_details"
        case .insufficientFunds: "insufficient_funds"
        }
    }
}

extension EvidenceField {
    /// The same as `rawValue`, for the writer.
    var key: StaticString {
        switch self {
        case .accessActivityLog: "access_activity_log"
        case .billingAddress: "billing_address"
        case .cancellationPolicyDisclosure: "cancellation_policy_disclosure"
        case .cancellationRebuttal: "cancellation_rebuttal"
        case .customerEmailAddress: "customer_email_address"
        case .customerName: "customer_name"
        case .customerPurchaseIP: "customer_purchase_ip"
        case .duplicateChargeExplanation: "duplicate_charge_explanation"
        case .duplicateChargeID: "duplicate_charge_id"
        case .productDescription: "product_description"
        case .refundPolicyDisclosure: "refund_policy_disclosure"
        case .refundRefusalExplanation: "refund_refusal_explanation"
        case .serviceDate: "service_date"
        case .shippingAddress: "shipping_address"
        case .shippingCarrier: "shipping_carrier"
        case .shippingDate: "shipping_date"
        case .shippingTrackingNumber: "shipping_tracking_number"
        case .uncategorizedText: "uncategorized_text"
        }
    }

    /// The most characters of one text.
    /// Source: Stripe's published description, `dispute_evidence_params` (version 2023-08-16).
    var longest: Int {
        switch self {
        case .accessActivityLog, .cancellationPolicyDisclosure, .cancellationRebuttal, .duplicateChargeExplanation,
            .productDescription, .refundPolicyDisclosure, .refundRefusalExplanation, .uncategorizedText:
            20_000
        case .billingAddress, .customerEmailAddress, .customerName, .customerPurchaseIP, .duplicateChargeID,
            .serviceDate, .shippingAddress, .shippingCarrier, .shippingDate, .shippingTrackingNumber:
            5_000
        }
    }
}
