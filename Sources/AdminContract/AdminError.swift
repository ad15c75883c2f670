/// The body of every answer that is not 200: `{"error": {"code": …, "message": …}}`.
package struct AdminError: Codable, Hashable, Sendable, Error {
    /// Why, for programs.
    package enum Code: String, Codable, Hashable, Sendable, CaseIterable {
        /// No such object or path: 404.
        case notFound = "not_found"
        /// The caller's role does not allow it: 403.
        case forbidden
        /// A parameter is missing, unknown or malformed: 400.
        case invalid
        /// The object's state does not allow it, or the same work is running already: 409.
        case conflict
        /// The path exists, but not with this method: 405.
        case method = "method_not_allowed"
        /// Too busy or stopping; try again: 503.
        case unavailable
        /// A defect or a failing disk; the daemon's log has the reason: 500.
        case `internal` = "internal_error"

        /// The answer's HTTP status.
        package var status: Int {
            switch self {
            case .notFound: 404
            case .forbidden: 403
            case .invalid: 400
            case .conflict: 409
            case .method: 405
            case .unavailable: 503
            case .internal: 500
            }
        }
    }
    package let code: Code
    /// What happened and what to do next, for people.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// ``AdminError`` as it stands in an answer.
package struct AdminErrorBody: Codable, Hashable, Sendable {
    package let error: AdminError

    package init(_ error: AdminError) { self.error = error }
}
