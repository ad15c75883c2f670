import Payments
import Ports
import Primitives

extension SQLTransaction {
    func personSession(_ id: PersonSessionID) throws -> PersonSession? {
        try one("SELECT * FROM person_session WHERE id = ?1", [.of(id)], PersonSession.init(row:))
    }

    func personSession(codeHash: [UInt8]) throws -> PersonSession? {
        try one("SELECT * FROM person_session WHERE code_hash = ?1", [.bytes(codeHash)], PersonSession.init(row:))
    }

    func personSession(tokenHash: [UInt8]) throws -> PersonSession? {
        try one("SELECT * FROM person_session WHERE token_hash = ?1", [.bytes(tokenHash)], PersonSession.init(row:))
    }

    func personSessions(of person: PersonID, mode: Mode, _ page: PageRequest) throws -> Page<PersonSession> {
        try self.page(
            page, [.of(person), .of(mode)],
            newestFirst: """
                SELECT * FROM person_session WHERE person = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM person_session WHERE person = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                ORDER BY id LIMIT ?3
                """, PersonSession.init(row:))
    }

    func countPersonSessions(of person: PersonID, endingAfter time: Timestamp) throws -> Int64 {
        try one(
            "SELECT count(*) FROM person_session WHERE person = ?1 AND expires > ?2 AND revoked IS NULL",
            [.of(person), .of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    func insert(_ new: PersonSession) throws {
        try session.run(
            """
            INSERT INTO person_session (id, platform, person, mode, scopes, created, expires, code_hash, code_expires,
                token_hash, exchanged, revoked)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            [
                .of(new.id), .of(new.platform), .of(new.person), .of(new.mode), .text(new.scopes.text),
                .of(new.created), .of(new.expires), .of(new.codeHash), .of(new.codeExpires), .of(new.tokenHash),
                .of(new.exchanged), .of(new.revoked),
            ])
    }

    func exchange(_ id: PersonSessionID, tokenHash: [UInt8], at time: Timestamp) throws -> Bool {
        try session.run(
            """
            UPDATE person_session SET token_hash = ?2, exchanged = ?3
            WHERE id = ?1 AND token_hash IS NULL AND revoked IS NULL
            """, [.of(id), .bytes(tokenHash), .of(time)]) == 1
    }

    func revokePersonSession(_ id: PersonSessionID, at time: Timestamp) throws -> Bool {
        try session.run(
            "UPDATE person_session SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL", [.of(id), .of(time)]) == 1
    }

    func revokePersonSessions(of person: PersonID, at time: Timestamp) throws -> Int {
        let live = try countPersonSessions(of: person, endingAfter: time)
        try session.run(
            "UPDATE person_session SET revoked = ?2 WHERE person = ?1 AND revoked IS NULL", [.of(person), .of(time)])
        return Int(live)
    }

    func deletePersonSessions(endedBefore time: Timestamp, limit: Int) throws -> Int {
        let old = try all(
            "SELECT id FROM person_session WHERE expires < ?1 ORDER BY expires LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))], Self.firstBits)
        for id in old { try session.run("DELETE FROM person_session WHERE id = ?1", [.of(id)]) }
        return old.count
    }
}

extension PersonSession {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "person_session")
        self.init(
            id: try columns.identifier(), platform: try columns.identifier(), person: try columns.identifier(),
            mode: try columns.value(), scopes: try columns.scopes(), created: try columns.time(),
            expires: try columns.time(), codeHash: try columns.optionalBytes(), codeExpires: try columns.time(),
            tokenHash: try columns.optionalBytes(), exchanged: try columns.optionalTime(),
            revoked: try columns.optionalTime())
    }
}
