package import Payments
package import Primitives

/// Questions about what the platform asks of bots.
package protocol FeeReading: AnyObject {
    /// Nil when nothing is asked.
    func platformFee(of bot: BotID, currency: Currency) throws -> PlatformFee?
    /// One for each currency in which something is asked.
    func platformFees(of bot: BotID) throws -> [PlatformFee]
}

/// Changes of what the platform asks of bots.
package protocol FeeWriting: FeeReading {
    /// Holds for charges that are captured from now on.
    func set(_ fee: PlatformFee, of bot: BotID) throws
    /// From now on nothing is asked in this currency.
    func removePlatformFee(of bot: BotID, currency: Currency) throws
}
