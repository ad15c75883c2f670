import AdminContract
import Payments
import Ports
import Primitives

/// `unknown list` and `unknown ask`: messages to processors whose outcome is not known.
struct UnknownFeature: AdminFeature {
    let store: any Store
    let ask: @Sendable (OpenOperation) async throws -> Bool

    var handlers: [AdminRoute: AdminHandler] { [.unknown: json(list), .ask: json(ask)] }

    private func list(_ request: AdminRequest) async throws -> ListView<OperationView> {
        try request.allow("limit")
        let limit = try request.limit()
        let found = try await store.read { try $0.openOperations(dueBefore: nil, limit: limit + 1) }
        return ListView(items: found.prefix(limit).map { OperationView($0) }, hasMore: found.count > limit)
    }

    /// Asks the processor now, as the resolver would at the operation's time.
    private func ask(_ request: AdminRequest) async throws -> AskView {
        try request.allow()
        let id: OperationID = try request.identifier("operation")
        guard let operation = try await store.read({ try $0.openOperation(id) }) else {
            throw AdminError(.notFound, "There is no open operation \(id): its outcome is stored, or it never was.")
        }
        if operation.conflict != nil {
            throw AdminError(.conflict, "The processor contradicts the book about \(id); asking again decides nothing.")
        }
        let wasSettled = try await ask(operation)
        let after = try await store.read { try $0.openOperation(id) }
        return AskView(wasSettled: wasSettled && after == nil, operation: after.map { OperationView($0) })
    }
}
