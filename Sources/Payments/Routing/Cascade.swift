/// Whether a charge may be tried at another connection after an attempt (design invariant 4).
package enum Cascade {
    /// Attempts of one confirmation, the first included.
    package static let mostAttempts = 3

    /// Attempts that one payment makes with one card through cascades. Every attempt that reaches the issuer counts
    /// towards the schemes' limits, whichever processor carries it: the strictest that Florin knows of is Mastercard's ten
    /// within 24 hours (Transaction Processing Excellence programme); Visa's is fifteen within 30 days.
    package static let mostAttemptsOfCard = 10

    /// Declines after which another processor may know better. Never insufficient funds, a wrong code or suspected
    /// fraud: another answer to those would be wrong, and asking again may be an offence against the schemes' rules.
    package static let listedDeclines: Set<DeclineReason> = [
        .processingError, .tryAgainLater, .cardNotSupported, .currencyNotSupported,
    ]

    /// Why an attempt is the last one of its confirmation.
    package enum Stop: Hashable, Sendable, CaseIterable {
        /// Its outcome allows no other: see ``Cascade/mayTryAnother(after:)``.
        case outcome
        /// Somebody cancelled the payment meanwhile.
        case cancelled
        /// The cardholder was authenticated at this connection, and nobody else knows of it.
        case authenticated
        /// The processor has had the card's security code, which is good for one use; it must be asked for again.
        case securityCodeUsed
        /// As many attempts as one confirmation may make, or as the schemes allow for the card.
        case attempts
        /// No other connection can take it.
        case noCandidate
    }

    /// True only for what was certainly not executed, and for the listed soft declines.
    package static func mayTryAnother(after outcome: Outcome) -> Bool {
        switch outcome {
        case .notProcessed(.notSent), .notProcessed(.firstStepFailed), .notProcessed(.cardStepFailed),
            .notProcessed(.refusedBusy), .notProcessed(.refusedAccount):
            true
        // Its absence was proved by a look-up, so nobody knew for a while: the buyer has been told "processing" and may
        // have paid otherwise. Whoever still wants the money asks again.
        case .notProcessed(.provenAbsent): false
        // The message itself is wrong, or the code must be asked for again: another processor gets no better one.
        case .notProcessed(.refusedInvalid), .notProcessed(.securityCodeGone): false
        case .declined(let decline): decline.isSoft && listedDeclines.contains(decline.reason)
        case .approved, .approvedPartial, .requiresAction, .pending, .unknown: false
        }
    }

    /// Whether a security code that went with the attempt is spent: it is, unless it certainly did not leave this machine.
    package static func usesUpSecurityCode(_ outcome: Outcome) -> Bool {
        outcome != .notProcessed(.notSent) && outcome != .notProcessed(.firstStepFailed)
    }
}
