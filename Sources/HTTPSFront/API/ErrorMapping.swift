import Engine
import Ledger
import Ports
import Primitives

extension APIError {
    /// Every error of the engine and its ports as callers see it. Defects are reported and become a plain 500.
    init(_ error: any Error, report: (Report) -> Void) {
        switch error {
        case let error as APIError: self = error
        case let refusal as Refusal: self.init(refusal)
        case is StoreConflict: self = .lockTimeout
        case let error as StoreError: self.init(error, report: report)
        case let error as VaultError: self.init(error, report: report)
        case let error as LedgerError:
            report("the ledger refused: \(error)")
            self = .internalError
        default:
            // Only the type: the text of a foreign error may quote what the caller sent.
            report("unexpected error: \(error)")
            self = .internalError
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .notFound(let kind, let id, let parameter):
            self.init(
                404, .invalidRequest, code: "resource_missing", parameter: parameter ?? "id",
                message: "No such \(kind): '\(id)'")
        case .invalid(let parameter, let code, let message):
            // What is wrong with a card is a matter for the person who typed it.
            let isCardError = APIError.cardErrorCodes.contains(code)
            self.init(
                isCardError ? 402 : 400, isCardError ? .card : .invalidRequest, code: code, parameter: parameter,
                message: message)
        case .unexpectedState(let code, let message):
            self.init(400, .invalidRequest, code: code, message: message)
        case .outcomeUnknown:
            self.init(
                409, .invalidRequest, code: "payment_outcome_unknown",
                message: "The outcome of an earlier step is not known yet. It is being found out; ask again later.")
        case .insufficientFunds(let available):
            self.init(
                400, .invalidRequest, code: "balance_insufficient", parameter: "amount",
                message: "There is not enough money for this; \(available) is available.")
        case .limitExceeded(let message):
            self.init(400, .invalidRequest, code: "limit_exceeded", parameter: "amount", message: message)
        case .idempotencyMismatch:
            self.init(
                400, .idempotency,
                message: "This Idempotency-Key was used for another request. Use a new key for a new request.")
        case .idempotencyInUse:
            self.init(
                409, .idempotency, code: "idempotency_key_in_use",
                message: "The first request with this Idempotency-Key is still being worked on. Ask again later.")
        case .securityCodeNeeded:
            self.init(
                402, .card, code: "incorrect_cvc", parameter: "payment_method",
                message: "The card's security code is not held any more. Ask the cardholder to enter the card again.")
        case .forbidden(let message): self = .forbidden(message)
        case .noConnection(let message):
            self.init(400, .invalidRequest, code: "processor_not_configured", message: message)
        case .underway(let object): self = .underway(object)
        case .busy: self = .overloaded(retryAfterSeconds: 2)
        case .bookReadOnly: self = .bookReadOnly
        case .lostInRestore:
            self.init(
                409, .invalidRequest, code: "request_lost_in_restore",
                message: "This request was carried out before the gateway was restored from a backup, and people are "
                    + "finding out how. Do not repeat it with another Idempotency-Key.")
        }
    }

    private init(_ error: StoreError, report: (Report) -> Void) {
        switch error {
        case .queueFull: self = .overloaded()
        case .closed: self = .stopping
        case .unavailable:
            report("the store is unavailable")
            self = .storageUnavailable
        case .constraint, .corrupt:
            report("the store found a defect: \(error)")
            self = .internalError
        }
    }

    private init(_ error: VaultError, report: (Report) -> Void) {
        report("the vault refused: \(error)")
        switch error {
        case .keyExhausted: self = .overloaded(retryAfterSeconds: 60)
        case .authenticationFailed, .unknownKey, .missingSubjectSalt, .cryptography: self = .internalError
        }
    }

    private static let cardErrorCodes: Set<String> = [
        "card_declined", "incorrect_number", "invalid_number", "invalid_expiry_month", "invalid_expiry_year",
        "invalid_cvc", "expired_card",
    ]

    private static let lockTimeout = APIError(
        409, .invalidRequest, code: "lock_timeout",
        message: "Another request changed the same object at the same time. Nothing was done: try again.")
}
