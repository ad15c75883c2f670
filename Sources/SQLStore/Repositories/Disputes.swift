import Payments
import Ports
import Primitives

extension SQLTransaction {
    func dispute(_ id: DisputeID) throws -> Dispute? {
        try one("SELECT * FROM dispute WHERE id = ?1", [.of(id)], Dispute.init(row:))
    }

    func dispute(named name: String, of connection: ConnectionID) throws -> Dispute? {
        try one(
            "SELECT * FROM dispute WHERE connection = ?1 AND processor_reference = ?2", [.of(connection), .text(name)],
            Dispute.init(row:))
    }

    func disputes(
        of owner: Owner, mode: Mode, payment: PaymentID?, charge: ChargeID?, _ page: PageRequest
    ) throws -> Page<Dispute> {
        // Few disputes have one subject, so the other conditions are written as ranges and the index by subject is taken.
        if let charge {
            return try self.page(
                page, [.of(charge), .of(owner.bits), .of(mode)] + Self.range(of: payment),
                newestFirst: """
                    SELECT * FROM dispute
                    WHERE subject = ?4 AND id > ?1 AND id < ?2 AND owner BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                        AND payment BETWEEN ?7 AND ?8
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM dispute
                    WHERE subject = ?4 AND id > ?1 AND id < ?2 AND owner BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                        AND payment BETWEEN ?7 AND ?8
                    ORDER BY id LIMIT ?3
                    """, Dispute.init(row:))
        }
        if let payment {
            return try self.page(
                page, [.of(payment), .of(owner.bits), .of(mode)],
                newestFirst: """
                    SELECT * FROM dispute
                    WHERE payment = ?4 AND id > ?1 AND id < ?2 AND owner BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM dispute
                    WHERE payment = ?4 AND id > ?1 AND id < ?2 AND owner BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                    ORDER BY id LIMIT ?3
                    """, Dispute.init(row:))
        }
        return try self.page(
            page, [.of(owner.bits), .of(mode)],
            newestFirst: """
                SELECT * FROM dispute WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM dispute WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, Dispute.init(row:))
    }

    func disputes(about subject: DisputeSubject) throws -> [Dispute] {
        try all(
            "SELECT * FROM dispute WHERE subject = ?1 AND subject_kind = ?2 ORDER BY id",
            [.of(subject.bits), .integer(subject.code)], Dispute.init(row:))
    }

    func disputes(matching query: DisputeQuery, _ page: PageRequest) throws -> Page<Dispute> {
        let lowest = query.owner?.bits ?? PageBounds.lowest
        let highest = query.owner?.bits ?? PageBounds.highest
        guard let dueBefore = query.dueBefore else {
            // Closed are 3, 6 and 7.
            return try self.page(
                page, [.of(lowest), .of(highest), .integer(query.isOpen ? 1 : 0)],
                newestFirst: """
                    SELECT * FROM dispute WHERE id > ?1 AND id < ?2 AND owner BETWEEN ?4 AND ?5
                        AND (?6 = 0 OR state IN (1, 2, 4, 5))
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM dispute WHERE id > ?1 AND id < ?2 AND owner BETWEEN ?4 AND ?5
                        AND (?6 = 0 OR state IN (1, 2, 4, 5))
                    ORDER BY id LIMIT ?3
                    """, Dispute.init(row:))
        }
        // Those that must be answered first come first.
        let found = try all(
            """
            SELECT * FROM dispute WHERE (state = 1 OR state = 4) AND respond_by < ?1 AND owner BETWEEN ?2 AND ?3
            ORDER BY respond_by, id LIMIT ?4
            """,
            [.integer(dueBefore.microseconds), .of(lowest), .of(highest), .integer(Int64(page.limit + 1))],
            Dispute.init(row:))
        return Page(items: Array(found.prefix(page.limit)), hasMore: found.count > page.limit)
    }

    func movements(of dispute: DisputeID) throws -> [DisputeMovement] {
        try all(
            "SELECT * FROM dispute_movement WHERE dispute = ?1 ORDER BY posting LIMIT 1000", [.of(dispute)],
            DisputeMovement.init(row:))
    }

    func charge(capturedBy operation: OperationID) throws -> Charge? {
        try one("SELECT * FROM charge WHERE capture_operation = ?1", [.of(operation)], Charge.init(row:))
    }

    func insert(_ dispute: Dispute) throws -> Bool {
        let payment: PaymentID? = if case .charge(_, let payment) = dispute.subject { payment } else { nil }
        return try session.run(
            """
            INSERT INTO dispute (id, subject_kind, subject, payment, debtor_kind, debtor, funds_flow, owner_kind, owner,
                mode, connection, processor_reference, created, amount, currency, reason, network_reason_code,
                respond_by, state, response_kind, response_operation, submissions, details_key, details_box,
                has_evidence, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26)
            ON CONFLICT (connection, processor_reference) DO NOTHING
            """,
            [
                .of(dispute.id), .integer(dispute.subject.code), .of(dispute.subject.bits), .of(payment),
                .integer(dispute.debtor.code), .of(dispute.debtor.bits), .of(dispute.debtor.flow),
                .of(dispute.owner.kind), .of(dispute.owner.bits), .of(dispute.mode), .of(dispute.connection),
                .text(dispute.processorReference), .of(dispute.created), .integer(dispute.amount.minorUnits),
                .of(dispute.amount.currency), .of(dispute.reason), .of(dispute.networkReasonCode),
                .of(dispute.respondBy), .of(dispute.state), .of(dispute.response?.code),
                .of(dispute.response?.operation), .integer(dispute.submissions), .of(dispute.details?.dataKey),
                .of(dispute.details?.box), .of(dispute.hasEvidence), .integer(dispute.version),
            ]) == 1
    }

    func update(_ dispute: Dispute) throws {
        let changed = try session.run(
            """
            UPDATE dispute
            SET amount = ?3, currency = ?4, reason = ?5, network_reason_code = ?6, respond_by = ?7, state = ?8,
                response_kind = ?9, response_operation = ?10, submissions = ?11, details_key = ?12, details_box = ?13,
                has_evidence = ?14, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(dispute.id), .integer(dispute.version), .integer(dispute.amount.minorUnits),
                .of(dispute.amount.currency), .of(dispute.reason), .of(dispute.networkReasonCode),
                .of(dispute.respondBy), .of(dispute.state), .of(dispute.response?.code),
                .of(dispute.response?.operation), .integer(dispute.submissions), .of(dispute.details?.dataKey),
                .of(dispute.details?.box), .of(dispute.hasEvidence),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }

    func insert(_ movement: DisputeMovement) throws {
        try session.run(
            """
            INSERT INTO dispute_movement (dispute, posting, kind, amount, currency, part_of, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            [
                .of(movement.dispute), .integer(movement.posting), .of(movement.kind),
                .integer(movement.amount.minorUnits), .of(movement.amount.currency), .of(movement.partOf),
                .of(movement.created),
            ])
    }
}

extension DisputeMovement {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "dispute_movement")
        let dispute = try columns.identifier(DisputeKind.self)
        let posting = try columns.integer()
        self.init(
            dispute: dispute, kind: try columns.value(), amount: try columns.money(), posting: posting,
            partOf: try columns.optionalInteger(), created: try columns.time())
    }
}

extension DisputeSubject {
    /// Stored: never renumber.
    fileprivate var code: Int64 {
        switch self {
        case .charge: 1
        case .transfer: 2
        case .topUp: 3
        }
    }

    fileprivate var bits: SIMD2<UInt64> {
        switch self {
        case .charge(let id, _): id.bits
        case .transfer(let id): id.bits
        case .topUp(let id): id.bits
        }
    }
}

extension DisputeDebtor {
    /// Stored: never renumber.
    fileprivate var code: Int64 {
        switch self {
        case .bot: 1
        case .person: 2
        }
    }

    fileprivate var bits: SIMD2<UInt64> {
        switch self {
        case .bot(let id, _): id.bits
        case .person(let id): id.bits
        }
    }

    fileprivate var flow: FundsFlow {
        switch self {
        case .bot(_, let flow): flow
        case .person: .toPlatform
        }
    }
}

extension DisputeResponse {
    /// Stored: never renumber.
    fileprivate var code: Int64 {
        switch self {
        case .evidence: 1
        case .acceptance: 2
        }
    }
}

extension Dispute {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "dispute")
        let id = try columns.identifier(DisputeKind.self)
        let subject = try Self.subject(&columns)
        let debtor = try Self.debtor(&columns)
        self.init(
            id: id, subject: subject, debtor: debtor, owner: try columns.owner(), mode: try columns.value(),
            connection: try columns.identifier(), processorReference: try columns.text(),
            created: try columns.time(), amount: try columns.money(), reason: try columns.value(),
            networkReasonCode: try columns.optionalText(), respondBy: try columns.optionalTime(),
            state: try columns.value(), response: try Self.response(&columns), submissions: try columns.integer(),
            details: try columns.optionalSealed(), hasEvidence: try columns.flag(), version: try columns.integer())
    }

    private static func subject(_ columns: inout Columns) throws(StoreError) -> DisputeSubject {
        let code = try columns.integer()
        let bits = try columns.bits()
        let payment = try columns.optionalIdentifier(PaymentKind.self)
        switch code {
        case 1: return .charge(ChargeID(bits: bits), of: try columns.required(payment, "a payment"))
        case 2: return .transfer(FriendTransferID(bits: bits))
        case 3: return .topUp(WalletMovementID(bits: bits))
        default: throw .corrupt("table dispute: \(code) is no known kind of subject")
        }
    }

    private static func debtor(_ columns: inout Columns) throws(StoreError) -> DisputeDebtor {
        let code = try columns.integer()
        let bits = try columns.bits()
        let flow = try columns.value(FundsFlow.self)
        switch code {
        case 1: return .bot(BotID(bits: bits), flow)
        case 2: return .person(PersonID(bits: bits))
        default: throw .corrupt("table dispute: \(code) is no known kind of debtor")
        }
    }

    private static func response(_ columns: inout Columns) throws(StoreError) -> DisputeResponse? {
        let code = try columns.optionalInteger()
        let operation = try columns.optionalIdentifier(OperationKind.self)
        switch (code, operation) {
        case (nil, nil): return nil
        case (1, let operation?): return .evidence(operation)
        case (2, let operation?): return .acceptance(operation)
        default: throw .corrupt("table dispute: half a response")
        }
    }
}
