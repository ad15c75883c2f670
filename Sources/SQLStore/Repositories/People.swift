import Payments
import Ports
import Primitives

extension SQLTransaction {
    func person(_ id: PersonID) throws -> Person? {
        try one("SELECT * FROM person WHERE id = ?1", [.of(id)], Person.init(row:))
    }

    func home(of person: PersonID) throws -> PersonHome? {
        try one("SELECT platform, mode FROM person WHERE id = ?1 AND length(subject_salt) > 0", [.of(person)]) {
            (row) throws(StoreError) in
            var columns = Columns(row, "person")
            return PersonHome(platform: try columns.identifier(), mode: try columns.value())
        }
    }

    func person(referenceHash: [UInt8], platform: PlatformID, mode: Mode) throws -> Person? {
        try one(
            "SELECT * FROM person WHERE platform = ?1 AND mode = ?2 AND reference_hash = ?3",
            [.of(platform), .of(mode), .bytes(referenceHash)], Person.init(row:))
    }

    func people(of platform: PlatformID?, mode: Mode?, _ page: PageRequest) throws -> Page<Person> {
        if let platform, let mode {
            return try self.page(
                page, [.of(platform), .of(mode)],
                newestFirst: """
                    SELECT * FROM person WHERE platform = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM person WHERE platform = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    ORDER BY id LIMIT ?3
                    """, Person.init(row:))
        }
        return try self.page(
            page, Self.range(of: platform) + Self.range(of: mode),
            newestFirst: """
                SELECT * FROM person
                WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM person
                WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 AND mode BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, Person.init(row:))
    }

    func insert(_ person: Person) throws -> Bool {
        var values: [SQLValue] = [
            .of(person.id), .of(person.platform), .of(person.mode), .of(person.referenceHash),
            .bytes(person.subjectSalt),
        ]
        values.append(person.profile)
        values.append(.of(person.created))
        return try session.run(
            """
            INSERT INTO person (id, platform, mode, reference_hash, subject_salt, profile_key, profile_box, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (platform, mode, reference_hash) DO NOTHING
            """, values) == 1
    }

    func update(_ person: Person) throws {
        var values: [SQLValue] = [.of(person.id), .of(person.referenceHash), .bytes(person.subjectSalt)]
        values.append(person.profile)
        try change(
            """
            UPDATE person SET reference_hash = ?2, subject_salt = ?3, profile_key = ?4, profile_box = ?5 WHERE id = ?1
            """, values)
    }

    func customer(_ id: CustomerID) throws -> Customer? {
        try one("SELECT * FROM customer WHERE id = ?1", [.of(id)], Customer.init(row:))
    }

    func customers(
        of bot: BotID, mode: Mode, emailHash: [UInt8]?, _ page: PageRequest
    ) throws -> Page<Customer> {
        guard let emailHash else {
            return try self.page(
                page, [.of(bot), .of(mode)],
                newestFirst: """
                    SELECT * FROM customer
                    WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND is_deleted = 0 ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM customer
                    WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND is_deleted = 0 ORDER BY id LIMIT ?3
                    """, Customer.init(row:))
        }
        return try self.page(
            page, [.of(bot), .of(mode), .bytes(emailHash)],
            newestFirst: """
                SELECT * FROM customer
                WHERE email_hash = ?6 AND bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND is_deleted = 0
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM customer
                WHERE email_hash = ?6 AND bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND is_deleted = 0
                ORDER BY id LIMIT ?3
                """, Customer.init(row:))
    }

    func insert(_ customer: Customer) throws {
        var values: [SQLValue] = [
            .of(customer.id), .of(customer.bot), .of(customer.mode), .of(customer.emailHash),
            .bytes(customer.subjectSalt),
        ]
        values.append(customer.profile)
        values += [.of(customer.isDeleted), .of(customer.created)]
        try session.run(
            """
            INSERT INTO customer (id, bot, mode, email_hash, subject_salt, profile_key, profile_box, is_deleted, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """, values)
    }

    func update(_ customer: Customer) throws {
        var values: [SQLValue] = [.of(customer.id), .of(customer.emailHash), .bytes(customer.subjectSalt)]
        values.append(customer.profile)
        values.append(.of(customer.isDeleted))
        try change(
            """
            UPDATE customer
            SET email_hash = ?2, subject_salt = ?3, profile_key = ?4, profile_box = ?5, is_deleted = ?6
            WHERE id = ?1
            """, values)
    }
}

extension Person {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "person")
        self.init(
            id: try columns.identifier(), platform: try columns.identifier(), mode: try columns.value(),
            referenceHash: try columns.optionalBytes(), subjectSalt: try columns.bytes(),
            profile: try columns.optionalSealed(), created: try columns.time())
    }
}

extension Customer {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "customer")
        self.init(
            id: try columns.identifier(), bot: try columns.identifier(), mode: try columns.value(),
            emailHash: try columns.optionalBytes(), subjectSalt: try columns.bytes(),
            profile: try columns.optionalSealed(), isDeleted: try columns.flag(), created: try columns.time())
    }
}
