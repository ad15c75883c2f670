package import Payments
package import Primitives

/// What a bot asks for when it creates a payment. Amount and texts were checked by the front.
package struct NewPayment: Sendable {
    package var amount: Money
    package var captureMethod: CaptureMethod
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    package var details: DetailFields
    /// Charge at once; needs a payment method.
    package var confirm: Bool
    /// A payer's account, made for this payment in place of ``paymentMethod``.
    package var account: NewAccountMethod?
    /// A card, stored for this payment in place of ``paymentMethod``.
    package var card: NewCard?
    /// A single-use card token in place of ``paymentMethod``; it is used up by this payment.
    package var token: TokenID?
    /// Where the caller named ``token``.
    package var tokenParameter = sourceParameter
    static let sourceParameter = "source"

    package init(
        amount: Money, captureMethod: CaptureMethod = .automatic, customer: CustomerID? = nil,
        paymentMethod: PaymentMethodID? = nil, details: DetailFields = DetailFields(), confirm: Bool = false
    ) {
        self.amount = amount
        self.captureMethod = captureMethod
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.details = details
        self.confirm = confirm
    }
}

/// What a bot changes on a payment that was not charged yet. Nil leaves a thing as it is.
package struct PaymentChange: Sendable {
    /// Minor units of ``currency``, or of the payment's own.
    package var amount: Int64?
    package var currency: Currency?
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    /// Texts to set, merged over the stored ones.
    package var details = DetailFields()
    /// Names of texts to remove first; `DetailFields.allMetadata` stands for all metadata.
    package var removals: [String] = []

    /// Whether it is about what a charge is made of, and not about texts that may change at any time.
    var changesTerms: Bool {
        (details.allNames + removals).contains { DetailFields.terms.contains($0) }
    }

    package init() {}
}
