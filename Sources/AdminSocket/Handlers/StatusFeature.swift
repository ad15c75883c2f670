import AdminContract
import Payments
import Ports
import Primitives

/// `status`: how the daemon is.
struct StatusFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let facts: @Sendable () -> DaemonFacts
    let inFlight: @Sendable () -> Int
    let hasAdapter: @Sendable (ConnectionID) -> Bool

    var handlers: [AdminRoute: AdminHandler] { [.status: json(status)] }

    private func status(_ request: AdminRequest) async throws -> StatusView {
        try request.allow()
        let facts = facts()
        let (counts, connections) = try await store.read { (try $0.statistics(), try $0.connections()) }
        return StatusView(
            version: facts.version, started: facts.started.description,
            uptimeSeconds: clock.now().duration(since: facts.started).components.seconds, role: request.role,
            synchronous: facts.synchronous, holds: facts.holds,
            operations: OperationCounts(
                open: counts.openOperations, unknown: counts.unknownOperations, conflicts: counts.conflicts,
                oldestOpen: counts.oldestOpen?.description, inFlight: inFlight()),
            deliveries: DeliveryCounts(
                pending: counts.pendingDeliveries, oldestPending: counts.oldestPendingDelivery?.description),
            writer: facts.writer, front: facts.front,
            connections: connections.map { ConnectionView($0, isLive: hasAdapter($0.id)) },
            storage: facts.storage)
    }
}
