package import Ports
package import Primitives

/// One value of a parameter or a column. There are four kinds and no conversions between them; booleans are 0 and 1,
/// times are microseconds. `id` is 16 bytes, big-endian, without an allocation.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// UTF-8 without NUL (PostgreSQL refuses it).
    case text(String)
    case bytes([UInt8])
    case id(UInt64, UInt64)
}

/// The stored form of domain values; nil becomes `.null`.
extension SQLValue {
    /// An identifier as its 16 bytes.
    package static func of<Kind>(_ value: Identifier<Kind>) -> SQLValue { .id(value.high, value.low) }
    /// An identifier as its 16 bytes.
    package static func of<Kind>(_ value: Identifier<Kind>?) -> SQLValue {
        value.map { .id($0.high, $0.low) } ?? .null
    }
    /// An integer as it is.
    package static func of(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    /// A text as it is.
    package static func of(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    /// Bytes as they are.
    package static func of(_ value: [UInt8]?) -> SQLValue { value.map { .bytes($0) } ?? .null }
    /// 1 or 0.
    package static func of(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    /// 1 or 0.
    package static func of(_ value: Bool?) -> SQLValue { value.map { .integer($0 ? 1 : 0) } ?? .null }
    /// Microseconds since 1970.
    package static func of(_ value: Timestamp?) -> SQLValue { value.map { .integer($0.microseconds) } ?? .null }
    /// The numeric code of ISO 4217.
    package static func of(_ value: Currency) -> SQLValue { .integer(Int64(value.numeric)) }
    /// The raw value of a stored enumeration.
    package static func of<Value: RawRepresentable<Int64>>(_ value: Value?) -> SQLValue {
        value.map { .integer($0.rawValue) } ?? .null
    }
}

/// The row a query stands on. Valid only inside the closure it was given to; columns count from 0.
///
/// A value of another kind than asked for throws ``StoreError/corrupt(_:)`` with the column's number: the disk supplied
/// it, so it must never trap.
package protocol SQLRow: AnyObject {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) throws(StoreError) -> Int64
    func text(_ column: Int) throws(StoreError) -> String
    func bytes(_ column: Int) throws(StoreError) -> [UInt8]
    /// - Throws: `.corrupt` unless the column holds exactly 16 bytes.
    func id(_ column: Int) throws(StoreError) -> (high: UInt64, low: UInt64)
}

/// Statements inside one transaction. Not `Sendable`: it lives and dies with the body it was given to.
///
/// SQL text is written once for SQLite and PostgreSQL, under the rules of docs/adr/0003-one-sql-for-two-engines.md:
/// parameters are `?1`, `?2`…; uniqueness through `ON CONFLICT` and the row count; no `FOR UPDATE`. A body never catches
/// an error of these methods in order to go on: PostgreSQL has ended the transaction by then.
package protocol SQLSession: AnyObject {
    /// Whether other transactions write at the same time, so that rows to be changed must be locked first, by an UPDATE
    /// with RETURNING, in ascending order. False where the writer is alone, as in SQLite, and unless a driver says so.
    var locksRows: Bool { get }

    /// Runs one statement that returns no rows. The text must be a literal: the statement is prepared once and kept.
    /// - Returns: how many rows it inserted, changed or deleted.
    @discardableResult
    func run(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int

    /// Inserts one row into a table whose identity column is called `number`; the text has no RETURNING.
    /// - Returns: the row's number.
    func insertNumbered(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) -> Int64

    /// Runs a query, or a change with RETURNING, and hands over each row in turn.
    func rows(
        _ sql: StaticString, _ values: [SQLValue], _ each: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError)
}

extension SQLSession {
    package var locksRows: Bool { false }
}

/// A database: one durable writer that groups commits, and readers that never block it.
package protocol SQLDatabase: Sendable {
    /// Runs `body` in a transaction and returns once it is on disk (fsync), or not at all.
    ///
    /// The body waits in a bounded queue and may run more than once (alone, after its group failed; again, after a
    /// serialization failure), so it touches nothing but the session and its result. Transactions are seen in commit
    /// order. Ignores task cancellation: once called, it runs to its end.
    /// - Throws: what the body threw, and then nothing of it is stored; ``StoreError/queueFull`` before anything ran;
    ///   ``StoreError/unavailable(_:)`` when the disk refused, and then nothing of it is stored either.
    @discardableResult
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result

    /// As ``write(_:)``, ahead of what waits there, and refused only when the queue of such bodies is full.
    @discardableResult
    func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result

    /// Runs `body` on a consistent snapshot that holds everything committed before the call. Changes are refused.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result
}
