package import Primitives

/// Why a charge was refused, in words that every processor's codes are mapped to. Raw values are stored; the names are
/// those bots read as `decline_code`.
/// Source of the vocabulary: docs.stripe.com/declines/codes (read 2026-11).
package enum DeclineReason: Int64, Hashable, Sendable, CaseIterable {
    case genericDecline = 1
    case insufficientFunds = 2
    case lostCard = 3
    case stolenCard = 4
    case expiredCard = 5
    case incorrectSecurityCode = 6
    case processingError = 7
    case doNotHonor = 8
    case fraudulent = 9
    case cardVelocityExceeded = 10
    case authenticationRequired = 11
    case cardNotSupported = 12
    case currencyNotSupported = 13
    case invalidAmount = 14
    case incorrectNumber = 15
    case tryAgainLater = 16
    case pickupCard = 17
    case restrictedCard = 18
}

/// An explicit "no". The payment may be tried again with other means; this attempt is over.
package struct Decline: Hashable, Sendable {
    package let reason: DeclineReason
    /// Whether the scheme's rules allow the same card to be tried again later. A hard decline must not be repeated.
    package let isSoft: Bool
    /// The processor's own code, at most 32 characters of printable ASCII, for people.
    package let processorCode: String?

    package init(reason: DeclineReason, isSoft: Bool, processorCode: String? = nil) {
        self.reason = reason
        self.isSoft = isSoft
        self.processorCode = processorCode
    }
}

extension Decline {
    /// What a processor says that approves less than was asked for, where all or nothing was wanted.
    package static let partialApproval = Decline(
        reason: .insufficientFunds, isSoft: true, processorCode: "partial_approval")
}

/// An explicit "yes".
package struct Approval: Hashable, Sendable {
    /// The processor's own name for what it did; needed to capture, void or refund it.
    package let processorReference: String
    /// The issuer's authorization code, up to 6 characters, if any.
    package let authorizationCode: String?
    /// The scheme's transaction id of this charge, to be quoted by later merchant-initiated ones.
    package let networkTransactionID: String?
    /// What was approved; less than asked only in ``Outcome/approvedPartial(_:)``.
    package let amount: Money
    /// What the issuer said of the security code; nil when none was sent or it did not say.
    package let securityCodeMatched: Bool?

    package init(
        processorReference: String, authorizationCode: String? = nil, networkTransactionID: String? = nil,
        amount: Money, securityCodeMatched: Bool? = nil
    ) {
        self.processorReference = processorReference
        self.authorizationCode = authorizationCode
        self.networkTransactionID = networkTransactionID
        self.amount = amount
        self.securityCodeMatched = securityCodeMatched
    }
}

/// What the cardholder must do before the processor decides.
package struct RequiredAction: Hashable, Sendable {
    /// Where to send the cardholder.
    package let redirectURL: String
    /// The processor's name for the waiting authorization.
    package let processorReference: String

    package init(redirectURL: String, processorReference: String) {
        self.redirectURL = redirectURL
        self.processorReference = processorReference
    }
}

/// Why an operation was certainly not executed. Only these, and listed soft declines, may go to another processor.
package enum NotProcessedReason: Int64, Hashable, Sendable, CaseIterable {
    /// No byte of the request left this machine.
    case notSent = 1
    /// The processor refused before processing, in a way it documents as such (429, busy).
    case refusedBusy = 2
    /// The processor refused the request as invalid before processing it.
    case refusedInvalid = 3
    /// A look-up proved by the adapter's documented absence rule that the processor never executed it.
    case provenAbsent = 4
    /// A one-use secret the request needed (the CVC) is gone, so it was not sent.
    case securityCodeGone = 5
    /// The processor did not take the account's credentials, or does not serve the account: nothing was looked at. Another
    /// connection may well be served, and so is this one once an operator has put it right.
    case refusedAccount = 6
    /// A step that takes the card and moves no money (storing it, verifying it) failed or was not confirmed. Card and security
    /// code may have left this machine; the charge was not sent.
    case cardStepFailed = 7
    /// A step before the card is sent (an order, a question) failed or was not confirmed. Neither card nor charge was sent.
    case firstStepFailed = 8
}

extension NotProcessedReason {
    /// For people, behind "not processed".
    package var words: String {
        switch self {
        case .notSent: "not sent"
        case .refusedBusy: "refused as busy"
        case .refusedInvalid: "refused as invalid"
        case .provenAbsent: "proved absent"
        case .securityCodeGone: "the security code is gone"
        case .refusedAccount: "the account was refused"
        case .cardStepFailed: "storing or verifying the card failed"
        case .firstStepFailed: "a step before the card was sent failed"
        }
    }
}

extension NotProcessedReason {
    /// What the cardholder is told: a security code that is gone is asked for again, everything else may be tried again.
    package var decline: Decline {
        Decline(reason: self == .securityCodeGone ? .incorrectSecurityCode : .processingError, isSoft: true)
    }
}

/// Why nobody knows whether an operation was executed.
package enum UnknownReason: Int64, Hashable, Sendable, CaseIterable {
    case timedOut = 1
    case connectionCut = 2
    case serverError = 3
    /// The answer broke the processor's own contract: another amount, another reference, nonsense.
    case contractViolation = 4
    /// Florin itself stopped between sending and storing the answer.
    case interrupted = 5
    /// The processor itself says that it does not know yet.
    case processorUncertain = 6
}

extension UnknownReason {
    /// For people, behind "no answer".
    package var words: String {
        switch self {
        case .timedOut: "timed out"
        case .connectionCut: "the connection was cut"
        case .serverError: "a server error"
        case .contractViolation: "what came was no answer to what was asked"
        case .interrupted: "Florin stopped meanwhile"
        case .processorUncertain: "the processor does not know yet"
        }
    }
}

/// What became of one message to a processor (design invariant 4). Silence is a value of this type, not an error.
package enum Outcome: Hashable, Sendable {
    case approved(Approval)
    /// Approved for less than was asked.
    case approvedPartial(Approval)
    case declined(Decline)
    case requiresAction(RequiredAction)
    /// Accepted, to be decided later; the processor will tell. Carries the processor's reference, by which a look-up may ask.
    case pending(processorReference: String)
    case notProcessed(NotProcessedReason)
    case unknown(UnknownReason)
}
