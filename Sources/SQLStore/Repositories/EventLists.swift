import Payments
import Ports
import Primitives

// Lists of events. An owner's events lie along one index; those that do not come with nearly every charge or transfer also lie
// along one by type, so that nobody walks past a million charges to find a payout.
extension SQLTransaction {
    func events(matching query: EventQuery, _ page: PageRequest) throws -> Page<Event> {
        switch query.isDelivered {
        case nil: try events(of: query, page)
        case false?: try undelivered(query, page)
        case true?: try delivered(query, page)
        }
    }

    private func events(of query: EventQuery, _ page: PageRequest) throws -> Page<Event> {
        let owner: [SQLValue] = [.of(query.owner.bits), .of(query.mode)]
        guard !query.types.isEmpty, query.types.count < EventType.allCases.count else {
            return try self.page(
                page, owner,
                newestFirst: """
                    SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                    """, Event.init(row:))
        }
        var pages: [Page<Event>] = []
        for type in query.types where !type.isCommon {
            let found = try self.page(
                page, owner + [.of(type)],
                newestFirst: """
                    SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND type = ?6 AND type NOT IN (5, 10, 42)
                        AND id > ?1 AND id < ?2
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND type = ?6 AND type NOT IN (5, 10, 42)
                        AND id > ?1 AND id < ?2
                    ORDER BY id LIMIT ?3
                    """, Event.init(row:))
            pages.append(found)
        }
        let common = query.types.filter(\.isCommon)
        if !common.isEmpty { pages.append(try commonEvents(owner, common, page)) }
        return Self.merge(pages, page, by: \.id.bits)
    }

    /// Along all of the owner's events, where these are close together.
    private func commonEvents(
        _ owner: [SQLValue], _ types: Set<EventType>, _ page: PageRequest
    ) throws -> Page<Event> {
        // Three places in the statement, whatever is asked.
        let wanted = types.map(\.rawValue)
        let places = (0..<3).map { SQLValue.integer($0 < wanted.count ? wanted[$0] : -1) }
        return try self.page(
            page, owner + places,
            newestFirst: """
                SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND type IN (?6, ?7, ?8)
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM event WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND type IN (?6, ?7, ?8)
                ORDER BY id LIMIT ?3
                """, Event.init(row:))
    }

    /// Those of which a delivery waits or was given up, along indexes that hold nothing else.
    private func undelivered(_ query: EventQuery, _ page: PageRequest) throws -> Page<Event> {
        var pages: [Page<Event>] = []
        for endpoint in try webhookEndpoints(of: query.owner, mode: query.mode) {
            let values: [SQLValue] = [.of(endpoint.id)] + (try Self.typeBits(query.types))
            pages.append(
                try self.page(
                    page, values,
                    newestFirst: """
                        SELECT event.* FROM webhook_delivery AS delivery JOIN event ON event.id = delivery.event
                        WHERE delivery.endpoint = ?4 AND delivery.state = 1
                            AND delivery.event > ?1 AND delivery.event < ?2
                            AND ((CASE WHEN type < 62 THEN CAST(?5 AS BIGINT) >> CAST(type AS INTEGER)
                                ELSE CAST(?6 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                        ORDER BY delivery.event DESC LIMIT ?3
                        """,
                    oldestFirst: """
                        SELECT event.* FROM webhook_delivery AS delivery JOIN event ON event.id = delivery.event
                        WHERE delivery.endpoint = ?4 AND delivery.state = 1
                            AND delivery.event > ?1 AND delivery.event < ?2
                            AND ((CASE WHEN type < 62 THEN CAST(?5 AS BIGINT) >> CAST(type AS INTEGER)
                                ELSE CAST(?6 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                        ORDER BY delivery.event LIMIT ?3
                        """, Event.init(row:)))
            pages.append(
                try self.page(
                    page, values,
                    newestFirst: """
                        SELECT event.* FROM webhook_delivery AS delivery JOIN event ON event.id = delivery.event
                        WHERE delivery.endpoint = ?4 AND delivery.state = 3
                            AND delivery.event > ?1 AND delivery.event < ?2
                            AND ((CASE WHEN type < 62 THEN CAST(?5 AS BIGINT) >> CAST(type AS INTEGER)
                                ELSE CAST(?6 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                        ORDER BY delivery.event DESC LIMIT ?3
                        """,
                    oldestFirst: """
                        SELECT event.* FROM webhook_delivery AS delivery JOIN event ON event.id = delivery.event
                        WHERE delivery.endpoint = ?4 AND delivery.state = 3
                            AND delivery.event > ?1 AND delivery.event < ?2
                            AND ((CASE WHEN type < 62 THEN CAST(?5 AS BIGINT) >> CAST(type AS INTEGER)
                                ELSE CAST(?6 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                        ORDER BY delivery.event LIMIT ?3
                        """, Event.init(row:)))
        }
        return Self.merge(pages, page, by: \.id.bits)
    }

    /// The wanted types as the bits of two numbers, 62 of each: a list in SQL has a fixed length.
    private static func typeBits(_ types: Set<EventType>) throws(StoreError) -> [SQLValue] {
        var wanted: (low: Int64, high: Int64) = types.isEmpty ? (.max, .max) : (0, 0)
        for type in types {
            switch type.rawValue {
            case 0..<62: wanted.low |= 1 << type.rawValue
            case 62..<124: wanted.high |= 1 << (type.rawValue - 62)
            default: throw .constraint("an event type above 123")
            }
        }
        return [.integer(wanted.low), .integer(wanted.high)]
    }

    /// All but those: what was not delivered is the exception, and walked past.
    private func delivered(_ query: EventQuery, _ page: PageRequest) throws -> Page<Event> {
        let isOldestFirst = PageBounds(page).isOldestFirst
        var (found, cursor): ([Event], PageRequest.Cursor) = ([], page.cursor)
        while found.count <= page.limit {
            let next = try events(
                of: query,
                PageRequest(
                    limit: page.limit, cursor: cursor, createdFrom: page.createdFrom, createdBefore: page.createdBefore)
            )
            // In the order of the walk.
            let items = isOldestFirst ? next.items.reversed() : next.items
            for event in items where try !hasUndelivered(event) { found.append(event) }
            guard next.hasMore, let last = items.last else { break }
            cursor = isOldestFirst ? .before(last.id.bits) : .after(last.id.bits)
        }
        return Self.cut(found, page, isOldestFirst: isOldestFirst)
    }

    private func hasUndelivered(_ event: Event) throws -> Bool {
        if try countPendingDeliveries(of: event) > 0 { return true }
        let failed = try one(
            """
            SELECT count(*) FROM webhook_delivery
            WHERE state = 3 AND endpoint IN (SELECT id FROM webhook_endpoint WHERE owner = ?1)
                AND event >= ?2 AND event <= ?2
            """, [.of(event.owner.bits), .of(event.id)]
        ) { (row) throws(StoreError) in try row.integer(0) }
        return failed ?? 0 > 0
    }
}
