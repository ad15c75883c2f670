import Ledger
import Payments
package import Ports
import Primitives

/// Hands to people what processors do not tell, and takes it back when they do after all: keeps the cases about messages
/// without an outcome in step with the operations, and forgets old notices.
package struct CaseKeeper: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools

    package init(store: any Store, clock: any WallClock, tools: SettlementTools) {
        self.store = store
        self.clock = clock
        self.tools = tools
    }

    /// How long messages of processors are remembered, to recognise repetitions. Vendors repeat for three days at most.
    package static let noticeRetention = Duration.seconds(7 * 24 * 3600)
    /// Messages of one operation that were refused, one after the other, until people are told: about two days at the pace of the
    /// resolver, after which what only had to settle first has settled.
    package static let manyReplacements: Int64 = 150
    /// How many operations, facts and cases are looked at in one round.
    private static let batch = 1_000

    /// Does one round.
    /// - Returns: 0: nothing more is to be done at once.
    @discardableResult
    package func keep() async throws -> Int {
        let (now, tools) = (clock.now(), tools)
        let handOver = tools.configuration.unansweredHandOver
        let (operations, facts) = try await store.read { reader in
            (
                try reader.openOperations(dueBefore: nil, limit: Self.batch),
                try reader.troublingFacts(limit: Self.batch)
            )
        }
        for operation in operations where operation.isForPeople(at: now, after: handOver) {
            let kind: CaseKind = operation.conflict == nil ? .unanswered : .contradiction
            try await open(kind, operation.id, operation.connection) { transaction in
                try Self.found(kind, operation, transaction, tools, now)
            }
        }
        for operation in operations where operation.replacements >= Self.manyReplacements {
            try await open(.unanswered, Self.subject(of: operation), operation.connection) { transaction in
                try Self.refused(operation, transaction, tools, now)
            }
        }
        try await closeRefused(operations, at: now)
        for fact in facts {
            let subject = fact.id
            try await open(.uncarriedFact, subject, fact.connection) { transaction in
                guard let connection = try transaction.connection(fact.connection) else { return nil }
                return Case(
                    id: tools.randomness.identifier(at: now), kind: .uncarriedFact, connection: connection.id,
                    mode: connection.mode, subject: subject, reference: fact.operation,
                    finding: fact.problem ?? "", opened: now)
            }
        }
        try await closeSettled(.unanswered, at: now)
        try await closeSettled(.contradiction, at: now)
        let old = now.advanced(by: .zero - Self.noticeRetention)
        if try await store.read({ try $0.hasNotices(receivedBefore: old) }) {
            _ = try await store.write { try $0.deleteNotices(receivedBefore: old, limit: Self.batch) }
        }
        return 0
    }

    private func open(
        _ kind: CaseKind, _ operation: OperationID, _ connection: ConnectionID,
        _ make: @escaping @Sendable (any StoreTransaction) throws -> Case?
    ) async throws {
        try await open(kind, operation.text, connection, make)
    }

    /// A case that exists is left as it is: being looked at once a minute is no new finding.
    private func open(
        _ kind: CaseKind, _ subject: String, _ connection: ConnectionID,
        _ make: @escaping @Sendable (any StoreTransaction) throws -> Case?
    ) async throws {
        guard try await store.read({ try $0.caseFile(kind, subject, of: connection) }) == nil else { return }
        try await store.write { transaction in
            guard let found = try make(transaction) else { return }
            try transaction.open(found)
        }
    }

    private static func found(
        _ kind: CaseKind, _ listed: OpenOperation, _ transaction: any StoreTransaction, _ tools: SettlementTools,
        _ now: Timestamp
    ) throws -> Case? {
        guard let operation = try transaction.openOperation(listed.id) else { return nil }
        let what = "the \(operation.purpose) sent at \(operation.created)"
        let asked = "asked \(operation.lookups) times"
        let finding =
            operation.conflict.map { "\(what): \($0)" }
            ?? "\(what) has no outcome (\(operation.unknown.map { "\($0)" } ?? "no answer")), \(asked)"
        let inquiry = try tools.builder.inquiry(operation, transaction)
        return Case(
            id: tools.randomness.identifier(at: now), kind: kind, connection: operation.connection,
            mode: operation.mode, subject: operation.id.text, reference: operation.id,
            processorReference: inquiry.original?.processorReference, booked: inquiry.amount, finding: finding,
            opened: now)
    }

    /// What is sent again and again has another reference each time: its case goes by what it belongs to, and names none.
    private static func subject(of operation: OpenOperation) -> String { operation.subjectText ?? operation.id.text }

    private static func refused(
        _ operation: OpenOperation, _ transaction: any StoreTransaction, _ tools: SettlementTools, _ now: Timestamp
    ) throws -> Case? {
        let inquiry = try tools.builder.inquiry(operation, transaction)
        let finding =
            "the \(operation.purpose) was refused \(operation.replacements) times without being executed, and is sent again: "
            + "see why with `florinctl connections list`"
        return Case(
            id: tools.randomness.identifier(at: now), kind: .unanswered, connection: operation.connection,
            mode: operation.mode, subject: subject(of: operation),
            processorReference: inquiry.original?.processorReference, booked: inquiry.amount, finding: finding,
            opened: now)
    }

    /// - Parameter operations: those that are open, all of them or as many as are looked at in one round.
    private func closeRefused(_ operations: [OpenOperation], at now: Timestamp) async throws {
        guard operations.count < Self.batch else { return }
        let open = Set(operations.map(Self.subject))
        let over = try await store.read { reader in
            try reader.openCases(.unanswered, after: nil, limit: Self.batch).filter {
                $0.reference == nil && !open.contains($0.subject)
            }
        }
        for found in over {
            try await store.write { transaction in
                _ = try transaction.settleCase(.unanswered, found.subject, of: found.connection, at: now)
            }
        }
    }

    private func closeSettled(_ kind: CaseKind, at now: Timestamp) async throws {
        let settled = try await store.read { reader in
            try reader.openCases(kind, after: nil, limit: Self.batch).filter { found in
                guard let operation = found.reference else { return false }
                guard let open = try reader.openOperation(operation) else { return true }
                // An unknown outcome that became a contradiction has a case of that kind.
                return kind == .unanswered && open.conflict != nil
            }
        }
        for found in settled {
            try await store.write { transaction in
                _ = try transaction.settleCase(kind, found.subject, of: found.connection, at: now)
            }
        }
    }
}

extension OpenOperation {
    fileprivate func isForPeople(at now: Timestamp, after handOver: Duration) -> Bool {
        conflict != nil || unknown != nil && now.duration(since: created) >= handOver
    }
}
