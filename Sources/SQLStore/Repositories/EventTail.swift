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

    func eventHeads(causedBy request: RequestID, within time: Duration, limit: Int) throws -> [EventHead] {
        // Identifiers begin with the millisecond they were made in. A clock may have been set back a little meanwhile.
        let milliseconds = request.high >> 16
        let (slack, length) = (UInt64(1_000), UInt64(clamping: time.wholeMicroseconds / 1_000))
        let first = SIMD2((milliseconds < slack ? 0 : milliseconds - slack) << 16, UInt64(0))
        let last = SIMD2((milliseconds &+ length) << 16, UInt64(0))
        return try all(
            """
            SELECT id, owner_kind, owner, mode, type, subject, created FROM event
            WHERE id > ?1 AND id < ?2 AND request = ?3 ORDER BY id LIMIT ?4
            """, [.of(first), .of(last), .of(request), .integer(Int64(limit))], EventHead.init(row:))
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
