import Payments
import ProcessorKit

/// An answer that is not a success, in the terms of PayPal's error object.
/// Sources: the `x-issues` of PayPal's published descriptions of Orders v2 and Payments v2;
/// developer.paypal.com/api/rest/responses (read 2026-11).
struct PayPalError {
    let status: Int
    let name: String?
    /// What `details` name, in their order.
    let issues: [String]
    /// The fields that `details` point at.
    let fields: [String]

    /// - Returns: nil for a success.
    init?(_ answer: WireAnswer) {
        guard !(200..<300).contains(answer.status) else { return nil }
        let body = JSONValue(parsing: answer.body)
        status = answer.status
        name = body?["name"]?.text ?? body?["error"]?.text
        issues = body?["details"]?.elements.compactMap { $0["issue"]?.text } ?? []
        fields = body?["details"]?.elements.compactMap { $0["field"]?.text } ?? []
    }

    /// Whether the account or its credentials were refused: an operator must look.
    var isAboutCredentials: Bool { status == 401 || status == 403 }

    /// Whether it is the account that is not served, and not this request: another one may well be.
    private var isAboutAccount: Bool { status == 403 || issues.contains { $0.hasPrefix("PAYEE_") } }

    /// Whether another request with the same key is being executed: the same bytes again, after a pause, are right.
    var isBusyWithTheSame: Bool {
        status == 409 || !PayPalError.busy.isDisjoint(with: issues)
    }

    /// The payer must do something first.
    var asksThePayer: Bool {
        issues.contains { $0 == "PAYER_ACTION_REQUIRED" || $0 == "ORDER_NOT_APPROVED" }
    }

    private static let busy: Set<String> = ["PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS"]
    /// PayPal does not say what became of it: it is read.
    private static let uncertain: Set<String> = ["PENDING_CAPTURE", "DUPLICATE_INVOICE_ID"]

    /// Issues that are a refusal of the payer's means, not of our request.
    static let declines: [String: Decline] = {
        func soft(_ reason: DeclineReason) -> (DeclineReason, Bool) { (reason, true) }
        func hard(_ reason: DeclineReason) -> (DeclineReason, Bool) { (reason, false) }
        let rows: [String: (DeclineReason, Bool)] = [
            "INSTRUMENT_DECLINED": soft(.genericDecline), "PAYER_CANNOT_PAY": soft(.genericDecline),
            "ALIAS_DECLINED_BY_PROCESSOR": soft(.genericDecline),
            "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR": soft(.genericDecline),
            "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": soft(.genericDecline),
            "REFUND_FAILED_INSUFFICIENT_FUNDS": soft(.insufficientFunds),
            "TRANSACTION_LIMIT_EXCEEDED": soft(.cardVelocityExceeded),
            "CARD_EXPIRED": hard(.expiredCard), "REFERENCED_CARD_EXPIRED": hard(.expiredCard),
            "INVALID_EXPIRY_DATE": hard(.expiredCard),
            "INVALID_SECURITY_CODE_LENGTH": hard(.incorrectSecurityCode),
            "TRANSACTION_REFUSED": hard(.doNotHonor), "TRANSACTION_BLOCKED_BY_PAYEE": hard(.doNotHonor),
            "PAYEE_BLOCKED_TRANSACTION": hard(.doNotHonor), "COMPLIANCE_VIOLATION": hard(.doNotHonor),
            "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": hard(.doNotHonor),
            "PAYER_ACCOUNT_RESTRICTED": hard(.restrictedCard), "PAYER_ACCOUNT_LOCKED_OR_CLOSED": hard(.restrictedCard),
            "CARD_BRAND_NOT_SUPPORTED": hard(.cardNotSupported),
            "DOMESTIC_TRANSACTION_REQUIRED": hard(.cardNotSupported),
            "AUTHORIZATION_EXPIRED": hard(.genericDecline), "AUTHORIZATION_DENIED": hard(.genericDecline),
            "REFUND_TIME_LIMIT_EXCEEDED": hard(.genericDecline),
        ]
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0.key, Decline(reason: $0.value.0, isSoft: $0.value.1, processorCode: PayPalDeclines.shown($0.key)))
            })
    }()

    /// What it means for the operation.
    var outcome: Outcome {
        switch status {
        case 400, 403, 404, 422:
            // Somebody's page on the way there is no answer of PayPal's.
            guard name != nil else { return .unknown(.contractViolation) }
            if isBusyWithTheSame || !PayPalError.uncertain.isDisjoint(with: issues) {
                return .unknown(.processorUncertain)
            }
            if let decline = issues.lazy.compactMap({ PayPalError.declines[$0] }).first { return .declined(decline) }
            if fields.contains(where: { $0.hasSuffix("/card/number") }) {
                return .declined(
                    Decline(
                        reason: .incorrectNumber, isSoft: false, processorCode: PayPalDeclines.shown(issues.first)))
            }
            return .notProcessed(isAboutAccount ? .refusedAccount : .refusedInvalid)
        case 401: return .notProcessed(.refusedAccount)
        case 409: return .unknown(.processorUncertain)
        case 429: return .notProcessed(.refusedBusy)
        case 500...599: return .unknown(.serverError)
        default: return .unknown(.contractViolation)
        }
    }
}
