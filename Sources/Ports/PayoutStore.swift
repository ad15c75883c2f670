package import Payments
package import Primitives

/// Which payouts are wanted.
package struct PayoutQuery: Hashable, Sendable {
    package var bot: BotID?
    package var mode: Mode?
    package var state: PayoutState?
    package var destination: PayoutDestinationID?
    package var rail: PayoutRail?

    package init(
        bot: BotID? = nil, mode: Mode? = nil, state: PayoutState? = nil, destination: PayoutDestinationID? = nil,
        rail: PayoutRail? = nil
    ) {
        self.bot = bot
        self.mode = mode
        self.state = state
        self.destination = destination
        self.rail = rail
    }
}

/// What waits for an operator.
package struct WaitingPayouts: Hashable, Sendable {
    package let count: Int64
    /// When the one was made that waits the longest; nil when none waits.
    package let oldest: Timestamp?

    package init(count: Int64, oldest: Timestamp?) {
        self.count = count
        self.oldest = oldest
    }
}

/// Questions about payouts to bots.
package protocol PayoutReading: AnyObject {
    func payout(_ id: PayoutID) throws -> Payout?
    func payouts(matching query: PayoutQuery, _ page: PageRequest) throws -> Page<Payout>
    /// Payouts over a processor that are to be sent, oldest first.
    func payoutsToSend(dueBefore time: Timestamp, limit: Int) throws -> [PayoutID]
    /// Bank transfers that are due and not confirmed.
    func payoutsAwaitingOperator(at time: Timestamp) throws -> WaitingPayouts
    func payoutDestination(_ id: PayoutDestinationID) throws -> PayoutDestination?
    /// Without those that were removed.
    func payoutDestinations(of bot: BotID, mode: Mode, _ page: PageRequest) throws -> Page<PayoutDestination>
    /// Where payouts in the currency go that name no destination.
    func defaultPayoutDestination(of bot: BotID, mode: Mode, currency: Currency) throws -> PayoutDestination?
    func payoutSchedule(of bot: BotID, mode: Mode) throws -> PayoutSchedule?
    /// In the order of the currencies' numbers.
    func payoutMinimums(of bot: BotID, mode: Mode) throws -> [PayoutMinimum]
    /// Schedules whose next day is `day` or earlier, the longest overdue first.
    func payoutSchedules(dueOn day: Int64, limit: Int) throws -> [PayoutSchedule]
}

/// Changes of payouts to bots.
package protocol PayoutWriting: PayoutReading {
    func insert(_ payout: Payout) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ payout: Payout) throws
    func insert(_ destination: PayoutDestination) throws
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ destination: PayoutDestination) throws
    func put(_ schedule: PayoutSchedule) throws
    func put(_ minimums: [PayoutMinimum], of bot: BotID, mode: Mode) throws
}
