package import Payments

/// One HTTP request to a processor.
package struct HTTPExchange: Sendable {
    package var method: String
    /// Absolute, with scheme and host.
    package var url: String
    package var headers: [(name: String, value: String)]
    /// May hold card data: the executor overwrites its own copy when the exchange is over.
    package var body: [UInt8]

    package init(
        method: String = "POST", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A whole answer. Statuses are not judged here: what a 429 or a 500 means is for the adapter to say.
package struct HTTPAnswer: Sendable {
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

/// What became of an exchange. The first question it answers is whether money can have moved.
package enum HTTPResult: Sendable {
    /// The head of the request was never fully written, so the other side cannot have acted on it.
    case notSent
    case answered(HTTPAnswer)
    /// Written, at least in part, and no whole answer came: `timedOut`, `connectionCut`, or `contractViolation` for an
    /// answer that is too large or is no HTTP.
    case unknown(UnknownReason)
}
