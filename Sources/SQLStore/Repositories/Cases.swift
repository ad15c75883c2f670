import Payments
import Ports
import Primitives

extension SQLTransaction {
    func caseFile(_ id: CaseID) throws -> Case? {
        try one("SELECT * FROM case_file WHERE id = ?1", [.of(id)], Case.init(row:))
    }

    func caseFile(_ kind: CaseKind, _ subject: String, of connection: ConnectionID) throws -> Case? {
        try one(
            "SELECT * FROM case_file WHERE connection = ?1 AND kind = ?2 AND subject = ?3",
            [.of(connection), .of(kind), .text(subject)], Case.init(row:))
    }

    func cases(_ filter: CaseFilter, _ request: PageRequest) throws -> Page<Case> {
        try page(
            request,
            [
                .of(filter.isClosed.map { $0 ? 1 : 0 }), .of(filter.kind), .of(filter.connection == nil),
                .of(filter.connection),
            ],
            newestFirst: """
                SELECT * FROM case_file WHERE id > ?1 AND id < ?2
                    AND (CAST(?4 AS BIGINT) IS NULL OR CAST(?4 AS BIGINT) = CASE WHEN state = 3 THEN 1 ELSE 0 END)
                    AND (CAST(?5 AS BIGINT) IS NULL OR kind = ?5) AND (CAST(?6 AS BIGINT) = 1 OR connection = ?7)
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM case_file WHERE id > ?1 AND id < ?2
                    AND (CAST(?4 AS BIGINT) IS NULL OR CAST(?4 AS BIGINT) = CASE WHEN state = 3 THEN 1 ELSE 0 END)
                    AND (CAST(?5 AS BIGINT) IS NULL OR kind = ?5) AND (CAST(?6 AS BIGINT) = 1 OR connection = ?7)
                ORDER BY id LIMIT ?3
                """, Case.init(row:))
    }

    func openCases(_ kind: CaseKind, after cursor: CaseID?, limit: Int) throws -> [Case] {
        try all(
            "SELECT * FROM case_file WHERE kind = ?1 AND state < 3 AND id > ?2 ORDER BY id LIMIT ?3",
            [.of(kind), .of(cursor?.bits ?? PageBounds.lowest), .integer(Int64(max(limit, 0)))], Case.init(row:))
    }

    func openCaseCounts() throws -> [CaseCount] {
        try all(
            "SELECT kind, count(*), min(opened) FROM case_file WHERE state < 3 GROUP BY kind ORDER BY kind", []
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "case_file")
            return CaseCount(kind: try columns.value(), open: try columns.integer(), oldest: try columns.time())
        }
    }

    func open(_ found: Case) throws -> Bool {
        var values: [SQLValue] = [
            .of(found.id), .of(found.kind), .of(found.connection), .of(found.mode), .text(found.subject),
            .of(found.reference), .of(found.processorReference), .of(found.booked?.minorUnits),
            .of(found.booked.map { Int64($0.currency.numeric) }), .of(found.reported?.minorUnits),
            .of(found.reported.map { Int64($0.currency.numeric) }),
            .text(found.finding), .of(found.opened), .of(found.lastSeen), .integer(found.seen),
        ]
        values += found.state.columns
        values.append(found.texts)
        let isNew =
            try session.run(
                """
                INSERT INTO case_file (id, kind, connection, mode, subject, reference, processor_reference, booked,
                    booked_currency, reported, reported_currency, finding, opened, last_seen, seen, state, assignee_uid,
                    assignee_login, assignee_name, resolution, closer_uid, closer_login, closer_name, closed, proposal,
                    texts_key, texts_box)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                    ?22, ?23, ?24, ?25, ?26, ?27)
                ON CONFLICT (connection, kind, subject) DO NOTHING
                """, values) == 1
        if isNew { return true }
        try change(
            """
            UPDATE case_file SET last_seen = ?4, seen = seen + 1
            WHERE connection = ?1 AND kind = ?2 AND subject = ?3
            """, [.of(found.connection), .of(found.kind), .text(found.subject), .of(found.lastSeen)])
        return false
    }

    func update(_ changed: Case) throws {
        var values: [SQLValue] = [.of(changed.id)]
        values += changed.state.columns
        values.append(changed.texts)
        try change(
            """
            UPDATE case_file SET state = ?2, assignee_uid = ?3, assignee_login = ?4, assignee_name = ?5, resolution = ?6,
                closer_uid = ?7, closer_login = ?8, closer_name = ?9, closed = ?10, proposal = ?11, texts_key = ?12,
                texts_box = ?13
            WHERE id = ?1
            """, values)
    }
}

extension CaseState {
    /// Ten columns: state, who looks into it, resolution, who closed it, when, with which proposal.
    fileprivate var columns: [SQLValue] {
        switch self {
        case .open: [.integer(1)] + [SQLValue](repeating: .null, count: 9)
        case .assigned(let person): [.integer(2)] + person.columns + [SQLValue](repeating: .null, count: 6)
        case .closed(let closing):
            [.integer(3), .null, .null, .null, .of(closing.resolution)]
                + (closing.by?.columns ?? [.null, .null, .null]) + [.of(closing.at), .of(closing.proposal)]
        }
    }
}

extension Proposal.Person {
    fileprivate var columns: [SQLValue] {
        [.integer(Int64(uid)), .of(loginUID.map { Int64($0) }), .text(name)]
    }
}

extension Case {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "case_file")
        self.init(
            id: try columns.identifier(), kind: try columns.value(), connection: try columns.identifier(),
            mode: try columns.value(), subject: try columns.text(), reference: try columns.optionalIdentifier(),
            processorReference: try columns.optionalText(), booked: try columns.optionalMoney(),
            reported: try columns.optionalMoney(), finding: try columns.text(), opened: try columns.time(),
            lastSeen: try columns.time(), seen: try columns.integer(), state: try columns.caseState(),
            texts: try columns.optionalSealed())
    }
}

extension Columns {
    fileprivate mutating func optionalMoney() throws(StoreError) -> Money? {
        let amount = try optionalInteger()
        guard let amount else {
            _ = try optionalInteger()
            return nil
        }
        return Money(minorUnits: amount, currency: try currency())
    }

    fileprivate mutating func caseState() throws(StoreError) -> CaseState {
        let state = try integer()
        let assignee = try optionalPerson()
        let resolution = try optionalValue(CaseResolution.self)
        let closer = try optionalPerson()
        let closed = try optionalTime()
        let proposal = try optionalIdentifier(ProposalKind.self)
        switch state {
        case 1: return .open
        case 2: return .assigned(try required(assignee, "who looks into it"))
        case 3:
            return .closed(
                CaseClosing(
                    resolution: try required(resolution, "how it ended"), by: closer,
                    at: try required(closed, "when it ended"), proposal: proposal))
        default: throw .corrupt("table case_file: \(state) is no known state")
        }
    }
}
