import Payments
import Ports
import Primitives

extension SQLTransaction {
    func connectionAccount(_ id: ConnectionID) throws -> ConnectionAccount? {
        try one("SELECT * FROM connection_account WHERE connection = ?1", [.of(id)], ConnectionAccount.init(row:))
    }

    func accountIdentity(of connection: ConnectionID) throws -> String? {
        try one("SELECT account FROM account_identity WHERE connection = ?1", [.of(connection)]) {
            (row) throws(StoreError) in try row.text(0)
        }
    }

    func connections(ofAccount identity: String, at processor: String, mode: Mode) throws -> [ConnectionID] {
        try all(
            """
            SELECT connection.id FROM account_identity JOIN connection ON connection.id = account_identity.connection
            WHERE account_identity.account = ?1 AND connection.processor = ?2 AND connection.mode = ?3
            ORDER BY connection.id
            """, [.text(identity), .text(processor), .of(mode)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "connection")
            return try columns.identifier()
        }
    }

    func connectionsWithoutIdentity(after last: ConnectionID?, limit: Int) throws -> [ConnectionID] {
        try all(
            """
            SELECT connection_account.connection FROM connection_account
            LEFT JOIN account_identity ON account_identity.connection = connection_account.connection
            WHERE account_identity.connection IS NULL AND connection_account.connection > ?1
            ORDER BY connection_account.connection LIMIT ?2
            """, [last.map { .of($0) } ?? .bytes([]), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "connection_account")
            return try columns.identifier()
        }
    }

    func note(accountIdentity identity: String, of connection: ConnectionID, at time: Timestamp) throws {
        try session.run(
            """
            INSERT INTO account_identity (connection, account, learnt) VALUES (?1, ?2, ?3)
            ON CONFLICT (connection) DO NOTHING
            """, [.of(connection), .text(identity), .of(time)])
    }

    func insert(_ account: ConnectionAccount) throws {
        try session.run(
            """
            INSERT INTO connection_account (connection, mode, account, credential_key, credential_box, updated)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .of(account.connection), .of(account.mode), .text(account.account),
                .integer(account.credential.dataKey), .bytes(account.credential.box), .of(account.updated),
            ])
    }

    func update(_ account: ConnectionAccount) throws {
        try change(
            """
            UPDATE connection_account SET credential_key = ?2, credential_box = ?3, updated = ?4 WHERE connection = ?1
            """,
            [
                .of(account.connection), .integer(account.credential.dataKey), .bytes(account.credential.box),
                .of(account.updated),
            ])
    }
}

extension ConnectionAccount {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "connection_account")
        self.init(
            connection: try columns.identifier(), mode: try columns.value(), account: try columns.text(),
            credential: SealedDetails(dataKey: try columns.integer(), box: try columns.bytes()),
            updated: try columns.time())
    }
}
