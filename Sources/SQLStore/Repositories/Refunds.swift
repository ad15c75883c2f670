import Payments
import Ports
import Primitives

extension SQLTransaction {
    func refund(_ id: RefundID) throws -> Refund? {
        try one("SELECT * FROM refund WHERE id = ?1", [.of(id)], Refund.init(row:))
    }

    func refunds(
        of bot: BotID, mode: Mode, payment: PaymentID?, charge: ChargeID?, _ page: PageRequest
    ) throws -> Page<Refund> {
        // A charge's refunds are found among those of its payment.
        var wanted = payment
        if wanted == nil, let charge {
            guard let parent = try self.charge(charge)?.payment else { return Page(items: [], hasMore: false) }
            wanted = parent
        }
        guard let wanted else {
            return try self.page(
                page, [.of(bot), .of(mode)],
                newestFirst: """
                    SELECT * FROM refund WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM refund WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                    """, Refund.init(row:))
        }
        return try self.page(
            page, [.of(wanted)] + Self.range(of: charge) + Self.range(of: bot) + Self.range(of: mode),
            newestFirst: """
                SELECT * FROM refund
                WHERE payment = ?4 AND id > ?1 AND id < ?2 AND charge BETWEEN ?5 AND ?6 AND bot BETWEEN ?7 AND ?8
                    AND mode BETWEEN ?9 AND ?10
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM refund
                WHERE payment = ?4 AND id > ?1 AND id < ?2 AND charge BETWEEN ?5 AND ?6 AND bot BETWEEN ?7 AND ?8
                    AND mode BETWEEN ?9 AND ?10
                ORDER BY id LIMIT ?3
                """, Refund.init(row:))
    }

    func refunds(ofPayment id: PaymentID) throws -> [Refund] {
        try all("SELECT * FROM refund WHERE payment = ?1 ORDER BY id", [.of(id)], Refund.init(row:))
    }

    func insert(_ refund: Refund) throws {
        let state = refund.storedState
        try session.run(
            """
            INSERT INTO refund (id, payment, charge, bot, mode, amount, currency, reason, created, state, decline_reason,
                decline_soft, decline_code, posting, details_key, details_box, operation, processor_reference,
                failure_posting)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
            """,
            [
                .of(refund.id), .of(refund.payment), .of(refund.charge), .of(refund.bot), .of(refund.mode),
                .integer(refund.amount.minorUnits), .of(refund.amount.currency), .of(refund.reason),
                .of(refund.created), .integer(state.code), .of(state.decline?.reason), .of(state.decline?.isSoft),
                .of(state.decline?.processorCode), .of(refund.posting), .of(refund.details?.dataKey),
                .of(refund.details?.box), .of(refund.operation), .of(refund.processorReference),
                .of(refund.failurePosting),
            ])
    }

    func update(_ refund: Refund) throws {
        let state = refund.storedState
        try change(
            """
            UPDATE refund
            SET state = ?2, decline_reason = ?3, decline_soft = ?4, decline_code = ?5, posting = ?6, details_key = ?7,
                details_box = ?8, operation = ?9, processor_reference = ?10, failure_posting = ?11
            WHERE id = ?1
            """,
            [
                .of(refund.id), .integer(state.code), .of(state.decline?.reason), .of(state.decline?.isSoft),
                .of(state.decline?.processorCode), .of(refund.posting), .of(refund.details?.dataKey),
                .of(refund.details?.box), .of(refund.operation), .of(refund.processorReference),
                .of(refund.failurePosting),
            ])
    }
}

extension Refund {
    /// As `Columns.outcome` reads it.
    fileprivate var storedState: (code: Int64, decline: Decline?) {
        switch state {
        case .pending: (1, nil)
        case .succeeded: (2, nil)
        case .failed(let decline): (3, decline)
        }
    }

    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "refund")
        self.init(
            id: try columns.identifier(), payment: try columns.identifier(), charge: try columns.identifier(),
            bot: try columns.identifier(), mode: try columns.value(), amount: try columns.money(),
            reason: try columns.value(), created: try columns.time(),
            state: try columns.outcome(pending: .pending, succeeded: .succeeded) { .failed($0) },
            posting: try columns.optionalInteger(), details: try columns.optionalSealed(),
            operation: try columns.optionalIdentifier(), processorReference: try columns.optionalText(),
            failurePosting: try columns.optionalInteger())
    }
}
