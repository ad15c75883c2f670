package import Primitives
package import SandboxProcessor

/// That something changed about an operation after it was over.
package struct BookChange: Hashable, Sendable {
    /// 1, 2, 3… in the order in which they are due.
    package let number: Int64
    package let reference: SandboxReference
    package let due: Timestamp
    /// What happened in the dispute of this charge; nil for a refund that fails.
    package let step: DisputeStepKind?
}

/// The rows of the book inside one transaction.
package protocol BookSession: AnyObject {
    func row(_ reference: SandboxReference) throws -> BookRow?
    /// - Returns: false, and nothing is changed, when the reference is already there.
    func insert(_ row: BookRow) throws -> Bool
    /// Replaces the row with the same reference.
    func update(_ row: BookRow) throws
    /// Notes that something will have changed about this operation at `due`, under the next number.
    /// - Parameter step: what happens in its dispute; nil for a refund that fails.
    func appendChange(of reference: SandboxReference, due: Timestamp, step: DisputeStepKind?) throws
    func dispute(of charge: SandboxReference) throws -> BookDispute?
    /// A charge has one dispute at most.
    func insert(_ dispute: BookDispute) throws
    func update(_ dispute: BookDispute) throws
    /// A dispute that nobody has answered in time; nil when there is none.
    func overdueDispute(at now: Timestamp) throws -> BookDispute?
    /// The change with the lowest number above `number`, due or not.
    func change(after number: Int64) throws -> BookChange?
    /// Up to `limit` rows in order of their references, from the first one after `after`.
    func rows(after: SandboxReference?, limit: Int) throws -> [BookRow]
}

/// Where the acquirer keeps its book. `write` returns once the rows are on disk; the body may run more than once.
package protocol SandboxBook: Sendable {
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any BookSession) throws -> Result
    ) async throws -> Result
    func read<Result: Sendable>(_ body: @escaping @Sendable (any BookSession) throws -> Result) async throws -> Result
}
