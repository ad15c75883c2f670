import Payments
import Ports
import Primitives

extension SQLTransaction {
    func idempotencyRecord(_ id: IdempotencyID) throws -> IdempotencyRecord? {
        try one("SELECT * FROM idempotency WHERE id = ?1", [.of(id)], IdempotencyRecord.init(row:))
    }

    func insert(_ record: IdempotencyRecord) throws -> Bool {
        let state = record.storedState
        return try session.run(
            """
            INSERT INTO idempotency (id, digest, mode, created, state, status, event, answer_key, answer_box)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (id) DO NOTHING
            """,
            [
                .of(record.id), .bytes(record.digest), .of(record.mode), .of(record.created), .integer(state.code),
                .of(state.status), .of(state.event), .of(state.answer?.dataKey), .of(state.answer?.box),
            ]) == 1
    }

    func update(_ record: IdempotencyRecord) throws {
        let state = record.storedState
        try change(
            """
            UPDATE idempotency SET state = ?2, status = ?3, event = ?4, answer_key = ?5, answer_box = ?6 WHERE id = ?1
            """,
            [
                .of(record.id), .integer(state.code), .of(state.status), .of(state.event),
                .of(state.answer?.dataKey), .of(state.answer?.box),
            ])
    }

    func insert(answerWithoutSecret answer: SealedDetails, for id: IdempotencyID, cutAt time: Timestamp) throws {
        try change(
            "INSERT INTO shown_secret (idempotency, cut_at, answer_key, answer_box) VALUES (?1, ?2, ?3, ?4)",
            [.of(id), .of(time), .integer(answer.dataKey), .bytes(answer.box)])
    }

    func cutShownSecrets(due time: Timestamp, limit: Int) throws -> Int {
        let due = try all(
            "SELECT idempotency FROM shown_secret WHERE cut_at <= ?1 ORDER BY idempotency LIMIT ?2",
            [.of(time), .integer(Int64(limit))], Self.firstBits)
        for id in due {
            try session.run(
                """
                UPDATE idempotency SET answer_key = s.answer_key, answer_box = s.answer_box
                FROM shown_secret s WHERE idempotency.id = ?1 AND s.idempotency = ?1 AND idempotency.state = 2
                """,
                [.of(id)])
            try session.run("DELETE FROM shown_secret WHERE idempotency = ?1", [.of(id)])
        }
        return due.count
    }

    /// Rows lie in the order they came, so the oldest are at the front of the table. A call looks at no more than `limit`
    /// times ``rowsPerDeletion`` of them: open ones stay among them until they are finished.
    func deleteIdempotencyRecords(createdBefore time: Timestamp, limit: Int) throws -> Int {
        let limit = Int64(clamping: max(limit, 0))
        let old = try all(
            """
            SELECT number FROM (SELECT number, created, state FROM idempotency ORDER BY number LIMIT ?2) AS oldest
            WHERE created < ?1 AND state <> 1 ORDER BY number LIMIT ?3
            """, [.of(time), .integer(limit.multipliedReportingOverflow(by: Self.rowsPerDeletion).0), .integer(limit)]
        ) { (row) throws(StoreError) in try row.integer(0) }
        for number in old { try session.run("DELETE FROM idempotency WHERE number = ?1", [.integer(number)]) }
        return old.count
    }

    /// How many rows are looked at for each that may be deleted.
    static let rowsPerDeletion: Int64 = 20

    static func firstBits(_ row: any SQLRow) throws(StoreError) -> SIMD2<UInt64> {
        let id = try row.id(0)
        return SIMD2(id.high, id.low)
    }
}

extension IdempotencyRecord {
    /// The numbers are stored: never renumber.
    fileprivate var storedState: (code: Int64, status: Int64?, event: EventID?, answer: SealedDetails?) {
        switch state {
        case .started: (1, nil, nil, nil)
        case .finished(let status, let answer): (2, status, nil, answer)
        case .finishedAs(let status, let event): (3, status, event, nil)
        }
    }

    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "idempotency", from: 1)
        self.init(
            id: try columns.identifier(), digest: try columns.bytes(), mode: try columns.value(),
            created: try columns.time(), state: try Self.state(&columns))
    }

    private static func state(_ columns: inout Columns) throws(StoreError) -> State {
        let code = try columns.integer()
        let status = try columns.optionalInteger()
        let event = try columns.optionalIdentifier(EventKind.self)
        let answer = try columns.optionalSealed()
        switch code {
        case 1: return .started
        case 2:
            return .finished(
                status: try columns.required(status, "a status"), answer: try columns.required(answer, "an answer"))
        case 3:
            return .finishedAs(
                status: try columns.required(status, "a status"), event: try columns.required(event, "an event"))
        default: throw .corrupt("table idempotency: \(code) is no known state")
        }
    }
}
