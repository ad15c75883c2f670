import Payments
import Ports
import Primitives

extension SQLTransaction {
    func checkouts(buyerHash: [UInt8], limit: Int) throws -> [CheckoutID] {
        try all(
            "SELECT checkout FROM checkout_buyer WHERE hash = ?1 ORDER BY checkout LIMIT ?2",
            [.bytes(buyerHash), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout_buyer")
            return try columns.identifier()
        }
    }

    func checkoutsWithBuyers(madeBefore time: Timestamp, after checkout: CheckoutID?, limit: Int) throws -> [Checkout] {
        try all(
            """
            SELECT * FROM checkout
            WHERE buyer_key IS NOT NULL AND customer IS NULL AND created < ?1 AND id > ?2
            ORDER BY created, id LIMIT ?3
            """, [.of(time), .of(checkout ?? CheckoutID(high: 0, low: 0)), .integer(Int64(max(limit, 0)))],
            Checkout.read(row:))
    }

    func checkoutsWithTypedCards(
        madeBefore time: Timestamp, after checkout: CheckoutID?, limit: Int
    ) throws -> [Checkout] {
        let bounds = PageBounds(PageRequest(limit: limit, createdBefore: time))
        return try all(
            """
            SELECT * FROM checkout
            WHERE id IN (
                SELECT DISTINCT checkout FROM typed_card WHERE checkout > ?1 AND checkout < ?2 ORDER BY checkout LIMIT ?3)
            ORDER BY id
            """,
            [
                .of(checkout ?? CheckoutID(high: 0, low: 0)), .of(bounds.upper), .integer(Int64(max(limit, 0))),
            ], Checkout.read(row:))
    }

    func checkouts(matching query: CheckoutQuery, _ page: PageRequest) throws -> Page<Checkout> {
        let modes: [SQLValue] = [.of(query.mode ?? .test), .of(query.mode ?? .live)]
        let states: [SQLValue] = [.integer(query.states.lowerBound), .integer(query.states.upperBound)]
        let lowest = query.bot.map { SIMD2($0.high, $0.low) } ?? PageBounds.lowest
        let highest = query.bot.map { SIMD2($0.high, $0.low) } ?? PageBounds.highest
        return try self.page(
            page, modes + states + [.of(lowest), .of(highest)],
            newestFirst: """
                SELECT * FROM checkout
                WHERE id > ?1 AND id < ?2 AND mode BETWEEN ?4 AND ?5 AND state BETWEEN ?6 AND ?7
                    AND bot BETWEEN ?8 AND ?9 AND share_number IS NULL
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM checkout
                WHERE id > ?1 AND id < ?2 AND mode BETWEEN ?4 AND ?5 AND state BETWEEN ?6 AND ?7
                    AND bot BETWEEN ?8 AND ?9 AND share_number IS NULL
                ORDER BY id LIMIT ?3
                """, Checkout.read(row:))
    }

    func noteTyping(of card: PaymentMethodID, at checkout: CheckoutID) throws {
        try session.run("INSERT INTO typed_card (checkout, card) VALUES (?1, ?2)", [.of(checkout), .of(card)])
    }

    func cardsUsed(at checkout: CheckoutID) throws -> [PaymentMethodID] {
        try all(
            """
            SELECT card FROM lent_card WHERE checkout = ?1
            UNION ALL SELECT payment_method FROM token WHERE checkout = ?1
            UNION ALL SELECT card FROM typed_card WHERE checkout = ?1
            """, [.of(checkout)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "lent_card")
            return try columns.identifier()
        }
    }

    func cardsTyped(at checkout: CheckoutID) throws -> [PaymentMethodID] {
        try all("SELECT card FROM typed_card WHERE checkout = ?1 ORDER BY card", [.of(checkout)]) {
            (row) throws(StoreError) in
            var columns = Columns(row, "typed_card")
            return try columns.identifier()
        }
    }

    func forgetTypedCards(at checkout: CheckoutID) throws {
        try session.run("DELETE FROM typed_card WHERE checkout = ?1", [.of(checkout)])
    }

    func setBuyerHashes(_ hashes: [[UInt8]], of checkout: CheckoutID) throws {
        try session.run("DELETE FROM checkout_buyer WHERE checkout = ?1", [.of(checkout)])
        for hash in hashes {
            try session.run(
                "INSERT INTO checkout_buyer (hash, checkout) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                [.bytes(hash), .of(checkout)])
        }
    }

    func forgetBuyer(of checkout: CheckoutID) throws {
        try session.run("DELETE FROM checkout_buyer WHERE checkout = ?1", [.of(checkout)])
        try session.run(
            """
            UPDATE checkout SET buyer_key = NULL, buyer_box = NULL, version = version + 1
            WHERE id = ?1 AND buyer_key IS NOT NULL
            """, [.of(checkout)])
    }
}
