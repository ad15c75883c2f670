import Ports
import Primitives

extension SQLTransaction {
    func auditHead() throws -> AuditHead? {
        try one("SELECT number, seal, proof FROM audit_head WHERE id = 1", [], AuditHead.init(row:))
    }

    func lockAuditHead() throws -> AuditHead? {
        guard session.locksRows else { return try auditHead() }
        return try one(
            "UPDATE audit_head SET number = number WHERE id = 1 RETURNING number, seal, proof", [],
            AuditHead.init(row:))
    }

    func append(_ entry: AuditEntry, head: AuditHead) throws {
        let draft = entry.draft
        try session.run(
            """
            INSERT INTO audit (number, time, phase, uid, login_uid, pid, name, role, route, subject, parameters, status,
                refers_to, previous, seal)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """,
            [
                .integer(entry.number), .of(draft.time), .of(draft.phase), .integer(Int64(draft.who.uid)),
                .of(draft.who.loginUID.map { Int64($0) }), .integer(Int64(draft.who.pid)), .text(draft.who.name),
                .text(draft.who.role), .text(draft.route), .of(draft.subject), .text(draft.parameters),
                .of(draft.status), .of(draft.refersTo), .bytes(entry.previous), .bytes(entry.seal),
            ])
        try session.run(
            """
            INSERT INTO audit_head (id, number, seal, proof) VALUES (1, ?1, ?2, ?3)
            ON CONFLICT (id) DO UPDATE SET number = excluded.number, seal = excluded.seal, proof = excluded.proof
            """, [.integer(head.number), .bytes(head.seal), .bytes(head.proof)])
    }

    func auditEntry(_ number: Int64) throws -> AuditEntry? {
        try one("SELECT * FROM audit WHERE number = ?1", [.integer(number)], AuditEntry.init(row:))
    }

    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> Page<AuditEntry> {
        let found = try all(
            """
            SELECT * FROM audit
            WHERE number < ?1 AND (CAST(?3 AS TEXT) IS NULL OR subject = ?3) AND (CAST(?4 AS TEXT) IS NULL OR name = ?4)
                AND (?5 = 0 OR substr(route, 1, 4) <> 'GET ')
            ORDER BY number DESC LIMIT ?2
            """,
            [
                .integer(before ?? .max), .integer(Int64(limit) + 1), .of(filter.subject), .of(filter.name),
                .of(filter.onlyChanges),
            ], AuditEntry.init(row:))
        return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
    }

    func auditEntries(after number: Int64, limit: Int) throws -> [AuditEntry] {
        try all(
            "SELECT * FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2",
            [.integer(number), .integer(Int64(limit))], AuditEntry.init(row:))
    }
}

extension AuditHead {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "audit_head")
        self.init(number: try columns.integer(), seal: try columns.bytes(), proof: try columns.bytes())
    }
}

extension AuditEntry {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "audit")
        let (number, time, phase) = (
            try columns.integer(), try columns.time(), try columns.value(AuditDraft.Phase.self)
        )
        // Numbers that do not fit are somebody's work: they are shown as what cannot be a user, and fail verification.
        let who = Operator(
            uid: UInt32(exactly: try columns.integer()) ?? .max,
            loginUID: try columns.optionalInteger().map { UInt32(exactly: $0) ?? .max },
            pid: Int32(exactly: try columns.integer()) ?? -1, name: try columns.text(), role: try columns.text())
        let draft = AuditDraft(
            time: time, who: who, phase: phase, route: try columns.text(), subject: try columns.optionalText(),
            parameters: try columns.text(), status: try columns.optionalInteger(),
            refersTo: try columns.optionalInteger())
        self.init(number: number, draft: draft, previous: try columns.bytes(), seal: try columns.bytes())
    }
}
