import Payments
import Primitives
import SandboxProcessor
import Synchronization

/// A book that is gone with the process: for tests and for `--volatile`.
package final class MemoryBook: SandboxBook {
    private let table = Mutex(Table())

    package init() {}

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result {
        try run(body)
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result {
        try run(body)
    }

    private func run<Result: Sendable>(_ body: @Sendable (any BookSession) throws -> Result) throws -> Result {
        try table.withLock { table in
            // Moved out and back, so that a change does not copy the whole table.
            let session = Session(table)
            table = Table()
            defer { swap(&table, &session.table) }
            return try body(session)
        }
    }

    private struct Table {
        var rows: [SandboxReference: BookRow] = [:]
        var changes: [BookChange] = []
        var disputes: [SandboxReference: BookDispute] = [:]
    }

    private final class Session: BookSession {
        var table: Table

        init(_ table: Table) { self.table = table }

        func row(_ reference: SandboxReference) -> BookRow? { table.rows[reference] }

        func insert(_ row: BookRow) -> Bool {
            guard table.rows[row.reference] == nil else { return false }
            table.rows[row.reference] = row
            return true
        }

        func update(_ row: BookRow) { table.rows[row.reference] = row }

        func appendChange(of reference: SandboxReference, due: Timestamp, step: DisputeStepKind?) {
            table.changes.append(
                BookChange(number: Int64(table.changes.count + 1), reference: reference, due: due, step: step))
        }

        func dispute(of charge: SandboxReference) -> BookDispute? { table.disputes[charge] }

        func insert(_ dispute: BookDispute) { table.disputes[dispute.charge] = dispute }

        func update(_ dispute: BookDispute) { table.disputes[dispute.charge] = dispute }

        func overdueDispute(at now: Timestamp) -> BookDispute? {
            table.disputes.values.filter { $0.state.awaitsResponse && $0.respondBy <= now }
                .min { $0.charge < $1.charge }
        }

        func change(after number: Int64) -> BookChange? { table.changes.first { $0.number > number } }

        func rows(after: SandboxReference?, limit: Int) -> [BookRow] {
            let later = table.rows.values.filter { row in after.map { row.reference > $0 } ?? true }
            return Array(later.sorted { $0.reference < $1.reference }.prefix(limit))
        }
    }
}
