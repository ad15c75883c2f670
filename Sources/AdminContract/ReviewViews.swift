/// A payment or friend transfer whose money is held, or was, until an operator decides.
package struct ReviewView: Codable, Hashable, Sendable {
    /// The payment or transfer.
    package let id: String
    /// `payment` or `friend_transfer`.
    package let kind: String
    /// `open`, `approved`, `rejected`, `lapsed` or `withdrawn`.
    package let state: String
    package let opened: String
    /// When the money goes back by itself.
    package let due: String
    package let mode: String
    package let amount: MoneyView
    /// What the payment or transfer is now.
    package let status: String
    /// A bot, or the person who sends.
    package let from: String
    /// Of a transfer only.
    package let recipient: String?
    package let rule: String?
    /// What made the rule hold.
    package let explanation: String
    package let closed: String?
    package let decider: PersonOnDutyView?
    /// What the decider wrote.
    package let reason: String?

    package init(
        id: String, kind: String, state: String, opened: String, due: String, mode: String, amount: MoneyView,
        status: String, from: String, recipient: String?, rule: String?, explanation: String, closed: String?,
        decider: PersonOnDutyView?, reason: String?
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.opened = opened
        self.due = due
        self.mode = mode
        self.amount = amount
        self.status = status
        self.from = from
        self.recipient = recipient
        self.rule = rule
        self.explanation = explanation
        self.closed = closed
        self.decider = decider
        self.reason = reason
    }
}

/// Decides a case.
package struct DecideReviewRequest: Codable, Hashable, Sendable {
    /// Why; kept, sealed, with the decision.
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// What the rules said of one charge or friend transfer.
package struct RiskDecisionView: Codable, Hashable, Sendable {
    /// The charge or transfer.
    package let id: String
    /// `allow`, `review` or `block`.
    package let action: String
    /// Missing when no rule held.
    package let rule: String?
    package let explanation: String
    package let decided: String

    package init(id: String, action: String, rule: String?, explanation: String, decided: String) {
        self.id = id
        self.action = action
        self.rule = rule
        self.explanation = explanation
        self.decided = decided
    }
}
