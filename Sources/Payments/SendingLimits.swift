package import Primitives

/// How much a person may send in one currency, in minor units. Nil means no limit of that kind.
package struct SendingLimits: Hashable, Sendable {
    package var perTransfer: Int64?
    /// In one day, UTC.
    package var perDay: Int64?
    /// In seven days, today included.
    package var perWeek: Int64?

    package init(perTransfer: Int64? = nil, perDay: Int64? = nil, perWeek: Int64? = nil) {
        self.perTransfer = perTransfer
        self.perDay = perDay
        self.perWeek = perWeek
    }

    /// Whether what was sent has to be counted at all.
    package var isCounted: Bool { perDay != nil || perWeek != nil }
}

/// What operators set for one person in place of the limits that everybody has.
package struct SendingLimitOverride: Hashable, Sendable {
    /// One limit: as everybody's, none at all, or a number of minor units.
    package enum Value: Hashable, Sendable {
        case standard
        case unlimited
        case most(Int64)

        /// What holds when everybody's limit is `standard`.
        package func over(_ standard: Int64?) -> Int64? {
            switch self {
            case .standard: standard
            case .unlimited: nil
            case .most(let amount): amount
            }
        }
    }
    package let person: PersonID
    package let currency: Currency
    package var perTransfer: Value
    package var perDay: Value
    package var perWeek: Value

    package init(
        person: PersonID, currency: Currency, perTransfer: Value = .standard, perDay: Value = .standard,
        perWeek: Value = .standard
    ) {
        self.person = person
        self.currency = currency
        self.perTransfer = perTransfer
        self.perDay = perDay
        self.perWeek = perWeek
    }

    /// Says nothing that everybody's limits do not say.
    package var isStandard: Bool { perTransfer == .standard && perDay == .standard && perWeek == .standard }

    /// What holds for the person.
    package func over(_ standard: SendingLimits) -> SendingLimits {
        SendingLimits(
            perTransfer: perTransfer.over(standard.perTransfer), perDay: perDay.over(standard.perDay),
            perWeek: perWeek.over(standard.perWeek))
    }
}
