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

    /// Walks the table in the order of its random identifiers, a piece at each call, from where the last call stopped:
    /// a stored cursor instead of an index on the age, which would cost every request a page. A call looks at no more
    /// than `limit` times ``rowsPerDeletion`` rows, so 0 does not mean that nothing is left.
    func deleteIdempotencyRecords(createdBefore time: Timestamp, limit: Int) throws -> Int {
        guard limit > 0 else { return 0 }
        var cursor = try SQLMeta.value(SQLMeta.idempotencyCursor, session).flatMap(SIMD2.init(bigEndian:))
        let began = cursor
        var (deleted, budget, hasWrapped) = (0, limit * Self.rowsPerDeletion, began == nil)
        while deleted < limit, budget > 0 {
            let piece = min(budget, 1_000)
            let end = try idempotencyRow(after: cursor, skipping: piece - 1)
            let old = try oldRecords(after: cursor, through: end, time, limit - deleted)
            for id in old { deleted += try session.run("DELETE FROM idempotency WHERE id = ?1", [.of(id)]) }
            budget -= piece
            if deleted >= limit {
                cursor = old.last ?? cursor
            } else if let end {
                cursor = end
            } else {
                // The end of the table: once round and no further.
                cursor = nil
                if hasWrapped { break }
                hasWrapped = true
            }
        }
        try SQLMeta.replace(SQLMeta.idempotencyCursor, cursor?.bigEndianBytes ?? [], session)
        return deleted
    }

    /// How many rows are looked at for each that may be deleted.
    static let rowsPerDeletion = 20

    private func idempotencyRow(
        after cursor: SIMD2<UInt64>?, skipping count: Int
    ) throws(StoreError) -> SIMD2<UInt64>? {
        try one(
            "SELECT id FROM idempotency WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2",
            [.of(cursor ?? PageBounds.lowest), .integer(Int64(count))], Self.firstBits)
    }

    private func oldRecords(
        after cursor: SIMD2<UInt64>?, through end: SIMD2<UInt64>?, _ time: Timestamp, _ limit: Int
    ) throws(StoreError) -> [SIMD2<UInt64>] {
        try all(
            """
            SELECT id FROM idempotency WHERE id > ?1 AND id <= ?2 AND created < ?3 AND state <> 1 ORDER BY id LIMIT ?4
            """,
            [
                .of(cursor ?? PageBounds.lowest), .of(end ?? PageBounds.highest), .of(time), .integer(Int64(limit)),
            ], Self.firstBits)
    }

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
        var columns = Columns(row, "idempotency")
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
