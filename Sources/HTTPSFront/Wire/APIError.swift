package import Engine
package import Payments
import Primitives

/// An answer that is not a success, in the shape Stripe's SDKs turn into their exception classes.
///
/// The message is for the developer and says what to do next. It never repeats a value the caller sent, because that
/// value may be a card number in the wrong field.
package struct APIError: Error, Sendable {
    /// The `type` field; the SDKs choose the exception class by it and by the HTTP status.
    package enum Kind: Sendable, Hashable {
        case api, card, idempotency, invalidRequest

        var text: StaticString {
            switch self {
            case .api: "api_error"
            case .card: "card_error"
            case .idempotency: "idempotency_error"
            case .invalidRequest: "invalid_request_error"
            }
        }
    }

    package var status: Int
    package var kind: Kind
    package var code: String?
    package var declineCode: String?
    package var message: String
    /// The parameter in bracket notation, `card[exp_month]`.
    package var parameter: String?
    /// Seconds for the `Retry-After` header.
    package var retryAfterSeconds: Int?
    package var chargeID: String?
    /// The whole object as JSON, where Stripe puts it into the error (a declined confirm).
    package var paymentIntent: [UInt8]?
    package var paymentMethod: [UInt8]?
    package var allowedMethods: String?
    /// Whether the connection must not be used again: the request was not read to its end.
    package var closesConnection = false

    package init(
        _ status: Int, _ kind: Kind, code: String? = nil, declineCode: String? = nil, parameter: String? = nil,
        message: String
    ) {
        self.status = status
        self.kind = kind
        self.code = code
        self.declineCode = declineCode
        self.parameter = parameter
        self.message = message
    }

    /// The body, `{"error": {…}}`.
    package func json(requestID: RequestID?) -> [UInt8] {
        JSONWriter.object(capacity: 256 + (paymentIntent?.count ?? 0)) { json in
            json.object("error") { json in
                if let chargeID { json.field("charge", chargeID) }
                if let code { json.field("code", code) }
                if let declineCode { json.field("decline_code", declineCode) }
                json.field("message", message)
                if let parameter { json.field("param", parameter) }
                if let paymentIntent { json.field("payment_intent", raw: paymentIntent) }
                if let paymentMethod { json.field("payment_method", raw: paymentMethod) }
                if let requestID { json.field("request_id", requestID) }
                json.field("type", kind.text)
            }
        }
    }
}

// MARK: - The errors of the edge

extension APIError {
    /// A parameter that is there but wrong.
    package static func invalid(_ parameter: String?, code: String = "parameter_invalid", _ message: String) -> APIError
    {
        APIError(400, .invalidRequest, code: code, parameter: parameter, message: message)
    }

    /// A required parameter that was not sent.
    package static func missing(_ parameter: String) -> APIError {
        .init(
            400, .invalidRequest, code: "parameter_missing", parameter: parameter,
            message: "Missing required param: \(parameter).")
    }

    /// No key, or none that is known: 401.
    package static func unauthenticated(_ message: String) -> APIError {
        APIError(401, .invalidRequest, message: message)
    }

    /// A known key that may not do this: 403.
    package static func forbidden(_ message: String) -> APIError {
        APIError(403, .invalidRequest, message: message)
    }

    /// The thing does not exist, or not for this caller and mode: both look the same.
    /// - Parameter id: only when it has the form of one of our identifiers.
    package static func noSuch(_ object: StaticString, id: String?, parameter: String = "id") -> APIError {
        let name = id.map { ": '\($0)'" } ?? ""
        return APIError(
            404, .invalidRequest, code: "resource_missing", parameter: parameter, message: "No such \(object)\(name)")
    }

    /// - Parameter path: with anything masked that could be a card number.
    package static func unknownURL(method: String, path: String) -> APIError {
        APIError(
            404, .invalidRequest,
            message: "Unrecognized request URL (\(method): \(path)). Check the path against the API reference.")
    }

    /// - Parameter allowed: the methods for the `Allow` header, separated by commas.
    package static func methodNotAllowed(method: String, path: String, allowed: String) -> APIError {
        var error = APIError(
            405, .invalidRequest, message: "\(method) is not possible on \(path). Allowed: \(allowed).")
        error.allowedMethods = allowed
        return error
    }

    /// The body came too slowly: 408, and the connection is closed.
    package static let bodyTimedOut = closing(
        408, "The request body did not arrive in time. Send the whole body without pausing.")

    /// - Parameter limit: in bytes.
    package static func bodyTooLarge(limit: Int) -> APIError {
        closing(413, "The request body is larger than \(limit) bytes, the most this server reads.")
    }

    /// The body ended before it was complete.
    package static let bodyCut = closing(400, "The request body ended early.")

    /// This caller asks too often: 429.
    package static func tooManyRequests(retryAfterSeconds: Int) -> APIError {
        var error = APIError(
            429, .invalidRequest, code: "rate_limit",
            message: "Too many requests. Wait \(retryAfterSeconds) s, then try again with the same Idempotency-Key.")
        error.retryAfterSeconds = retryAfterSeconds
        return error
    }

    /// More work than the server admits at once.
    package static func overloaded(retryAfterSeconds: Int = 1) -> APIError {
        var error = APIError(
            503, .api, code: overloadCode,
            message: "The server is at its limit. Nothing was done: try again with the same Idempotency-Key.")
        error.retryAfterSeconds = retryAfterSeconds
        return error
    }

    /// Whether this is ``overloaded(retryAfterSeconds:)``.
    var isOverload: Bool { code == Self.overloadCode }
    private static let overloadCode = "overloaded"

    /// The disk refused.
    package static let storageUnavailable: APIError = {
        var error = APIError(
            503, .api, code: "storage_unavailable",
            message: "The server cannot write to its disk. Nothing was stored: try again with the same Idempotency-Key."
        )
        error.retryAfterSeconds = 5
        return error
    }()

    /// The book was restored and has not been opened yet.
    package static let bookReadOnly: APIError = {
        var error = APIError(
            503, .api, code: "book_read_only",
            message: "The gateway was restored from a backup and only answers questions until its operator opens it. "
                + "Nothing was done: try again later with the same Idempotency-Key.")
        error.retryAfterSeconds = 60
        return error
    }()

    /// The request was stored and may have had its effect, and its outcome can be neither stored nor shown. Not a 503, each
    /// of which promises that nothing was done.
    /// - Parameter object: what it is about, when callers have a name for it.
    package static func underway(_ object: String?) -> APIError {
        let name = object.map { " (\($0))" } ?? ""
        var error = APIError(
            500, .api, code: "request_underway",
            message:
                "The request was stored and is being carried out\(name), but its outcome cannot be stored or shown "
                + "right now. Ask again with the same Idempotency-Key, or retrieve the object. Do not repeat the request "
                + "without its Idempotency-Key: it could take effect twice.")
        error.retryAfterSeconds = 5
        return error
    }

    /// The server is being stopped.
    package static let stopping: APIError = {
        var error = closing(503, "The server is stopping. Nothing was done: try again with the same Idempotency-Key.")
        error.kind = .api
        error.code = "stopping"
        error.retryAfterSeconds = 2
        return error
    }()

    /// An operator, or a set-up that is not finished, keeps the server from taking this request.
    package static func held(_ hold: Hold) -> APIError {
        let (code, reason, seconds) =
            switch hold {
            case .draining: ("stopping", "The server is being taken out of service.", 2)
            case .paused: ("paused", "Changes are paused; reads are answered.", 30)
            case .backupNotAcknowledged: ("not_set_up", "This server has not been set up completely.", 60)
            }
        var error = APIError(
            503, .api, code: code, message: "\(reason) Nothing was done: try again with the same Idempotency-Key.")
        error.retryAfterSeconds = seconds
        error.closesConnection = hold == .draining
        return error
    }

    /// Our own fault. What happened stands in the log under the request id, not here.
    package static let internalError = APIError(
        500, .api,
        message: "Something went wrong on our side. Ask again with the same Idempotency-Key to learn the outcome.")

    private static func closing(_ status: Int, _ message: String) -> APIError {
        var error = APIError(status, .invalidRequest, message: message)
        error.closesConnection = true
        return error
    }
}
