package import Primitives

/// What became of one attempt to charge a card.
package enum ChargeState: Hashable, Sendable {
    /// Stored, and sent or about to be.
    case pending
    case approved
    case declined(Decline)
    case requiresAction(RequiredAction)
    case notProcessed(NotProcessedReason)
}

/// The capture that took held money: a message of its own, which some processors refund instead of the charge.
package struct ChargeCapture: Hashable, Sendable {
    package let operation: OperationID
    /// The processor's own name for the capture.
    package let processorReference: String

    package init(operation: OperationID, processorReference: String) {
        self.operation = operation
        self.processorReference = processorReference
    }
}

/// One attempt of a payment at one processor. Its identifier is also the reference the processor was given.
package struct Charge: Hashable, Sendable {
    package let id: ChargeID
    package let payment: PaymentID
    package let bot: BotID
    package let mode: Mode
    package let connection: ConnectionID
    /// Adapter and wire version that built the message.
    package let adapterVersion: Int64
    package let fundsFlow: FundsFlow
    /// What is or was asked for; raised when more was held later.
    package var amount: Money
    package let paymentMethod: PaymentMethodID
    package let created: Timestamp
    package var state: ChargeState
    /// From the approval; needed for capture, void and refund.
    package var approval: Approval?
    /// Nil while nothing was captured, and for a charge that took the money at once.
    package var capture: ChargeCapture?
    /// The posting that recorded the money, for balance transactions; nil until captured.
    package var posting: Int64?
    /// What the platform asked of the bot when the money was taken, minor units; nil for nothing.
    package var fee: Int64?
    /// Whether the cardholder objects, or ever did; inquiries count.
    package var isDisputed: Bool

    package init(
        id: ChargeID, payment: PaymentID, bot: BotID, mode: Mode, connection: ConnectionID, adapterVersion: Int64,
        fundsFlow: FundsFlow, amount: Money, paymentMethod: PaymentMethodID, created: Timestamp,
        state: ChargeState = .pending, approval: Approval? = nil, capture: ChargeCapture? = nil,
        posting: Int64? = nil, fee: Int64? = nil, isDisputed: Bool = false
    ) {
        self.id = id
        self.payment = payment
        self.bot = bot
        self.mode = mode
        self.connection = connection
        self.adapterVersion = adapterVersion
        self.fundsFlow = fundsFlow
        self.amount = amount
        self.paymentMethod = paymentMethod
        self.created = created
        self.state = state
        self.approval = approval
        self.capture = capture
        self.posting = posting
        self.fee = fee
        self.isDisputed = isDisputed
    }
}
