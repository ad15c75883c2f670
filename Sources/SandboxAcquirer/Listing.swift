import Payments
import Ports
import Primitives
import SandboxProcessor

extension SandboxAcquirer {
    /// Answers what it has done, in the order of the references. Nothing is changed.
    func list(_ message: SandboxMessage) async throws -> AcquirerAnswer {
        let now = clock.now()
        // References begin with the millisecond they were made in.
        let start = OperationID(high: UInt64(clamping: message.from.microseconds / 1_000) << 16, low: 0)
        let first = max(start, message.reference)
        let rows = try await read { try $0.rows(after: first.retyped(), limit: SandboxList.pageLimit + 1) }
        let page = rows.prefix(SandboxList.pageLimit)
        let operations = page.compactMap { ProcessorOperation($0, at: now) }
        let hasMore = rows.count > page.count
        // A page of nothing but refusals to look up would end the list too early.
        if operations.isEmpty, hasMore, let last = page.last {
            var next = message
            next.reference = last.reference.retyped()
            return try await list(next)
        }
        return AcquirerAnswer(status: 200, body: SandboxList.encode(operations, hasMore: hasMore))
    }
}

extension ProcessorOperation {
    /// - Returns: nil for a row that only says that nothing was ever executed.
    fileprivate init?(_ row: BookRow, at now: Timestamp) {
        let kind: Kind
        switch row.operation {
        case .authorize: kind = .authorization
        case .sale: kind = .sale
        case .capture: kind = .capture
        case .void: kind = .void
        case .refund: kind = .refund
        case .push: kind = .push
        case .lookUp, .changes, .list, .evidence, .accept, .verify, .increment: return nil
        }
        guard let currency = Currency(numeric: row.currency) else { return nil }
        let isDue = row.settlesAt.map { now >= $0 } ?? false
        let result: Result
        switch row.status {
        case .approved: result = row.operation == .refund && isDue && row.isToFail ? .nothing : .executed
        case .partial: result = .executed
        case .pending: result = isDue ? .executed : .pending
        case .declined, .action, .refused, .expired, .failed: result = .nothing
        }
        self.init(
            reference: row.reference.retyped(), kind: kind, result: result,
            amount: Money(minorUnits: row.amount, currency: currency), original: row.original.map { $0.retyped() },
            made: row.made)
    }
}

extension BookRow {
    /// Approved with a later fate: only such a refund fails.
    fileprivate var isToFail: Bool { status == .approved && settlesAt != nil }
}
