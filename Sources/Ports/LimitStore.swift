package import Payments
package import Primitives

/// Questions about sending limits.
package protocol LimitReading {
    /// Nil when everybody's limits hold.
    func sendingLimits(of person: PersonID, currency: Currency) throws -> SendingLimitOverride?
    /// One for each currency in which the person has limits of their own.
    func sendingLimits(of person: PersonID) throws -> [SendingLimitOverride]
    /// What was counted as sent from `day` to `last` (days since 1970, UTC), at most 31 days.
    func sent(by person: PersonID, currency: Currency, from day: Int64, through last: Int64) throws -> Int64
}

/// Changes of sending limits.
package protocol LimitWriting: LimitReading {
    /// Stores the limits; those that only say what everybody's do are removed.
    func set(_ limits: SendingLimitOverride) throws
}
