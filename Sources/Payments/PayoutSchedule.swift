package import Primitives

/// How often a bot is paid out by itself. Raw values are stored.
package enum PayoutInterval: Int64, Hashable, Sendable, CaseIterable {
    case manual = 1
    case daily = 2
    case weekly = 3
    case monthly = 4

    /// As `interval`.
    package var name: StaticString {
        switch self {
        case .manual: "manual"
        case .daily: "daily"
        case .weekly: "weekly"
        case .monthly: "monthly"
        }
    }

    /// - Returns: nil when there is no such interval.
    package init?(name: String) {
        guard let found = PayoutInterval.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = found
    }
}

/// When a bot is paid out by itself: at the beginning of a day in UTC.
package struct PayoutSchedule: Hashable, Sendable {
    package let bot: BotID
    package let mode: Mode
    package var interval: PayoutInterval
    /// Bit 0 is Monday. Of use with `weekly` only.
    package var weekdays: Int64
    /// Bit 0 is the first; a day that a month lacks is its last. Of use with `monthly` only.
    package var monthDays: Int64
    /// The next day, counted from 1970-01-01, on which it is paid out; nil when by hand only.
    package var nextDay: Int64?

    package init(
        bot: BotID, mode: Mode, interval: PayoutInterval = .manual, weekdays: Int64 = 1, monthDays: Int64 = 1,
        nextDay: Int64? = nil
    ) {
        self.bot = bot
        self.mode = mode
        self.interval = interval
        self.weekdays = weekdays
        self.monthDays = monthDays
        self.nextDay = nextDay
    }

    /// Its first day after `day`, both counted from 1970-01-01; nil when it has none.
    package func day(after day: Int64) -> Int64? {
        switch interval {
        case .manual: return nil
        case .daily: return day + 1
        case .weekly: return (day + 1...day + 7).first { weekdays & (1 << PayoutSchedule.weekday($0)) != 0 }
        case .monthly: return (day + 1...day + 62).first { isMonthDay($0) }
        }
    }

    /// 0 is Monday. 1970-01-01 was a Thursday.
    package static func weekday(_ day: Int64) -> Int64 { ((day + 3) % 7 + 7) % 7 }

    private func isMonthDay(_ day: Int64) -> Bool {
        let date = Timestamp.civil(fromDays: day).day
        if monthDays & (1 << (date - 1)) != 0 { return true }
        // The last day of a month stands for those that the month lacks.
        guard Timestamp.civil(fromDays: day + 1).day == 1 else { return false }
        return monthDays >> date != 0
    }
}

/// The least a schedule pays out in one currency.
package struct PayoutMinimum: Hashable, Sendable {
    package let currency: Currency
    /// Positive minor units.
    package let amount: Int64

    package init(currency: Currency, amount: Int64) {
        self.currency = currency
        self.amount = amount
    }
}

extension Timestamp {
    /// The day in UTC, counted from 1970-01-01.
    package var day: Int64 {
        let total = seconds
        return (total >= 0 ? total : total - 86_399) / 86_400
    }

    /// The first moment of a day in UTC.
    package init(day: Int64) {
        let (total, overflow) = day.multipliedReportingOverflow(by: 86_400)
        self.init(seconds: overflow ? (day < 0 ? .min : .max) : total)
    }
}
