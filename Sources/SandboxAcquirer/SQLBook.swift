import Payments
import Ports
import Primitives
package import SQLStore
import SandboxProcessor

/// The durable book: one table in a database of its own.
package struct SQLBook: SandboxBook {
    private let database: any SQLDatabase

    /// Makes the table on first use.
    package init(database: any SQLDatabase) async throws {
        self.database = database
        try await database.write { session in
            _ = try session.run(SQLBook.schema, [])
            for table in [SQLBook.changes, SQLBook.steps, SQLBook.disputes, SQLBook.waitingDisputes] {
                _ = try session.run(table, [])
            }
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result {
        try await database.write { try body(SQLBookSession($0)) }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result {
        try await database.read { try body(SQLBookSession($0)) }
    }

    // References are time-ordered, so rows are added at one end. SQLite only, so the text needs no markers.
    private static let schema: StaticString = """
        CREATE TABLE IF NOT EXISTS sandbox_operation (
          reference BLOB NOT NULL PRIMARY KEY CHECK (length(reference) = 16),
          operation INTEGER NOT NULL,
          status INTEGER NOT NULL,
          reason INTEGER NOT NULL,
          card INTEGER NOT NULL,
          currency INTEGER NOT NULL,
          amount INTEGER NOT NULL CHECK (amount >= 0),
          captured INTEGER NOT NULL CHECK (captured >= 0 AND captured + released <= amount),
          refunded INTEGER NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
          released INTEGER NOT NULL CHECK (released >= 0),
          original BLOB,
          digest INTEGER NOT NULL,
          flags INTEGER NOT NULL,
          made INTEGER NOT NULL,
          settles_at INTEGER
        ) STRICT, WITHOUT ROWID
        """
}

extension SQLBook {
    fileprivate static let changes: StaticString = """
        CREATE TABLE IF NOT EXISTS sandbox_change (
          number INTEGER NOT NULL PRIMARY KEY,
          reference BLOB NOT NULL CHECK (length(reference) = 16),
          due INTEGER NOT NULL
        ) STRICT
        """

    /// What the changes of disputes are about. A table of its own, so that books from before it stay readable.
    fileprivate static let steps: StaticString = """
        CREATE TABLE IF NOT EXISTS sandbox_dispute_step (
          number INTEGER NOT NULL PRIMARY KEY,
          step INTEGER NOT NULL
        ) STRICT
        """

    fileprivate static let disputes: StaticString = """
        CREATE TABLE IF NOT EXISTS sandbox_dispute (
          charge BLOB NOT NULL PRIMARY KEY CHECK (length(charge) = 16),
          state INTEGER NOT NULL,
          reason INTEGER NOT NULL,
          currency INTEGER NOT NULL,
          amount INTEGER NOT NULL CHECK (amount > 0),
          fee INTEGER NOT NULL CHECK (fee >= 0),
          opens INTEGER NOT NULL,
          respond_by INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    fileprivate static let waitingDisputes: StaticString = """
        CREATE INDEX IF NOT EXISTS sandbox_dispute_waiting ON sandbox_dispute (respond_by, charge)
        WHERE state = 1 OR state = 4
        """
}

private final class SQLBookSession: BookSession {
    private let session: any SQLSession

    init(_ session: any SQLSession) { self.session = session }

    func row(_ reference: SandboxReference) throws -> BookRow? {
        var found: BookRow?
        try session.rows(
            """
            SELECT reference, operation, status, reason, card, currency, amount, captured, refunded, released, original,
              digest, flags, made, settles_at
            FROM sandbox_operation WHERE reference = ?1
            """, [.of(reference)]
        ) { (row) throws(StoreError) in found = try BookRow(row) }
        return found
    }

    func insert(_ row: BookRow) throws -> Bool {
        try session.run(
            """
            INSERT INTO sandbox_operation (reference, operation, status, reason, card, currency, amount, captured,
              refunded, released, original, digest, flags, made, settles_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (reference) DO NOTHING
            """, row.values) == 1
    }

    func update(_ row: BookRow) throws {
        try session.run(
            """
            UPDATE sandbox_operation SET status = ?2, reason = ?3, captured = ?4, refunded = ?5, released = ?6,
              flags = ?7, amount = ?8
            WHERE reference = ?1
            """,
            [
                .of(row.reference), .of(row.status), .integer(row.reason), .integer(row.captured),
                .integer(row.refunded), .integer(row.released), .integer(row.flags), .integer(row.amount),
            ])
    }

    func appendChange(of reference: SandboxReference, due: Timestamp, step: DisputeStepKind?) throws {
        try session.run("INSERT INTO sandbox_change (reference, due) VALUES (?1, ?2)", [.of(reference), .of(due)])
        guard let step else { return }
        try session.run(
            "INSERT INTO sandbox_dispute_step (number, step) SELECT max(number), ?1 FROM sandbox_change", [.of(step)])
    }

    func dispute(of charge: SandboxReference) throws -> BookDispute? {
        try dispute("SELECT * FROM sandbox_dispute WHERE charge = ?1", [.of(charge)])
    }

    func overdueDispute(at now: Timestamp) throws -> BookDispute? {
        try dispute(
            """
            SELECT * FROM sandbox_dispute WHERE (state = 1 OR state = 4) AND respond_by <= ?1
            ORDER BY respond_by, charge LIMIT 1
            """, [.of(now)])
    }

    private func dispute(_ sql: StaticString, _ values: [SQLValue]) throws -> BookDispute? {
        var found: BookDispute?
        try session.rows(sql, values) { (row) throws(StoreError) in found = try BookDispute(row) }
        return found
    }

    func insert(_ dispute: BookDispute) throws {
        try session.run(
            """
            INSERT INTO sandbox_dispute (charge, state, reason, currency, amount, fee, opens, respond_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .of(dispute.charge), .of(dispute.state), .of(dispute.reason), .integer(dispute.currency),
                .integer(dispute.amount), .integer(dispute.fee), .of(dispute.opens), .of(dispute.respondBy),
            ])
    }

    func update(_ dispute: BookDispute) throws {
        try session.run(
            "UPDATE sandbox_dispute SET state = ?2, respond_by = ?3 WHERE charge = ?1",
            [.of(dispute.charge), .of(dispute.state), .of(dispute.respondBy)])
    }

    func change(after number: Int64) throws -> BookChange? {
        var found: BookChange?
        try session.rows(
            """
            SELECT c.number, c.reference, c.due, s.step
            FROM sandbox_change AS c LEFT JOIN sandbox_dispute_step AS s ON s.number = c.number
            WHERE c.number > ?1 ORDER BY c.number LIMIT 1
            """, [.integer(number)]
        ) { (row) throws(StoreError) in
            let id = try row.id(1)
            var step: DisputeStepKind?
            if !row.isNull(3) {
                guard let known = DisputeStepKind(rawValue: try row.integer(3)) else { throw .corrupt("step") }
                step = known
            }
            found = BookChange(
                number: try row.integer(0), reference: SandboxReference(high: id.high, low: id.low),
                due: Timestamp(microseconds: try row.integer(2)), step: step)
        }
        return found
    }

    func rows(after: SandboxReference?, limit: Int) throws -> [BookRow] {
        var found: [BookRow] = []
        try session.rows(
            """
            SELECT reference, operation, status, reason, card, currency, amount, captured, refunded, released, original,
              digest, flags, made, settles_at
            FROM sandbox_operation WHERE reference > ?1 ORDER BY reference LIMIT ?2
            """, [.of(after ?? SandboxReference(high: 0, low: 0)), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in found.append(try BookRow(row)) }
        return found
    }
}

extension BookDispute {
    fileprivate init(_ row: any SQLRow) throws(StoreError) {
        let charge = try row.id(0)
        guard let state = DisputeState(rawValue: try row.integer(1)) else { throw .corrupt("state of a dispute") }
        guard let reason = DisputeReason(rawValue: try row.integer(2)) else { throw .corrupt("reason of a dispute") }
        self.init(
            charge: SandboxReference(high: charge.high, low: charge.low), state: state, reason: reason,
            currency: try row.integer(3), amount: try row.integer(4), fee: try row.integer(5),
            opens: Timestamp(microseconds: try row.integer(6)),
            respondBy: Timestamp(microseconds: try row.integer(7)))
    }
}

extension BookRow {
    fileprivate var values: [SQLValue] {
        [
            .of(reference), .of(operation), .of(status), .integer(reason), .integer(card), .integer(currency),
            .integer(amount), .integer(captured), .integer(refunded), .integer(released), .of(original),
            .integer(digest), .integer(flags), .of(made), .of(settlesAt),
        ]
    }

    fileprivate init(_ row: any SQLRow) throws(StoreError) {
        guard let operation = SandboxOperation(rawValue: try row.integer(1)) else { throw .corrupt("operation") }
        guard let status = BookStatus(rawValue: try row.integer(2)) else { throw .corrupt("status") }
        let reference = try row.id(0)
        let original: SandboxReference?
        if row.isNull(10) {
            original = nil
        } else {
            let id = try row.id(10)
            original = SandboxReference(high: id.high, low: id.low)
        }
        self.init(
            reference: SandboxReference(high: reference.high, low: reference.low), operation: operation, status: status,
            reason: try row.integer(3), card: try row.integer(4), currency: try row.integer(5),
            amount: try row.integer(6), captured: try row.integer(7), refunded: try row.integer(8),
            released: try row.integer(9), original: original, digest: try row.integer(11), flags: try row.integer(12),
            made: Timestamp(microseconds: try row.integer(13)),
            settlesAt: row.isNull(14) ? nil : Timestamp(microseconds: try row.integer(14)))
    }
}
