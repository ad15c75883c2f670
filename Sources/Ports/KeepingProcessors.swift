package import Payments
package import Primitives

/// Ask whether a card is good and may be kept. Takes and leaves held no money.
package struct VerifyRequest: Sendable {
    package let reference: WireReference
    package let card: CardCredentials
    /// What the cardholder agrees to.
    package let usage: FutureUsage
    /// The cardholder has just passed the processor's own authentication for this earlier reference.
    package let authenticatedReference: String?
    /// The cardholder is to authenticate whatever the processor thinks of it. Asked of an ``AuthenticatingProcessor`` only.
    package let requiresAuthentication: Bool
    /// Where the processor sends the cardholder back to after authentication; nil leaves it to the connection's setting.
    package let returnURL: String?

    package init(
        reference: WireReference, card: CardCredentials, usage: FutureUsage, authenticatedReference: String? = nil,
        requiresAuthentication: Bool = false, returnURL: String? = nil
    ) {
        self.reference = reference
        self.card = card
        self.usage = usage
        self.authenticatedReference = authenticatedReference
        self.requiresAuthentication = requiresAuthentication
        self.returnURL = returnURL
    }
}

/// Verifies cards that are to be kept, as the cardholder's first, agreed use of them.
///
/// The amount of an approval says nothing; its network transaction id is what later charges without the cardholder quote.
package protocol VerifyingProcessor: CardProcessor {
    func verify(_ request: VerifyRequest) async -> Outcome
}

/// Hold more on a card than was asked for at first.
package struct IncrementRequest: Hashable, Sendable {
    package let reference: WireReference
    /// What is to be held in all.
    package let total: Money
    package let original: OriginalOperation

    package init(reference: WireReference, total: Money, original: OriginalOperation) {
        self.reference = reference
        self.total = total
        self.original = original
    }
}

/// Raises holds. An approval names what is held in all; whatever else comes of it, what was held before still is.
package protocol IncrementingProcessor: CardProcessor {
    func increment(_ request: IncrementRequest) async -> Outcome
}

/// Has the cardholder authenticate when it is asked to, and not only when it thinks so itself.
package protocol AuthenticatingProcessor: CardProcessor {
    /// Whether there is a place that cardholders come back to, if the payment names none.
    func canAuthenticate(returnURL: String?) -> Bool
}
