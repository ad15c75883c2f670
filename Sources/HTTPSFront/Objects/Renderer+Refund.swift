import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    func write(
        _ refund: Refund, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: refund)
        try json.object { json in
            json.field("id", refund.id)
            json.field("object", "refund")
            json.field("amount", refund.amount.minorUnits)
            // Only money that moved over what the platform owes the bot has a balance transaction.
            let isOurs = try refund.posting != nil && settlesToPlatform(refund, reader)
            let posting = isOurs ? refund.posting : nil
            try write(posting, of: .bot(refund.bot), expand.below("balance_transaction"), reader, into: &json)
            try writeCharge(of: refund, expand.below("charge"), reader, into: &json)
            json.field("created", refund.created)
            json.currency(refund.amount.currency)
            if isOurs, let reversed = refund.failurePosting {
                try write(
                    reversed, of: .bot(refund.bot), as: "failure_balance_transaction",
                    expand.below("failure_balance_transaction"), reader, into: &json)
            }
            if case .failed(let decline) = refund.state { json.field("failure_reason", decline.reason.refundFailure) }
            json.metadata(texts)
            if let expand = expand.below("payment_intent"), let payment = try reader.payment(refund.payment) {
                try writeIntent(payment, expand, reader, into: &json)
            } else {
                json.field("payment_intent", refund.payment)
            }
            json.text("reason", refund.reason.name)
            json.nulls("receipt_number", "source_transfer_reversal")
            json.field("status", refund.state.statusName)
            json.null("transfer_reversal")
        }
    }

    private func settlesToPlatform(_ refund: Refund, _ reader: any StoreReader) throws -> Bool {
        try reader.charge(refund.charge)?.fundsFlow == .toPlatform
    }

    private func writeCharge(
        of refund: Refund, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let charge = try reader.charge(refund.charge),
            let payment = try reader.payment(refund.payment)
        else { return json.field("charge", refund.charge) }
        json.key("charge")
        try write(charge, of: payment, expand, reader, into: &json)
    }
}

extension RefundState {
    var statusName: StaticString {
        switch self {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }
}

extension RefundReason {
    /// nil when none was given.
    var name: StaticString? {
        switch self {
        case .requestedByCustomer: "requested_by_customer"
        case .duplicate: "duplicate"
        case .fraudulent: "fraudulent"
        case .unspecified: nil
        }
    }
}

extension DeclineReason {
    /// The few words that refunds fail with.
    /// Source: docs.stripe.com/refunds, "Failed refunds" (read 2026-11).
    var refundFailure: StaticString {
        switch self {
        case .lostCard, .stolenCard: "lost_or_stolen_card"
        case .expiredCard, .pickupCard: "expired_or_canceled_card"
        case .insufficientFunds: "insufficient_funds"
        case .genericDecline, .doNotHonor, .fraudulent, .restrictedCard, .cardNotSupported: "declined"
        case .incorrectSecurityCode, .processingError, .cardVelocityExceeded, .authenticationRequired,
            .currencyNotSupported, .invalidAmount, .incorrectNumber, .tryAgainLater:
            "unknown"
        }
    }
}
