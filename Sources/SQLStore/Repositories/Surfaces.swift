import Payments
import Ports
import Primitives

extension SQLTransaction {
    func surfaceAccount(_ id: SurfaceAccountID) throws -> SurfaceAccount? {
        try one("SELECT * FROM surface_account WHERE id = ?1", [.of(id)], SurfaceAccount.init(row:))
    }

    func surfaceAccount(tokenHash: [UInt8]) throws -> SurfaceAccount? {
        try one("SELECT * FROM surface_account WHERE token_hash = ?1", [.bytes(tokenHash)], SurfaceAccount.init(row:))
    }

    func surfaceAccounts(of bot: BotID, mode: Mode) throws -> [SurfaceAccount] {
        try all(
            "SELECT * FROM surface_account WHERE bot = ?1 AND mode = ?2 ORDER BY id", [.of(bot), .of(mode)],
            SurfaceAccount.init(row:))
    }

    func surfaceAccounts(ofAny bot: BotID?, _ page: PageRequest) throws -> Page<SurfaceAccount> {
        guard let bot else {
            return try self.page(
                page, [],
                newestFirst: "SELECT * FROM surface_account WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                oldestFirst: "SELECT * FROM surface_account WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
                SurfaceAccount.init(row:))
        }
        return try self.page(
            page, [.of(bot)],
            newestFirst: """
                SELECT * FROM surface_account WHERE bot = ?4 AND id > ?1 AND id < ?2 AND mode BETWEEN 0 AND 1
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM surface_account WHERE bot = ?4 AND id > ?1 AND id < ?2 AND mode BETWEEN 0 AND 1
                ORDER BY id LIMIT ?3
                """, SurfaceAccount.init(row:))
    }

    func surfaceAccountsDue(by time: Timestamp, limit: Int) throws -> [SurfaceAccountID] {
        try all(
            """
            SELECT id FROM surface_account WHERE due IS NOT NULL AND due <= ?1 ORDER BY due, id LIMIT ?2
            """, [.of(time), .integer(Int64(max(limit, 0)))], Self.firstIdentifier)
    }

    func surfaceNotices(
        of account: SurfaceAccountID, from number: Int64, at time: Timestamp, limit: Int
    ) throws -> [StoredSurfaceNotice] {
        try all(
            """
            SELECT * FROM surface_notice WHERE account = ?1 AND number >= ?2 AND expires > ?3
            ORDER BY account, number LIMIT ?4
            """, [.of(account), .integer(number), .of(time), .integer(Int64(max(limit, 0)))],
            StoredSurfaceNotice.init(row:))
    }

    func countSurfaceNotices(of account: SurfaceAccountID, at time: Timestamp) throws -> Int64 {
        try one(
            "SELECT count(*) FROM surface_notice WHERE account = ?1 AND expires > ?2", [.of(account), .of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    func insert(_ new: SurfaceAccount) throws -> Bool {
        try session.run(
            """
            INSERT INTO surface_account (id, bot, mode, surface, created, token_hash, account, credentials_key,
                credentials_box, kinds, next_number, due, failures, version, is_off, gives_tokens)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            ON CONFLICT DO NOTHING
            """,
            [
                .of(new.id), .of(new.bot), .of(new.mode), .of(new.surface), .of(new.created), .bytes(new.tokenHash),
                .text(new.account), .integer(new.credentials.dataKey), .bytes(new.credentials.box),
                .integer(new.kinds.bits), .integer(new.nextNumber), .of(new.due), .integer(new.failures),
                .integer(new.version), .of(new.isOff), .of(new.givesTokens),
            ]) == 1
    }

    func update(_ account: SurfaceAccount) throws {
        let changed = try session.run(
            """
            UPDATE surface_account SET token_hash = ?3, credentials_key = ?4, credentials_box = ?5, kinds = ?6,
                is_off = ?7, gives_tokens = ?8, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(account.id), .integer(account.version), .bytes(account.tokenHash),
                .integer(account.credentials.dataKey), .bytes(account.credentials.box), .integer(account.kinds.bits),
                .of(account.isOff), .of(account.givesTokens),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }

    func deleteSurfaceAccount(_ id: SurfaceAccountID) throws {
        try session.run("DELETE FROM surface_notice WHERE account = ?1", [.of(id)])
        try session.run("DELETE FROM surface_referral WHERE account = ?1", [.of(id)])
        try session.run("DELETE FROM surface_account WHERE id = ?1", [.of(id)])
    }

    func nextSurfaceNumber(of account: SurfaceAccountID) throws -> Int64? {
        try one(
            "UPDATE surface_account SET next_number = next_number + 1 WHERE id = ?1 RETURNING next_number",
            [.of(account)]
        ) { (row) throws(StoreError) in try row.integer(0) }.map { $0 - 1 }
    }

    func insert(_ new: StoredSurfaceNotice) throws {
        try session.run(
            """
            INSERT INTO surface_notice (account, number, id, mode, kind, created, expires, body_key, body_box)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .of(new.account), .integer(new.number), .of(new.id), .of(new.mode), .of(new.kind), .of(new.created),
                .of(new.expires), .integer(new.body.dataKey), .bytes(new.body.box),
            ])
    }

    func deleteSurfaceNotices(of account: SurfaceAccountID, before number: Int64, at time: Timestamp) throws {
        try session.run(
            "DELETE FROM surface_notice WHERE account = ?1 AND (number < ?2 OR expires <= ?3)",
            [.of(account), .integer(number), .of(time)])
    }

    func deleteSurfaceNotices(expiredBy time: Timestamp) throws -> Int {
        try session.run("DELETE FROM surface_notice WHERE expires <= ?1", [.of(time)])
    }

    func setSurfaceDue(_ due: Timestamp?, failures: Int64, of account: SurfaceAccountID) throws {
        try session.run(
            "UPDATE surface_account SET due = ?2, failures = ?3 WHERE id = ?1",
            [.of(account), .of(due), .integer(failures)])
    }

    func surfaceCustomer(personHash: [UInt8]) throws -> CustomerID? {
        try one("SELECT customer FROM surface_customer WHERE person_hash = ?1", [.bytes(personHash)]) {
            (row) throws(StoreError) in
            var columns = Columns(row, "surface_customer")
            return try columns.identifier()
        }
    }

    func setSurfaceCustomer(_ customer: CustomerID, personHash: [UInt8]) throws {
        try session.run(
            """
            INSERT INTO surface_customer (person_hash, customer) VALUES (?1, ?2)
            ON CONFLICT (person_hash) DO UPDATE SET customer = excluded.customer
            """, [.bytes(personHash), .of(customer)])
    }

    func forgetSurfaceCustomer(_ customer: CustomerID) throws {
        try session.run("DELETE FROM surface_customer WHERE customer = ?1", [.of(customer)])
    }

    private static func firstIdentifier(_ row: any SQLRow) throws(StoreError) -> SurfaceAccountID {
        var columns = Columns(row, "surface_account")
        return try columns.identifier()
    }
}

extension SurfaceAccount {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "surface_account")
        self.init(
            id: try columns.identifier(), bot: try columns.identifier(), mode: try columns.value(),
            surface: try columns.value(), created: try columns.time(), tokenHash: try columns.bytes(),
            account: try columns.text(),
            credentials: SealedDetails(dataKey: try columns.integer(), box: try columns.bytes()),
            kinds: Set(bits: try columns.integer()), nextNumber: try columns.integer(),
            due: try columns.optionalTime(), failures: try columns.integer(), version: try columns.integer(),
            isOff: try columns.flag(), givesTokens: try columns.flag())
    }
}

extension StoredSurfaceNotice {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "surface_notice")
        let account: SurfaceAccountID = try columns.identifier()
        let number = try columns.integer()
        self.init(
            id: try columns.identifier(), account: account, mode: try columns.value(), number: number,
            kind: try columns.value(), created: try columns.time(), expires: try columns.time(),
            body: SealedDetails(dataKey: try columns.integer(), box: try columns.bytes()))
    }
}
