import Ledger
package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Takes in what processors report of operations that were over. A fact is posted, whatever it does to balances; the same
/// fact twice counts once. What cannot be carried out is kept for a person, and never asked for again.
package struct ProcessorFacts: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let operations: OperationRunner
    let report: @Sendable (Report) -> Void
    private let pace = PollPace()

    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory,
        operations: OperationRunner, report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.operations = operations
        self.report = report
    }

    /// Asks every processor that can be asked what has happened since the last look, all at the same time.
    /// - Returns: how many facts were read, those included that were known: there may be more behind them.
    @discardableResult
    package func poll() async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for (connection, processor) in directory.reporting {
                group.addTask { try await poll(connection, processor) ?? 0 }
            }
            return try await group.reduce(0, +)
        }
    }

    /// As ``poll()``, but leaves those alone that had nothing to tell or did not answer a moment ago: they are asked more and
    /// more rarely, up to ``longestIdle`` and ``longestSilence``.
    package func pollDue() async throws -> Int {
        let now = clock.now()
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for (connection, processor) in directory.reporting where pace.isDue(connection, now) {
                group.addTask {
                    let answer = try await poll(connection, processor)
                    pace.note(answer, from: connection, at: clock.now())
                    return answer ?? 0
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// As ``poll()``, for one connection.
    func poll(_ connection: ConnectionID) async throws -> Int {
        guard let processor = directory.processor(for: connection) as? any ReportingProcessor else { return 0 }
        return try await poll(connection, processor) ?? 0
    }

    /// How long a processor without news is left alone at most.
    package static let longestIdle = Duration.seconds(5)
    /// How long a processor that does not answer is left alone at most.
    package static let longestSilence = Duration.seconds(60)

    /// - Returns: how many facts were read; nil when the processor did not answer.
    private func poll(_ connection: ConnectionID, _ processor: any ReportingProcessor) async throws -> Int? {
        let cursor = try await store.read { try $0.reportCursor(of: connection) }
        guard case .facts(let facts, let next) = await processor.changes(since: cursor) else { return nil }
        if next == cursor, facts.isEmpty { return 0 }
        guard Self.isUsable(next), facts.count <= Self.mostAtOnce, facts.allSatisfy({ Self.isUsable($0.id) }) else {
            report("connection \(connection) reports too much at once, or under names that cannot be stored; not read")
            return 0
        }
        guard next != cursor else {
            // Where a place is a moment, what happened later in the same second lies at the place of what is known.
            let unknown = try await store.read { reader in
                try facts.filter { try reader.fact($0.id, of: connection) == nil }
            }
            for fact in unknown { try await record(fact, from: connection) }
            return unknown.count
        }
        for fact in facts { try await record(fact, from: connection) }
        // After the facts: what a crash repeats is known already.
        try await store.write { try $0.setReportCursor(next, of: connection) }
        return facts.count
    }

    private static let mostAtOnce = 1_000

    private static func isUsable(_ name: String) -> Bool {
        (1...ProcessorFact.longestName).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    }

    /// Carries out one fact, also one that a processor's notice brought. Durable when it returns.
    /// - Returns: false when it was known.
    @discardableResult
    package func record(_ fact: ProcessorFact, from connection: ConnectionID) async throws -> Bool {
        // What is still open is settled by the fact as by an answer, and a late answer finds it settled.
        if let outcome = fact.kind.outcome, let open = try await store.read({ try $0.openOperation(fact.operation) }),
            open.conflict == nil, open.connection == connection, fact.kind.isAbout(open.purpose)
        {
            do { try await operations.settle(open, outcome) } catch Refusal.outcomeUnknown {
                // Stored; nobody waits for an answer here.
            }
        }
        do {
            return try await commit(fact, connection, refused: nil)
        } catch let error as LedgerError {
            return try await commit(fact, connection, refused: "the ledger refuses it: \(error)")
        }
    }

    private func commit(
        _ fact: ProcessorFact, _ connection: ConnectionID, refused: String?
    ) async throws -> Bool {
        let (now, tools) = (clock.now(), tools)
        let (isNew, problem) = try await store.writeRetryingConflicts { transaction -> (Bool, String?) in
            guard try transaction.fact(fact.id, of: connection) == nil else { return (false, nil) }
            let settlement = Settlement(
                transaction: transaction, now: now, tools: tools, expansions: [], request: nil)
            let problem = try refused ?? settlement.apply(fact, from: connection)
            let stored = StoredFact(
                connection: connection, id: fact.id, operation: fact.operation, kind: fact.kind.stored, recorded: now,
                problem: problem)
            guard try transaction.insert(stored) else { throw StoreConflict() }
            return (true, problem)
        }
        if let problem {
            report("what connection \(connection) reports about \(fact.operation) needs a person: \(ours: problem)")
        }
        return isNew
    }
}

/// When each connection's processor is asked for news again.
private final class PollPace: Sendable {
    private struct Turn {
        var next: Timestamp
        var wait: Duration
    }

    private let turns = Mutex<[ConnectionID: Turn]>([:])
    private static let first = Duration.seconds(1)

    func isDue(_ connection: ConnectionID, _ now: Timestamp) -> Bool {
        turns.withLock { ($0[connection]?.next ?? now) <= now }
    }

    /// - Parameter answer: how much was told; nil for no answer.
    func note(_ answer: Int?, from connection: ConnectionID, at now: Timestamp) {
        turns.withLock { turns in
            switch answer {
            case nil: fallBack(&turns, connection, now, ProcessorFacts.longestSilence)
            case 0?: fallBack(&turns, connection, now, ProcessorFacts.longestIdle)
            default: turns[connection] = nil
            }
        }
    }

    private func fallBack(
        _ turns: inout [ConnectionID: Turn], _ connection: ConnectionID, _ now: Timestamp, _ longest: Duration
    ) {
        let wait = min(turns[connection].map { $0.wait * 2 } ?? Self.first, longest)
        turns[connection] = Turn(next: now.advanced(by: wait), wait: wait)
    }
}

extension Settlement {
    /// - Returns: why it cannot be carried out; nil when it was, or when nothing was left to do.
    fileprivate func apply(_ fact: ProcessorFact, from connection: ConnectionID) throws -> String? {
        // What is disputed was taken, whatever its own message still waits for.
        if case .refundFailed = fact.kind, let open = try transaction.openOperation(fact.operation) {
            guard open.connection == connection else { return nil }
            return "the message it is about has no outcome yet, or waits for a decision itself"
        }
        switch fact.kind {
        case .refundFailed(let decline): return try refundFailed(fact.operation, decline, connection)
        case .dispute(let report): return try reported(report, in: fact, from: connection)
        }
    }

    /// A processor is heard about messages of its own connection only: one account may serve several connections, and
    /// then reports to each of them.
    private func refundFailed(
        _ operation: OperationID, _ decline: Decline, _ connection: ConnectionID
    ) throws -> String? {
        let refund = try transaction.refund(operation.retyped()) ?? transaction.refund(replacedBy: operation)
        if let refund {
            guard try transaction.charge(refund.charge)?.connection == connection else { return nil }
            // Another message than the one that brought it about never moved money.
            guard (refund.operation ?? refund.id.retyped()) == operation else {
                return "the refund was brought about by another message"
            }
            return try bounce(refund, decline)
        }
        if let transfer = try transaction.friendTransfer(returnedBy: operation) {
            guard transfer.connection == connection else { return nil }
            return try bounce(transfer, operation)
        }
        // Nothing is left to do: the sender has the money in the wallet.
        if try transaction.refusedReturn(operation) != nil { return nil }
        let reversal = try transaction.reversal(operation.retyped()) ?? transaction.reversal(replacedBy: operation)
        if var reversal {
            guard reversal.connection == connection, reversal.state != .bounced else { return nil }
            guard (reversal.operation ?? reversal.id.retyped()) == operation, reversal.state == .succeeded,
                reversal.isTaken
            else { return "nothing had been given back" }
            _ = try transaction.post(
                LedgerTransaction(
                    source: reversal.attempt, created: now, postings: [try PostingPlans.partialApproval(reversal)]))
            reversal.state = .bounced
            try transaction.update(reversal)
            return "the card did not take back \(reversal.amount) that had been approved in part"
        }
        return "no refund is known by this reference"
    }

    private func bounce(_ transfer: FriendTransfer, _ operation: OperationID) throws -> String? {
        switch transfer.step(.refundBounced(operation)) {
        case .moved(let next, let effects):
            try noteRefusal(of: operation, before: transfer, after: next)
            try post(effects, of: next)
            try transaction.update(next)
            for case .announce(let news) in effects { try announce(news, next) }
            return nil
        case .ignored: return nil
        case .refused(let refusal): return "the transfer refuses it: \(refusal)"
        case .conflict(let reason): return reason
        }
    }
}

extension ProcessorFact.Kind {
    fileprivate var stored: StoredFact.Kind {
        switch self {
        case .refundFailed: .refundFailed
        case .dispute(let report):
            switch report.news {
            case .inquiry: .disputeInquiry
            case .opened: .disputeOpened
            case .fundsWithdrawn: .disputeFundsWithdrawn
            case .fundsReinstated: .disputeFundsReinstated
            case .feeTaken: .disputeFeeTaken
            case .feeReturned: .disputeFeeReturned
            case .underReview: .disputeUnderReview
            case .inquiryClosed: .disputeInquiryClosed
            case .won: .disputeWon
            case .lost: .disputeLost
            }
        }
    }

    /// The same as an answer to a message that is still open; nil when it answers none.
    fileprivate var outcome: Outcome? {
        switch self {
        case .refundFailed(let decline): .declined(decline)
        case .dispute: nil
        }
    }

    /// Whether the fact can be an answer to such a message: of a charge it would say that nothing was taken.
    fileprivate func isAbout(_ purpose: OperationPurpose) -> Bool {
        switch purpose {
        case .refund, .transferRefund, .reversal: true
        case .charge, .capture, .void, .transferFunding, .topUp, .cashOut, .disputeEvidence, .disputeAcceptance,
            .verification, .increment, .payout, .destinationCheck:
            false
        }
    }
}
