package import Payments
package import Primitives

/// What a buyer keeps of a purchase, for a bot to show in the conversation. Amounts are minor units of ``currency``.
package struct SurfaceReceipt: Hashable, Sendable {
    /// One thing that was bought.
    package struct Element: Hashable, Sendable {
        package let title: String
        package let subtitle: String?
        package let quantity: Int64
        /// Of all of them.
        package let price: Int64

        package init(title: String, subtitle: String?, quantity: Int64, price: Int64) {
            self.title = title
            self.subtitle = subtitle
            self.quantity = quantity
            self.price = price
        }
    }
    package var recipient: String
    package var merchant: String
    /// Unique among the bot's receipts.
    package var order: String
    package var currency: Currency
    /// As people know it, such as "Visa 4242".
    package var method: String
    package var paid: Timestamp?
    package var elements: [Element] = []
    package var address: SurfaceAddress?
    package var subtotal: Int64
    package var shipping: Int64
    package var tax: Int64
    package var total: Int64
    /// What was taken off (negative) and put on, such as a tip.
    package var adjustments: [SurfaceLine] = []

    package init(
        recipient: String, merchant: String, order: String, currency: Currency, method: String, paid: Timestamp?,
        subtotal: Int64, shipping: Int64, tax: Int64, total: Int64
    ) {
        self.recipient = recipient
        self.merchant = merchant
        self.order = order
        self.currency = currency
        self.method = method
        self.paid = paid
        self.subtotal = subtotal
        self.shipping = shipping
        self.tax = tax
        self.total = total
    }
}

/// Makes what a bot sends into a conversation as a receipt.
package protocol SurfaceReceiptMaking: Sendable {
    var name: SurfaceName { get }

    /// One JSON object, ready to be sent as the platform wants it.
    /// - Returns: nil when the platform cannot show it, such as in a currency it could not write.
    func message(for receipt: SurfaceReceipt) -> [UInt8]?
}
