import Payments
import Ports
import Primitives

extension SQLTransaction {
    func setupIntent(_ id: SetupIntentID) throws -> SetupIntent? {
        try one("SELECT * FROM setup_intent WHERE id = ?1", [.of(id)], SetupIntent.read(row:))
    }

    func setupIntents(
        of bot: BotID, mode: Mode, customer: CustomerID?, paymentMethod: PaymentMethodID?, _ page: PageRequest
    ) throws -> Page<SetupIntent> {
        // Few setup intents belong to one card or customer, so the rest is written as ranges and their index is taken.
        if let paymentMethod {
            return try self.page(
                page, [.of(paymentMethod), .of(bot), .of(mode)] + Self.range(of: customer),
                newestFirst: """
                    SELECT * FROM setup_intent
                    WHERE payment_method = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5
                        AND mode BETWEEN ?6 AND ?6 AND COALESCE(customer, ?7) BETWEEN ?7 AND ?8
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM setup_intent
                    WHERE payment_method = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5
                        AND mode BETWEEN ?6 AND ?6 AND COALESCE(customer, ?7) BETWEEN ?7 AND ?8
                    ORDER BY id LIMIT ?3
                    """, SetupIntent.read(row:))
        }
        if let customer {
            return try self.page(
                page, [.of(customer), .of(bot), .of(mode)],
                newestFirst: """
                    SELECT * FROM setup_intent
                    WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM setup_intent
                    WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                    ORDER BY id LIMIT ?3
                    """, SetupIntent.read(row:))
        }
        return try self.page(
            page, [.of(bot), .of(mode)],
            newestFirst: """
                SELECT * FROM setup_intent WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM setup_intent WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, SetupIntent.read(row:))
    }

    func insert(_ intent: SetupIntent) throws {
        try session.run(
            """
            INSERT INTO setup_intent (id, bot, mode, created, customer, payment_method, usage, state, latest_attempt,
                decline_reason, decline_soft, decline_code, cancellation, mandate, details_key, details_box, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """,
            [
                .of(intent.id), .of(intent.bot), .of(intent.mode), .of(intent.created), .of(intent.customer),
                .of(intent.paymentMethod), .of(intent.usage), .integer(intent.state.code), .of(intent.latestAttempt),
                .of(intent.lastDecline?.reason), .of(intent.lastDecline?.isSoft),
                .of(intent.lastDecline?.processorCode), .of(intent.cancellation), .of(intent.mandate),
                .of(intent.details?.dataKey), .of(intent.details?.box), .integer(intent.version),
            ])
    }

    func update(_ intent: SetupIntent) throws {
        let changed = try session.run(
            """
            UPDATE setup_intent
            SET customer = ?3, payment_method = ?4, state = ?5, latest_attempt = ?6, decline_reason = ?7,
                decline_soft = ?8, decline_code = ?9, cancellation = ?10, mandate = ?11, details_key = ?12,
                details_box = ?13, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(intent.id), .integer(intent.version), .of(intent.customer), .of(intent.paymentMethod),
                .integer(intent.state.code), .of(intent.latestAttempt), .of(intent.lastDecline?.reason),
                .of(intent.lastDecline?.isSoft), .of(intent.lastDecline?.processorCode), .of(intent.cancellation),
                .of(intent.mandate), .of(intent.details?.dataKey), .of(intent.details?.box),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }

    func setupAttempt(_ id: SetupAttemptID) throws -> SetupAttempt? {
        try one("SELECT * FROM setup_attempt WHERE id = ?1", [.of(id)], SetupAttempt.read(row:))
    }

    func setupAttempts(of id: SetupIntentID) throws -> [SetupAttempt] {
        try all(
            "SELECT * FROM setup_attempt WHERE setup_intent = ?1 ORDER BY id", [.of(id)], SetupAttempt.read(row:))
    }

    func insert(_ attempt: SetupAttempt) throws {
        try session.run(
            """
            INSERT INTO setup_attempt (id, setup_intent, bot, mode, connection, adapter_version, payment_method, usage,
                created, state, decline_reason, decline_soft, decline_code, action_url, action_reference,
                not_processed, processor_reference, network_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """,
            [
                .of(attempt.id), .of(attempt.setupIntent), .of(attempt.bot), .of(attempt.mode),
                .of(attempt.connection), .integer(attempt.adapterVersion), .of(attempt.paymentMethod),
                .of(attempt.usage), .of(attempt.created),
            ] + attempt.outcome)
    }

    func update(_ attempt: SetupAttempt) throws {
        try change(
            """
            UPDATE setup_attempt
            SET state = ?2, decline_reason = ?3, decline_soft = ?4, decline_code = ?5, action_url = ?6,
                action_reference = ?7, not_processed = ?8, processor_reference = ?9, network_id = ?10
            WHERE id = ?1
            """, [.of(attempt.id)] + attempt.outcome)
    }
}

extension SQLTransaction {
    func mandate(_ id: MandateID) throws -> Mandate? {
        try one("SELECT * FROM mandate WHERE id = ?1", [.of(id)], Mandate.read(row:))
    }

    func mandates(of paymentMethod: PaymentMethodID) throws -> [Mandate] {
        try all(
            "SELECT * FROM mandate WHERE payment_method = ?1 ORDER BY id", [.of(paymentMethod)], Mandate.read(row:))
    }

    func insert(_ mandate: Mandate) throws {
        try session.run(
            """
            INSERT INTO mandate (id, bot, mode, payment_method, usage, source_kind, source, acceptance, accepted,
                subject_salt, details_key, details_box, created, status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """,
            [
                .of(mandate.id), .of(mandate.bot), .of(mandate.mode), .of(mandate.paymentMethod), .of(mandate.usage),
                .integer(mandate.source.kind), .of(mandate.source.bits), .of(mandate.acceptance),
                .of(mandate.accepted), .bytes(mandate.subjectSalt), .of(mandate.details?.dataKey),
                .of(mandate.details?.box), .of(mandate.created), .of(mandate.status),
            ])
    }

    func update(_ mandate: Mandate) throws {
        try change("UPDATE mandate SET status = ?2 WHERE id = ?1", [.of(mandate.id), .of(mandate.status)])
    }

    func keptCredential(of paymentMethod: PaymentMethodID) throws -> KeptCredential? {
        try one(
            "SELECT * FROM kept_credential WHERE payment_method = ?1", [.of(paymentMethod)], KeptCredential.read(row:))
    }

    func keep(_ credential: KeptCredential) throws {
        try session.run(
            """
            INSERT INTO kept_credential (payment_method, network_id, connection, operation, created)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (payment_method) DO UPDATE
            SET network_id = excluded.network_id, connection = excluded.connection, operation = excluded.operation,
                created = excluded.created
            """,
            [
                .of(credential.paymentMethod), .text(credential.networkTransactionID), .of(credential.connection),
                .of(credential.operation), .of(credential.created),
            ])
    }

    func forgetCredential(of paymentMethod: PaymentMethodID) throws {
        try session.run("DELETE FROM kept_credential WHERE payment_method = ?1", [.of(paymentMethod)])
    }

    /// What was agreed about a card that is destroyed: the record that it was stays, from where it was not.
    func destroyAgreements(about card: PaymentMethodID) throws {
        try forgetCredential(of: card)
        try session.run(
            """
            UPDATE mandate SET status = ?2, subject_salt = ?3, details_key = NULL, details_box = NULL
            WHERE payment_method = ?1
            """, [.of(card), .of(MandateStatus.inactive), .bytes([])])
    }

    func raiseAuthorization(of charge: Charge) throws {
        try change(
            "UPDATE charge SET amount = ?2, approval_amount = ?3 WHERE id = ?1",
            [.of(charge.id), .integer(charge.amount.minorUnits), .of(charge.approval?.amount.minorUnits)])
    }
}

// The numbers are stored: never renumber.
extension SetupState {
    fileprivate var code: Int64 {
        switch self {
        case .requiresPaymentMethod: 1
        case .requiresConfirmation: 2
        case .requiresAction: 3
        case .processing: 4
        case .succeeded: 5
        case .canceled: 6
        }
    }
}

extension MandateSource {
    fileprivate var kind: Int64 {
        switch self {
        case .payment: 1
        case .setupIntent: 2
        }
    }

    fileprivate var bits: SIMD2<UInt64> {
        switch self {
        case .payment(let id): id.bits
        case .setupIntent(let id): id.bits
        }
    }
}

extension SetupIntent {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> SetupIntent {
        var columns = Columns(row, "setup_intent")
        let id = try columns.identifier(SetupIntentKind.self)
        let bot = try columns.identifier(BotKind.self)
        let mode = try columns.value(Mode.self)
        let created = try columns.time()
        let customer = try columns.optionalIdentifier(CustomerKind.self)
        let method = try columns.optionalIdentifier(PaymentMethodKind.self)
        let usage = try columns.value(FutureUsage.self)
        let code = try columns.integer()
        let latest = try columns.optionalIdentifier(SetupAttemptKind.self)
        let decline = try columns.optionalDecline()
        let cancellation = try columns.optionalValue(CancellationReason.self)
        let mandate = try columns.optionalIdentifier(MandateKind.self)
        var intent = SetupIntent(
            id: id, bot: bot, mode: mode, created: created, customer: customer, paymentMethod: method, usage: usage,
            details: try columns.optionalSealed())
        intent.latestAttempt = latest
        intent.lastDecline = decline
        intent.cancellation = cancellation
        intent.mandate = mandate
        intent.version = try columns.integer()
        switch code {
        case 1: intent.state = .requiresPaymentMethod
        case 2: intent.state = .requiresConfirmation
        case 3: intent.state = .requiresAction(try columns.required(latest, "an attempt"))
        case 4: intent.state = .processing(try columns.required(latest, "an attempt"))
        case 5: intent.state = .succeeded(try columns.required(latest, "an attempt"))
        case 6: intent.state = .canceled
        default: throw .corrupt("table setup_intent: \(code) is no known state")
        }
        return intent
    }
}

extension SetupAttempt {
    /// State and what came with it, as the columns have them.
    fileprivate var outcome: [SQLValue] {
        var (code, decline, action): (Int64, Decline?, RequiredAction?) = (1, nil, nil)
        var notProcessed: NotProcessedReason?
        switch state {
        case .pending: break
        case .approved: code = 2
        case .declined(let reason): (code, decline) = (3, reason)
        case .requiresAction(let asked): (code, action) = (4, asked)
        case .notProcessed(let reason): (code, notProcessed) = (5, reason)
        }
        return [
            .integer(code), .of(decline?.reason), .of(decline?.isSoft), .of(decline?.processorCode),
            .of(action?.redirectURL), .of(action?.processorReference), .of(notProcessed), .of(processorReference),
            .of(networkTransactionID),
        ]
    }

    fileprivate static func read(row: any SQLRow) throws(StoreError) -> SetupAttempt {
        var columns = Columns(row, "setup_attempt")
        var attempt = SetupAttempt(
            id: try columns.identifier(), setupIntent: try columns.identifier(), bot: try columns.identifier(),
            mode: try columns.value(), connection: try columns.identifier(), adapterVersion: try columns.integer(),
            paymentMethod: try columns.identifier(), usage: try columns.value(), created: try columns.time())
        let code = try columns.integer()
        let decline = try columns.optionalDecline()
        let url = try columns.optionalText()
        let reference = try columns.optionalText()
        let notProcessed = try columns.optionalValue(NotProcessedReason.self)
        attempt.processorReference = try columns.optionalText()
        attempt.networkTransactionID = try columns.optionalText()
        switch code {
        case 1: attempt.state = .pending
        case 2: attempt.state = .approved
        case 3: attempt.state = .declined(try columns.required(decline, "a decline"))
        case 4:
            attempt.state = .requiresAction(
                RequiredAction(
                    redirectURL: try columns.required(url, "an address"),
                    processorReference: try columns.required(reference, "a reference")))
        case 5: attempt.state = .notProcessed(try columns.required(notProcessed, "a reason"))
        default: throw .corrupt("table setup_attempt: \(code) is no known state")
        }
        return attempt
    }
}

extension Mandate {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> Mandate {
        var columns = Columns(row, "mandate")
        let id = try columns.identifier(MandateKind.self)
        let bot = try columns.identifier(BotKind.self)
        let mode = try columns.value(Mode.self)
        let method = try columns.identifier(PaymentMethodKind.self)
        let usage = try columns.value(FutureUsage.self)
        let kind = try columns.integer()
        let bits = try columns.bits()
        let source: MandateSource
        switch kind {
        case 1: source = .payment(PaymentID(bits: bits))
        case 2: source = .setupIntent(SetupIntentID(bits: bits))
        default: throw columns.corrupt("\(kind) is no kind of source")
        }
        return Mandate(
            id: id, bot: bot, mode: mode, paymentMethod: method, usage: usage, source: source,
            acceptance: try columns.value(), accepted: try columns.time(), subjectSalt: try columns.bytes(),
            details: try columns.optionalSealed(), created: try columns.time(), status: try columns.value())
    }
}

extension KeptCredential {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> KeptCredential {
        var columns = Columns(row, "kept_credential")
        let credential = KeptCredential(
            paymentMethod: try columns.identifier(), networkTransactionID: try columns.text(),
            connection: try columns.identifier(), operation: try columns.identifier(), created: try columns.time())
        return try columns.required(credential, "an id that can be sent")
    }
}
