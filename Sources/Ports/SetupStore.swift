package import Payments
package import Primitives

/// Questions about cards that are kept, and what was agreed about them.
package protocol SetupReading: AnyObject {
    func setupIntent(_ id: SetupIntentID) throws -> SetupIntent?
    /// - Parameters: `customer` and `paymentMethod` narrow the list; nil for all.
    func setupIntents(
        of bot: BotID, mode: Mode, customer: CustomerID?, paymentMethod: PaymentMethodID?, _ page: PageRequest
    ) throws -> Page<SetupIntent>
    func setupAttempt(_ id: SetupAttemptID) throws -> SetupAttempt?
    /// Every attempt of one setup intent, oldest first.
    func setupAttempts(of id: SetupIntentID) throws -> [SetupAttempt]
    func mandate(_ id: MandateID) throws -> Mandate?
    /// Every mandate for a card, oldest first; at most one is active.
    func mandates(of paymentMethod: PaymentMethodID) throws -> [Mandate]
    /// What merchant-initiated charges of the card quote; nil when no processor told it.
    func keptCredential(of paymentMethod: PaymentMethodID) throws -> KeptCredential?
}

/// Changes to them.
package protocol SetupWriting: SetupReading {
    func insert(_ intent: SetupIntent) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ intent: SetupIntent) throws
    func insert(_ attempt: SetupAttempt) throws
    func update(_ attempt: SetupAttempt) throws
    func insert(_ mandate: Mandate) throws
    /// Stores its status.
    func update(_ mandate: Mandate) throws
    /// Sets or replaces what is quoted for the card.
    func keep(_ credential: KeptCredential) throws
    /// Forgets what is quoted for the card.
    func forgetCredential(of paymentMethod: PaymentMethodID) throws
    /// Stores the amounts of a charge whose hold was raised.
    func raiseAuthorization(of charge: Charge) throws
}
