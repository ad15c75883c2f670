import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `payouts schedule`.
struct PayoutSchedulesFeature: AdminFeature {
    let store: any Store
    let desk: PayoutDesk

    var handlers: [AdminRoute: AdminHandler] { [.payoutSchedule: json(plan), .setPayoutSchedule: json(setPlan)] }

    private func plan(_ request: AdminRequest) async throws -> PayoutScheduleView {
        try request.allow("mode")
        let id: BotID = try request.identifier("bot")
        let mode = try request.mode() ?? .live
        return try await store.read { reader in
            guard try reader.bot(id) != nil else { throw AdminError.noSuch("bot", id.text) }
            return PayoutScheduleView(try reader.payoutPlan(of: id, mode: mode))
        }
    }

    private func setPlan(_ request: AdminRequest) async throws -> PayoutScheduleView {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        let wanted = try request.decoded(SetPayoutScheduleRequest.self)
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        var change = PayoutScheduleChange()
        if let text = wanted.interval {
            guard let interval = PayoutInterval(name: text) else {
                throw AdminError(.invalid, "“interval” is manual, daily, weekly or monthly.")
            }
            change.interval = interval
        }
        if let days = wanted.weekdays, !days.isEmpty { change.weekdays = try Self.weekdays(days) }
        if let days = wanted.monthDays, !days.isEmpty {
            guard days.allSatisfy({ (1...31).contains($0) }) else {
                throw AdminError(.invalid, "“month_days” are numbers from 1 to 31.")
            }
            change.monthDays = days.reduce(0) { $0 | 1 << ($1 - 1) }
        }
        if let code = wanted.currency {
            guard let currency = Currency(code: code) else {
                throw AdminError(.invalid, "“\(code)” is not a currency's code in ISO 4217.")
            }
            if let minimum = wanted.minimum, minimum < 1 {
                throw AdminError(.invalid, "“minimum” is a positive number of minor units.")
            }
            change.minimums = [(currency, wanted.minimum)]
        }
        guard let plan = try await desk.change(change, of: id, mode: mode, also: request.trail.hook) else {
            throw AdminError.noSuch("bot", id.text)
        }
        return PayoutScheduleView(plan)
    }

    fileprivate static let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    private static func weekdays(_ days: [String]) throws(AdminError) -> Int64 {
        var mask: Int64 = 0
        for day in days {
            guard let bit = names.firstIndex(of: day) else {
                throw AdminError(.invalid, "“weekdays” are names of days, such as monday.")
            }
            mask |= 1 << Int64(bit)
        }
        return mask
    }
}

extension PayoutScheduleView {
    init(_ plan: PayoutPlan) {
        let schedule = plan.schedule
        let weekdays = PayoutSchedulesFeature.names.enumerated()
            .filter { schedule.weekdays & (1 << Int64($0.offset)) != 0 }.map(\.element)
        let monthDays = (Int64(1)...31).filter { schedule.monthDays & (1 << ($0 - 1)) != 0 }
        self.init(
            bot: schedule.bot.text, mode: Names.of(schedule.mode), interval: schedule.interval.name.description,
            weekdays: schedule.interval == .weekly ? weekdays : [],
            monthDays: schedule.interval == .monthly ? monthDays : [],
            nextDay: schedule.nextDay.map { String(Timestamp(day: $0).description.prefix(10)) },
            minimums: plan.minimums.map { MoneyView($0.amount, $0.currency) })
    }
}
