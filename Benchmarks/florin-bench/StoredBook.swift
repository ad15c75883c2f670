import Foundation
import GRDBSQLite

/// A book of many payments, made in little time: copies of one charge that the daemon itself has stored, row for row, with
/// identifiers, postings and running balances of their own. The daemon must not run meanwhile.
///
/// The columns are asked for and not known here: what the store adds to a row is copied too. Sealed texts of the copies
/// cannot be opened (they are bound to the row they were sealed for), and nothing here asks for them.
final class StoredBook {
    private let database: BareDatabase
    private var random = BenchRandom()
    private static let batch = 20_000

    init(state: String) throws { database = try BareDatabase(path: "\(state)/florin.sqlite") }

    func close() { database.close() }

    /// How many payments there are.
    func count() throws -> Int64 { try database.integer("SELECT count(*) FROM payment") }

    /// Adds payments until there are `wanted`.
    func fill(to wanted: Int64) throws {
        let missing = try wanted - count()
        guard missing > 0 else { return }
        try copyTemplate()
        let insert = try statements()
        defer { for statement in insert.all { statement.finalize() } }
        var clock = UInt64(Date().timeIntervalSince1970 * 1_000) - UInt64(missing) / 10 - 86_400_000
        var done: Int64 = 0
        while done < missing {
            let count = min(Int64(Self.batch), missing - done)
            // The keys are random; in order they touch each page of their index once for a batch.
            let keys = (0..<count).map { _ in BenchID.random(&random) }.sorted { $0.high < $1.high }
            try database.transaction {
                for (index, key) in keys.enumerated() {
                    if index % 10 == 0 { clock += 1 }
                    try add(insert, key, at: clock)
                }
            }
            done += count
            if done % 200_000 < count { note("stored \(done) of \(missing) payments") }
        }
        try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private struct Statements {
        let payment, charge, posting, balances, event, request: BareStatement
        var all: [BareStatement] { [payment, charge, posting, balances, event, request] }
    }

    private func add(_ insert: Statements, _ key: BenchID, at milliseconds: UInt64) throws {
        func timed() -> BenchID {
            BenchID(high: milliseconds << 16 | random.next() & 0xffff, low: random.next())
        }
        let (payment, charge, event) = (timed(), timed(), timed())
        try insert.posting.id(charge).step()
        try insert.balances.step()
        try insert.payment.id(payment).id(charge).step()
        try insert.charge.id(charge).id(payment).step()
        try insert.event.id(timed()).id(charge).step()
        try insert.event.id(event).id(payment).step()
        try insert.request.id(key).id(event).step()
    }

    /// The rows of the newest charge that was booked, kept apart so that copying them is a look-up of one row.
    private func copyTemplate() throws {
        try database.run(
            """
            CREATE TEMP TABLE t_charge AS
                SELECT * FROM main.charge WHERE posting IS NOT NULL ORDER BY id DESC LIMIT 1;
            CREATE TEMP TABLE t_payment AS SELECT * FROM main.payment WHERE id = (SELECT payment FROM t_charge);
            CREATE TEMP TABLE t_posting AS SELECT * FROM main.posting WHERE number = (SELECT posting FROM t_charge);
            CREATE TEMP TABLE t_event AS SELECT * FROM main.event WHERE subject = (SELECT id FROM t_payment) LIMIT 1;
            CREATE TEMP TABLE t_idempotency AS SELECT * FROM main.idempotency WHERE state = 3 ORDER BY number DESC LIMIT 1;
            """)
        guard try database.integer("SELECT count(*) FROM t_charge, t_payment, t_posting, t_event, t_idempotency") == 1
        else { throw BenchFailure("no charge is stored that could be copied") }
    }

    private func statements() throws -> Statements {
        let (debit, credit) = ("(SELECT debit_account FROM t_posting)", "(SELECT credit_account FROM t_posting)")
        let amount = "(SELECT amount FROM t_posting)"
        func account(_ column: String, _ number: String) -> String {
            "(SELECT \(column) FROM account WHERE number = \(number))"
        }
        return Statements(
            payment: try copy("payment", ["id": "?1", "latest_charge": "?2"]),
            charge: try copy(
                "charge", ["id": "?1", "payment": "?2", "posting": "(SELECT max(number) FROM posting)"]),
            posting: try copy(
                "posting",
                [
                    "number": "NULL", "source": "?1", "debit_previous": account("last_posting", debit),
                    "credit_previous": account("last_posting", credit),
                    "debit_balance_after": account("balance", debit) + " - \(amount)",
                    "credit_balance_after": account("balance", credit) + " + \(amount)",
                ]),
            balances: try database.prepare(
                """
                UPDATE account SET last_posting = p.number, balance = CASE WHEN account.number = p.debit_account
                    THEN p.debit_balance_after ELSE p.credit_balance_after END
                FROM (SELECT * FROM posting ORDER BY number DESC LIMIT 1) p
                WHERE account.number IN (p.debit_account, p.credit_account)
                """),
            event: try copy("event", ["id": "?1", "subject": "?2"]),
            request: try copy("idempotency", ["number": "NULL", "id": "?1", "event": "?2"]))
    }

    /// A statement that copies the template's row, but for some columns.
    private func copy(_ table: String, _ changed: [String: String]) throws -> BareStatement {
        let columns = try database.texts("SELECT name FROM pragma_table_info('\(table)') ORDER BY cid")
        let values = columns.map { changed[$0] ?? "t.\($0)" }
        return try database.prepare(
            "INSERT INTO main.\(table) SELECT \(values.joined(separator: ", ")) FROM temp.t_\(table) t")
    }
}

extension BareDatabase {
    /// The first column of the first row.
    func integer(_ sql: String) throws -> Int64 {
        guard let text = try texts(sql).first, let value = Int64(text) else {
            throw BenchFailure("no number for \(sql)")
        }
        return value
    }

    /// The first column of every row.
    func texts(_ sql: String) throws -> [String] {
        var pointer: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &pointer, nil) == SQLITE_OK else {
            throw BenchFailure(String(cString: sqlite3_errmsg(connection)))
        }
        defer { sqlite3_finalize(pointer) }
        var found: [String] = []
        while sqlite3_step(pointer) == SQLITE_ROW {
            found.append(sqlite3_column_text(pointer, 0).map { String(cString: $0) } ?? "")
        }
        return found
    }
}
