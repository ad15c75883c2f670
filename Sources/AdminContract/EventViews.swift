/// An event without its object: names and notes of people stay sealed.
package struct EventView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let type: String
    package let mode: String
    /// Who is told of it.
    package let owner: String
    /// What it is about.
    package let subject: String
    /// Only for a single event.
    package let deliveries: [DeliveryView]?

    package init(
        id: String, created: String, type: String, mode: String, owner: String, subject: String,
        deliveries: [DeliveryView]?
    ) {
        self.id = id
        self.created = created
        self.type = type
        self.mode = mode
        self.owner = owner
        self.subject = subject
        self.deliveries = deliveries
    }
}

/// The last line of a tail.
package struct TailEndView: Codable, Hashable, Sendable {
    /// `too_slow` or `stopping`.
    package let ended: String
    /// What happened and what to do next, for people.
    package let message: String

    package init(ended: String, message: String) {
        self.ended = ended
        self.message = message
    }
}

/// A configured account at a processor, and how it answers.
package struct ConnectionHealthView: Codable, Hashable, Sendable {
    package let connection: ConnectionView
    package let fundsFlow: String
    package let created: String
    /// How its settlements come: `api` or `file`; nil without an adapter.
    package let settlement: String?
    /// Nil before the first answer since the daemon started.
    package let health: HealthView?

    package init(
        connection: ConnectionView, fundsFlow: String, created: String, settlement: String?, health: HealthView?
    ) {
        self.settlement = settlement
        self.connection = connection
        self.fundsFlow = fundsFlow
        self.created = created
        self.health = health
    }
}

/// The newest answers of a connection, at most 200, since the daemon started.
package struct HealthView: Codable, Hashable, Sendable {
    package let approved: Int
    package let declined: Int
    package let undecided: Int
    package let notProcessed: Int
    package let unknown: Int
    /// Approvals among approvals and declines, in hundredths of a percent.
    package let approvalBasisPoints: Int64?
    package let lastAnswer: String?
    package let lastProblem: String?
    package let lastProblemTime: String?

    package init(
        approved: Int, declined: Int, undecided: Int, notProcessed: Int, unknown: Int, approvalBasisPoints: Int64?,
        lastAnswer: String?, lastProblem: String?, lastProblemTime: String?
    ) {
        self.approved = approved
        self.declined = declined
        self.undecided = undecided
        self.notProcessed = notProcessed
        self.unknown = unknown
        self.approvalBasisPoints = approvalBasisPoints
        self.lastAnswer = lastAnswer
        self.lastProblem = lastProblem
        self.lastProblemTime = lastProblemTime
    }
}
