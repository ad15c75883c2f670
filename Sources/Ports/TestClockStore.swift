package import Payments
package import Primitives

/// Questions about test clocks, and about what an owner's test objects wait for.
package protocol TestClockReading {
    func testClock(_ id: TestClockID) throws -> TestClock?
    /// An owner has one at most.
    func testClock(of owner: TestOwner) throws -> TestClock?
    /// Every clock there is; a few.
    func testClocks() throws -> [TestClock]
    /// Friend transfers of the platform's test mode that lapse at or before `time`, the next ones first.
    func testTransfersLapsing(of platform: PlatformID, by time: Timestamp, limit: Int) throws -> [DueWork<
        FriendTransferKind
    >]
    /// Payments of the bot's test mode whose review ends at or before `time`.
    func testReviewsEnding(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PaymentKind>]
    /// Payments of the bot's test mode whose authorization ends at or before `time`.
    func testAuthorizationsEnding(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PaymentKind>]
    /// Payouts of the bot's test mode that are to be sent over a processor at or before `time`.
    func testPayoutsDue(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PayoutKind>]
    /// Deliveries of the owner's test events that are to be tried at or before `time`.
    func testDeliveriesDue(of owner: TestOwner, by time: Timestamp, limit: Int) throws -> [WebhookDelivery]
    /// Disputes in the bot's test mode that wait for an answer until at or before `time`.
    func testDisputesDue(of owner: TestOwner, by time: Timestamp, limit: Int) throws -> [DueWork<DisputeKind>]
}

/// Something that falls due.
package struct DueWork<Kind: IdentifierKind>: Hashable, Sendable {
    package let id: Identifier<Kind>
    package let due: Timestamp

    package init(id: Identifier<Kind>, due: Timestamp) {
        self.id = id
        self.due = due
    }
}

/// Changes of test clocks.
package protocol TestClockWriting: TestClockReading {
    /// - Returns: false when the owner has a clock already; nothing was stored.
    func insert(_ clock: TestClock) throws -> Bool
    /// Stores what it shows, where it goes to and its status.
    /// - Returns: false when it has been deleted; nothing was changed.
    @discardableResult
    func update(_ clock: TestClock) throws -> Bool
    /// Deletes the clock. Deliveries that wait for a moment after `now` are tried at `now`: nothing else would make them due.
    /// Payouts, and new places to be paid out to, wait for as much less as the clock was ahead of `now`.
    func delete(_ clock: TestClock, at now: Timestamp) throws
}
