import Instruments

/// One waiting body together with whoever waits for its result.
///
/// Unchecked because it is handed from the caller's task to one of the driver's threads through the inbox's lock, and is
/// never touched by both: `attempt` any number of times, then exactly one of `succeed` and `fail`.
class Job: @unchecked Sendable {
    /// When it was queued.
    let queued = MonotonicTime.nanoseconds

    /// Runs the body and keeps its result; a later attempt replaces it.
    func attempt(_ session: SQLiteSession) throws {}
    /// Answers with the result of the last attempt. Only once what it rests on is durable.
    func succeed() {}
    /// Answers with an error.
    func fail(_ error: any Error) {}
}

/// A body with the type of its result.
final class BodyJob<Value: Sendable>: Job, @unchecked Sendable {
    private let body: @Sendable (SQLiteSession) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var value: Value?

    init(
        _ body: @escaping @Sendable (SQLiteSession) throws -> Value,
        _ continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    override func attempt(_ session: SQLiteSession) throws {
        value = nil
        value = try body(session)
    }

    override func succeed() {
        guard let value else { return continuation.resume(throwing: DriverDefect.answeredWithoutResult) }
        continuation.resume(returning: value)
    }

    override func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }
}

/// A mistake of the driver itself; reported to the caller rather than trapped on.
enum DriverDefect: Error {
    case answeredWithoutResult
}
