/// A change that takes two people.
package struct ProposalView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let expires: String
    /// `open`, `approved`, `rejected` or `expired`.
    package let state: String
    /// `outcome`, `adjustment` or `open_book`.
    package let kind: String
    /// What it would do, in words.
    package let summary: String
    /// Why, as the proposer wrote it.
    package let reason: String
    package let evidence: String?
    package let proposer: PersonOnDutyView
    package let decider: PersonOnDutyView?
    package let decided: String?
    /// Only of kind `outcome`.
    package let outcome: OutcomeProposalView?
    /// Only of kind `adjustment`.
    package let adjustment: AdjustmentView?

    package init(
        id: String, created: String, expires: String, state: String, kind: String, summary: String, reason: String,
        evidence: String?, proposer: PersonOnDutyView, decider: PersonOnDutyView?, decided: String?,
        outcome: OutcomeProposalView?, adjustment: AdjustmentView?
    ) {
        self.id = id
        self.created = created
        self.expires = expires
        self.state = state
        self.kind = kind
        self.summary = summary
        self.reason = reason
        self.evidence = evidence
        self.proposer = proposer
        self.decider = decider
        self.decided = decided
        self.outcome = outcome
        self.adjustment = adjustment
    }
}

/// Who proposed or decided.
package struct PersonOnDutyView: Codable, Hashable, Sendable {
    package let uid: UInt32
    package let name: String

    package init(uid: UInt32, name: String) {
        self.uid = uid
        self.name = name
    }
}

/// What is said to have become of a message to a processor.
package struct OutcomeProposalView: Codable, Hashable, Sendable {
    package let operation: String
    /// `approved`, `declined`, `not_processed` or `book_stands`.
    package let decision: String
    package let processorReference: String?
    /// Nil for what was asked.
    package let minorUnits: Int64?

    package init(operation: String, decision: String, processorReference: String?, minorUnits: Int64?) {
        self.operation = operation
        self.decision = decision
        self.processorReference = processorReference
        self.minorUnits = minorUnits
    }
}

/// A posting by hand.
package struct AdjustmentView: Codable, Hashable, Sendable {
    /// `kind:owner:currency:mode`.
    package let debit: String
    package let credit: String
    package let amount: MoneyView

    package init(debit: String, credit: String, amount: MoneyView) {
        self.debit = debit
        self.credit = credit
        self.amount = amount
    }
}

/// Asks for a decision on an unknown outcome or a contradiction.
package struct ResolveRequest: Codable, Hashable, Sendable {
    /// `approved`, `declined`, `not-processed` or `book-stands`.
    package let decision: String
    /// What shows it: what the processor's own records say, and who looked.
    package let evidence: String
    /// Required for an approval of a charge, a pull or a top-up.
    package let processorReference: String?
    /// When less was approved than asked.
    package let minorUnits: Int64?

    package init(decision: String, evidence: String, processorReference: String?, minorUnits: Int64?) {
        self.decision = decision
        self.evidence = evidence
        self.processorReference = processorReference
        self.minorUnits = minorUnits
    }
}

/// Asks for a posting by hand.
package struct AdjustmentRequest: Codable, Hashable, Sendable {
    /// The account that gives, as `ledger accounts` shows it.
    package let debit: String
    /// The account that gets.
    package let credit: String
    package let minorUnits: Int64
    /// Must be that of both accounts.
    package let currency: String
    package let reason: String

    package init(debit: String, credit: String, minorUnits: Int64, currency: String, reason: String) {
        self.debit = debit
        self.credit = credit
        self.minorUnits = minorUnits
        self.currency = currency
        self.reason = reason
    }
}

/// Everything that is known about a message whose outcome is not.
package struct UnknownView: Codable, Hashable, Sendable {
    /// The message itself; nil once its outcome is stored.
    package let operation: OperationView?
    /// The reference that the processor was given.
    package let reference: String
    /// What was asked for.
    package let amount: MoneyView?
    /// The processor must not have executed it after this moment.
    package let validUntil: String?
    /// What it builds upon: the processor's own references.
    package let original: String?
    package let processor: String?
    /// The request that waits for it.
    package let isAwaitedByRequest: Bool
    /// What was done and what came back, oldest first.
    package let evidence: [EvidenceView]
    /// The decision that waits for a second operator.
    package let proposal: ProposalView?

    package init(
        operation: OperationView?, reference: String, amount: MoneyView?, validUntil: String?, original: String?,
        processor: String?, isAwaitedByRequest: Bool, evidence: [EvidenceView], proposal: ProposalView?
    ) {
        self.operation = operation
        self.reference = reference
        self.amount = amount
        self.validUntil = validUntil
        self.original = original
        self.processor = processor
        self.isAwaitedByRequest = isAwaitedByRequest
        self.evidence = evidence
        self.proposal = proposal
    }
}

/// Something that was learnt about a message.
package struct EvidenceView: Codable, Hashable, Sendable {
    package let first: String
    package let last: String
    /// How often it was seen in a row.
    package let count: Int64
    package let text: String

    package init(first: String, last: String, count: Int64, text: String) {
        self.first = first
        self.last = last
        self.count = count
        self.text = text
    }
}
