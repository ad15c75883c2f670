import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `restore status`, `restore cases`, `restore close` and `restore open`.
struct RestoreFeature: AdminFeature {
    let store: any Store
    let gate: BookGate
    let opening: BookOpening
    let proposals: ProposalCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .restore: json(status), .openBook: json(open), .recovered: json(cases), .closeRecovered: json(close),
        ]
    }

    private func status(_ request: AdminRequest) async throws -> RestoreView {
        try request.allow()
        return try await view()
    }

    /// - Parameter proposal: the one that waits for somebody else now.
    private func view(_ proposal: String? = nil) async throws -> RestoreView {
        let isReadOnly = gate.isReadOnly
        return try await store.read { reader in
            let restoration = try reader.restoration()
            let known = try restoration.map { try reader.reconciliations(generation: $0.generation) } ?? []
            let connections = restoration == nil ? [] : try reader.connections()
            return RestoreView(
                isReadOnly: isReadOnly, generation: restoration?.generation ?? 0, backup: restoration?.backup.text,
                backupCreated: restoration?.backupCreated.description, restored: restoration?.restored.description,
                opened: restoration?.opening?.time.description, operators: restoration?.opening?.operators,
                reason: restoration?.opening?.reason,
                connections: connections.map { connection in
                    let found = known.first { $0.connection == connection.id }
                    return ReconciliationView(
                        connection: connection.id.text, processor: connection.processor,
                        state: Names.of(found?.state ?? .unfinished), updated: found?.updated.description,
                        seen: found?.seen ?? 0, recovered: found?.recovered ?? 0)
                },
                openCases: try reader.countRecoveredOperations(state: .open), proposal: proposal)
        }
    }

    private func open(_ request: AdminRequest) async throws -> RestoreView {
        try request.allow()
        let asked = try request.decoded(OpenBookRequest.self)
        let reason = try Self.reason(asked.reason)
        do {
            if opening.needsTwoPeople {
                // What would refuse it now is said now, not to whoever approves it.
                try await opening.check(asked.comparedByHand)
                let trail = request.trail
                let made = try await proposals.propose(
                    .openBook(isComparedByHand: asked.comparedByHand), reason: reason, evidence: nil, by: trail.who,
                    also: { try trail.note(in: $0, subject: $1.text) })
                return try await view(made.id.text)
            }
            _ = try await opening.open(
                operators: request.trail.who.name, reason: reason, isComparedByHand: asked.comparedByHand,
                also: request.trail.hook)
        } catch let refusal as ProposalRefusal {
            throw AdminError(refusal)
        } catch let error as BookOpeningError {
            throw AdminError(.conflict, "Not opened: \(error).")
        }
        return try await view()
    }

    private func cases(_ request: AdminRequest) async throws -> ListView<RecoveredView> {
        try request.allow("limit", "after", "all")
        let limit = try request.limit()
        let after: OperationID? = try request.identifier(query: "after")
        let state: RecoveredOperation.State? = request.text("all") == nil ? .open : nil
        let found = try await store.read {
            try $0.recoveredOperations(state: state, after: after, limit: limit + 1)
        }
        return ListView(items: found.prefix(limit).map { RecoveredView($0) }, hasMore: found.count > limit)
    }

    /// Notes that somebody has dealt with it; moves no money.
    private func close(_ request: AdminRequest) async throws -> RecoveredView {
        try request.allow()
        let id: OperationID = try request.identifier("operation")
        let reason = try Self.reason(try request.decoded(CloseCaseRequest.self).reason)
        let caller = request.trail.who.name
        return RecoveredView(
            try await store.write { transaction in
                guard var found = try transaction.recoveredOperation(id) else {
                    throw AdminError.noSuch("recovered operation", id.text)
                }
                guard found.state == .open else {
                    throw AdminError(.conflict, "\(id) is not open: it is \(Names.of(found.state)).")
                }
                found.state = .closed
                found.note = "\(caller): \(reason)"
                try transaction.update(found)
                return found
            })
    }

    private static func reason(_ text: String) throws(AdminError) -> String {
        guard (3...500).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw AdminError(.invalid, "Give a reason, 3 to 500 characters long: it is kept with the decision.")
        }
        return text
    }
}

extension RecoveredView {
    init(_ operation: RecoveredOperation) {
        self.init(
            reference: operation.reference.text, connection: operation.connection.text,
            kind: Names.of(operation.kind), amount: MoneyView(operation.amount), original: operation.original?.text,
            made: operation.made.description, state: Names.of(operation.state), posting: operation.posting,
            note: operation.note)
    }
}
