import Payments
import Ports
import Primitives

extension SQLTransaction {
    func payout(_ id: PayoutID) throws -> Payout? {
        try one("SELECT * FROM payout WHERE id = ?1", [.of(id)], Payout.init(row:))
    }

    func payouts(matching query: PayoutQuery, _ page: PageRequest) throws -> Page<Payout> {
        // An index for each question that callers ask; ranges where nothing need be asked, so that it is taken.
        let bots: [SQLValue] = [
            .of(query.bot?.bits ?? PageBounds.lowest), .of(query.bot?.bits ?? PageBounds.highest),
        ]
        let owned = bots + Self.range(query.mode, 0) + Self.range(query.rail)
        switch (query.destination, query.state, query.bot, query.mode) {
        case (let destination?, let state?, _, _):
            return try self.page(
                page, owned + [.of(destination), .of(state)],
                newestFirst: """
                    SELECT * FROM payout WHERE destination = ?10 AND state = ?11 AND id > ?1 AND id < ?2
                        AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7 AND rail BETWEEN ?8 AND ?9
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM payout WHERE destination = ?10 AND state = ?11 AND id > ?1 AND id < ?2
                        AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7 AND rail BETWEEN ?8 AND ?9
                    ORDER BY id LIMIT ?3
                    """, Payout.init(row:))
        case (let destination?, nil, _, _):
            return try self.page(
                page, owned + [.of(destination)],
                newestFirst: """
                    SELECT * FROM payout WHERE destination = ?10 AND id > ?1 AND id < ?2
                        AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7 AND rail BETWEEN ?8 AND ?9
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM payout WHERE destination = ?10 AND id > ?1 AND id < ?2
                        AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7 AND rail BETWEEN ?8 AND ?9
                    ORDER BY id LIMIT ?3
                    """, Payout.init(row:))
        case (nil, let state?, let bot?, let mode?):
            return try self.page(
                page, Self.range(query.rail) + [.of(bot), .of(mode), .of(state)],
                newestFirst: """
                    SELECT * FROM payout WHERE bot = ?6 AND mode = ?7 AND state = ?8 AND id > ?1 AND id < ?2
                        AND rail BETWEEN ?4 AND ?5
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM payout WHERE bot = ?6 AND mode = ?7 AND state = ?8 AND id > ?1 AND id < ?2
                        AND rail BETWEEN ?4 AND ?5
                    ORDER BY id LIMIT ?3
                    """, Payout.init(row:))
        case (nil, nil, let bot?, let mode?):
            return try self.page(
                page, Self.range(query.rail) + [.of(bot), .of(mode)],
                newestFirst: """
                    SELECT * FROM payout WHERE bot = ?6 AND mode = ?7 AND id > ?1 AND id < ?2 AND rail BETWEEN ?4 AND ?5
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM payout WHERE bot = ?6 AND mode = ?7 AND id > ?1 AND id < ?2 AND rail BETWEEN ?4 AND ?5
                    ORDER BY id LIMIT ?3
                    """, Payout.init(row:))
        case (nil, _, _, _):
            return try allPayouts(owned + Self.range(query.state), page)
        }
    }

    /// For operators.
    private func allPayouts(_ ranges: [SQLValue], _ page: PageRequest) throws -> Page<Payout> {
        try self.page(
            page, ranges,
            newestFirst: """
                SELECT * FROM payout WHERE id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                    AND rail BETWEEN ?8 AND ?9 AND state BETWEEN ?10 AND ?11
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payout WHERE id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                    AND rail BETWEEN ?8 AND ?9 AND state BETWEEN ?10 AND ?11
                ORDER BY id LIMIT ?3
                """, Payout.init(row:))
    }

    func automaticPayout(
        of bot: BotID, mode: Mode, currency: Currency, beforePosting posting: Int64
    ) throws -> Int64? {
        try one(
            """
            SELECT posting FROM payout
            WHERE bot = ?1 AND mode = ?2 AND currency = ?3 AND is_automatic = 1 AND posting < ?4
            ORDER BY posting DESC LIMIT 1
            """, [.of(bot), .of(mode), .of(currency), .integer(posting)]
        ) { (row) throws(StoreError) in try row.integer(0) }
    }

    /// From and to: one value, or all of a vocabulary.
    private static func range<Value: RawRepresentable<Int64>>(_ value: Value?, _ lowest: Int64 = 1) -> [SQLValue] {
        [.integer(value?.rawValue ?? lowest), .integer(value?.rawValue ?? 1_000)]
    }

    func payoutsToSend(dueBefore time: Timestamp, limit: Int) throws -> [PayoutID] {
        try all(
            """
            SELECT id FROM payout WHERE (state = 1 OR state = 2) AND due <= ?1 AND state = 1 AND rail <> 3
            ORDER BY due, id LIMIT ?2
            """, [.of(time), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "payout")
            return try columns.identifier(PayoutKind.self)
        }
    }

    func payoutsAwaitingOperator(at time: Timestamp) throws -> WaitingPayouts {
        let found = try one(
            """
            SELECT count(*), min(due) FROM payout
            WHERE (state = 1 OR state = 2) AND due <= ?1 AND rail = 3
            """, [.of(time)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "payout")
            return WaitingPayouts(count: try columns.integer(), oldest: try columns.optionalTime())
        }
        return found ?? WaitingPayouts(count: 0, oldest: nil)
    }

    func insert(_ payout: Payout) throws {
        var values: [SQLValue] = [
            .of(payout.id), .of(payout.bot), .of(payout.mode), .integer(payout.amount.minorUnits),
            .of(payout.amount.currency), .of(payout.destination), .of(payout.rail), .of(payout.method),
            .of(payout.isAutomatic), .of(payout.created), .of(payout.due), .of(payout.arrival),
            .integer(payout.posting),
        ]
        values += payout.changing
        values.append(.integer(payout.version))
        try session.run(
            """
            INSERT INTO payout (id, bot, mode, amount, currency, destination, rail, method, is_automatic, created, due,
                arrival, posting, state, failure, return_posting, connection, reference, begun_by, sent, ended,
                details_key, details_box, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23, ?24)
            """, values)
    }

    func update(_ payout: Payout) throws {
        let changed = try session.run(
            """
            UPDATE payout SET state = ?3, failure = ?4, return_posting = ?5, connection = ?6, reference = ?7,
                begun_by = ?8, sent = ?9, ended = ?10, details_key = ?11, details_box = ?12, version = version + 1
            WHERE id = ?1 AND version = ?2
            """, [.of(payout.id), .integer(payout.version)] + payout.changing)
        guard changed == 1 else { throw StoreConflict() }
    }
}

extension Payout {
    /// What changes after it was stored.
    fileprivate var changing: [SQLValue] {
        var values: [SQLValue] = [
            .of(state), .of(failure), .of(returnPosting), .of(connection), .of(reference), .of(begunBy), .of(sent),
            .of(ended),
        ]
        values.append(details)
        return values
    }

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "payout")
        self.init(
            id: try columns.identifier(), bot: try columns.identifier(), mode: try columns.value(),
            amount: try columns.money(), destination: try columns.identifier(), rail: try columns.value(),
            method: try columns.value(), isAutomatic: try columns.flag(), created: try columns.time(),
            due: try columns.time(), arrival: try columns.time(), posting: try columns.integer(),
            state: try columns.value(), failure: try columns.optionalValue(),
            returnPosting: try columns.optionalInteger(), connection: try columns.optionalIdentifier(),
            reference: try columns.optionalText(), begunBy: try columns.optionalInteger(),
            sent: try columns.optionalTime(), ended: try columns.optionalTime(),
            details: try columns.optionalSealed(), version: try columns.integer())
    }
}
