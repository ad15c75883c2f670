import Payments
import Ports
import Primitives

extension SQLTransaction {
    func payoutDestination(_ id: PayoutDestinationID) throws -> PayoutDestination? {
        try one("SELECT * FROM payout_destination WHERE id = ?1", [.of(id)], PayoutDestination.init(row:))
    }

    func payoutDestinations(of bot: BotID, mode: Mode, _ page: PageRequest) throws -> Page<PayoutDestination> {
        try self.page(
            page, [.of(bot), .of(mode)],
            newestFirst: """
                SELECT * FROM payout_destination
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND state <> 4 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payout_destination
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND state <> 4 ORDER BY id LIMIT ?3
                """, PayoutDestination.init(row:))
    }

    func defaultPayoutDestination(of bot: BotID, mode: Mode, currency: Currency) throws -> PayoutDestination? {
        try one(
            "SELECT * FROM payout_destination WHERE bot = ?1 AND mode = ?2 AND currency = ?3 AND is_default = 1",
            [.of(bot), .of(mode), .of(currency)], PayoutDestination.init(row:))
    }

    func insert(_ destination: PayoutDestination) throws {
        var values: [SQLValue] = [
            .of(destination.id), .of(destination.bot), .of(destination.mode), .of(destination.rail),
            .of(destination.currency), .of(destination.card), .text(destination.lastFour), .text(destination.country),
            .of(destination.state), .of(destination.isDefault), .of(destination.created), .of(destination.usableFrom),
        ]
        values.append(destination.details)
        values.append(.integer(destination.version))
        try session.run(
            """
            INSERT INTO payout_destination (id, bot, mode, rail, currency, card, last_four, country, state, is_default,
                created, usable_from, details_key, details_box, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """, values)
    }

    func update(_ destination: PayoutDestination) throws {
        var values: [SQLValue] = [
            .of(destination.id), .integer(destination.version), .of(destination.state), .of(destination.isDefault),
        ]
        values.append(destination.details)
        let changed = try session.run(
            """
            UPDATE payout_destination
            SET state = ?3, is_default = ?4, details_key = ?5, details_box = ?6, version = version + 1
            WHERE id = ?1 AND version = ?2
            """, values)
        guard changed == 1 else { throw StoreConflict() }
    }
}

// MARK: - Schedules

extension SQLTransaction {
    func payoutSchedule(of bot: BotID, mode: Mode) throws -> PayoutSchedule? {
        try one(
            "SELECT * FROM payout_schedule WHERE bot = ?1 AND mode = ?2", [.of(bot), .of(mode)],
            PayoutSchedule.init(row:))
    }

    func payoutSchedules(dueOn day: Int64, limit: Int) throws -> [PayoutSchedule] {
        try all(
            """
            SELECT * FROM payout_schedule WHERE next_day IS NOT NULL AND next_day <= ?1 ORDER BY next_day, bot LIMIT ?2
            """, [.integer(day), .integer(Int64(limit))], PayoutSchedule.init(row:))
    }

    func put(_ schedule: PayoutSchedule) throws {
        try session.run(
            """
            INSERT INTO payout_schedule (bot, mode, interval, weekdays, month_days, next_day)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (bot, mode) DO UPDATE SET interval = excluded.interval, weekdays = excluded.weekdays,
                month_days = excluded.month_days, next_day = excluded.next_day
            """,
            [
                .of(schedule.bot), .of(schedule.mode), .of(schedule.interval), .integer(schedule.weekdays),
                .integer(schedule.monthDays), .of(schedule.nextDay),
            ])
    }

    func payoutMinimums(of bot: BotID, mode: Mode) throws -> [PayoutMinimum] {
        try all(
            "SELECT currency, amount FROM payout_minimum WHERE bot = ?1 AND mode = ?2 ORDER BY currency",
            [.of(bot), .of(mode)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "payout_minimum")
            return PayoutMinimum(currency: try columns.currency(), amount: try columns.integer())
        }
    }

    func put(_ minimums: [PayoutMinimum], of bot: BotID, mode: Mode) throws {
        try session.run("DELETE FROM payout_minimum WHERE bot = ?1 AND mode = ?2", [.of(bot), .of(mode)])
        for minimum in minimums {
            try session.run(
                "INSERT INTO payout_minimum (bot, mode, currency, amount) VALUES (?1, ?2, ?3, ?4)",
                [.of(bot), .of(mode), .of(minimum.currency), .integer(minimum.amount)])
        }
    }
}

extension PayoutDestination {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "payout_destination")
        self.init(
            id: try columns.identifier(), bot: try columns.identifier(), mode: try columns.value(),
            rail: try columns.value(), currency: try columns.currency(), card: try columns.optionalIdentifier(),
            lastFour: try columns.text(), country: try columns.text(), state: try columns.value(),
            isDefault: try columns.flag(), created: try columns.time(), usableFrom: try columns.time(),
            details: try columns.optionalSealed(), version: try columns.integer())
    }
}

extension PayoutSchedule {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "payout_schedule")
        self.init(
            bot: try columns.identifier(), mode: try columns.value(), interval: try columns.value(),
            weekdays: try columns.integer(), monthDays: try columns.integer(), nextDay: try columns.optionalInteger())
    }
}
