import Ledger
import Payments
import Ports
import Primitives

/// The repositories over one session. Each extension in `Repositories/` holds the statements and the row mapping of the
/// tables it is named after.
///
/// `SELECT *` is deliberate: rows are read in the order of the schema's columns, which migrations only add to at the end,
/// and a statement text must be a literal, so that a list of columns would stand beside every query.
final class SQLTransaction: StoreTransaction {
    let session: any SQLSession
    /// Accounts read for change by this transaction. Nobody else changes them before it ends: the writer is alone, or
    /// their rows are locked.
    var loaded: [AccountKey: StoredAccount] = [:]
    /// The payment method that was read last, as it is stored.
    var lastMethod: PaymentMethod?
    /// Who is told of an owner's events, as it was read last.
    var lastAudience: EventAudience?

    init(_ session: any SQLSession) { self.session = session }

    /// The first row, or nil.
    func one<Value>(
        _ sql: StaticString, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        var found: Value?
        try session.rows(sql, values) { (row) throws(StoreError) in
            if found == nil { found = try read(row) }
        }
        return found
    }

    /// Every row, in order. The statement carries the limit.
    func all<Value>(
        _ sql: StaticString, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value] {
        var found: [Value] = []
        try session.rows(sql, values) { (row) throws(StoreError) in found.append(try read(row)) }
        return found
    }

    /// Changes the one row that a caller has named.
    /// - Throws: `.constraint` when there is no such row: callers read before they change.
    func change(_ sql: StaticString, _ values: [SQLValue]) throws(StoreError) {
        guard try session.run(sql, values) == 1 else { throw .constraint("a row to be changed is not there") }
    }
}
