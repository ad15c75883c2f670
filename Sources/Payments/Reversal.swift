package import Primitives

/// Where a reversal stands.
package enum ReversalState: Int64, Hashable, Sendable, CaseIterable {
    /// Sent, or about to be; the outcome is open. → `succeeded`
    case pending = 1
    /// The money is back with the cardholder. → `bounced`, when the processor reports later that it is not
    case succeeded = 2
    /// The card did not take it: it is with the processor again, and a person decides. Final.
    case bounced = 3
}

/// Giving back what a processor approved although it was less than was asked for: nobody wanted it. The attempt itself was
/// declined at once; this goes on by itself until the processor has said yes. Its identifier is also the reference of its
/// first message.
package struct Reversal: Hashable, Sendable {
    package let id: ReversalID
    /// The attempt that was approved in part.
    package let attempt: OperationID
    package let mode: Mode
    package let connection: ConnectionID
    /// The bot whose own account at the processor took the money; nil where it came to the platform.
    package let directBot: BotID?
    /// What was approved.
    package let amount: Money
    /// The processor's name for the approval.
    package let processorReference: String
    /// Whether the money was taken, and is refunded; else it was held, and is released.
    package let isTaken: Bool
    package let created: Timestamp
    package var state: ReversalState
    /// The message that brought it about, if it was not the first one, which has the reversal's own identifier.
    package var operation: OperationID?

    package init(
        id: ReversalID, attempt: OperationID, mode: Mode, connection: ConnectionID, directBot: BotID?, amount: Money,
        processorReference: String, isTaken: Bool, created: Timestamp, state: ReversalState = .pending,
        operation: OperationID? = nil
    ) {
        self.id = id
        self.attempt = attempt
        self.mode = mode
        self.connection = connection
        self.directBot = directBot
        self.amount = amount
        self.processorReference = processorReference
        self.isTaken = isTaken
        self.created = created
        self.state = state
        self.operation = operation
    }

    /// Pure and total: what an outcome does to a reversal.
    package func step(_ outcome: Outcome) -> ReversalStep {
        switch (state, outcome) {
        case (.pending, .approved(let approval)):
            // What a void names as its amount means nothing: there is no other void of this hold.
            guard !isTaken || approval.amount == amount else {
                return .conflict("the processor gave back another amount than it was asked to")
            }
            var next = self
            next.state = .succeeded
            return .moved(next)
        case (.pending, .declined), (.pending, .notProcessed(.refusedInvalid)):
            return .conflict("the processor refuses to give back what it had approved in part")
        case (.pending, .notProcessed): return .sendAgain
        case (.pending, .pending), (.pending, .unknown): return .askProcessor
        case (.pending, .approvedPartial), (.pending, .requiresAction):
            return .conflict("the processor answered a reversal with something that is not an answer to one")
        case (.succeeded, .approved), (.succeeded, .pending), (.succeeded, .unknown), (.bounced, _): return .ignored
        case (.succeeded, .declined), (.succeeded, .notProcessed), (.succeeded, .approvedPartial),
            (.succeeded, .requiresAction):
            return .conflict("the processor now denies a reversal it had accepted")
        }
    }
}

/// The answer of the state machine; the cases mean what those of ``RefundStep`` mean.
package enum ReversalStep: Hashable, Sendable {
    case moved(Reversal)
    case askProcessor
    case sendAgain
    case ignored
    case conflict(String)
}
