import Payments
import Ports
import Primitives

extension SQLTransaction {
    func payment(_ id: PaymentID) throws -> Payment? {
        try one("SELECT * FROM payment WHERE id = ?1", [.of(id)], Payment.init(row:))
    }

    func payments(
        of bot: BotID?, mode: Mode?, customer: CustomerID?, _ page: PageRequest
    ) throws -> Page<Payment> {
        if let customer { return try payments(ofCustomer: customer, bot: bot, mode: mode, page) }
        if let bot {
            // The index holds the modes apart; the one list out of both is merged here.
            let modes = mode.map { [$0] } ?? Mode.allCases
            let pages = try modes.map { try payments(ofBot: bot, mode: $0, page) }
            return pages.count == 1 ? pages[0] : Self.merge(pages, page, by: \.id.bits)
        }
        return try self.page(
            page, Self.range(of: mode),
            newestFirst: """
                SELECT * FROM payment WHERE id > ?1 AND id < ?2 AND mode BETWEEN ?4 AND ?5 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payment WHERE id > ?1 AND id < ?2 AND mode BETWEEN ?4 AND ?5 ORDER BY id LIMIT ?3
                """, Payment.init(row:))
    }

    private func payments(ofBot bot: BotID, mode: Mode, _ page: PageRequest) throws -> Page<Payment> {
        try self.page(
            page, [.of(bot), .of(mode)],
            newestFirst: """
                SELECT * FROM payment WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payment WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, Payment.init(row:))
    }

    private func payments(
        ofCustomer customer: CustomerID, bot: BotID?, mode: Mode?, _ page: PageRequest
    ) throws -> Page<Payment> {
        try self.page(
            page, [.of(customer)] + Self.range(of: bot) + Self.range(of: mode),
            newestFirst: """
                SELECT * FROM payment
                WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?6 AND mode BETWEEN ?7 AND ?8
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payment
                WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?6 AND mode BETWEEN ?7 AND ?8
                ORDER BY id LIMIT ?3
                """, Payment.init(row:))
    }

    func insert(_ payment: Payment) throws {
        let state = payment.storedState
        try session.run(
            """
            INSERT INTO payment (id, bot, mode, created, amount, currency, capture_method, customer, payment_method,
                details_key, details_box, state, state_charge, state_operation, state_amount, authorized, captured,
                refunded, refunding, latest_charge, decline_reason, decline_soft, decline_code, cancellation, version,
                canceled_at, review)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26, ?27)
            """,
            [
                .of(payment.id), .of(payment.bot), .of(payment.mode), .of(payment.created),
                .integer(payment.amount.minorUnits), .of(payment.amount.currency), .of(payment.captureMethod),
                .of(payment.customer), .of(payment.paymentMethod), .of(payment.details?.dataKey),
                .of(payment.details?.box), .integer(state.code), .of(state.charge), .of(state.operation),
                .of(state.amount), .integer(payment.authorized), .integer(payment.captured),
                .integer(payment.refunded), .integer(payment.refunding), .of(payment.latestCharge),
                .of(payment.lastDecline?.reason), .of(payment.lastDecline?.isSoft),
                .of(payment.lastDecline?.processorCode), .of(payment.cancellation), .integer(payment.version),
                .of(payment.canceledAt), .of(payment.review),
            ])
    }

    func update(_ payment: Payment) throws {
        let state = payment.storedState
        let changed = try session.run(
            """
            UPDATE payment
            SET amount = ?3, customer = ?4, payment_method = ?5, details_key = ?6, details_box = ?7, state = ?8,
                state_charge = ?9, state_operation = ?10, state_amount = ?11, authorized = ?12, captured = ?13,
                refunded = ?14, refunding = ?15, latest_charge = ?16, decline_reason = ?17, decline_soft = ?18,
                decline_code = ?19, cancellation = ?20, currency = ?21, canceled_at = ?22, review = ?23,
                version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(payment.id), .integer(payment.version), .integer(payment.amount.minorUnits), .of(payment.customer),
                .of(payment.paymentMethod), .of(payment.details?.dataKey), .of(payment.details?.box),
                .integer(state.code), .of(state.charge), .of(state.operation), .of(state.amount),
                .integer(payment.authorized), .integer(payment.captured), .integer(payment.refunded),
                .integer(payment.refunding), .of(payment.latestCharge), .of(payment.lastDecline?.reason),
                .of(payment.lastDecline?.isSoft), .of(payment.lastDecline?.processorCode), .of(payment.cancellation),
                .of(payment.amount.currency), .of(payment.canceledAt), .of(payment.review),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }
}

/// A payment's state in columns. The numbers are stored: never renumber.
private struct StoredPaymentState {
    let code: Int64
    var charge: ChargeID?
    var operation: OperationID?
    var amount: Int64?
}

extension Payment {
    /// The charge is left out where it is the latest one.
    fileprivate var storedState: StoredPaymentState {
        var stored =
            switch state {
            case .requiresPaymentMethod: StoredPaymentState(code: 1)
            case .requiresConfirmation: StoredPaymentState(code: 2)
            case .requiresAction(let charge): StoredPaymentState(code: 3, charge: charge)
            case .authorizing(let charge): StoredPaymentState(code: 4, charge: charge)
            case .authorized(let charge): StoredPaymentState(code: 5, charge: charge)
            case .capturing(let charge, let operation, let amount):
                StoredPaymentState(code: 6, charge: charge, operation: operation, amount: amount)
            case .succeeded(let charge): StoredPaymentState(code: 7, charge: charge)
            case .voiding(let charge, let operation):
                StoredPaymentState(code: 8, charge: charge, operation: operation)
            case .canceled: StoredPaymentState(code: 9)
            // Money is held as in 5; an operation that raises it is under way.
            case .incrementing(let charge, let operation, let amount):
                StoredPaymentState(code: 5, charge: charge, operation: operation, amount: amount)
            }
        if stored.charge == latestCharge { stored.charge = nil }
        return stored
    }

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "payment")
        let id = try columns.identifier(PaymentKind.self)
        let bot = try columns.identifier(BotKind.self)
        let mode = try columns.value(Mode.self)
        let created = try columns.time()
        let amount = try columns.money()
        let captureMethod = try columns.value(CaptureMethod.self)
        self.init(
            id: id, bot: bot, mode: mode, created: created, amount: amount, captureMethod: captureMethod,
            customer: try columns.optionalIdentifier(), paymentMethod: try columns.optionalIdentifier(),
            details: try columns.optionalSealed())
        let stored = StoredPaymentState(
            code: try columns.integer(), charge: try columns.optionalIdentifier(),
            operation: try columns.optionalIdentifier(), amount: try columns.optionalInteger())
        authorized = try columns.integer()
        captured = try columns.integer()
        refunded = try columns.integer()
        refunding = try columns.integer()
        latestCharge = try columns.optionalIdentifier()
        lastDecline = try columns.optionalDecline()
        cancellation = try columns.optionalValue()
        version = try columns.integer()
        canceledAt = try columns.optionalTime()
        review = try columns.optionalValue()
        state = try Self.state(stored, latest: latestCharge, columns)
    }

    private static func state(
        _ stored: StoredPaymentState, latest: ChargeID?, _ columns: Columns
    ) throws(StoreError) -> PaymentState {
        func charge() throws(StoreError) -> ChargeID { try columns.required(stored.charge ?? latest, "a charge") }
        func operation() throws(StoreError) -> OperationID { try columns.required(stored.operation, "an operation") }
        switch stored.code {
        case 1: return .requiresPaymentMethod
        case 2: return .requiresConfirmation
        case 3: return .requiresAction(try charge())
        case 4: return .authorizing(try charge())
        case 5:
            guard let operation = stored.operation else { return .authorized(try charge()) }
            return .incrementing(
                try charge(), operation, amount: try columns.required(stored.amount, "an amount"))
        case 6:
            return .capturing(
                try charge(), try operation(), amount: try columns.required(stored.amount, "an amount"))
        case 7: return .succeeded(try charge())
        case 8: return .voiding(try charge(), try operation())
        case 9: return .canceled
        default: throw .corrupt("table payment: \(stored.code) is no known state")
        }
    }
}
