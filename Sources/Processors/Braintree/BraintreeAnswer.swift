import Payments
import ProcessorKit

/// One error of an answer, in Braintree's terms.
/// Source: developer.paypal.com/braintree/graphql/guides/errors (read 2026-11) and the published schema.
struct BraintreeError: Hashable, Sendable {
    /// `VALIDATION`, `AUTHENTICATION`…; an open set.
    let kind: String
    /// The number of a validation error, such as 91506.
    let code: String?

    /// What it means for the operation in whose answer it stands alone.
    var outcome: Outcome {
        switch kind {
        // Refused before execution: malformed, not allowed, in a state that does not permit it, or not there.
        case "VALIDATION":
            isAboutUsedToken
                ? .unknown(.processorUncertain)
                : BraintreeDeclines.validation(code).map { .declined($0) } ?? .notProcessed(.refusedInvalid)
        case "NOT_FOUND", "UNSUPPORTED_CLIENT": .notProcessed(.refusedInvalid)
        case "AUTHENTICATION", "AUTHORIZATION": .notProcessed(.refusedAccount)
        case "RESOURCE_LIMIT": .notProcessed(.refusedBusy)
        case "INTERNAL", "SERVICE_AVAILABILITY": .unknown(.serverError)
        default: .unknown(.contractViolation)
        }
    }

    /// Whether the account or its keys were refused: an operator must look.
    var isAboutCredentials: Bool { kind == "AUTHENTICATION" || kind == "AUTHORIZATION" }

    /// The card that was stored for one use is used up, or in use: another message of the same operation was faster.
    private var isAboutUsedToken: Bool {
        ["91564", "91566", "93106", "93107", "93109"].contains(code ?? "")
    }

    /// Only what has settled can be refunded, and this has not.
    var isAboutUnsettled: Bool { code == "91506" || code == "91574" }

    /// The refund reached the card's bank, which said no.
    /// Source: error codes 915200 and 915201, "refund auth declined", of the vendor's packages.
    var refundDecline: Decline? {
        switch code {
        case "915200": Decline(reason: .genericDecline, isSoft: false, processorCode: code)
        case "915201": Decline(reason: .genericDecline, isSoft: true, processorCode: code)
        default: nil
        }
    }
}

/// A whole answer to one operation, taken apart: the payload, or why there is none.
enum BraintreeAnswer: Sendable {
    /// What stands at the operation's root field. Errors about parts of it do not make it less true.
    case payload(JSONValue)
    /// There is no payload, and these say why. Never empty.
    case refused([BraintreeError])
    /// No answer, or none that is Braintree's.
    case silent(Outcome)

    init(_ result: WireResult, to operation: BraintreeOperation) {
        guard case .answered(let answer) = result else {
            self = .silent(result.silence ?? .unknown(.contractViolation))
            return
        }
        let body = JSONValue(parsing: answer.body)
        let errors = BraintreeAnswer.errors(body)
        switch answer.status {
        case 200:
            if let payload = body?["data"]?[operation.root] {
                self = .payload(payload)
            } else if operation == .transaction, errors.isEmpty, body?["data"] != nil {
                // A node that is not there may also come as null.
                self = .refused([BraintreeError(kind: "NOT_FOUND", code: nil)])
            } else {
                self = errors.isEmpty ? .silent(.unknown(.contractViolation)) : .refused(errors)
            }
        case 401: self = .refused([BraintreeError(kind: "AUTHENTICATION", code: nil)])
        case 403: self = .refused([BraintreeError(kind: "AUTHORIZATION", code: nil)])
        case 429: self = .refused([BraintreeError(kind: "RESOURCE_LIMIT", code: nil)])
        // Only what Braintree itself says counts as a refusal; anything else may come from somebody in between.
        case 400, 422: self = errors.isEmpty ? .silent(.unknown(.contractViolation)) : .refused(errors)
        case 500...599: self = .silent(.unknown(.serverError))
        default: self = .silent(.unknown(.contractViolation))
        }
    }

    /// What a money call came to without a payload; nil when there is one. Of several errors the one that knows least counts.
    var outcome: Outcome? {
        switch self {
        case .payload: nil
        case .silent(let outcome): outcome
        case .refused(let errors):
            errors.map(\.outcome).first { if case .unknown = $0 { true } else { false } }
                ?? errors.first?.outcome ?? .unknown(.contractViolation)
        }
    }

    /// Whether the keys, or what they may do, were refused.
    static func refusesCredentials(_ result: WireResult) -> Bool {
        guard case .answered(let answer) = result else { return false }
        return answer.status == 401 || answer.status == 403
            || answer.status == 200 && errors(JSONValue(parsing: answer.body)).contains(where: \.isAboutCredentials)
    }

    private static func errors(_ body: JSONValue?) -> [BraintreeError] {
        (body?["errors"]?.elements ?? []).prefix(32).map { error in
            let extensions = error["extensions"]
            let code = extensions?["legacyCode"]?.text ?? extensions?["legacyCode"]?.integer.map { String($0) }
            // Only validations have a number, and some answers name nothing else.
            return BraintreeError(
                kind: extensions?["errorClass"]?.text ?? (code == nil ? "" : "VALIDATION"), code: code)
        }
    }
}
