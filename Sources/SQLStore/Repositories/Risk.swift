import Payments
import Ports
import Primitives

extension SQLTransaction {
    func riskDecision(_ id: SIMD2<UInt64>) throws -> RiskDecision? {
        try one("SELECT * FROM risk_decision WHERE id = ?1", [.id(id[0], id[1])], RiskDecision.init(row:))
    }

    func insert(_ decision: RiskDecision) throws {
        try session.run(
            """
            INSERT INTO risk_decision (id, subject, action, rule, reason, decided, attempt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            [
                .id(decision.id[0], decision.id[1]), .of(decision.subject), .of(decision.action), .of(decision.rule),
                .text(decision.reason), .of(decision.decided),
                decision.attempt.map { .id($0[0], $0[1]) } ?? .null,
            ])
    }

    func riskAttempts(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp, limit: Int64) throws -> Int64 {
        try one(
            """
            SELECT count(*) FROM
                (SELECT at FROM risk_attempt WHERE count_key = ?1 AND value = ?2 AND at > ?3 LIMIT ?4) recent
            """, [.of(key), .bytes(value), .of(time), .integer(max(limit, 0))]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    func riskCards(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp) throws -> Int64 {
        try one(
            """
            SELECT count(DISTINCT card) FROM
                (SELECT card FROM risk_attempt WHERE count_key = ?1 AND value = ?2 AND at > ?3 AND card IS NOT NULL
                ORDER BY at DESC LIMIT 10000) recent
            """, [.of(key), .bytes(value), .of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    func riskDeclines(_ key: RiskCountKey, _ value: [UInt8], after time: Timestamp) throws -> Int64 {
        try one(
            """
            SELECT count(declined) FROM
                (SELECT declined FROM risk_attempt WHERE count_key = ?1 AND value = ?2 AND at > ?3
                ORDER BY at DESC LIMIT 10000) recent
            """, [.of(key), .bytes(value), .of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    /// By the time, which has an index; few attempts share a moment.
    func noteRiskDecline(of id: SIMD2<UInt64>, at time: Timestamp) throws {
        try session.run(
            "UPDATE risk_attempt SET declined = 1 WHERE at = ?1 AND id = ?2", [.of(time), .id(id[0], id[1])])
    }

    func countRiskAttempt(
        _ key: RiskCountKey, _ value: [UInt8], id: SIMD2<UInt64>, card: [UInt8]?, at time: Timestamp
    ) throws {
        try session.run(
            "INSERT INTO risk_attempt (count_key, value, at, id, card) VALUES (?1, ?2, ?3, ?4, ?5)",
            [.of(key), .bytes(value), .of(time), .id(id[0], id[1]), .of(card)])
    }

    func deleteRiskAttempts(before time: Timestamp, limit: Int) throws -> Int {
        try session.run(
            """
            DELETE FROM risk_attempt WHERE (count_key, value, at, id) IN
                (SELECT count_key, value, at, id FROM risk_attempt WHERE at < ?1 ORDER BY at LIMIT ?2)
            """, [.of(time), .integer(Int64(max(limit, 0)))])
    }

    func hasSent(from sender: PersonID, to recipient: PersonID, limit: Int) throws -> Bool {
        try one(
            """
            SELECT count(*) FROM
                (SELECT recipient, state FROM friend_transfer WHERE sender = ?1 ORDER BY id DESC LIMIT ?3) recent
            WHERE recipient = ?2 AND state = 3
            """, [.of(sender), .of(recipient), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0 > 0
    }

    func review(of subject: SIMD2<UInt64>) throws -> Review? {
        try one("SELECT * FROM review WHERE subject = ?1", [.id(subject[0], subject[1])], Review.init(row:))
    }

    func reviews(_ state: ReviewState?, _ request: PageRequest) throws -> Page<Review> {
        try page(
            request, [.of(state)],
            newestFirst: """
                SELECT * FROM review WHERE subject > ?1 AND subject < ?2 AND (CAST(?4 AS BIGINT) IS NULL OR state = ?4)
                ORDER BY subject DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM review WHERE subject > ?1 AND subject < ?2 AND (CAST(?4 AS BIGINT) IS NULL OR state = ?4)
                ORDER BY subject LIMIT ?3
                """, Review.init(row:))
    }

    func lapsedReviews(at time: Timestamp, limit: Int) throws -> [PaymentID] {
        try all(
            "SELECT subject FROM review WHERE state = 1 AND due <= ?1 AND kind = ?2 ORDER BY due, subject LIMIT ?3",
            [.of(time), .of(RiskSubject.charge), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "review")
            return try columns.identifier()
        }
    }

    func openReviews() throws -> Int64 {
        try one("SELECT count(*) FROM review WHERE state = 1", []) { (row) throws(StoreError) in try row.integer(0) }
            ?? 0
    }

    func open(_ review: Review) throws {
        try session.run(
            """
            INSERT INTO review (subject, kind, decision, opened, due, state) VALUES (?1, ?2, ?3, ?4, ?5, 1)
            ON CONFLICT (subject) DO UPDATE SET decision = excluded.decision, opened = excluded.opened,
                due = excluded.due, state = 1, closed = NULL, decider_uid = NULL, decider_login = NULL,
                decider_name = NULL, reason_key = NULL, reason_box = NULL
            """,
            [
                .id(review.subject[0], review.subject[1]), .of(review.kind),
                .id(review.decision[0], review.decision[1]), .of(review.opened), .of(review.due),
            ])
    }

    func close(_ review: Review) throws -> Bool {
        try session.run(
            """
            UPDATE review SET state = ?2, closed = ?3, decider_uid = ?4, decider_login = ?5, decider_name = ?6,
                reason_key = ?7, reason_box = ?8
            WHERE subject = ?1 AND state = 1
            """,
            [
                .id(review.subject[0], review.subject[1]), .of(review.state), .of(review.closed),
                .of(review.decider.map { Int64($0.uid) }), .of(review.decider?.loginUID.map { Int64($0) }),
                .of(review.decider?.name), .of(review.reason?.dataKey), .of(review.reason?.box),
            ]) == 1
    }
}

extension RiskDecision {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "risk_decision")
        self.init(
            id: try columns.bits(), subject: try columns.value(), action: try columns.value(),
            rule: try columns.optionalText(), reason: try columns.text(), decided: try columns.time(),
            attempt: try columns.optionalBits())
    }
}

extension Review {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "review")
        self.init(
            subject: try columns.bits(), kind: try columns.value(), decision: try columns.bits(),
            opened: try columns.time(), due: try columns.time(), state: try columns.value(),
            closed: try columns.optionalTime(), decider: try columns.optionalPerson(),
            reason: try columns.optionalSealed())
    }
}
