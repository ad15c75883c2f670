package import SandboxProcessor

/// The rows of the book inside one transaction.
package protocol BookSession: AnyObject {
    func row(_ reference: SandboxReference) throws -> BookRow?
    /// - Returns: false, and nothing is changed, when the reference is already there.
    func insert(_ row: BookRow) throws -> Bool
    /// Replaces the row with the same reference.
    func update(_ row: BookRow) throws
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
