package import Primitives

/// Whether an approval takes the money at once.
package enum CaptureMethod: Int64, Hashable, Sendable {
    case automatic = 1
    case manual = 2
}

/// Why a payment was cancelled, as the caller said.
package enum CancellationReason: Int64, Hashable, Sendable, CaseIterable {
    case requestedByCustomer = 1
    case duplicate = 2
    case fraudulent = 3
    case abandoned = 4
    /// No reason given.
    case unspecified = 5
    /// Nobody captured it while its money was held.
    case automatic = 6
}

/// Where a payment stands. Each case's comment says what may follow.
package enum PaymentState: Hashable, Sendable {
    /// No means of payment, or the last attempt was declined, which takes the card off the payment. → `requiresConfirmation`, `authorizing`, `canceled`
    case requiresPaymentMethod
    /// A means of payment is chosen. → `authorizing`, `canceled`
    case requiresConfirmation
    /// The processor wants the cardholder to do something. → `authorizing` (another attempt), `requiresPaymentMethod`, `canceled`
    case requiresAction(ChargeID)
    /// An attempt was sent, or is about to be; its outcome is open, perhaps unknown. → any state, by an explicit answer only
    case authorizing(ChargeID)
    /// Money is held on the card. → `capturing`, `voiding`, `incrementing`
    case authorized(ChargeID)
    /// A capture was sent; its outcome is open. → `succeeded`, `authorized`
    case capturing(ChargeID, OperationID, amount: Int64)
    /// More is to be held, ``amount`` in all; the outcome is open. → `authorized`
    case incrementing(ChargeID, OperationID, amount: Int64)
    /// Money was taken. Refunds are counted beside the state. Final.
    case succeeded(ChargeID)
    /// A void was sent; its outcome is open. → `canceled`, `authorized`
    case voiding(ChargeID, OperationID)
    /// Given up; nothing is held and nothing was taken. Final.
    case canceled
}

/// A charge of one amount by one bot, with as many attempts as it takes. Amounts are minor units of ``amount``'s currency.
package struct Payment: Hashable, Sendable {
    package let id: PaymentID
    package let bot: BotID
    package let mode: Mode
    package let created: Timestamp
    package var amount: Money
    package let captureMethod: CaptureMethod
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    package var state: PaymentState
    /// What the issuer agreed to; 0 before.
    package var authorized: Int64
    /// What was taken; at most ``authorized``.
    package var captured: Int64
    /// What was given back for certain.
    package var refunded: Int64
    /// What is being given back with the outcome open; `refunded + refunding` is at most ``captured``.
    package var refunding: Int64
    package var latestCharge: ChargeID?
    /// The last attempt's "no", until another attempt starts.
    package var lastDecline: Decline?
    /// A cancel that was asked for while an outcome was open; executed once the truth is known. Also the reason shown later.
    package var cancellation: CancellationReason?
    /// When it was given up; nil before.
    package var canceledAt: Timestamp?
    /// Nil for a payment that no rule held. While it is held, the money is authorized and not taken.
    package var review: ReviewStanding?
    /// Description, metadata, descriptor and return address, sealed.
    package var details: SealedDetails?
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    /// A payment nobody has tried to charge yet, with all its counters at zero.
    package init(
        id: PaymentID, bot: BotID, mode: Mode, created: Timestamp, amount: Money, captureMethod: CaptureMethod,
        customer: CustomerID?, paymentMethod: PaymentMethodID?, details: SealedDetails?
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.created = created
        self.amount = amount
        self.captureMethod = captureMethod
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.details = details
        state = paymentMethod == nil ? .requiresPaymentMethod : .requiresConfirmation
        (authorized, captured, refunded, refunding, version) = (0, 0, 0, 0, 0)
    }

    /// This payment with the moment of its end noted, if it has just been given up.
    package func dated(_ now: Timestamp) -> Payment {
        guard state == .canceled, canceledAt == nil else { return self }
        var next = self
        next.canceledAt = now
        return next
    }

    /// Whether an approval takes the money: else it is held on the card until somebody captures it.
    package var takesAtOnce: Bool { captureMethod == .automatic && review == nil }

    /// Whether money is held on the card and an operator has yet to decide about it.
    package var isUnderReview: Bool {
        if case .authorized = state { review == .held } else { false }
    }

    /// What may still be refunded.
    package var refundable: Int64 { captured - refunded - refunding }
}

/// Sealed bytes as the domain sees them: opaque, with the number of the data key.
package struct SealedDetails: Hashable, Sendable {
    package let dataKey: Int64
    package let box: [UInt8]

    package init(dataKey: Int64, box: [UInt8]) {
        self.dataKey = dataKey
        self.box = box
    }
}
