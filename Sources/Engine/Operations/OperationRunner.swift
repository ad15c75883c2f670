import Ledger
import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Sends messages to processors and stores what became of them, in tasks of its own: a caller that goes away cancels
/// nothing. Whatever it could not finish stays an open operation for the resolver.
package final class OperationRunner: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    package let router: Router
    private let securityCodes: any SecurityCodeCache
    let inFlight: InFlight
    private let active = Mutex<Set<OperationID>>([])
    private let awaiting = Atomic(0)
    private let detached = Atomic(0)
    private let report: @Sendable (Report) -> Void
    private let tell: @Sendable (Report) -> Void
    let observer: any EngineObserver
    /// - Parameters:
    ///   - report: told of problems that need an operator; the text holds no personal data.
    ///   - tell: told of what went another way than the caller wanted, and needs nobody: declines, unknown outcomes.
    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, router: Router,
        securityCodes: any SecurityCodeCache, inFlight: InFlight, report: @escaping @Sendable (Report) -> Void,
        tell: @escaping @Sendable (Report) -> Void = { _ in }, observer: any EngineObserver = NoObserver()
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.router = router
        self.securityCodes = securityCodes
        self.inFlight = inFlight
        self.report = report
        self.tell = tell
        self.observer = observer
    }

    /// How many messages are being sent or settled by this process.
    package var activeCount: Int { active.withLock { $0.count } }

    /// How many messages wait for a processor's answer right now; cheap enough to be asked for each request.
    package var awaitingProcessors: Int { awaiting.load(ordering: .relaxed) }

    /// How many messages are underway that no request waits for.
    var detachedCount: Int { detached.load(ordering: .relaxed) }

    /// Sends a message whose operation has been committed, waits for its outcome and stores it.
    /// - Returns: the answer for the request that caused it; the stored one if somebody else stored it first; the object
    ///   as it stands, as when the processor is silent, when the outcome could not be stored. The operation then stays open.
    /// - Throws: `Refusal.underway` when not even the object can be read. Never an error that says that nothing was done.
    func perform(_ message: OutgoingMessage) async throws -> Answer {
        let isClaimed = claim(message.operation.id)
        // Owned by this runner: a caller that goes away must not cancel it.
        let work = Task(executorPreference: RequestExecutor.current) {  // lint:allow(Task {) counted in `active`
            // The resolver was faster (the commit took that long) and may be sending it: what comes of it is not ours.
            guard isClaimed else { return try await self.leave(message.operation) }
            return try await self.sendAndSettle(message)
        }
        return try await work.value
    }

    /// Makes this caller the only one in the process that asks or tells a processor about the operation.
    /// - Returns: false when somebody else does. True must be followed by ``release(_:)``.
    func claim(_ id: OperationID) -> Bool { active.withLock { $0.insert(id).inserted } }

    func release(_ id: OperationID) { active.withLock { _ = $0.remove(id) } }

    /// Whether this process is busy with the operation, so that the resolver leaves it alone.
    func isActive(_ id: OperationID) -> Bool { active.withLock { $0.contains(id) } }

    /// Sends the message and, as long as its attempts come to nothing in a way that allows it, those that take its place.
    private func sendAndSettle(_ first: OutgoingMessage) async throws -> Answer {
        var message = first
        while true {
            let id = message.operation.id
            defer { release(id) }
            let outcome = await send(message)
            let stored: Stored
            do {
                stored = try await conclude(message.operation, outcome, mayCascade: true)
            } catch {
                return try await answer(to: message.operation, unstored: error)
            }
            guard let next = stored.settled.next else { return try Self.answer(stored) }
            // The resolver has been faster: what comes of it is not ours.
            guard claim(next.operation.id) else { return try await leave(next.operation) }
            message = next
        }
    }

    /// What the caller is told of an operation that somebody else works on.
    private func leave(_ operation: OpenOperation) async throws -> Answer {
        let stored: Stored
        do {
            stored = try await conclude(operation, .unknown(.interrupted))
        } catch {
            return try await answer(to: operation, unstored: error)
        }
        return try Self.answer(stored)
    }

    /// The message left, and what became of it could not be stored, for whatever reason. That is an unknown outcome: the
    /// operation stays open for the resolver, and the caller must not be told that nothing was done.
    private func answer(to operation: OpenOperation, unstored error: any Error) async throws -> Answer {
        if error as? StoreError != .closed {
            let words: Report = "operation \(operation.id) stays open (\(error)): "
            let request: Report = operation.request.map { ", \($0)" } ?? ""
            report(words + operation.subjectReport + request)
        }
        let tools = tools
        do {
            return try await store.read { reader in
                // Stored after all, or by somebody else.
                if let answer = try Self.storedAnswer(operation, reader, tools) { return answer }
                let standing = StandingAnswer(reader: reader, tools: tools, expansions: operation.expansions)
                guard var answer = try standing.answer(to: operation) else { throw Refusal.outcomeUnknown }
                answer.isProvisional = true
                return answer
            }
        } catch {
            throw Refusal.underway(operation.subjectText)
        }
    }

    private func send(_ message: OutgoingMessage) async -> Outcome {
        let connection = message.operation.connection
        guard let processor = router.directory.processor(for: connection) else { return .notProcessed(.notSent) }
        // Its breaker may have opened since the decision, or somebody else's charge finds out whether it works again.
        if message.isNewCharge, case .refused = router.health.claim(connection, at: clock.now()),
            message.hasAlternatives
        {
            return .notProcessed(.notSent)
        }
        return await observed(message) { await processor.send(message, securityCodes: securityCodes) }
    }

    /// Sends a message and tells the observer what came of it.
    func observed(_ message: OutgoingMessage, _ send: () async -> Outcome) async -> Outcome {
        let began = observer.moment()
        let sent = clock.now()
        awaiting.wrappingAdd(1, ordering: .relaxed)
        let outcome = await send()
        awaiting.wrappingSubtract(1, ordering: .relaxed)
        let now = clock.now()
        router.health.note(
            outcome, to: message.operation.purpose, of: message.operation.connection,
            latency: now.duration(since: sent), at: now)
        observer.answered(
            outcome, to: message.operation.purpose, at: message.operation.connection, since: began)
        return outcome
    }

    /// Sends a message that nobody waits for. If it fails, the resolver finds its open operation.
    func startDetached(_ message: OutgoingMessage) {
        guard claim(message.operation.id) else { return }
        let report = report
        detached.wrappingAdd(1, ordering: .relaxed)
        Task {  // lint:allow(Task {) counted in `active`
            defer { self.detached.wrappingSubtract(1, ordering: .relaxed) }
            do {
                _ = try await self.sendAndSettle(message)
            } catch is Refusal {
                // There is no answer, or none can be read: nobody waits for one.
            } catch {
                report("operation \(message.operation.id) stays open: \(error)")
            }
        }
    }
}

// MARK: - The second commit

extension OperationRunner {
    struct Stored: Sendable {
        let settled: Settled
        /// Whose stored answer is complete now.
        var finished: IdempotencyID?
    }

    /// Stores an outcome: the second commit, ahead of new work in the store's queue. Also called by the resolver with what
    /// a look-up found.
    /// - Parameter evidence: what was done, for those who may have to decide; nil for the first send.
    /// - Returns: the answer of the request that caused the operation: what is stored for its key, once it is.
    @discardableResult
    func settle(
        _ operation: OpenOperation, _ outcome: Outcome, evidence: String? = nil
    ) async throws -> Answer {
        try Self.answer(try await conclude(operation, outcome, evidence))
    }

    private static func answer(_ stored: Stored) throws -> Answer {
        guard let answer = stored.settled.answer else { throw Refusal.outcomeUnknown }
        return answer
    }

    /// - Parameter mayCascade: this is the answer to the message itself, and whoever sent it is there to send another.
    private func conclude(
        _ operation: OpenOperation, _ outcome: Outcome, _ evidence: String? = nil, mayCascade: Bool = false
    ) async throws -> Stored {
        let began = observer.moment()
        let stored: Stored
        do {
            stored = try await commit(operation, outcome, evidence, mayCascade: mayCascade)
        } catch let error as LedgerError {
            // The processor did what the book refuses to hold. The outcome must not be lost, nor asked for for ever.
            stored = try await commit(
                operation, outcome, evidence, refused: "the ledger refused the outcome: \(error)")
        }
        observer.ended(.secondCommit, since: began)
        if let record = stored.finished { inFlight.finished(record) }
        if case .conflict(let text) = stored.settled.fate {
            report("operation \(operation.id) needs a decision: \(ours: text)")
        }
        if let news = Self.news(of: operation, outcome, stored.settled) { tell(news) }
        for message in stored.settled.followUps { startDetached(message) }
        return stored
    }

    /// The line about a "no", or about the first time that nothing is known: with the names by which it is found again.
    private static func news(of operation: OpenOperation, _ outcome: Outcome, _ settled: Settled) -> Report? {
        let what: Report
        switch (outcome, settled.fate) {
        case (.declined(let decline), .closed): what = "declined (\(decline.reason)): "
        case (.notProcessed(let reason), .closed): what = "not processed (\(reason)): "
        case (.unknown(let reason), .open) where operation.unknown == nil: what = "outcome unknown (\(reason)): "
        default: return nil
        }
        let request: Report = operation.request.map { ", \($0)" } ?? ""
        let purpose: Report = "\(operation.purpose) of "
        let name: Report = ", \(operation.id)"
        return what + purpose + operation.subjectReport + request + name
    }

    private func commit(
        _ sent: OpenOperation, _ outcome: Outcome, _ evidence: String?, refused: String? = nil,
        mayCascade: Bool = false
    ) async throws -> Stored {
        let now = clock.now()
        let tools = tools
        let router = mayCascade ? router : nil
        return try await store.writeRetryingConflicts(urgently: true) { transaction -> Stored in
            let settlement = Settlement(
                transaction: transaction, now: now, tools: tools, expansions: sent.expansions, request: sent.request,
                router: router)
            guard let operation = try transaction.openOperation(sent.id) else {
                // Settled by somebody else meanwhile.
                var settled = Settled(fate: .closed, answer: try settlement.standing(sent))
                if let answer = try Self.storedAnswer(sent, transaction, tools) { settled.answer = answer }
                return Stored(settled: settled)
            }
            var settled: Settled
            if let refused {
                settled = Settled(fate: .conflict(refused), answer: try settlement.standing(operation))
            } else {
                settled = try settlement.settle(operation, outcome)
            }
            try Evidence.note(outcome, evidence, of: operation, fate: settled.fate, at: now, in: transaction)
            try Self.note(settled.fate, of: operation, now, transaction, tools)
            try Self.notePending(outcome, settled.fate, of: operation, in: transaction)
            let finished = try Self.finish(operation, &settled, transaction, tools)
            return Stored(settled: settled, finished: finished)
        }
    }

    private static func note(
        _ fate: Settled.Fate, of operation: OpenOperation, _ now: Timestamp, _ transaction: any StoreTransaction,
        _ tools: SettlementTools
    ) throws {
        var next = operation
        switch fate {
        case .closed: return try transaction.deleteOpenOperation(operation.id)
        case .open(let reason):
            next.unknown = reason
            next.due = now.advanced(by: tools.backoff(after: operation.lookups))
            next.lookups += 1
        case .conflict(let text):
            next.conflict = text
            // Never due: what waits for people must not stand in the way of what waits for processors.
            next.due = .distantFuture
        }
        try transaction.update(next)
    }

    /// Keeps what a processor calls an operation that it decides later, until it has. What is answered at once costs nothing here.
    private static func notePending(
        _ outcome: Outcome, _ fate: Settled.Fate, of operation: OpenOperation, in transaction: any StoreTransaction
    ) throws {
        switch (fate, outcome) {
        case (.open, .pending(let reference)) where (1...255).contains(reference.utf8.count):
            try transaction.note(pendingReference: reference, of: operation.id)
        case (.closed, _) where operation.unknown != nil:
            try transaction.forgetPendingReference(of: operation.id)
        case (.open, _), (.closed, _), (.conflict, _): break
        }
    }

    /// Writes the waiting request's answer, once. An answer that was stored earlier wins over a newer one, so that the
    /// first request and its duplicates are told the same.
    /// - Returns: whose answer was written.
    static func finish(
        _ operation: OpenOperation, _ settled: inout Settled, _ transaction: any StoreTransaction,
        _ tools: SettlementTools
    ) throws -> IdempotencyID? {
        guard let id = operation.idempotency, var record = try transaction.idempotencyRecord(id) else { return nil }
        if var earlier = try Commands.answer(of: record, transaction, tools.sealing) {
            earlier.isReplay = false
            settled.answer = earlier
            return nil
        }
        guard let answer = settled.answer else { return nil }
        if let event = settled.event {
            record.state = .finishedAs(status: answer.status, event: event)
        } else {
            let sealed = try tools.sealing.seal(answer: answer.body, of: id, mode: record.mode)
            record.state = .finished(status: answer.status, answer: sealed)
        }
        try transaction.update(record)
        return id
    }

    private static func storedAnswer(
        _ operation: OpenOperation, _ reader: any StoreReader, _ tools: SettlementTools
    ) throws -> Answer? {
        guard let id = operation.idempotency, let record = try reader.idempotencyRecord(id),
            var answer = try Commands.answer(of: record, reader, tools.sealing)
        else { return nil }
        answer.isReplay = false
        return answer
    }
}

extension Timestamp {
    /// Later than everything that is ever due.
    static let distantFuture = Timestamp(microseconds: .max - 1)
}

extension Store {
    /// Runs `body` again, a few times, when somebody else was faster.
    func writeRetryingConflicts<Result: Sendable>(
        urgently isUrgent: Bool = false, _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        for _ in 0..<4 {
            do { return try await isUrgent ? writeUrgently(body) : write(body) } catch is StoreConflict { continue }
        }
        return try await isUrgent ? writeUrgently(body) : write(body)
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
