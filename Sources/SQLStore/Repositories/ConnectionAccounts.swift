import Payments
import Ports
import Primitives

extension SQLTransaction {
    func connectionAccount(_ id: ConnectionID) throws -> ConnectionAccount? {
        try one("SELECT * FROM connection_account WHERE connection = ?1", [.of(id)], ConnectionAccount.init(row:))
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
