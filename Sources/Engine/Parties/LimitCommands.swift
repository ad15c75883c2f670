package import Payments
package import Ports
package import Primitives

/// What one person may send in one currency, and what they have sent.
package struct SendingStanding: Hashable, Sendable {
    package let currency: Currency
    package let standard: SendingLimits
    package let override: SendingLimitOverride?
    /// What holds.
    package let limits: SendingLimits
    package let sentToday: Int64
    package let sentInWeek: Int64
}

/// Shows and changes what single people may send.
package struct LimitCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let settings: EngineSettings
    private var configuration: EngineConfiguration { settings.current }

    package init(store: any Store, clock: any WallClock, settings: EngineSettings) {
        self.store = store
        self.clock = clock
        self.settings = settings
    }

    /// The currencies that have limits for everybody, and what they are.
    package var standard: [(currency: Currency, limits: SendingLimits)] {
        configuration.limitedCurrencies.map { ($0, configuration.sendingLimits(in: $0)) }
    }

    /// One for each currency with limits for everybody or for this person.
    /// - Returns: nil when there is no such person.
    package func standing(of id: PersonID) async throws -> [SendingStanding]? {
        let (today, configuration) = (SendingDay.of(clock.now()), configuration)
        return try await store.read { reader in
            guard try reader.person(id) != nil else { return nil }
            let overrides = try reader.sendingLimits(of: id)
            let currencies = Set(configuration.limitedCurrencies).union(overrides.map(\.currency))
            return try currencies.sorted { $0.code < $1.code }.map { currency in
                let standard = configuration.sendingLimits(in: currency)
                let override = overrides.first { $0.currency == currency }
                return SendingStanding(
                    currency: currency, standard: standard, override: override,
                    limits: override?.over(standard) ?? standard,
                    sentToday: try reader.sent(by: id, currency: currency, from: today, through: today),
                    sentInWeek: try reader.sent(
                        by: id, currency: currency, from: SendingDay.weekBefore(today), through: today))
            }
        }
    }

    /// Sets a person's own limits in one currency; standard ones remove them. Holds from the next send on.
    /// - Parameter also: runs in the same commit.
    /// - Returns: false when there is no such person.
    package func set(
        _ limits: SendingLimitOverride, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Bool {
        try await store.write { transaction in
            guard try transaction.person(limits.person) != nil else { return false }
            try transaction.set(limits)
            try also(transaction)
            return true
        }
    }
}

/// Days as sending limits count them: since 1970, UTC.
enum SendingDay {
    static func of(_ time: Timestamp) -> Int64 { time.seconds / 86_400 }
    /// The first of the seven days that end with `day`.
    static func weekBefore(_ day: Int64) -> Int64 { day - 6 }
}

extension EngineConfiguration {
    /// Everybody's limits in `currency`.
    package func sendingLimits(in currency: Currency) -> SendingLimits {
        SendingLimits(
            perTransfer: singleSendingLimits[currency], perDay: dailySendingLimits[currency],
            perWeek: weeklySendingLimits[currency])
    }

    fileprivate var limitedCurrencies: [Currency] {
        Set(singleSendingLimits.keys).union(dailySendingLimits.keys).union(weeklySendingLimits.keys)
            .sorted { $0.code < $1.code }
    }
}
