import Payments
import Ports
import Primitives

extension SQLTransaction {
    func restoration() throws -> Restoration? {
        try one("SELECT * FROM restoration ORDER BY generation DESC LIMIT 1", [], Restoration.init(row:))
    }

    func insert(_ restoration: Restoration) throws {
        try session.run(
            """
            INSERT INTO restoration (generation, backup, backup_created, restored, last_posting, opened, operators,
                reason)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .integer(restoration.generation), .of(restoration.backup), .of(restoration.backupCreated),
                .of(restoration.restored), .integer(restoration.lastPosting), .of(restoration.opening?.time),
                .of(restoration.opening?.operators), .of(restoration.opening?.reason),
            ])
    }

    func update(_ restoration: Restoration) throws {
        try change(
            "UPDATE restoration SET opened = ?2, operators = ?3, reason = ?4 WHERE generation = ?1",
            [
                .integer(restoration.generation), .of(restoration.opening?.time),
                .of(restoration.opening?.operators), .of(restoration.opening?.reason),
            ])
    }

    func reconciliations(generation: Int64) throws -> [Reconciliation] {
        try all(
            "SELECT * FROM reconciliation WHERE generation = ?1 ORDER BY connection", [.integer(generation)],
            Reconciliation.init(row:))
    }

    func put(_ reconciliation: Reconciliation) throws {
        try session.run(
            """
            INSERT INTO reconciliation (generation, connection, state, updated, seen, recovered, newest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (generation, connection) DO UPDATE SET state = excluded.state, updated = excluded.updated,
                seen = excluded.seen, recovered = excluded.recovered, newest = excluded.newest
            """,
            [
                .integer(reconciliation.generation), .of(reconciliation.connection), .of(reconciliation.state),
                .of(reconciliation.updated), .integer(reconciliation.seen), .integer(reconciliation.recovered),
                .of(reconciliation.newest),
            ])
    }

    func recoveredOperation(_ reference: OperationID) throws -> RecoveredOperation? {
        try one(
            "SELECT * FROM recovered_operation WHERE reference = ?1", [.of(reference)], RecoveredOperation.init(row:))
    }

    func recoveredOperations(
        state: RecoveredOperation.State?, after: OperationID?, limit: Int
    ) throws -> [RecoveredOperation] {
        try all(
            """
            SELECT * FROM recovered_operation
            WHERE reference > ?1 AND (CAST(?2 AS BIGINT) IS NULL OR state = CAST(?2 AS BIGINT))
            ORDER BY reference LIMIT ?3
            """, [.of(after ?? OperationID(high: 0, low: 0)), .of(state), .integer(Int64(max(limit, 0)))],
            RecoveredOperation.init(row:))
    }

    func recoveredOperations(witness: Int64) throws -> [RecoveredOperation] {
        try all(
            "SELECT * FROM recovered_operation WHERE witness = ?1 AND state < 3 ORDER BY reference LIMIT 10",
            [.integer(witness)], RecoveredOperation.init(row:))
    }

    func countRecoveredOperations(state: RecoveredOperation.State) throws -> Int64 {
        try one("SELECT count(*) FROM recovered_operation WHERE state = ?1", [.of(state)]) {
            (row) throws(StoreError) in try row.integer(0)
        } ?? 0
    }

    func insert(_ operation: RecoveredOperation) throws -> Bool {
        try session.run(
            """
            INSERT INTO recovered_operation (reference, generation, connection, mode, kind, amount, currency, original,
                made, witness, state, posting, note)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (reference) DO NOTHING
            """,
            [
                .of(operation.reference), .integer(operation.generation), .of(operation.connection),
                .of(operation.mode), .of(operation.kind), .integer(operation.amount.minorUnits),
                .of(operation.amount.currency), .of(operation.original), .of(operation.made),
                .integer(operation.reference.witness), .of(operation.state), .of(operation.posting),
                .text(operation.note),
            ]) == 1
    }

    func update(_ operation: RecoveredOperation) throws {
        try change(
            "UPDATE recovered_operation SET state = ?2, note = ?3 WHERE reference = ?1",
            [.of(operation.reference), .of(operation.state), .text(operation.note)])
    }

    func skipDeliveryNumbers(by count: Int64) throws {
        try session.run("UPDATE webhook_endpoint SET last_sequence = last_sequence + ?1", [.integer(count)])
    }
}

extension Restoration {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "restoration")
        self.init(
            generation: try columns.integer(), backup: try columns.identifier(),
            backupCreated: try columns.time(), restored: try columns.time(), lastPosting: try columns.integer())
        guard let opened = try columns.optionalTime() else { return }
        opening = Opening(time: opened, operators: try columns.text(), reason: try columns.text())
    }
}

extension Reconciliation {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "reconciliation")
        self.init(
            generation: try columns.integer(), connection: try columns.identifier(), state: try columns.value(),
            updated: try columns.time(), seen: try columns.integer(), recovered: try columns.integer(),
            newest: try columns.optionalIdentifier())
    }
}

extension RecoveredOperation {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "recovered_operation")
        let reference: OperationID = try columns.identifier()
        let generation = try columns.integer()
        let connection: ConnectionID = try columns.identifier()
        let mode: Mode = try columns.value()
        let kind: ProcessorOperation.Kind = try columns.value()
        let amount = Money(minorUnits: try columns.integer(), currency: try columns.currency())
        let original: OperationID? = try columns.optionalIdentifier()
        let made = try columns.time()
        _ = try columns.integer()
        self.init(
            reference: reference, generation: generation, connection: connection, mode: mode, kind: kind,
            amount: amount, original: original, made: made, state: try columns.value(),
            posting: try columns.optionalInteger(), note: try columns.text())
    }
}
