package import Payments

/// One request to a vendor as an adapter's codec makes it: below the account's base address, without credentials.
package struct WireRequest: Sendable {
    package var method: String
    /// Begins with a slash; holds the query, already percent-encoded.
    package var path: String
    package var headers: [(name: String, value: String)]
    /// May hold card data: ``wipe()`` it when the exchange is over.
    package var body: [UInt8]
    /// The operation this is a step of: it becomes the trace that is sent along.
    package var trace: OperationID?

    package init(
        method: String = "POST", path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        trace: OperationID? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.trace = trace
    }

    /// Overwrites the body in a way that the optimiser may not drop.
    package mutating func wipe() { Cleansing.cleanse(&body) }
}

/// A whole answer. Statuses are not judged here: what a 429 or a 500 means is for the adapter to say.
package struct WireAnswer: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name; names match in any case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// How much of a request had left this machine when it ended without an answer.
package enum SentPart: Hashable, Sendable {
    /// Its head, at least; not all of its body.
    case part
    case all
}

/// What became of an exchange. The first question it answers is whether money can have moved.
package enum WireResult: Sendable {
    /// The head of the request was never fully written, so the other side cannot have acted on it.
    case notSent(NotSentReason)
    case answered(WireAnswer)
    /// Written, at least in part, and no whole answer came: `timedOut`, `connectionCut`, or `contractViolation` for an
    /// answer that is too large or is no HTTP. A request that left in part is unknown too: half a body is not promised to
    /// be thrown away.
    case unknown(UnknownReason, sent: SentPart)
}

extension WireResult {
    /// What a money call came to when nobody answered; nil when somebody did.
    package var silence: Outcome? {
        switch self {
        case .notSent: .notProcessed(.notSent)
        case .unknown(let reason, _): .unknown(reason)
        case .answered: nil
        }
    }
}

/// Why a request never left.
package enum NotSentReason: String, Hashable, Sendable {
    /// The address is no URL of a host that can be called.
    case badAddress = "the address is not a URL that can be called"
    /// As many requests as the connection allows are under way or waiting.
    case full = "too many requests are waiting for this account"
    case nameUnknown = "the host name could not be resolved"
    case connectFailed = "the connection was refused or could not be made"
    case connectTimedOut = "no connection was made in time"
    /// The handshake failed: another certificate than the trusted one, or a client certificate that is not accepted.
    case tlsFailed = "the TLS handshake failed: check the certificates of both sides"
    /// Every connection of the pool was busy until the deadline.
    case noFreeConnection = "no connection became free in time"
    case stopped = "the daemon is stopping"
    case other = "the request could not be sent"
}

/// Carries requests to one account at one vendor: it knows the address and puts the credentials on. Sends each request at
/// most once, returns within its deadline, never throws, ignores cancellation.
package protocol Wire: Sendable {
    func send(_ request: WireRequest) async -> WireResult
}

/// One step of an adapter as a pair of pure functions: what is sent, and what its result means. A codec is whatever makes
/// these; it can be tested whole without a network by calling ``read`` with results of one's own.
package struct WireExchange<Reading: Sendable>: Sendable {
    package var request: WireRequest
    package let read: @Sendable (WireResult) -> Reading

    package init(_ request: WireRequest, read: @escaping @Sendable (WireResult) -> Reading) {
        self.request = request
        self.read = read
    }
}

extension Wire {
    /// Sends the request of `exchange`, wipes it, and reads the result.
    package func perform<Reading: Sendable>(_ exchange: consuming WireExchange<Reading>) async -> Reading {
        let read = exchange.read
        let result = await send(exchange.request)
        exchange.request.wipe()
        return read(result)
    }
}
