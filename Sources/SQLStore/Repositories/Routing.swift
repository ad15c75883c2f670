import Payments
import Ports
import Primitives

extension SQLTransaction {
    func routingTable(of scope: RoutingScope) throws -> StoredRoutingTable? {
        try one(
            "SELECT * FROM routing_table WHERE platform = ?1 AND mode = ?2 ORDER BY version DESC LIMIT 1",
            [.of(scope.platform), .of(scope.mode)], StoredRoutingTable.init(row:))
    }

    func routingTable(of scope: RoutingScope, version: Int64) throws -> StoredRoutingTable? {
        try one(
            "SELECT * FROM routing_table WHERE platform = ?1 AND mode = ?2 AND version = ?3",
            [.of(scope.platform), .of(scope.mode), .integer(version)], StoredRoutingTable.init(row:))
    }

    func routingTables(of scope: RoutingScope, before: Int64, limit: Int) throws -> [StoredRoutingTable] {
        try all(
            """
            SELECT * FROM routing_table WHERE platform = ?1 AND mode = ?2 AND version < ?3
            ORDER BY version DESC LIMIT ?4
            """,
            [.of(scope.platform), .of(scope.mode), .integer(before), .integer(Int64(limit))],
            StoredRoutingTable.init(row:))
    }

    func routingDecision(of operation: OperationID) throws -> RoutingDecision? {
        try one("SELECT * FROM routing_decision WHERE operation = ?1", [.of(operation)], RoutingDecision.init(row:))
    }

    func newestCharges(before: ChargeID, limit: Int) throws -> [Charge] {
        try all(
            "SELECT * FROM charge WHERE id < ?1 ORDER BY id DESC LIMIT ?2", [.of(before), .integer(Int64(limit))],
            Charge.init(row:))
    }

    func insert(_ table: StoredRoutingTable) throws -> Bool {
        try session.run(
            """
            INSERT INTO routing_table (platform, mode, version, created, author, author_uid, reason, rules)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT DO NOTHING
            """,
            [
                .of(table.scope.platform), .of(table.scope.mode), .integer(table.version), .of(table.created),
                .text(table.author), .integer(Int64(table.authorUID)), .text(table.reason), .text(table.text),
            ]) == 1
    }

    func insert(_ decision: RoutingDecision, of operation: OperationID) throws {
        try session.run(
            "INSERT INTO routing_decision (operation, version, content) VALUES (?1, ?2, ?3)",
            [.of(operation), .integer(decision.version), .text(decision.encoded)])
    }
}

extension StoredRoutingTable {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "routing_table")
        let scope = RoutingScope(platform: try columns.identifier(), mode: try columns.value())
        let (version, created) = (try columns.integer(), try columns.time())
        let author = try columns.text()
        let uid = try columns.integer()
        guard let authorUID = UInt32(exactly: uid) else { throw columns.corrupt("\(uid) is no user") }
        self.init(
            scope: scope, version: version, created: created, author: author, authorUID: authorUID,
            reason: try columns.text(), text: try columns.text())
    }
}

extension RoutingDecision {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "routing_decision", from: 1)
        let version = try columns.integer()
        let text = try columns.text()
        guard let decision = RoutingDecision(version: version, encoded: text) else {
            throw columns.corrupt("this is no routing decision")
        }
        self = decision
    }
}
