import Payments
import Ports
import Primitives

extension SQLTransaction {
    func eventHeads(after id: SIMD2<UInt64>, limit: Int) throws -> [EventHead] {
        try all(
            """
            SELECT id, owner_kind, owner, mode, type, subject, created FROM event WHERE id > ?1 ORDER BY id LIMIT ?2
            """, [.of(id), .integer(Int64(limit))], EventHead.init(row:))
    }

    func eventHeads(_ request: PageRequest) throws -> Page<EventHead> {
        try page(
            request, [],
            newestFirst: """
                SELECT id, owner_kind, owner, mode, type, subject, created FROM event
                WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT id, owner_kind, owner, mode, type, subject, created FROM event
                WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, EventHead.init(row:))
    }

    func eventHead(_ id: EventID) throws -> EventHead? {
        try one(
            "SELECT id, owner_kind, owner, mode, type, subject, created FROM event WHERE id = ?1", [.of(id)],
            EventHead.init(row:))
    }

    /// Of the endpoints that its owner has: an endpoint's deliveries lie in the order they were stored.
    func deliveries(ofEvent event: EventHead) throws -> [WebhookDelivery] {
        var found: [WebhookDelivery] = []
        for endpoint in try webhookEndpoints(of: event.owner, mode: event.mode) {
            found += try deliveries(of: endpoint.id, 10_000).filter { $0.event == event.id }
            if found.count >= 100 { break }
        }
        return found
    }
}

extension EventHead {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "event")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            type: try columns.value(), subject: try columns.bits(), created: try columns.time())
    }
}
