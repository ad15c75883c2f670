package import Primitives

/// What a processor tells of a dispute. Each report says all that is known of the dispute itself, so that whichever comes
/// first makes it known; what has happened is ``news``.
package struct DisputeReport: Hashable, Sendable {
    /// The processor's own name for the dispute: 1 to 128 printable ASCII characters, unique within the connection.
    package let dispute: String
    /// What is disputed, positive.
    package let amount: Money
    package let reason: DisputeReason
    /// The scheme's own code, at most 32 characters of printable ASCII.
    package let networkReasonCode: String?
    /// Until when evidence is taken; nil when none can be given.
    package var respondBy: Timestamp?
    package let news: DisputeNews

    package init(
        dispute: String, amount: Money, reason: DisputeReason, networkReasonCode: String? = nil,
        respondBy: Timestamp?, news: DisputeNews
    ) {
        self.dispute = dispute
        self.amount = amount
        self.reason = reason
        self.networkReasonCode = networkReasonCode
        self.respondBy = respondBy
        self.news = news
    }
}

/// What happened in a dispute. Adapters report in the order in which things happened, each under a name of its own
/// (`dp_1:opened`, `dp_1:withdrawn:txn_1`), so that each counts once however often it is told. Amounts are positive.
package enum DisputeNews: Hashable, Sendable {
    /// The issuer asks for facts, or warns of fraud. No money has moved.
    case inquiry
    /// A chargeback was opened, also out of an inquiry.
    case opened
    /// The money was taken from the account at the processor, with what the processor asks for its work, if it says so here.
    case fundsWithdrawn(Money, fee: Money?)
    /// The money was given back, with what came back of the fee.
    case fundsReinstated(Money, fee: Money?)
    /// A fee that was told by itself.
    case feeTaken(Money)
    case feeReturned(Money)
    /// The processor has evidence, from Florin or from elsewhere, and the issuer decides.
    case underReview
    /// An inquiry came to nothing.
    case inquiryClosed
    case won
    case lost
}

/// The texts that speak for a charge. Names are those of the merchant API; documents (files) are not among them.
package enum EvidenceField: String, Hashable, Sendable, CaseIterable {
    case accessActivityLog = "access_activity_log"
    case billingAddress = "billing_address"
    case cancellationPolicyDisclosure = "cancellation_policy_disclosure"
    case cancellationRebuttal = "cancellation_rebuttal"
    case customerEmailAddress = "customer_email_address"
    case customerName = "customer_name"
    case customerPurchaseIP = "customer_purchase_ip"
    case duplicateChargeExplanation = "duplicate_charge_explanation"
    case duplicateChargeID = "duplicate_charge_id"
    case productDescription = "product_description"
    case refundPolicyDisclosure = "refund_policy_disclosure"
    case refundRefusalExplanation = "refund_refusal_explanation"
    case serviceDate = "service_date"
    case shippingAddress = "shipping_address"
    case shippingCarrier = "shipping_carrier"
    case shippingDate = "shipping_date"
    case shippingTrackingNumber = "shipping_tracking_number"
    case uncategorizedText = "uncategorized_text"
}

/// Evidence as an adapter gets it.
package struct DisputeEvidence: Hashable, Sendable {
    /// The most characters of all texts together.
    package static let longest = 150_000

    /// Never empty texts.
    package let texts: [EvidenceField: String]

    /// Without the empty ones.
    package init(_ texts: [EvidenceField: String]) { self.texts = texts.filter { !$0.value.isEmpty } }

    /// As they are kept among an object's sealed texts.
    package init(_ fields: DetailFields) {
        var texts: [EvidenceField: String] = [:]
        for field in EvidenceField.allCases { texts[field] = fields[field.name] }
        self.init(texts)
    }
}

extension EvidenceField {
    /// The name under which it is kept among an object's sealed texts.
    package var name: String { "evidence." + rawValue }
}
