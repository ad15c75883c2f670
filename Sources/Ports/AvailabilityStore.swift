package import Payments
package import Primitives

/// Questions about to whom bots' checkouts are open.
package protocol AvailabilityReading: AnyObject {
    /// What everybody said who has a say; nothing for most bots. In the order of feature and author.
    func availability(of bot: BotID, mode: Mode) throws -> [AvailabilityRule]
}

/// Changes to it.
package protocol AvailabilityWriting: AvailabilityReading {
    /// Sets, or replaces, what one author says of one feature.
    func set(_ rule: AvailabilityRule, of bot: BotID, mode: Mode) throws
    /// From now on this author says nothing of this feature.
    func removeAvailability(
        of bot: BotID, mode: Mode, _ feature: AvailabilityFeature, _ author: AvailabilityRule.Author
    ) throws
}
