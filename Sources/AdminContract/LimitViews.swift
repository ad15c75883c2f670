/// What may be sent in one currency. A limit that is nil does not exist.
package struct LimitsView: Codable, Hashable, Sendable {
    package let currency: String
    package let perTransfer: MoneyView?
    /// In one day, UTC.
    package let perDay: MoneyView?
    /// In seven days, today included.
    package let perWeek: MoneyView?

    package init(currency: String, perTransfer: MoneyView?, perDay: MoneyView?, perWeek: MoneyView?) {
        self.currency = currency
        self.perTransfer = perTransfer
        self.perDay = perDay
        self.perWeek = perWeek
    }
}

/// What one person may send in one currency, and what they have sent.
package struct PersonLimitsView: Codable, Hashable, Sendable {
    package let person: String
    /// What holds.
    package let limits: LimitsView
    /// Which of the three an operator set: `per_transfer`, `per_day`, `per_week`.
    package let overridden: [String]
    /// Counted only while a limit for a day or a week holds.
    package let sentToday: MoneyView
    package let sentInWeek: MoneyView

    package init(
        person: String, limits: LimitsView, overridden: [String], sentToday: MoneyView, sentInWeek: MoneyView
    ) {
        self.person = person
        self.limits = limits
        self.overridden = overridden
        self.sentToday = sentToday
        self.sentInWeek = sentInWeek
    }
}

/// Sets the limits of one person in one currency: all three, together.
package struct SetLimitsRequest: Codable, Hashable, Sendable {
    package let currency: String
    /// Minor units, `none`, or nil for everybody's limit.
    package let perTransfer: String?
    package let perDay: String?
    package let perWeek: String?

    package init(currency: String, perTransfer: String?, perDay: String?, perWeek: String?) {
        self.currency = currency
        self.perTransfer = perTransfer
        self.perDay = perDay
        self.perWeek = perWeek
    }
}
