package import Payments
package import Primitives

/// Ask for money from a payer's account at the processor. The payer approves on the processor's page first.
package struct WalletRequest: Hashable, Sendable {
    package let reference: WireReference
    package let amount: Money
    package let instrument: PaymentInstrument
    /// Taken at once, or held.
    package let capture: Bool
    /// The name that an earlier answer, ``Outcome/requiresAction(_:)``, gave the waiting payment; nil for the first message.
    package let approvedReference: String?
    package let statementDescriptor: String?
    /// Where the payer comes back to, having approved or not.
    package let returnURL: String?

    package init(
        reference: WireReference, amount: Money, instrument: PaymentInstrument, capture: Bool,
        approvedReference: String? = nil, statementDescriptor: String? = nil, returnURL: String? = nil
    ) {
        self.reference = reference
        self.amount = amount
        self.instrument = instrument
        self.capture = capture
        self.approvedReference = approvedReference
        self.statementDescriptor = statementDescriptor
        self.returnURL = returnURL
    }
}

/// Takes money from payers' accounts.
///
/// A payment is at least two messages: the first is answered with where the payer has to go, the next, once the payer was
/// there, takes or holds the money. Nothing is taken before that: a payment that was given up meanwhile stays given up. When
/// the payer has not approved yet, the next one is answered like the first. Capture, void, refund and look-ups are those of
/// ``CardProcessor``; the look-up of a message that went on names the earlier reference as `authenticatedReference`.
package protocol WalletProcessor: CardProcessor {
    /// Whose accounts it takes.
    var wallets: Set<PaymentInstrument> { get }
    func authorize(_ request: WalletRequest) async -> Outcome
}

/// Pay money out to somebody's account at the processor.
package struct WalletPushRequest: Sendable {
    package let reference: WireReference
    package let amount: Money
    package let instrument: PaymentInstrument
    /// The e-mail that the account is known by.
    package let receiver: Redacted<String>

    package init(
        reference: WireReference, amount: Money, instrument: PaymentInstrument, receiver: Redacted<String>
    ) {
        self.reference = reference
        self.amount = amount
        self.instrument = instrument
        self.receiver = receiver
    }
}

/// Pays out to people's accounts. Money that nobody claims comes back after a time of the processor's: until then the outcome
/// is pending.
package protocol WalletPushingProcessor: Processor {
    /// To whose accounts it pays.
    var pushWallets: Set<PaymentInstrument> { get }
    func push(_ request: WalletPushRequest) async -> Outcome
}
