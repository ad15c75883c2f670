/// Where an owner wants its events.
package struct EndpointView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let owner: String
    package let mode: String
    package let url: String
    package let isEnabled: Bool
    /// Empty means all.
    package let types: [String]
    /// The newest ones, newest first.
    package let recent: [DeliveryView]

    package init(
        id: String, created: String, owner: String, mode: String, url: String, isEnabled: Bool, types: [String],
        recent: [DeliveryView]
    ) {
        self.id = id
        self.created = created
        self.owner = owner
        self.mode = mode
        self.url = url
        self.isEnabled = isEnabled
        self.types = types
        self.recent = recent
    }
}

/// One event on its way to one endpoint.
package struct DeliveryView: Codable, Hashable, Sendable {
    package let endpoint: String
    package let sequence: Int64
    package let event: String
    package let type: String
    /// `pending`, `delivered` or `given_up`.
    package let state: String
    package let attempts: Int64
    /// The last answer's HTTP status.
    package let lastStatus: Int64?
    package let created: String
    /// Only while it is pending.
    package let nextAttempt: String?

    package init(
        endpoint: String, sequence: Int64, event: String, type: String, state: String, attempts: Int64,
        lastStatus: Int64?, created: String, nextAttempt: String?
    ) {
        self.endpoint = endpoint
        self.sequence = sequence
        self.event = event
        self.type = type
        self.state = state
        self.attempts = attempts
        self.lastStatus = lastStatus
        self.created = created
        self.nextAttempt = nextAttempt
    }
}

/// What became of sending a delivery again.
package struct ResendView: Codable, Hashable, Sendable {
    /// The receiver answered 2xx.
    package let wasDelivered: Bool
    /// As it stands after the attempt.
    package let delivery: DeliveryView

    package init(wasDelivered: Bool, delivery: DeliveryView) {
        self.wasDelivered = wasDelivered
        self.delivery = delivery
    }
}

/// A message to a processor whose outcome is not stored.
package struct OperationView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let purpose: String
    /// The payment, refund, transfer or wallet movement.
    package let subject: String
    package let mode: String
    package let connection: String
    /// Why nobody knows; nil while the first answer is awaited.
    package let unknown: String?
    package let lookups: Int64
    package let nextLookup: String?
    /// What the processor said that contradicts the book. Nobody asks any more: a person must decide.
    package let conflict: String?

    package init(
        id: String, created: String, purpose: String, subject: String, mode: String, connection: String,
        unknown: String?, lookups: Int64, nextLookup: String?, conflict: String?
    ) {
        self.id = id
        self.created = created
        self.purpose = purpose
        self.subject = subject
        self.mode = mode
        self.connection = connection
        self.unknown = unknown
        self.lookups = lookups
        self.nextLookup = nextLookup
        self.conflict = conflict
    }
}

/// What asking the processor came to.
package struct AskView: Codable, Hashable, Sendable {
    /// The processor gave a final answer, which is stored.
    package let wasSettled: Bool
    /// As it stands after asking; nil when it is settled.
    package let operation: OperationView?

    package init(wasSettled: Bool, operation: OperationView?) {
        self.wasSettled = wasSettled
        self.operation = operation
    }
}
