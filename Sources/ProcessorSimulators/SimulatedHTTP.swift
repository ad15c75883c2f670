package import ProcessorKit

/// One request as a simulated vendor sees it.
package struct SimulatedRequest: Sendable {
    package let method: String
    /// Without the query.
    package let path: String
    package let query: FormFields
    /// The query as it was written.
    package let rawQuery: String
    /// Names in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    /// - Parameter target: path and query, as they stand in the request line.
    package init(method: String, target: String, headers: [String: String], body: [UInt8]) {
        let parts = target.split(separator: "?", maxSplits: 1)
        self.method = method
        path = parts.first.map(String.init) ?? "/"
        rawQuery = parts.count > 1 ? String(parts[1]) : ""
        query = FormFields(parsing: Array(rawQuery.utf8))
        self.headers = headers
        self.body = body
    }

    /// The body's fields, read as a form.
    package var form: FormFields { FormFields(parsing: body) }
}

/// What a simulated vendor answers.
package struct SimulatedAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document.
    package init(_ status: Int = 200, json: JSONValue) {
        self.init(
            status: status, headers: [(name: "content-type", value: "application/json")], body: json.encoded)
    }

    /// A page for people.
    package init(html: String) {
        self.init(
            status: 200, headers: [(name: "content-type", value: "text/html; charset=utf-8")], body: Array(html.utf8))
    }
}

/// A vendor, played. It answers at once; what goes wrong on the way is the server's part.
package protocol SimulatedVendor: Sendable {
    /// `stripe`…
    var name: String { get }
    func answer(_ request: SimulatedRequest) async -> SimulatedAnswer
    /// By which path faults are ordered for a request: its own, unless the vendor serves everything under one.
    func address(of request: SimulatedRequest) -> String
    /// Bends an answer into a lie of that kind; nil when the vendor knows no such lie.
    func bent(_ answer: SimulatedAnswer, by lie: Lie) -> SimulatedAnswer?
    /// Changes what the vendor allows or how it behaves; names and values are the vendor's own.
    /// - Returns: false when there is no such setting.
    func set(_ setting: String, to value: String) -> Bool
    /// What the vendor holds, for audits.
    var book: JSONValue { get }
}

extension SimulatedVendor {
    /// The request's own path.
    package func address(of request: SimulatedRequest) -> String { request.path }
}
