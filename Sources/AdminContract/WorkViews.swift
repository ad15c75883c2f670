import Foundation

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

/// What makes a receiver on this machine hear of an owner's test events.
package struct ListenRequest: Codable, Hashable, Sendable {
    /// A platform or a bot.
    package let owner: String
    /// `http://` on loopback.
    package let url: String
    /// Empty means all.
    package let types: [String]

    package init(owner: String, url: String, types: [String]) {
        self.owner = owner
        self.url = url
        self.types = types
    }
}

/// A receiver on this machine that hears of events.
package struct ListenView: Codable, Hashable, Sendable {
    package let endpoint: String
    /// What its messages are signed with: the same each time for the same owner and address.
    package let secret: String
    /// The number of the newest delivery so far; 0 before the first.
    package let lastSequence: Int64

    package init(endpoint: String, secret: String, lastSequence: Int64) {
        self.endpoint = endpoint
        self.secret = secret
        self.lastSequence = lastSequence
    }
}

/// A receiver that hears of nothing any more.
package struct StoppedListeningView: Codable, Hashable, Sendable {
    package let endpoint: String

    package init(endpoint: String) { self.endpoint = endpoint }
}

/// A message as a receiver got it.
package struct ExamineWebhookRequest: Codable, Hashable, Sendable {
    /// `Stripe-Signature`; nil when there was none.
    package let signature: String?
    /// The body's bytes in Base64.
    package let body: String

    /// - Parameter body: the bytes themselves.
    package init(signature: String?, body: [UInt8]) {
        self.signature = signature
        self.body = Data(body).base64EncodedString()
    }
}

/// Why a message does not pass as genuine.
package struct WebhookExaminationView: Codable, Hashable, Sendable {
    /// `genuine`, `header_missing`, `header_unreadable`, `clock_off`, `wrong_secret`, `body_changed`, `body_padded` or `unknown_secret`.
    package let verdict: String
    /// What was found, for people.
    package let found: String
    /// What to do about it; nil for a genuine message.
    package let advice: String?

    package init(verdict: String, found: String, advice: String?) {
        self.verdict = verdict
        self.found = found
        self.advice = advice
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
