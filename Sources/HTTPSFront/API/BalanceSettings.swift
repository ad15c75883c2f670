import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/balance_settings`: when a bot is paid out by itself.
struct BalanceSettings: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/balance_settings", .bot(.read(.payouts)), show),
            Endpoint(.post, "/v1/balance_settings", .bot(.write(.payouts)), update),
        ]
    }

    private func show(_ call: APICall<BotPrincipal>) async throws -> Answer {
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { renderer.balanceSettings(try $0.payoutPlan(of: bot, mode: mode)) }
    }

    private func update(_ call: APICall<BotPrincipal>) async throws -> Answer {
        var change = PayoutScheduleChange()
        if let payouts = try call.parameters.object("payments")?.object("payouts") {
            if let schedule = try payouts.object("schedule") {
                let word: IntervalWord? = try schedule.enumeration("interval")
                change.interval = word.flatMap { PayoutInterval(name: $0.rawValue) }
                change.weekdays = try schedule.weekdays()
                change.monthDays = try schedule.monthDays()
            }
            if let minimums = try payouts.object("minimum_balance_by_currency") {
                change.minimums = try minimums.minimums()
            }
        }
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let renderer = services.renderer
        return try await services.useCases.payoutSettings.change(change, call.caller()) {
            renderer.balanceSettings($0)
        }
    }
}

private enum IntervalWord: String, CaseIterable { case manual, daily, weekly, monthly }

extension Parameters {
    fileprivate func weekdays() throws(APIError) -> Int64? {
        let names = try strings("weekly_payout_days", maxCount: 7, max: 20)
        guard !names.isEmpty else { return nil }
        var mask: Int64 = 0
        for name in names {
            guard let bit = Weekdays.names.firstIndex(of: name) else {
                throw .invalid(path("weekly_payout_days"), "weekly_payout_days are names of days, such as monday.")
            }
            mask |= 1 << Int64(bit)
        }
        return mask
    }

    fileprivate func monthDays() throws(APIError) -> Int64? {
        let days = try numbers("monthly_payout_days", in: 1...31, maxCount: 31)
        return days.isEmpty ? nil : days.reduce(0) { $0 | 1 << ($1 - 1) }
    }

    /// An amount for each currency; an empty one removes it.
    fileprivate func minimums() throws(APIError) -> [(currency: Currency, amount: Int64?)] {
        var found: [(currency: Currency, amount: Int64?)] = []
        for entry in try amounts(maxCount: 20) {
            guard let currency = Currency(code: entry.name), V1Amounts.isSupported(currency),
                !found.contains(where: { $0.currency == currency })
            else {
                throw .invalid(
                    entry.path, code: "invalid_currency",
                    "minimum_balance_by_currency has the three-letter codes of supported currencies.")
            }
            found.append((currency, entry.amount))
        }
        return found
    }
}
