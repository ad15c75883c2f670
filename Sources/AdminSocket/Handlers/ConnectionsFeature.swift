import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `connections list`, `show`, `enable` and `disable`.
struct ConnectionsFeature: AdminFeature {
    let store: any Store
    let connections: ConnectionCommands
    let hasAdapter: @Sendable (ConnectionID) -> Bool

    var handlers: [AdminRoute: AdminHandler] {
        [
            .connections: json(list), .connection: json(show), .enableConnection: json { try await set(true, $0) },
            .disableConnection: json { try await set(false, $0) },
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<ConnectionHealthView> {
        try request.allow()
        let found = try await store.read { try $0.connections() }
        return ListView(items: found.map(view))
    }

    private func show(_ request: AdminRequest) async throws -> ConnectionHealthView {
        try request.allow()
        let id: ConnectionID = try request.identifier("connection")
        guard let found = try await store.read({ try $0.connection(id) }) else {
            throw AdminError.noSuch("connection", id.text)
        }
        return view(found)
    }

    private func set(_ isEnabled: Bool, _ request: AdminRequest) async throws -> ConnectionHealthView {
        try request.allow()
        let id: ConnectionID = try request.identifier("connection")
        guard let changed = try await connections.set(enabled: isEnabled, id, also: request.trail.hook) else {
            throw AdminError.noSuch("connection", id.text)
        }
        return view(changed)
    }

    private func view(_ connection: Connection) -> ConnectionHealthView {
        ConnectionHealthView(
            connection: ConnectionView(connection, isLive: hasAdapter(connection.id)),
            fundsFlow: Names.of(connection.fundsFlow), created: connection.created.description,
            settlement: connections.tellsSettlements(connection.id).map { $0 ? "api" : "file" },
            health: connections.health.health(of: connection.id).map { HealthView($0.recent) })
    }
}

extension HealthView {
    init(_ record: RecentAnswers) {
        self.init(
            approved: record.counts[.approved] ?? 0, declined: record.counts[.declined] ?? 0,
            undecided: record.counts[.undecided] ?? 0, notProcessed: record.counts[.notProcessed] ?? 0,
            unknown: record.counts[.unknown] ?? 0, approvalBasisPoints: record.approvalBasisPoints,
            lastAnswer: record.lastAnswer?.description, lastProblem: record.lastProblem?.text,
            lastProblemTime: record.lastProblem?.time.description)
    }
}
