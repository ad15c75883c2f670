import Payments
import ProcessorKit

/// An answer that is not a 200, in the terms of Stripe's error object.
/// Source: docs.stripe.com/api/errors and docs.stripe.com/error-codes (read 2026-11).
struct StripeError {
    let status: Int
    let type: String?
    let code: String?
    let declineCode: String?
    let adviceCode: String?

    /// - Returns: nil for a 200.
    init?(_ answer: WireAnswer) {
        guard answer.status != 200 else { return nil }
        status = answer.status
        let error = JSONValue(parsing: answer.body)?["error"]
        type = error?["type"]?.text
        code = error?["code"]?.text
        declineCode = error?["decline_code"]?.text
        adviceCode = error?["advice_code"]?.text
    }

    /// Whether the account or its key was refused: an operator must look.
    var isAboutCredentials: Bool { status == 401 || status == 403 }

    /// Whether another request with the same key is being executed, or the object is locked: the same bytes again, after a
    /// pause, are right.
    var isBusyWithTheSame: Bool { status == 409 || code == "idempotency_key_in_use" }

    /// What it means for the operation.
    var outcome: Outcome {
        switch status {
        case 402 where type == "card_error":
            return .declined(StripeDeclines.decline(code: code, declineCode: declineCode, advice: adviceCode))
        // The same key came with other parameters before. What became of that message is not told.
        case 400 where type == "idempotency_error": return .unknown(.contractViolation)
        // Refused before execution: malformed, not allowed, in a state that does not permit it, or not there.
        case 400, 402, 404: return isRefusal ? .notProcessed(.refusedInvalid) : .unknown(.contractViolation)
        // The key is not taken, or may not do this.
        case 401: return .notProcessed(.refusedAccount)
        case 403: return isRefusal ? .notProcessed(.refusedAccount) : .unknown(.contractViolation)
        case 409: return .unknown(.processorUncertain)
        case 429: return .notProcessed(.refusedBusy)
        case 500...599: return .unknown(.serverError)
        default: return .unknown(.contractViolation)
        }
    }

    /// An error object of Stripe's, and not somebody's page on the way there.
    private var isRefusal: Bool { type == "invalid_request_error" || type == "card_error" || type == "api_error" }
}
