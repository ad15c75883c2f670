import Payments
import Ports
import Primitives

extension SQLTransaction {
    func fact(_ id: String, of connection: ConnectionID) throws -> StoredFact? {
        try one(
            "SELECT * FROM processor_fact WHERE connection = ?1 AND id = ?2", [.of(connection), .text(id)],
            StoredFact.init(row:))
    }

    func troublingFacts(limit: Int) throws -> [StoredFact] {
        try all(
            "SELECT * FROM processor_fact WHERE problem IS NOT NULL ORDER BY recorded DESC, id LIMIT ?1",
            [.integer(Int64(max(limit, 0)))], StoredFact.init(row:))
    }

    func reportCursor(of connection: ConnectionID) throws -> String? {
        try one("SELECT last_read FROM processor_report WHERE connection = ?1", [.of(connection)]) {
            (row) throws(StoreError) in try row.text(0)
        }
    }

    func refund(replacedBy operation: OperationID) throws -> Refund? {
        try one("SELECT * FROM refund WHERE operation = ?1", [.of(operation)], Refund.init(row:))
    }

    func reversal(replacedBy operation: OperationID) throws -> Reversal? {
        try one("SELECT * FROM reversal WHERE operation = ?1", [.of(operation)], Reversal.init(row:))
    }

    func friendTransfer(returnedBy operation: OperationID) throws -> FriendTransfer? {
        try one(
            "SELECT * FROM friend_transfer WHERE return_operation = ?1", [.of(operation)], FriendTransfer.init(row:))
    }

    func refusedReturn(_ operation: OperationID) throws -> RefusedReturn? {
        try one("SELECT * FROM refused_return WHERE operation = ?1", [.of(operation)]) {
            (row) throws(StoreError) in
            var columns = Columns(row, "refused_return")
            return RefusedReturn(
                operation: try columns.identifier(), transfer: try columns.identifier(), cameBack: try columns.flag())
        }
    }

    func insert(_ refused: RefusedReturn) throws {
        try session.run(
            "INSERT INTO refused_return (operation, transfer, came_back) VALUES (?1, ?2, ?3)",
            [.of(refused.operation), .of(refused.transfer), .of(refused.cameBack)])
    }

    func insert(_ fact: StoredFact) throws -> Bool {
        try session.run(
            """
            INSERT INTO processor_fact (connection, id, operation, kind, recorded, problem)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (connection, id) DO NOTHING
            """,
            [
                .of(fact.connection), .text(fact.id), .of(fact.operation), .of(fact.kind), .of(fact.recorded),
                .of(fact.problem),
            ]) == 1
    }

    func setReportCursor(_ cursor: String, of connection: ConnectionID) throws {
        try session.run(
            """
            INSERT INTO processor_report (connection, last_read) VALUES (?1, ?2)
            ON CONFLICT (connection) DO UPDATE SET last_read = excluded.last_read
            """, [.of(connection), .text(cursor)])
    }
}

extension StoredFact {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "processor_fact")
        self.init(
            connection: try columns.identifier(), id: try columns.text(), operation: try columns.identifier(),
            kind: try columns.value(), recorded: try columns.time(), problem: try columns.optionalText())
    }
}
