import Payments
import Ports
import Primitives

extension SQLTransaction {
    func surfaceReferral(
        of account: SurfaceAccountID, personHash: [UInt8], at time: Timestamp
    ) throws -> StoredSurfaceReferral? {
        try one(
            "SELECT * FROM surface_referral WHERE account = ?1 AND person_hash = ?2 AND expires > ?3",
            [.of(account), .bytes(personHash), .of(time)], StoredSurfaceReferral.init(row:))
    }

    func keep(_ new: StoredSurfaceReferral) throws -> Bool {
        try session.run(
            """
            INSERT INTO surface_referral (account, person_hash, id, mode, happened, expires, details_key, details_box)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (account, person_hash) DO UPDATE SET id = excluded.id, happened = excluded.happened,
                expires = excluded.expires, details_key = excluded.details_key, details_box = excluded.details_box
            WHERE surface_referral.happened < excluded.happened
            """,
            [
                .of(new.account), .bytes(new.personHash), .of(new.id), .of(new.mode), .of(new.happened),
                .of(new.expires), .integer(new.details.dataKey), .bytes(new.details.box),
            ]) == 1
    }

    func deleteSurfaceReferrals(expiredBy time: Timestamp) throws -> Int {
        try session.run("DELETE FROM surface_referral WHERE expires <= ?1", [.of(time)])
    }

    func completedRefs(
        of bot: BotID, mode: Mode, from: Timestamp, to: Timestamp, after: CheckoutID?, limit: Int
    ) throws -> [RefSum] {
        try all(
            """
            SELECT ref_hash, MIN(id), currency, count(*), CAST(SUM(amount) AS BIGINT)
            FROM checkout
            WHERE bot = ?1 AND mode = ?2 AND ref_hash IS NOT NULL AND completed >= ?3 AND completed < ?4 AND state = 4
            GROUP BY ref_hash, currency HAVING MIN(id) > ?5 ORDER BY MIN(id) LIMIT ?6
            """,
            [
                .of(bot), .of(mode), .of(from), .of(to), .of(after?.bits ?? PageBounds.lowest),
                .integer(Int64(max(limit, 0))),
            ]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            let (hash, example) = (try columns.bytes(), try columns.identifier(CheckoutKind.self))
            let (currency, count) = (try columns.currency(), try columns.integer())
            return RefSum(
                refHash: hash, example: example, currency: currency, sessions: count, completed: count,
                amount: try columns.integer())
        }
    }
}

extension StoredSurfaceReferral {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "surface_referral")
        let account: SurfaceAccountID = try columns.identifier()
        let hash = try columns.bytes()
        self.init(
            id: try columns.identifier(), account: account, mode: try columns.value(), personHash: hash,
            happened: try columns.time(), expires: try columns.time(),
            details: SealedDetails(dataKey: try columns.integer(), box: try columns.bytes()))
    }
}
