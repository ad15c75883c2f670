import Payments
import Ports
import Primitives

extension SQLTransaction {
    func charge(_ id: ChargeID) throws -> Charge? {
        try one("SELECT * FROM charge WHERE id = ?1", [.of(id)], Charge.init(row:))
    }

    func charges(
        of bot: BotID, mode: Mode, payment: PaymentID?, _ page: PageRequest
    ) throws -> Page<Charge> {
        guard let payment else {
            return try self.page(
                page, [.of(bot), .of(mode)],
                newestFirst: """
                    SELECT * FROM charge WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM charge WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                    """, Charge.init(row:))
        }
        // The owner is written as a range so that the index by payment is taken.
        return try self.page(
            page, [.of(payment)] + Self.range(of: bot) + Self.range(of: mode),
            newestFirst: """
                SELECT * FROM charge
                WHERE payment = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?6 AND mode BETWEEN ?7 AND ?8
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM charge
                WHERE payment = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?6 AND mode BETWEEN ?7 AND ?8
                ORDER BY id LIMIT ?3
                """, Charge.init(row:))
    }

    func charges(ofPayment id: PaymentID) throws -> [Charge] {
        try all("SELECT * FROM charge WHERE payment = ?1 ORDER BY id", [.of(id)], Charge.init(row:))
    }

    func insert(_ charge: Charge) throws {
        let state = charge.storedState
        try session.run(
            """
            INSERT INTO charge (id, payment, bot, mode, connection, adapter_version, funds_flow, amount, currency,
                payment_method, created, state, decline_reason, decline_soft, decline_code, action_url,
                action_reference, not_processed, approval_reference, approval_code, approval_network_id,
                approval_amount, approval_code_matched, posting, capture_operation, capture_reference,
                fee, is_disputed, customer)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26, ?27, ?28, (SELECT customer FROM payment WHERE payment.id = ?2))
            """,
            [
                .of(charge.id), .of(charge.payment), .of(charge.bot), .of(charge.mode), .of(charge.connection),
                .integer(charge.adapterVersion), .of(charge.fundsFlow), .integer(charge.amount.minorUnits),
                .of(charge.amount.currency), .of(charge.paymentMethod), .of(charge.created), .integer(state.code),
                .of(state.decline?.reason), .of(state.decline?.isSoft), .of(state.decline?.processorCode),
                .of(state.action?.redirectURL), .of(state.action?.processorReference), .of(state.notProcessed),
                .of(charge.approval?.processorReference), .of(charge.approval?.authorizationCode),
                .of(charge.approval?.networkTransactionID), .of(try charge.approvedAmount()),
                .of(charge.approval?.securityCodeMatched), .of(charge.posting), .of(charge.capture?.operation),
                .of(charge.capture?.processorReference), .of(charge.fee), .of(charge.isDisputed),
            ])
    }

    func update(_ charge: Charge) throws {
        let state = charge.storedState
        try change(
            """
            UPDATE charge
            SET state = ?2, decline_reason = ?3, decline_soft = ?4, decline_code = ?5, action_url = ?6,
                action_reference = ?7, not_processed = ?8, approval_reference = ?9, approval_code = ?10,
                approval_network_id = ?11, approval_amount = ?12, approval_code_matched = ?13, posting = ?14,
                capture_operation = ?15, capture_reference = ?16, fee = ?17, is_disputed = ?18
            WHERE id = ?1
            """,
            [
                .of(charge.id), .integer(state.code), .of(state.decline?.reason), .of(state.decline?.isSoft),
                .of(state.decline?.processorCode), .of(state.action?.redirectURL),
                .of(state.action?.processorReference), .of(state.notProcessed),
                .of(charge.approval?.processorReference), .of(charge.approval?.authorizationCode),
                .of(charge.approval?.networkTransactionID), .of(try charge.approvedAmount()),
                .of(charge.approval?.securityCodeMatched), .of(charge.posting), .of(charge.capture?.operation),
                .of(charge.capture?.processorReference), .of(charge.fee), .of(charge.isDisputed),
            ])
    }
}

/// A charge's state in columns. The numbers are stored: never renumber.
private struct StoredChargeState {
    let code: Int64
    var decline: Decline?
    var action: RequiredAction?
    var notProcessed: NotProcessedReason?
}

extension Charge {
    fileprivate var storedState: StoredChargeState {
        switch state {
        case .pending: StoredChargeState(code: 1)
        case .approved: StoredChargeState(code: 2)
        case .declined(let decline): StoredChargeState(code: 3, decline: decline)
        case .requiresAction(let action): StoredChargeState(code: 4, action: action)
        case .notProcessed(let reason): StoredChargeState(code: 5, notProcessed: reason)
        }
    }

    /// The currency of an approval is that of its charge, and is not stored twice.
    fileprivate func approvedAmount() throws(StoreError) -> Int64? {
        guard let approved = approval?.amount else { return nil }
        guard approved.currency == amount.currency else {
            throw .constraint("a charge was approved in another currency than its own")
        }
        return approved.minorUnits
    }

    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "charge")
        self.init(
            id: try columns.identifier(), payment: try columns.identifier(), bot: try columns.identifier(),
            mode: try columns.value(), connection: try columns.identifier(), adapterVersion: try columns.integer(),
            fundsFlow: try columns.value(), amount: try columns.money(), paymentMethod: try columns.identifier(),
            created: try columns.time())
        state = try Self.state(&columns)
        approval = try Self.approval(&columns, amount.currency)
        posting = try columns.optionalInteger()
        capture = try Self.capture(&columns)
        fee = try columns.optionalInteger()
        isDisputed = try columns.flag()
    }

    private static func capture(_ columns: inout Columns) throws(StoreError) -> ChargeCapture? {
        let operation = try columns.optionalIdentifier(OperationKind.self)
        let reference = try columns.optionalText()
        guard let operation else { return nil }
        return ChargeCapture(
            operation: operation, processorReference: try columns.required(reference, "a capture's reference"))
    }

    private static func state(_ columns: inout Columns) throws(StoreError) -> ChargeState {
        let code = try columns.integer()
        let decline = try columns.optionalDecline()
        let url = try columns.optionalText()
        let reference = try columns.optionalText()
        let notProcessed = try columns.optionalValue(NotProcessedReason.self)
        switch code {
        case 1: return .pending
        case 2: return .approved
        case 3: return .declined(try columns.required(decline, "a decline"))
        case 4:
            return .requiresAction(
                RequiredAction(
                    redirectURL: try columns.required(url, "an address"),
                    processorReference: try columns.required(reference, "a reference")))
        case 5: return .notProcessed(try columns.required(notProcessed, "a reason"))
        default: throw .corrupt("table charge: \(code) is no known state")
        }
    }

    private static func approval(_ columns: inout Columns, _ currency: Currency) throws(StoreError) -> Approval? {
        let reference = try columns.optionalText()
        let code = try columns.optionalText()
        let network = try columns.optionalText()
        let amount = try columns.optionalInteger()
        let matched = try columns.optionalFlag()
        guard let reference else { return nil }
        return Approval(
            processorReference: reference, authorizationCode: code, networkTransactionID: network,
            amount: Money(minorUnits: try columns.required(amount, "an approved amount"), currency: currency),
            securityCodeMatched: matched)
    }
}
