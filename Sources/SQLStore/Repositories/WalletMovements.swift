import Payments
import Ports
import Primitives

extension SQLTransaction {
    func walletMovement(_ id: WalletMovementID) throws -> WalletMovement? {
        try one("SELECT * FROM wallet_movement WHERE id = ?1", [.of(id)], WalletMovement.init(row:))
    }

    func walletMovements(
        of person: PersonID, mode: Mode, _ page: PageRequest
    ) throws -> Page<WalletMovement> {
        try self.page(
            page, [.of(person), .of(mode)],
            newestFirst: """
                SELECT * FROM wallet_movement
                WHERE person = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM wallet_movement
                WHERE person = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, WalletMovement.init(row:))
    }

    func insert(_ movement: WalletMovement) throws {
        let state = movement.storedState
        try session.run(
            """
            INSERT INTO wallet_movement (id, direction, platform, person, mode, amount, currency, card, connection,
                created, state, decline_reason, decline_soft, decline_code, processor_reference)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """,
            [
                .of(movement.id), .of(movement.direction), .of(movement.platform), .of(movement.person),
                .of(movement.mode), .integer(movement.amount.minorUnits), .of(movement.amount.currency),
                .of(movement.card), .of(movement.connection), .of(movement.created), .integer(state.code),
                .of(state.decline?.reason), .of(state.decline?.isSoft), .of(state.decline?.processorCode),
                .of(movement.processorReference),
            ])
    }

    func update(_ movement: WalletMovement) throws {
        let state = movement.storedState
        try change(
            """
            UPDATE wallet_movement
            SET state = ?2, decline_reason = ?3, decline_soft = ?4, decline_code = ?5, processor_reference = ?6
            WHERE id = ?1
            """,
            [
                .of(movement.id), .integer(state.code), .of(state.decline?.reason), .of(state.decline?.isSoft),
                .of(state.decline?.processorCode), .of(movement.processorReference),
            ])
    }

    // The sum cannot wrap: SQLite refuses to store what left 64 bits in a strict column, PostgreSQL to compute it.
    func addSent(_ amount: Int64, by person: PersonID, currency: Currency, day: Int64) throws -> Int64 {
        let total = try one(
            """
            INSERT INTO sending_usage (day, person, currency, sent) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (day, person, currency) DO UPDATE SET sent = sending_usage.sent + excluded.sent
            RETURNING sent
            """, [.integer(day), .of(person), .of(currency), .integer(amount)]
        ) { (row) throws(StoreError) in try row.integer(0) }
        guard let total else { throw StoreError.corrupt("table sending_usage: a change returned no row") }
        return total
    }

    func takeBackSent(_ amount: Int64, by person: PersonID, currency: Currency, day: Int64) throws {
        try session.run(
            """
            UPDATE sending_usage SET sent = CASE WHEN sent > ?4 THEN sent - ?4 ELSE 0 END
            WHERE day = ?1 AND person = ?2 AND currency = ?3
            """, [.integer(day), .of(person), .of(currency), .integer(amount)])
    }
}

extension WalletMovement {
    /// As `Columns.outcome` reads it.
    fileprivate var storedState: (code: Int64, decline: Decline?) {
        switch state {
        case .pending: (1, nil)
        case .succeeded: (2, nil)
        case .failed(let decline): (3, decline)
        }
    }

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "wallet_movement")
        self.init(
            id: try columns.identifier(), direction: try columns.value(), platform: try columns.identifier(),
            person: try columns.identifier(), mode: try columns.value(), amount: try columns.money(),
            card: try columns.identifier(), connection: try columns.identifier(), created: try columns.time(),
            state: try columns.outcome(pending: .pending, succeeded: .succeeded) { .failed($0) },
            processorReference: try columns.optionalText())
    }
}
