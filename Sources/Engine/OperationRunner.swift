import Payments
package import Ports
import Primitives
internal import Synchronization

/// Sends messages to processors and stores what became of them, in tasks of its own: a caller that goes away cancels
/// nothing. Whatever it could not finish stays an open operation for the resolver.
package final class OperationRunner: Sendable {
    private let store: any Store
    private let clock: any WallClock
    private let tools: SettlementTools
    private let directory: ConnectionDirectory
    private let securityCodes: any SecurityCodeCache
    private let inFlight: InFlight
    private let active = Mutex<Set<OperationID>>([])
    private let report: @Sendable (String) -> Void

    /// - Parameter report: told of problems that need an operator; the text holds no personal data.
    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory,
        securityCodes: any SecurityCodeCache, inFlight: InFlight, report: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.securityCodes = securityCodes
        self.inFlight = inFlight
        self.report = report
    }

    /// How many messages are being sent or settled by this process.
    package var activeCount: Int { active.withLock { $0.count } }

    /// Sends a message whose operation has been committed, waits for its outcome and stores it.
    /// - Returns: the answer for the request that caused it.
    /// - Throws: `StoreError` when the outcome could not be stored; the operation then stays open.
    func perform(_ message: OutgoingMessage, expansions: [String]) async throws -> Answer {
        active.withLock { _ = $0.insert(message.operation.id) }
        // Owned by this runner: a caller that goes away must not cancel it.
        let work = Task {  // lint:allow(Task {) counted in `active`
            try await self.sendAndSettle(message, expansions: expansions)
        }
        return try await work.value
    }

    /// Far enough to never come up by itself.
    private static let untilDecided = Duration.seconds(100 * 365 * 86_400)

    /// Whether this process is busy with the operation, so that the resolver leaves it alone.
    func isActive(_ id: OperationID) -> Bool { active.withLock { $0.contains(id) } }

    private func sendAndSettle(_ message: OutgoingMessage, expansions: [String]) async throws -> Answer {
        defer { active.withLock { _ = $0.remove(message.operation.id) } }
        let outcome = await send(message)
        return try await settle(message.operation.id, outcome, expansions: expansions)
    }

    private func send(_ message: OutgoingMessage) async -> Outcome {
        guard let processor = directory.processor(for: message.operation.connection) else {
            return .notProcessed(.notSent)
        }
        return await processor.send(message, securityCodes: securityCodes)
    }

    /// Stores an outcome: the second commit. Also called by the resolver with what a look-up found.
    /// - Returns: the answer as it now stands.
    @discardableResult
    func settle(_ id: OperationID, _ outcome: Outcome, expansions: [String] = []) async throws -> Answer {
        let now = clock.now()
        let tools = tools
        let settled = try await store.write { transaction -> (Settled, IdempotencyID?) in
            guard var operation = try transaction.openOperation(id) else {
                return (Settled(fate: .closed), nil)
            }
            let settlement = Settlement(
                transaction: transaction, now: now, tools: tools, expansions: expansions, request: nil)
            let settled = try settlement.settle(operation, outcome)
            switch settled.fate {
            case .closed: try transaction.deleteOpenOperation(id)
            case .open(let reason):
                operation.unknown = reason
                operation.due = now.advanced(by: tools.backoff(after: operation.lookups))
                operation.lookups += 1
                try transaction.update(operation)
            case .conflict(let text):
                operation.conflict = text
                // A person decides; out of the way of those that the resolver can still ask about.
                operation.due = now.advanced(by: Self.untilDecided)
                try transaction.update(operation)
            }
            try OperationRunner.finish(operation.idempotency, settled, transaction, tools)
            return (settled, operation.idempotency)
        }
        if let record = settled.1 { inFlight.finished(record) }
        if case .conflict(let text) = settled.0.fate { report("operation \(id) needs a decision: \(text)") }
        for message in settled.0.followUps { startDetached(message) }
        if let answer = settled.0.answer { return answer }
        throw Refusal.outcomeUnknown
    }

    /// Writes the waiting request's answer, once.
    private static func finish(
        _ id: IdempotencyID?, _ settled: Settled, _ transaction: any StoreTransaction, _ tools: SettlementTools
    ) throws {
        guard let id, let answer = settled.answer, var record = try transaction.idempotencyRecord(id),
            record.state == .started
        else { return }
        if let event = settled.event {
            record.state = .finishedAs(status: answer.status, event: event)
        } else {
            let sealed = try tools.sealing.seal(answer: answer.body, of: id, mode: record.mode)
            record.state = .finished(status: answer.status, answer: sealed)
        }
        try transaction.update(record)
    }

    /// Sends a message that nobody waits for. If it fails, the resolver finds its open operation.
    func startDetached(_ message: OutgoingMessage) {
        active.withLock { _ = $0.insert(message.operation.id) }
        let report = report
        Task {  // lint:allow(Task {) counted in `active`
            do {
                _ = try await self.sendAndSettle(message, expansions: [])
            } catch {
                report("operation \(message.operation.id) stays open: \(error)")
            }
        }
    }
}

extension SettlementTools {
    /// Doubles from the configured first wait up to the configured maximum.
    func backoff(after lookups: Int64) -> Duration {
        var wait = configuration.lookupBackoff
        for _ in 0..<min(lookups, 20) where wait < configuration.lookupBackoffMaximum { wait = wait * 2 }
        return min(wait, configuration.lookupBackoffMaximum)
    }
}
