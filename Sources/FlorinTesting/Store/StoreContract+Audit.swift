import Ports
import Primitives
import SQLStore

/// The audit log's rows: kept as they are, found by what they are about, and never changed.
extension StoreContract {
    static var auditRules: [StoreRule] {
        [
            StoreRule("rows of the audit log come back as they were written, and move the head", auditRows),
            StoreRule("rows of the audit log are found newest first, by subject and by name", auditLists),
            StoreRule("rows of the audit log can be neither changed nor deleted", auditIsAppendOnly),
        ]
    }

    private static func entry(_ number: Int64, subject: String? = nil, name: String = "ada", isRead: Bool = false)
        -> AuditEntry
    {
        let who = Operator(uid: 1_000, loginUID: number == 1 ? nil : 1_001, pid: 7, name: name, role: "operator")
        let draft = AuditDraft(
            time: StoreSamples.time(number), who: who, phase: number == 1 ? .begun : .ended,
            route: isRead ? "GET /v1/people/{id}" : "POST /v1/keys", subject: subject, parameters: "kind=secret",
            status: number == 1 ? nil : 200, refersTo: number == 1 ? nil : 1)
        let seal = [UInt8](repeating: UInt8(number), count: 32)
        return AuditEntry(
            number: number, draft: draft, previous: [UInt8](repeating: UInt8(number - 1), count: 32), seal: seal)
    }

    private static func head(_ entry: AuditEntry) -> AuditHead {
        AuditHead(number: entry.number, seal: entry.seal, proof: [UInt8](repeating: 9, count: 32))
    }

    private static func auditRows(_ subject: StoreUnderTest) async throws {
        try requireEqual(try await subject.read { try $0.auditHead() }, nil, "the head of an empty log")
        let rows = [entry(1), entry(2, subject: "key_1")]
        for row in rows {
            let before = try await subject.write { transaction in
                let before = try transaction.lockAuditHead()
                try transaction.append(row, head: head(row))
                return before
            }
            try requireEqual(before?.number ?? 0, row.number - 1, "the head before row \(row.number)")
        }
        try requireEqual(try await subject.read { try $0.auditEntries(after: 0, limit: 10) }, rows, "the rows")
        try requireEqual(try await subject.read { try $0.auditEntries(after: 1, limit: 10) }, [rows[1]], "the second")
        try require(try await subject.read { try $0.auditEntry(2) } == rows[1], "one row")
        try requireEqual(try await subject.read { try $0.auditEntry(3) }, nil, "a row that is not there")
        try require(try await subject.read { try $0.auditHead() } == head(rows[1]), "the head")
        _ = try await requireThrown("a number twice") {
            try await subject.write { try $0.append(rows[1], head: head(rows[1])) }
        }
    }

    private static func auditLists(_ subject: StoreUnderTest) async throws {
        let rows = [
            entry(1, subject: "key_1"), entry(2, subject: "key_2", name: "bob"), entry(3, subject: "key_1"),
            entry(4, isRead: true),
        ]
        try await subject.write { transaction in
            for row in rows { try transaction.append(row, head: head(row)) }
        }
        func numbers(_ filter: AuditFilter, before: Int64? = nil, limit: Int = 10) async throws -> [Int64] {
            try await subject.read { try $0.auditEntries(filter, before: before, limit: limit).items.map(\.number) }
        }
        try requireEqual(try await numbers(AuditFilter()), [4, 3, 2, 1], "all")
        try requireEqual(try await numbers(AuditFilter(), before: 4, limit: 2), [3, 2], "a page")
        try requireEqual(try await numbers(AuditFilter(subject: "key_1")), [3, 1], "by subject")
        try requireEqual(try await numbers(AuditFilter(name: "bob")), [2], "by name")
        try requireEqual(try await numbers(AuditFilter(onlyChanges: true)), [3, 2, 1], "without reads")
        let page = try await subject.read { try $0.auditEntries(AuditFilter(), before: nil, limit: 3) }
        try require(page.hasMore, "the page hides that there is more")
    }

    private static func auditIsAppendOnly(_ subject: StoreUnderTest) async throws {
        let row = entry(1)
        try await subject.write { try $0.append(row, head: head(row)) }
        for sql in ["UPDATE audit SET status = 1", "DELETE FROM audit WHERE number = 1"] as [StaticString] {
            let error = try await requireThrown("\(sql)") {
                try await subject.database.write { try $0.run(sql, []) }
            }
            try require(error is StoreError, "it threw \(error)")
        }
        try require(try await subject.read { try $0.auditEntry(1) } == row, "the row")
    }
}
