package import Primitives

/// Why money was given back, as the caller said. Raw values are stored.
package enum RefundReason: Int64, Hashable, Sendable, CaseIterable {
    case requestedByCustomer = 1
    case duplicate = 2
    case fraudulent = 3
    /// No reason given.
    case unspecified = 4
}

/// Where a refund stands.
package enum RefundState: Hashable, Sendable {
    /// Reserved on the payment and sent, or about to be; the outcome is open. → `succeeded`, `failed`
    case pending
    /// The processor accepted it. → `failed`, when the processor reports later that it bounced
    case succeeded
    /// Nothing was given back. Final.
    case failed(Decline)
}

/// Giving back (part of) a payment. Its identifier is also the reference the processor is given.
package struct Refund: Hashable, Sendable {
    package let id: RefundID
    package let payment: PaymentID
    package let charge: ChargeID
    package let bot: BotID
    package let mode: Mode
    package let amount: Money
    package let reason: RefundReason
    package let created: Timestamp
    package var state: RefundState
    package var posting: Int64?
    package var details: SealedDetails?
    /// The message that ended it, if it was not the first one, which has the refund's own identifier.
    package var operation: OperationID?
    /// The processor's own name for it; nil until it succeeds.
    package var processorReference: String?
    /// The posting that took it back when it bounced.
    package var failurePosting: Int64?

    package init(
        id: RefundID, payment: PaymentID, charge: ChargeID, bot: BotID, mode: Mode, amount: Money,
        reason: RefundReason, created: Timestamp, state: RefundState = .pending, posting: Int64? = nil,
        details: SealedDetails? = nil, operation: OperationID? = nil, processorReference: String? = nil,
        failurePosting: Int64? = nil
    ) {
        self.id = id
        self.payment = payment
        self.charge = charge
        self.bot = bot
        self.mode = mode
        self.amount = amount
        self.reason = reason
        self.created = created
        self.state = state
        self.posting = posting
        self.details = details
        self.operation = operation
        self.processorReference = processorReference
        self.failurePosting = failurePosting
    }

    /// Pure and total: what an outcome does to a refund.
    package func step(_ outcome: Outcome) -> RefundStep {
        switch (state, outcome) {
        case (.pending, .approved(let approval)):
            guard approval.amount == amount else {
                return .conflict("the processor refunded another amount than was asked for")
            }
            var next = self
            next.state = .succeeded
            next.processorReference = approval.processorReference
            return .moved(next)
        case (.pending, .declined(let decline)), (.succeeded, .declined(let decline)): return moved(.failed(decline))
        case (.pending, .notProcessed(let reason)) where reason != .refusedInvalid: return .sendAgain
        case (.pending, .notProcessed): return moved(.failed(Decline(reason: .processingError, isSoft: false)))
        case (.pending, .pending), (.pending, .unknown): return .askProcessor
        case (.pending, .approvedPartial), (.pending, .requiresAction):
            return .conflict("the processor answered a refund with something that is not an answer to one")
        case (.succeeded, .notProcessed), (.succeeded, .approvedPartial), (.succeeded, .requiresAction):
            return .conflict("the processor now denies a refund it had accepted")
        case (.succeeded, .approved(let approval)):
            return approval.amount == amount ? .ignored : .conflict("the processor now names another amount")
        case (.succeeded, .pending), (.succeeded, .unknown): return .ignored
        case (.failed, .approved), (.failed, .approvedPartial):
            return .conflict("the processor now claims a refund it had refused")
        case (.failed, .declined), (.failed, .notProcessed), (.failed, .pending), (.failed, .unknown),
            (.failed, .requiresAction):
            return .ignored
        }
    }

    private func moved(_ state: RefundState) -> RefundStep {
        var next = self
        next.state = state
        return .moved(next)
    }
}

/// The answer of the state machine.
package enum RefundStep: Hashable, Sendable {
    case moved(Refund)
    case askProcessor
    /// Certainly not executed and still wanted: send the same message again.
    case sendAgain
    case ignored
    case conflict(String)
}
