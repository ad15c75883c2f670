import Payments
import Ports
import Primitives

extension SQLTransaction {
    func pin(of person: PersonID) throws -> PersonPIN? {
        try one("SELECT * FROM person_pin WHERE person = ?1", [.of(person)], PersonPIN.init(row:))
    }

    func insert(_ pin: PersonPIN) throws {
        let stored = try session.run(
            """
            INSERT INTO person_pin (person, salt, hash, always, tries, locked_until, changed, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
            """,
            [
                .of(pin.person), .bytes(pin.salt), .bytes(pin.hash), .of(pin.isAlwaysAsked), .integer(pin.tries),
                .of(pin.lockedUntil), .of(pin.changed), .integer(pin.version),
            ])
        guard stored == 1 else { throw StoreConflict() }
    }

    func update(_ pin: PersonPIN) throws {
        let changed = try session.run(
            """
            UPDATE person_pin SET salt = ?3, hash = ?4, always = ?5, tries = ?6, locked_until = ?7, changed = ?8,
                version = version + 1
            WHERE person = ?1 AND version = ?2
            """,
            [
                .of(pin.person), .integer(pin.version), .bytes(pin.salt), .bytes(pin.hash), .of(pin.isAlwaysAsked),
                .integer(pin.tries), .of(pin.lockedUntil), .of(pin.changed),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }

    func removePIN(of person: PersonID) throws -> Bool {
        try session.run("DELETE FROM person_pin WHERE person = ?1", [.of(person)]) == 1
    }
}

extension PersonPIN {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "person_pin")
        self.init(
            person: try columns.identifier(), salt: try columns.bytes(), hash: try columns.bytes(),
            isAlwaysAsked: try columns.flag(), tries: try columns.integer(), lockedUntil: try columns.optionalTime(),
            changed: try columns.time(), version: try columns.integer())
    }
}
