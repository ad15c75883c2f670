/// A cardholder's objection to a charge, as operators see it. Evidence is not shown: it is about people.
package struct DisputeView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    /// As the bot reads it: `needs_response`, `won`…
    package let status: String
    package let reason: String
    package let amount: MoneyView
    package let mode: String
    /// The bot, or the platform whose person it is about.
    package let owner: String
    /// The charge, transfer or top-up.
    package let subject: String
    package let connection: String
    /// The processor's own name for it.
    package let processorReference: String
    /// Until when evidence is taken; nil when none is.
    package let respondBy: String?
    package let hasEvidence: Bool
    package let submissions: Int64
    /// The message whose outcome is open.
    package let response: String?
    package let movements: [DisputeMovementView]

    package init(
        id: String, created: String, status: String, reason: String, amount: MoneyView, mode: String, owner: String,
        subject: String, connection: String, processorReference: String, respondBy: String?, hasEvidence: Bool,
        submissions: Int64, response: String?, movements: [DisputeMovementView]
    ) {
        self.id = id
        self.created = created
        self.status = status
        self.reason = reason
        self.amount = amount
        self.mode = mode
        self.owner = owner
        self.subject = subject
        self.connection = connection
        self.processorReference = processorReference
        self.respondBy = respondBy
        self.hasEvidence = hasEvidence
        self.submissions = submissions
        self.response = response
        self.movements = movements
    }
}

/// What money did in a dispute.
package struct DisputeMovementView: Codable, Hashable, Sendable {
    package let created: String
    /// `withdrawn`, `reinstated`, `fee` or `fee_returned`.
    package let kind: String
    package let amount: MoneyView
    package let posting: Int64

    package init(created: String, kind: String, amount: MoneyView, posting: Int64) {
        self.created = created
        self.kind = kind
        self.amount = amount
        self.posting = posting
    }
}

/// What a processor reported and could not be carried out.
package struct FactView: Codable, Hashable, Sendable {
    package let recorded: String
    package let connection: String
    /// The processor's own name for the report.
    package let id: String
    package let kind: String
    /// The message that it is about.
    package let operation: String
    package let problem: String

    package init(
        recorded: String, connection: String, id: String, kind: String, operation: String, problem: String
    ) {
        self.recorded = recorded
        self.connection = connection
        self.id = id
        self.kind = kind
        self.operation = operation
        self.problem = problem
    }
}

/// What the platform asks of a bot for each charge in one currency.
package struct BotFeeView: Codable, Hashable, Sendable {
    package let currency: String
    /// Hundredths of a percent.
    package let basisPoints: Int64
    package let fixed: MoneyView

    package init(currency: String, basisPoints: Int64, fixed: MoneyView) {
        self.currency = currency
        self.basisPoints = basisPoints
        self.fixed = fixed
    }
}

/// Sets what is asked in one currency; without both numbers nothing is asked any more.
package struct SetBotFeeRequest: Codable, Hashable, Sendable {
    package let currency: String
    package let basisPoints: Int64?
    /// Minor units.
    package let fixed: Int64?

    package init(currency: String, basisPoints: Int64?, fixed: Int64?) {
        self.currency = currency
        self.basisPoints = basisPoints
        self.fixed = fixed
    }
}
