/// A request that the daemon answered.
package struct RequestView: Codable, Hashable, Sendable {
    package let id: String
    package let received: String
    package let method: String
    /// Without the query; what could be a card number is masked.
    package let path: String
    package let status: Int
    package let microseconds: Int64
    /// The last four characters of the key; nil without one, or with one that was not taken.
    package let key: String?
    /// The error's code, or its type.
    package let error: String?

    package init(
        id: String, received: String, method: String, path: String, status: Int, microseconds: Int64, key: String?,
        error: String?
    ) {
        self.id = id
        self.received = received
        self.method = method
        self.path = path
        self.status = status
        self.microseconds = microseconds
        self.key = key
        self.error = error
    }
}

/// The newest requests.
package struct RequestsView: Codable, Hashable, Sendable {
    /// The oldest first.
    package let requests: [RequestView]
    /// Ask behind this one next.
    package let last: Int64
    /// How many came and are not kept any more: the reader was too slow.
    package let missed: Int64

    package init(requests: [RequestView], last: Int64, missed: Int64) {
        self.requests = requests
        self.last = last
        self.missed = missed
    }
}

/// What makes an event happen.
package struct TriggerRequest: Codable, Hashable, Sendable {
    /// The type of the event.
    package let event: String
    /// Whose event: a bot.
    package let owner: String

    package init(event: String, owner: String) {
        self.event = event
        self.owner = owner
    }
}

/// What was made so that the event happens.
package struct TriggerView: Codable, Hashable, Sendable {
    package let event: String
    /// The objects, in the order in which they were made.
    package let made: [String]

    package init(event: String, made: [String]) {
        self.event = event
        self.made = made
    }
}
