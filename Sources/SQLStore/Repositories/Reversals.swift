import Payments
import Ports
import Primitives

extension SQLTransaction {
    func reversal(_ id: ReversalID) throws -> Reversal? {
        try one("SELECT * FROM reversal WHERE id = ?1", [.of(id)], Reversal.init(row:))
    }

    func reversal(ofAttempt id: OperationID) throws -> Reversal? {
        try one("SELECT * FROM reversal WHERE attempt = ?1", [.of(id)], Reversal.init(row:))
    }

    func insert(_ reversal: Reversal) throws {
        try session.run(
            """
            INSERT INTO reversal (id, attempt, mode, connection, direct_bot, amount, currency, processor_reference,
                is_taken, created, state, operation)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            [
                .of(reversal.id), .of(reversal.attempt), .of(reversal.mode), .of(reversal.connection),
                .of(reversal.directBot), .integer(reversal.amount.minorUnits), .of(reversal.amount.currency),
                .text(reversal.processorReference), .of(reversal.isTaken), .of(reversal.created), .of(reversal.state),
                .of(reversal.operation),
            ])
    }

    func update(_ reversal: Reversal) throws {
        try change(
            "UPDATE reversal SET state = ?2, operation = ?3 WHERE id = ?1",
            [.of(reversal.id), .of(reversal.state), .of(reversal.operation)])
    }
}

extension Reversal {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "reversal")
        self.init(
            id: try columns.identifier(), attempt: try columns.identifier(), mode: try columns.value(),
            connection: try columns.identifier(), directBot: try columns.optionalIdentifier(),
            amount: try columns.money(), processorReference: try columns.text(), isTaken: try columns.flag(),
            created: try columns.time(), state: try columns.value(), operation: try columns.optionalIdentifier())
    }
}
