package import Payments
package import Ports
package import Primitives

/// How objects look to callers. The engine stores what this returns, in events and as answers, so it must be a pure
/// function of its arguments. Implemented by the HTTPS front; called inside transactions, so it never waits.
package protocol ObjectRendering: Sendable {
    func payment(_ payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func charge(_ charge: Charge, of payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func setupIntent(_ intent: SetupIntent, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func mandate(_ mandate: Mandate, _ reader: any StoreReader) throws -> [UInt8]
    /// The error of a declined verification, with the setup intent inside it (HTTP 402).
    func declined(
        _ decline: Decline, setup intent: SetupIntent, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8]
    func refund(_ refund: Refund, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func dispute(_ dispute: Dispute, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func friendTransfer(_ transfer: FriendTransfer, _ reader: any StoreReader) throws -> [UInt8]
    func walletMovement(_ movement: WalletMovement, _ reader: any StoreReader) throws -> [UInt8]
    func payout(_ payout: Payout, expand: [String], _ reader: any StoreReader) throws -> [UInt8]
    func payoutDestination(_ destination: PayoutDestination, _ reader: any StoreReader) throws -> [UInt8]
    func paymentMethod(_ method: PaymentMethod, _ reader: any StoreReader) throws -> [UInt8]
    func token(_ token: CardToken, _ reader: any StoreReader) throws -> [UInt8]
    /// - Parameter forOwner: with what only the bot's own server may see; false in events, which go to everybody who listens.
    func checkout(
        _ checkout: Checkout, expand: [String], forOwner: Bool, _ reader: any StoreReader
    ) throws -> [UInt8]
    func paymentLink(_ link: PaymentLink, _ reader: any StoreReader) throws -> [UInt8]
    func customer(_ customer: Customer, _ reader: any StoreReader) throws -> [UInt8]
    func person(_ person: Person, _ reader: any StoreReader) throws -> [UInt8]
    func bot(_ bot: Bot, _ reader: any StoreReader) throws -> [UInt8]
    /// - Parameter secret: the signing secret, shown only in the answer to its creation.
    func webhookEndpoint(_ endpoint: WebhookEndpoint, secret: String?) throws -> [UInt8]
    func testClock(_ clock: TestClock) throws -> [UInt8]
    /// What may be known of a person's PIN; nil for none.
    func pin(_ pin: PersonPIN?, of person: PersonID, at now: Timestamp) -> [UInt8]
    /// - Parameters:
    ///   - secret: what opens the session, in the one answer that shows it.
    ///   - now: the state it is in depends on it.
    func personSession(_ session: PersonSession, secret: SessionSecret?, at now: Timestamp) -> [UInt8]
    /// The whole event around its stored object, as `GET /v1/events` and webhooks show it.
    /// - Parameter object: the opened payload.
    func event(_ event: Event, object: [UInt8], pendingDeliveries: Int64) -> [UInt8]
    /// The error of a declined attempt, with the payment inside it (HTTP 402).
    func declined(
        _ decline: Decline, payment: Payment, charge: ChargeID?, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8]
    /// The error of something that a processor did not take (HTTP 400).
    func refused(code: StaticString, message: StaticString) -> [UInt8]
    /// The error of a declined top-up, cash-out or transfer funding (HTTP 402).
    func declined(_ decline: Decline) -> [UInt8]
}
