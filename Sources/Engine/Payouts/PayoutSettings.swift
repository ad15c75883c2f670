package import Payments
package import Ports
package import Primitives

/// What a bot's schedule is to become; nil leaves it as it is.
package struct PayoutScheduleChange: Sendable {
    package var interval: PayoutInterval?
    package var weekdays: Int64?
    package var monthDays: Int64?
    /// Nil amounts remove the minimum of their currency.
    package var minimums: [(currency: Currency, amount: Int64?)]

    package init(
        interval: PayoutInterval? = nil, weekdays: Int64? = nil, monthDays: Int64? = nil,
        minimums: [(currency: Currency, amount: Int64?)] = []
    ) {
        self.interval = interval
        self.weekdays = weekdays
        self.monthDays = monthDays
        self.minimums = minimums
    }
}

/// A bot's schedule with its minimums.
package struct PayoutPlan: Sendable {
    package let schedule: PayoutSchedule
    package let minimums: [PayoutMinimum]
}

extension StoreReader {
    /// By hand, unless something else was set.
    package func payoutPlan(of bot: BotID, mode: Mode) throws -> PayoutPlan {
        PayoutPlan(
            schedule: try payoutSchedule(of: bot, mode: mode) ?? PayoutSchedule(bot: bot, mode: mode),
            minimums: try payoutMinimums(of: bot, mode: mode))
    }
}

extension StoreTransaction {
    /// Deletes a test clock. What goes by its owner's time goes by the machine's again: the next day of a schedule too.
    func forget(_ clock: TestClock, at now: Timestamp) throws {
        try delete(clock, at: now)
        guard case .bot(let bot) = clock.owner.owner, var schedule = try payoutSchedule(of: bot, mode: .test),
            let next = schedule.day(after: now.day), let planned = schedule.nextDay, planned > next
        else { return }
        schedule.nextDay = next
        try put(schedule)
    }

    /// Changes a bot's schedule. Its next day is a later one than today, so that a change never pays out at once.
    /// - Parameter now: the bot's time.
    package func change(
        _ change: PayoutScheduleChange, of bot: BotID, mode: Mode, at now: Timestamp
    ) throws -> PayoutPlan {
        let plan = try payoutPlan(of: bot, mode: mode)
        var schedule = plan.schedule
        schedule.interval = change.interval ?? schedule.interval
        schedule.weekdays = change.weekdays ?? schedule.weekdays
        schedule.monthDays = change.monthDays ?? schedule.monthDays
        schedule.nextDay = schedule.day(after: now.day)
        try put(schedule)
        if !change.minimums.isEmpty {
            var minimums = plan.minimums
            for (currency, amount) in change.minimums {
                minimums.removeAll { $0.currency == currency }
                if let amount { minimums.append(PayoutMinimum(currency: currency, amount: amount)) }
            }
            try put(minimums, of: bot, mode: mode)
        }
        return try payoutPlan(of: bot, mode: mode)
    }
}

/// A bot sets when it is paid out.
package struct PayoutSettings: Sendable {
    let commands: Commands
    let clocks: TestClocks

    package init(commands: Commands, clocks: TestClocks) {
        self.commands = commands
        self.clocks = clocks
    }

    /// - Parameter render: how the plan looks to the bot.
    package func change(
        _ change: PayoutScheduleChange, _ caller: Caller, render: @escaping @Sendable (PayoutPlan) -> [UInt8]
    ) async throws -> Answer {
        guard case .bot(let bot) = caller.owner else { throw Refusal.forbidden(message: "Only bots are paid out to.") }
        return try await commands.once(caller) { transaction, now in
            let time = clocks.now(of: caller.owner, caller.mode, at: now)
            return .answered(Answer(body: render(try transaction.change(change, of: bot, mode: caller.mode, at: time))))
        }
    }
}
