import Payments
import Ports
import Primitives

extension SQLTransaction {
    func openOperation(_ id: OperationID) throws -> OpenOperation? {
        try one("SELECT * FROM open_operation WHERE id = ?1", [.of(id)], OpenOperation.init(row:))
    }

    func openOperations(dueBefore: Timestamp?, limit: Int) throws -> [OpenOperation] {
        try all(
            "SELECT * FROM open_operation WHERE due < ?1 ORDER BY due, id LIMIT ?2",
            [.integer(dueBefore?.microseconds ?? .max), .integer(Int64(max(limit, 0)))], OpenOperation.init(row:))
    }

    func insert(_ operation: OpenOperation) throws {
        try session.run(
            """
            INSERT INTO open_operation (id, purpose, subject, mode, connection, created, valid_until, idempotency,
                unknown_reason, lookups, due, contradiction, request, expansions, replacements)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """,
            [
                .of(operation.id), .of(operation.purpose), .of(operation.subject), .of(operation.mode),
                .of(operation.connection), .of(operation.created), .of(operation.validUntil),
                .of(operation.idempotency), .of(operation.unknown), .integer(operation.lookups), .of(operation.due),
                .of(operation.conflict), .of(operation.request), .of(operation.storedExpansions),
                .integer(operation.replacements),
            ])
    }

    func update(_ operation: OpenOperation) throws {
        try change(
            """
            UPDATE open_operation SET unknown_reason = ?2, lookups = ?3, due = ?4, contradiction = ?5 WHERE id = ?1
            """,
            [
                .of(operation.id), .of(operation.unknown), .integer(operation.lookups), .of(operation.due),
                .of(operation.conflict),
            ])
    }

    func deleteOpenOperation(_ id: OperationID) throws {
        try session.run("DELETE FROM open_operation WHERE id = ?1", [.of(id)])
    }

    func statistics() throws -> StoreStatistics {
        let open = try one(
            """
            SELECT count(*), count(unknown_reason), min(created), count(contradiction),
                min(CASE WHEN unknown_reason IS NOT NULL THEN created END)
            FROM open_operation
            """, []
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "open_operation")
            return (
                count: try columns.integer(), unknown: try columns.integer(), oldest: try columns.optionalTime(),
                conflicts: try columns.integer(), oldestUnknown: try columns.optionalTime()
            )
        }
        let pending = try one(
            "SELECT count(*), min(created) FROM webhook_delivery WHERE state = 1", []
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "webhook_delivery")
            return (count: try columns.integer(), oldest: try columns.optionalTime())
        }
        guard let open, let pending else { throw StoreError.corrupt("a count returned no row") }
        return StoreStatistics(
            openOperations: open.count, unknownOperations: open.unknown, oldestOpen: open.oldest,
            conflicts: open.conflicts, pendingDeliveries: pending.count, oldestPendingDelivery: pending.oldest,
            oldestUnknown: open.oldestUnknown)
    }
}

extension OpenOperation {
    /// Names of fields, which hold no line feed.
    fileprivate var storedExpansions: String? { expansions.isEmpty ? nil : expansions.joined(separator: "\n") }

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "open_operation")
        let id = try columns.identifier(OperationKind.self)
        let purpose = try columns.value(OperationPurpose.self)
        let subject = try columns.bits()
        let mode = try columns.value(Mode.self)
        let connection = try columns.identifier(ConnectionKind.self)
        let created = try columns.time()
        let validUntil = try columns.time()
        let idempotency = try columns.optionalIdentifier(IdempotencyRecordKind.self)
        let unknown = try columns.optionalValue(UnknownReason.self)
        let lookups = try columns.integer()
        let due = try columns.time()
        let conflict = try columns.optionalText()
        self.init(
            id: id, purpose: purpose, subject: subject, mode: mode, connection: connection, created: created,
            validUntil: validUntil, idempotency: idempotency, request: try columns.optionalIdentifier(),
            expansions: try columns.optionalText()?.split(separator: "\n").map(String.init) ?? [],
            replacements: try columns.integer(), unknown: unknown, lookups: lookups, due: due, conflict: conflict)
    }
}
