import Payments
import Ports
import Primitives

extension SQLTransaction {
    func erasure(_ id: ErasureID) throws -> Erasure? {
        try one("SELECT * FROM erasure WHERE id = ?1", [.of(id)], Erasure.init(row:))
    }

    func erasure(of subject: ErasureSubject) throws -> Erasure? {
        try one(
            "SELECT * FROM erasure WHERE subject = ?1 AND kind = ?2", [.of(subject.bits), .of(subject.kind)],
            Erasure.init(row:))
    }

    func erasures(_ request: PageRequest) throws -> Page<Erasure> {
        try page(
            request, [],
            newestFirst: "SELECT * FROM erasure WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            oldestFirst: "SELECT * FROM erasure WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3", Erasure.init(row:))
    }

    func unfinishedErasures(limit: Int) throws -> [Erasure] {
        try all(
            "SELECT * FROM erasure WHERE finished IS NULL ORDER BY id LIMIT ?1", [.integer(Int64(limit))],
            Erasure.init(row:))
    }

    func insert(_ erasure: Erasure) throws -> Bool {
        let record = erasure.record
        return try session.run(
            """
            INSERT INTO erasure (id, kind, subject, mode, created, requested_by, is_replay, step, progress, cards, notes,
                events, answers, finished)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            ON CONFLICT (subject, kind) DO NOTHING
            """,
            [
                .of(record.id), .of(record.subject.kind), .of(record.subject.bits), .of(record.mode),
                .of(record.created), .text(erasure.requestedBy), .of(erasure.isReplay), .of(erasure.step),
                .of(erasure.cursor), .integer(erasure.counts.cards), .integer(erasure.counts.notes),
                .integer(erasure.counts.events), .integer(erasure.counts.answers), .of(erasure.finished),
            ]) == 1
    }

    func update(_ erasure: Erasure) throws {
        try change(
            """
            UPDATE erasure SET step = ?2, progress = ?3, cards = ?4, notes = ?5, events = ?6, answers = ?7, finished = ?8
            WHERE id = ?1
            """,
            [
                .of(erasure.record.id), .of(erasure.step), .of(erasure.cursor), .integer(erasure.counts.cards),
                .integer(erasure.counts.notes), .integer(erasure.counts.events), .integer(erasure.counts.answers),
                .of(erasure.finished),
            ])
    }
}

// MARK: - What a person has

extension SQLTransaction {
    func transferUnderWay(of person: PersonID) throws -> FriendTransferID? {
        let open = { (row: any SQLRow) throws(StoreError) in
            var columns = Columns(row, "friend_transfer")
            return try columns.identifier(FriendTransferKind.self)
        }
        return try one(
            "SELECT id FROM friend_transfer WHERE sender = ?1 AND state IN (1, 2, 4) LIMIT 1", [.of(person)], open)
            ?? one(
                "SELECT id FROM friend_transfer WHERE recipient = ?1 AND state IN (1, 2, 4) LIMIT 1", [.of(person)],
                open)
    }

    func movementUnderWay(of person: PersonID) throws -> WalletMovementID? {
        try one("SELECT id FROM wallet_movement WHERE person = ?1 AND state = 1 LIMIT 1", [.of(person)]) {
            (row) throws(StoreError) in
            var columns = Columns(row, "wallet_movement")
            return try columns.identifier(WalletMovementKind.self)
        }
    }

    func cardsUsed(by person: PersonID, after card: PaymentMethodID?, limit: Int) throws -> [PaymentMethodID] {
        try all(
            """
            SELECT id FROM (
                SELECT id FROM payment_method WHERE holder = ?1 AND holder_kind = 2
                UNION SELECT card FROM friend_transfer WHERE sender = ?1 AND card IS NOT NULL
                UNION SELECT card FROM wallet_movement WHERE person = ?1
                UNION SELECT card FROM lent_card WHERE person = ?1
            ) AS used WHERE id > ?2 ORDER BY id LIMIT ?3
            """, [.of(person), .of(card?.bits ?? SIMD2(0, 0)), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "payment_method")
            return try columns.identifier(PaymentMethodKind.self)
        }
    }

    func notedTransfers(of person: PersonID, after transfer: SIMD2<UInt64>, limit: Int) throws -> [FriendTransferID] {
        try all(
            """
            SELECT id FROM (
                SELECT id FROM friend_transfer WHERE sender = ?1 AND id > ?2 AND note_key IS NOT NULL
                UNION SELECT id FROM friend_transfer WHERE recipient = ?1 AND id > ?2 AND note_key IS NOT NULL
            ) AS noted ORDER BY id LIMIT ?3
            """, [.of(person), .of(transfer), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "friend_transfer")
            return try columns.identifier(FriendTransferKind.self)
        }
    }

    func disputes(of subject: ErasureSubject, limit: Int) throws -> [Dispute] {
        let values: [SQLValue] = [.of(subject.bits), .integer(Int64(limit))]
        switch subject {
        case .customer:
            return try all(
                """
                SELECT d.* FROM payment AS p JOIN dispute AS d ON d.payment = p.id
                WHERE p.customer = ?1 ORDER BY d.id LIMIT ?2
                """, values, Dispute.init(row:))
        case .checkout:
            return try all(
                """
                SELECT d.* FROM checkout AS c JOIN dispute AS d ON d.payment = c.payment
                WHERE c.id = ?1 ORDER BY d.id LIMIT ?2
                """, values, Dispute.init(row:))
        case .person:
            return try all(
                """
                SELECT * FROM dispute WHERE subject IN (
                    SELECT id FROM friend_transfer WHERE sender = ?1
                    UNION ALL SELECT id FROM wallet_movement WHERE person = ?1)
                ORDER BY id LIMIT ?2
                """, values, Dispute.init(row:))
        }
    }

    func destroyCard(_ id: PaymentMethodID) throws -> Bool {
        lastMethod = nil
        // Attempts are counted under the card's fingerprint, which goes too.
        try session.run(
            """
            DELETE FROM risk_attempt
            WHERE count_key = ?2 AND value = (SELECT fingerprint FROM payment_method WHERE id = ?1)
            """, [.of(id), .of(RiskCountKey.card)])
        try destroyAgreements(about: id)
        try session.run(
            "UPDATE risk_attempt SET card = NULL WHERE card = (SELECT fingerprint FROM payment_method WHERE id = ?1)",
            [.of(id)])
        return try session.run(
            """
            UPDATE payment_method
            SET number_key = 0, number_box = ?2, fingerprint = ?2, subject_salt = ?2, billing_key = NULL,
                billing_box = NULL, awaits_security_code = 0, is_consumed = 1
            WHERE id = ?1 AND number_key <> 0
            """, [.of(id), .bytes([])]) == 1
    }

    func removeNote(of transfer: FriendTransferID) throws {
        try session.run(
            """
            UPDATE friend_transfer SET note_key = NULL, note_box = NULL, version = version + 1
            WHERE id = ?1 AND note_key IS NOT NULL
            """, [.of(transfer)])
    }

    func removeSendingLimits(of person: PersonID) throws {
        try session.run("DELETE FROM sending_limit WHERE person = ?1", [.of(person)])
    }
}

// MARK: - Copies

extension SQLTransaction {
    func events(after id: SIMD2<UInt64>, through last: SIMD2<UInt64>, limit: Int) throws -> [Event] {
        try all(
            "SELECT * FROM event WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
            [.of(id), .of(last), .integer(Int64(limit))], Event.init(row:))
    }

    func replacePayload(of event: EventID, with payload: SealedDetails) throws {
        try change(
            "UPDATE event SET payload_key = ?2, payload_box = ?3 WHERE id = ?1",
            [.of(event), .integer(payload.dataKey), .bytes(payload.box)])
    }

    func storedAnswers(after number: Int64, limit: Int) throws -> [StoredAnswer] {
        try all(
            """
            SELECT number, id, mode, answer_key, answer_box FROM idempotency
            WHERE number > ?1 AND state = 2 ORDER BY number LIMIT ?2
            """, [.integer(number), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "idempotency")
            return StoredAnswer(
                number: try columns.integer(), id: try columns.identifier(), mode: try columns.value(),
                answer: try columns.sealed())
        }
    }

    /// An answer that was deleted meanwhile is as good as replaced.
    func replaceAnswer(of record: IdempotencyID, with answer: SealedDetails) throws {
        try session.run(
            "UPDATE idempotency SET answer_key = ?2, answer_box = ?3 WHERE id = ?1 AND state = 2",
            [.of(record), .integer(answer.dataKey), .bytes(answer.box)])
    }
}

extension Erasure {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "erasure")
        let (id, kind) = (try columns.identifier(ErasureKind.self), try columns.value(ErasureSubject.Kind.self))
        let subject = ErasureSubject(kind, bits: try columns.bits())
        let record = ErasureRecord(id: id, subject: subject, mode: try columns.value(), created: try columns.time())
        let (name, isReplay) = (try columns.text(), try columns.flag())
        let (step, cursor) = (try columns.value(ErasureStep.self), try columns.bits())
        var counts = Counts()
        counts.cards = try columns.integer()
        counts.notes = try columns.integer()
        counts.events = try columns.integer()
        counts.answers = try columns.integer()
        self.init(
            record: record, requestedBy: name, isReplay: isReplay, step: step, cursor: cursor, counts: counts,
            finished: try columns.optionalTime())
    }
}
