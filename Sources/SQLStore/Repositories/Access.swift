import Payments
import Ports
import Primitives

extension SQLTransaction {
    func apiKey(hash: [UInt8]) throws -> APIKey? {
        try one("SELECT * FROM api_key WHERE hash = ?1", [.bytes(hash)], APIKey.init(row:))
    }

    func apiKey(_ id: APIKeyID) throws -> APIKey? {
        try one("SELECT * FROM api_key WHERE id = ?1", [.of(id)], APIKey.init(row:))
    }

    func apiKeys() throws -> [APIKey] {
        try all("SELECT * FROM api_key ORDER BY id", [], APIKey.init(row:))
    }

    func insert(_ key: APIKey) throws {
        try session.run(
            """
            INSERT INTO api_key (id, owner_kind, owner, kind, mode, hash, hint, label, created, expires, revoked, scopes,
                last_used)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """,
            [
                .of(key.id), .of(key.owner.kind), .of(key.owner.bits), .of(key.kind), .of(key.mode), .bytes(key.hash),
                .text(key.hint), .text(key.label), .of(key.created), .of(key.expires), .of(key.revoked),
                key.scopes.isEmpty ? .null : .text(key.scopes.text), .of(key.lastUsed),
            ])
    }

    func update(_ key: APIKey) throws {
        try change(
            "UPDATE api_key SET expires = ?2, revoked = ?3 WHERE id = ?1",
            [.of(key.id), .of(key.expires), .of(key.revoked)])
    }

    func noteUse(of key: APIKeyID, at time: Timestamp) throws {
        try session.run(
            "UPDATE api_key SET last_used = ?2 WHERE id = ?1 AND (last_used IS NULL OR last_used < ?2)",
            [.of(key), .of(time)])
    }

    func connection(_ id: ConnectionID) throws -> Connection? {
        try one("SELECT * FROM connection WHERE id = ?1", [.of(id)], Connection.init(row:))
    }

    func connections() throws -> [Connection] {
        try all("SELECT * FROM connection ORDER BY id", [], Connection.init(row:))
    }

    func insert(_ connection: Connection) throws {
        try session.run(
            """
            INSERT INTO connection (id, owner_kind, owner, mode, processor, funds_flow, is_enabled, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .of(connection.id), .of(connection.owner.kind), .of(connection.owner.bits), .of(connection.mode),
                .text(connection.processor), .of(connection.fundsFlow), .of(connection.isEnabled),
                .of(connection.created),
            ])
    }

    func update(_ connection: Connection) throws {
        try change(
            "UPDATE connection SET is_enabled = ?2 WHERE id = ?1", [.of(connection.id), .of(connection.isEnabled)])
    }
}

extension APIKey {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "api_key")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), kind: try columns.value(),
            mode: try columns.value(), hash: try columns.bytes(), hint: try columns.text(), label: try columns.text(),
            created: try columns.time(), expires: try columns.optionalTime(), revoked: try columns.optionalTime(),
            scopes: try columns.scopes(), lastUsed: try columns.optionalTime())
    }
}

extension Columns {
    /// Names of scopes; null for none.
    mutating func scopes() throws(StoreError) -> ScopeSet {
        guard let text = try optionalText() else { return ScopeSet() }
        guard let scopes = ScopeSet(text: text) else { throw corrupt("a scope that is not known") }
        return scopes
    }
}

extension Connection {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "connection")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            processor: try columns.text(), fundsFlow: try columns.value(), isEnabled: try columns.flag(),
            created: try columns.time())
    }
}
