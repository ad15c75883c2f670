import Engine
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("The audit log")
struct AuditTests {
    /// Ten rows by different calls.
    private static func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        let front = fixture.front()
        for _ in 0..<3 {
            _ = await front.ask("POST /v1/unknown/\(fixture.world.operation)/ask")
            _ = await front.ask("GET /v1/people/\(fixture.world.ada)")
        }
        _ = await front.ask("POST /v1/keys", as: PeerCredential(pid: 7, uid: 1_000, groups: [5]))
        return fixture
    }

    private static func verification(_ fixture: Fixture, _ query: String = "") async throws -> AuditVerificationView {
        // Another process: it knows only what is on disk.
        let other = AuditLog(store: fixture.store, vault: fixture.vault)
        return try await fixture.front(audit: other).ask("GET /v1/audit/verification\(query)")
            .decoded(AuditVerificationView.self)
    }

    /// What somebody does who can write to the database file: the triggers are the first thing to go.
    private static func tamper(_ fixture: Fixture, _ sql: String) async throws {
        try await fixture.database.changeSchema { session in
            try session.runScript(
                "DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_deleted;" + sql)
        }
    }

    @Test("an untouched log verifies, and each row names who, what and how it ended")
    func sound() async throws {
        let fixture = try await Self.filled()
        let found = try await Self.verification(fixture)
        #expect(found.isSound && found.rows == 10 && found.firstBroken == nil)
        let rows = try await fixture.front().ask("GET /v1/audit?limit=100").decoded(ListView<AuditEntryView>.self)
        #expect(rows.items.map(\.number) == (1...10).reversed())
        let refused = try #require(rows.items.first)
        #expect(refused.phase == "refused" && refused.status == 403 && refused.who.uid == 1_000)
        #expect(refused.who.role == "none")
        let read = try #require(rows.items.last { $0.phase == "done" })
        #expect(read.route == "GET /v1/people/{id}" && read.subject == fixture.world.ada.text)
        #expect(read.parameters == "id=\(fixture.world.ada)" && read.status == 200)
        let ended = try #require(rows.items.last { $0.phase == "ended" })
        #expect(ended.refersTo == 1 && ended.route == "POST /v1/unknown/{id}/ask")
    }

    @Test(
        "whatever is done to the rows is found, and the first broken row is named",
        arguments: [
            ("UPDATE audit SET uid = 42 WHERE number = 4", 4, "was changed"),
            ("UPDATE audit SET name = 'mallory' WHERE number = 10", 10, "was changed"),
            ("UPDATE audit SET status = NULL WHERE number = 3", 3, "was changed"),
            ("UPDATE audit SET seal = randomblob(32) WHERE number = 5", 5, "was changed"),
            ("DELETE FROM audit WHERE number = 6", 6, "missing"),
            ("DELETE FROM audit WHERE number = 1", 1, "missing"),
            ("DELETE FROM audit WHERE number = 10", 10, "missing"),
            ("DELETE FROM audit WHERE number > 4", 5, "missing"),
            ("DELETE FROM audit", 1, "missing"),
            ("DELETE FROM audit; DELETE FROM audit_head", 1, "emptied"),
            (
                """
                UPDATE audit SET number = 99 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 7;
                UPDATE audit SET number = 7 WHERE number = 99
                """, 4, "does not follow"
            ),
            (
                """
                DELETE FROM audit WHERE number > 7;
                UPDATE audit_head SET number = 7, seal = (SELECT seal FROM audit WHERE number = 7)
                """, 7, "head was changed"
            ),
            (
                """
                INSERT INTO audit SELECT 11, time, phase, uid, login_uid, pid, name, role, route, subject, parameters,
                    status, refers_to, seal, randomblob(32) FROM audit WHERE number = 10;
                UPDATE audit_head SET number = 11
                """, 11, "was changed"
            ),
        ] as [(String, Int64, String)])
    func tampered(sql: String, row: Int64, words: String) async throws {
        let fixture = try await Self.filled()
        try await Self.tamper(fixture, sql)
        let found = try await Self.verification(fixture)
        #expect(!found.isSound && found.firstBroken == row, "\(found)")
        #expect(found.problem?.contains(words) == true, "\(found)")
    }

    @Test("a log that was put back as a whole is found by the process that wrote it, and by a row noted elsewhere")
    func replaced() async throws {
        let fixture = try await Self.filled()
        let earlier = try await fixture.store.read { try $0.auditHead() }
        let noted = try #require(try await Self.verification(fixture).head)
        _ = await fixture.front().ask("GET /v1/people/\(fixture.world.bob)")
        let head = try #require(earlier)
        let proof = Hex.encode(head.proof)
        try await Self.tamper(
            fixture,
            """
            DELETE FROM audit WHERE number > 10;
            UPDATE audit_head SET number = 10, seal = (SELECT seal FROM audit WHERE number = 10), proof = x'\(proof)'
            """)
        let found = try await fixture.front().ask("GET /v1/audit/verification").decoded(AuditVerificationView.self)
        #expect(found.firstBroken == 11 && found.problem?.contains("older copy") == true, "\(found)")
        // Another process cannot know; the row that was noted before the eleventh is still there.
        #expect(try await Self.verification(fixture, "?head=\(noted)").isSound)
        let forged = try await Self.verification(fixture, "?head=10:00ff")
        #expect(forged.firstBroken == 10 && forged.problem?.contains("noted") == true)
        let missing = try await Self.verification(fixture, "?head=12:00ff")
        #expect(missing.firstBroken == 11)
    }

    @Test("what was pasted into a path does not reach the log: no card number, no control character")
    func harmless() async throws {
        let fixture = try await Fixture()
        let front = fixture.front()
        _ = await front.ask("GET /v1/people/4242424242424242")
        _ = await front.ask("GET /v1/people/a%1b%5b31mb")
        _ = await front.ask(
            "POST /v1/keys", body: #"{"owner": "4242 4242 4242 4242", "kind": "secret", "mode": "x", "label": "Ada"}"#)
        let rows = try await fixture.audited().map(\.draft.parameters)
        #expect(rows[0] == "id=(withheld)" && rows[1] == "id=a?[31mb")
        #expect(rows[2] == "owner=(withheld) kind=secret mode=x" && rows[3] == rows[2])
    }

    @Test("what cannot be recorded is not done and not shown")
    func unrecorded() async throws {
        let fixture = try await Fixture()
        try await fixture.database.changeSchema { try $0.runScript("DROP TABLE audit") }
        let front = fixture.front()
        #expect(await front.ask("POST /v1/unknown/\(fixture.world.operation)/ask").status == 500)
        #expect(fixture.asked.all.isEmpty)
        let answer = await front.ask("GET /v1/people/\(fixture.world.ada)")
        #expect(answer.status == 500 && !answer.text.contains(fixture.world.ada.text))
    }

    @Test(
        "one person stays one person, whoever they become",
        arguments: [
            ((1_000, nil), (1_000, nil), true), ((1_000, nil), (1_001, nil), false),
            ((1_000, 1_000), (0, 1_000), true), ((0, 1_000), (0, 1_001), true), ((0, 1_000), (1_001, 1_001), false),
            ((0, nil), (1_000, 1_000), true), ((0, 0), (1_000, 1_000), true), ((1_000, nil), (1_001, 1_000), true),
        ] as [((UInt32, UInt32?), (UInt32, UInt32?), Bool)])
    func samePerson(first: (UInt32, UInt32?), second: (UInt32, UInt32?), same: Bool) {
        let people = [first, second].map { Operator(uid: $0.0, loginUID: $0.1, pid: 1, name: "x", role: "admin") }
        #expect(people[0].isSamePerson(as: people[1]) == same && people[1].isSamePerson(as: people[0]) == same)
    }
}
