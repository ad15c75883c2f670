import Payments
import Ports
import Primitives

extension SQLTransaction {
    func testClock(_ id: TestClockID) throws -> TestClock? {
        try one("SELECT * FROM test_clock WHERE id = ?1", [.of(id)], TestClock.init(row:))
    }

    func testClock(of owner: TestOwner) throws -> TestClock? {
        try one("SELECT * FROM test_clock WHERE owner = ?1", [.of(owner.owner.bits)], TestClock.init(row:))
    }

    func testClocks() throws -> [TestClock] {
        try all("SELECT * FROM test_clock ORDER BY id", [], TestClock.init(row:))
    }

    func insert(_ clock: TestClock) throws -> Bool {
        try session.run(
            """
            INSERT INTO test_clock (id, owner_kind, owner, name, created, deletes_after, frozen, target, status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT DO NOTHING
            """,
            [
                .of(clock.id), .of(clock.owner.owner.kind), .of(clock.owner.owner.bits), .of(clock.name),
                .of(clock.created), .of(clock.deletesAfter), .of(clock.frozen), .of(clock.target), .of(clock.status),
            ]) == 1
    }

    func update(_ clock: TestClock) throws -> Bool {
        try session.run(
            "UPDATE test_clock SET frozen = ?2, target = ?3, status = ?4 WHERE id = ?1",
            [.of(clock.id), .of(clock.frozen), .of(clock.target), .of(clock.status)]) == 1
    }

    func delete(_ clock: TestClock, at now: Timestamp) throws {
        try session.run("DELETE FROM test_clock WHERE id = ?1", [.of(clock.id)])
        try session.run(
            """
            UPDATE webhook_delivery SET next_attempt = ?2, created = CASE WHEN created > ?2 THEN ?2 ELSE created END
            WHERE state = 1 AND next_attempt > ?2
                AND endpoint IN (SELECT id FROM webhook_endpoint WHERE owner = ?1 AND mode = ?3)
            """, [.of(clock.owner.owner.bits), .of(now), .of(Mode.test)])
        let ahead = clock.frozen.microseconds - now.microseconds
        guard ahead > 0, case .bot(let bot) = clock.owner.owner else { return }
        let moved: [SQLValue] = [.of(bot), .of(Mode.test), .of(now), .integer(ahead)]
        try session.run(
            """
            UPDATE payout SET due = CASE WHEN due - ?4 > ?3 THEN due - ?4 ELSE ?3 END
            WHERE state = 1 AND due > ?3 AND bot = ?1 AND mode = ?2
            """, moved)
        try session.run(
            """
            UPDATE payout_destination SET usable_from = CASE WHEN usable_from - ?4 > ?3 THEN usable_from - ?4 ELSE ?3 END
            WHERE bot = ?1 AND mode = ?2 AND usable_from > ?3
            """, moved)
    }

    // The indexes that the jobs of real time use are walked in the order of the moments: few rows are due soon.

    func testTransfersLapsing(
        of platform: PlatformID, by time: Timestamp, limit: Int
    ) throws -> [DueWork<FriendTransferKind>] {
        try all(
            """
            SELECT id, expires FROM friend_transfer
            WHERE state = 2 AND expires <= ?1 AND platform BETWEEN ?2 AND ?2 AND mode = ?3
            ORDER BY expires, id LIMIT ?4
            """, [.of(time), .of(platform), .of(Mode.test), .integer(Int64(max(limit, 0)))], DueWork.init(row:))
    }

    func testReviewsEnding(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PaymentKind>] {
        try all(
            """
            SELECT review.subject, review.due FROM review JOIN payment ON payment.id = review.subject
            WHERE review.state = 1 AND review.due <= ?1 AND review.kind = ?2 AND payment.bot = ?3 AND payment.mode = ?4
            ORDER BY review.due, review.subject LIMIT ?5
            """,
            [.of(time), .of(RiskSubject.charge), .of(bot), .of(Mode.test), .integer(Int64(max(limit, 0)))],
            DueWork.init(row:))
    }

    func testAuthorizationsEnding(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PaymentKind>] {
        try all(
            """
            SELECT payment, ends FROM authorization_hold
            WHERE is_open = 1 AND ends <= ?1 AND bot = ?2 AND mode = ?3 ORDER BY ends, payment LIMIT ?4
            """, [.of(time), .of(bot), .of(Mode.test), .integer(Int64(max(limit, 0)))], DueWork.init(row:))
    }

    func testPayoutsDue(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<PayoutKind>] {
        try all(
            """
            SELECT id, due FROM payout
            WHERE (state = 1 OR state = 2) AND due <= ?1 AND state = 1 AND rail <> 3 AND bot = ?2 AND mode = ?3
            ORDER BY due, id LIMIT ?4
            """, [.of(time), .of(bot), .of(Mode.test), .integer(Int64(max(limit, 0)))], DueWork.init(row:))
    }

    func testDeliveriesDue(of owner: TestOwner, by time: Timestamp, limit: Int) throws -> [WebhookDelivery] {
        try all(
            """
            SELECT * FROM webhook_delivery
            WHERE state = 1 AND next_attempt <= ?1
                AND endpoint IN (SELECT id FROM webhook_endpoint WHERE owner = ?2 AND mode = ?3)
            ORDER BY next_attempt LIMIT ?4
            """,
            [.of(time), .of(owner.owner.bits), .of(Mode.test), .integer(Int64(max(limit, 0)))],
            WebhookDelivery.init(row:))
    }

    func testDisputesDue(of owner: TestOwner, by time: Timestamp, limit: Int) throws -> [DueWork<DisputeKind>] {
        try all(
            """
            SELECT id, respond_by FROM dispute
            WHERE (state = 1 OR state = 4) AND respond_by <= ?1 AND owner = ?2 AND mode = ?3
            ORDER BY respond_by, id LIMIT ?4
            """, [.of(time), .of(owner.owner.bits), .of(Mode.test), .integer(Int64(max(limit, 0)))],
            DueWork.init(row:))
    }

    // MARK: - Ends of authorizations

    func endedAuthorizations(at time: Timestamp, limit: Int) throws -> [PaymentID] {
        try all(
            "SELECT payment FROM authorization_hold WHERE is_open = 1 AND ends <= ?1 ORDER BY ends, payment LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "authorization_hold")
            return try columns.identifier()
        }
    }

    func authorizationEnd(of payment: PaymentID) throws -> Timestamp? {
        try one("SELECT ends FROM authorization_hold WHERE payment = ?1", [.of(payment)]) { (row) throws(StoreError) in
            var columns = Columns(row, "authorization_hold")
            return try columns.time()
        }
    }

    func noteAuthorization(of payment: Payment, until end: Timestamp) throws {
        try session.run(
            """
            INSERT INTO authorization_hold (payment, bot, mode, ends, is_open) VALUES (?1, ?2, ?3, ?4, 1)
            ON CONFLICT (payment) DO UPDATE SET ends = excluded.ends, is_open = 1
            """, [.of(payment.id), .of(payment.bot), .of(payment.mode), .of(end)])
    }

    func closeAuthorization(of payment: PaymentID) throws {
        try session.run("UPDATE authorization_hold SET is_open = 0 WHERE payment = ?1", [.of(payment)])
    }
}

extension TestClock {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "test_clock")
        self.init(
            id: try columns.identifier(), owner: TestOwner(try columns.owner()), name: try columns.optionalText(),
            created: try columns.time(), deletesAfter: try columns.time(), frozen: try columns.time(),
            target: try columns.optionalTime(), status: try columns.value())
    }
}

extension DueWork {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "what is due")
        self.init(id: try columns.identifier(), due: try columns.time())
    }
}
