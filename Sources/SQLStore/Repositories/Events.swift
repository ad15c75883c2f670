import Payments
import Ports
import Primitives

extension SQLTransaction {
    func event(_ id: EventID) throws -> Event? {
        try one("SELECT * FROM event WHERE id = ?1", [.of(id)], Event.init(row:))
    }

    func events(
        of owner: Owner, mode: Mode, types: Set<EventType>, _ page: PageRequest
    ) throws -> Page<Event> {
        // The wanted types are the bits of two numbers, 62 of each: a list in SQL has a fixed length.
        var wanted: (low: Int64, high: Int64) = types.isEmpty ? (.max, .max) : (0, 0)
        for type in types {
            switch type.rawValue {
            case 0..<62: wanted.low |= 1 << type.rawValue
            case 62..<124: wanted.high |= 1 << (type.rawValue - 62)
            default: throw StoreError.constraint("an event type above 123")
            }
        }
        return try self.page(
            page, [.of(owner.bits), .of(mode), .integer(wanted.low), .integer(wanted.high)],
            newestFirst: """
                SELECT * FROM event
                WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    AND ((CASE WHEN type < 62 THEN CAST(?6 AS BIGINT) >> CAST(type AS INTEGER)
                        ELSE CAST(?7 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM event
                WHERE owner = ?4 AND mode = ?5 AND id > ?1 AND id < ?2
                    AND ((CASE WHEN type < 62 THEN CAST(?6 AS BIGINT) >> CAST(type AS INTEGER)
                        ELSE CAST(?7 AS BIGINT) >> CAST(type - 62 AS INTEGER) END) & 1) = 1
                ORDER BY id LIMIT ?3
                """, Event.init(row:))
    }

    /// Looks through the entries of the owner's index from the object's making on; see the schema for why. At most
    /// 1 000 events, oldest first.
    func events(about subject: SIMD2<UInt64>) throws -> [Event] {
        guard let home = try home(of: subject) else { return [] }
        return try all(
            """
            SELECT * FROM event
            WHERE owner = ?1 AND mode = ?2 AND id > ?3 AND subject = ?4 ORDER BY id LIMIT 1000
            """, [.of(home.owner), .of(home.mode), .of(home.from), .of(subject)], Event.init(row:))
    }

    func append(_ event: Event, deliveredFrom time: Timestamp) throws -> Int {
        try session.run(
            """
            INSERT INTO event (id, owner_kind, owner, mode, type, subject, created, payload_key, payload_box, request)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .of(event.id), .of(event.owner.kind), .of(event.owner.bits), .of(event.mode), .of(event.type),
                .of(event.subject), .of(event.created), .integer(event.payload.dataKey), .bytes(event.payload.box),
                .of(event.request),
            ])
        return try queueDeliveries(of: event, from: time)
    }

    /// Who is told of an object's events, and where in the owner's index they can begin.
    private struct Home {
        let owner: SIMD2<UInt64>
        let mode: Mode
        let from: SIMD2<UInt64>
    }

    private func home(of subject: SIMD2<UInt64>) throws(StoreError) -> Home? {
        let found = try one(
            """
            SELECT bot, mode, created FROM payment WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM charge WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM refund WHERE id = ?1
            UNION ALL SELECT owner, mode, created FROM dispute WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM setup_intent WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM mandate WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM payout WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM payout_destination WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM checkout WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM payment_link WHERE id = ?1
            UNION ALL SELECT bot, mode, created FROM customer WHERE id = ?1
            UNION ALL SELECT owner, mode, created FROM payment_method WHERE id = ?1
            UNION ALL SELECT platform, mode, created FROM friend_transfer WHERE id = ?1
            UNION ALL SELECT platform, mode, created FROM wallet_movement WHERE id = ?1
            UNION ALL SELECT platform, mode, created FROM person WHERE id = ?1
            """, [.of(subject)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "of the subject of an event")
            return (owner: try columns.bits(), mode: try columns.value(Mode.self), created: try columns.time())
        }
        guard let found else { return nil }
        // An hour earlier, because the machine's clock may have been set back meanwhile.
        let from = PageBounds(PageRequest(createdFrom: found.created.advanced(by: .seconds(-3_600)))).lower
        return Home(owner: found.owner, mode: found.mode, from: from)
    }
}

extension Event {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "event")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            type: try columns.value(), subject: try columns.bits(), created: try columns.time(),
            payload: try columns.sealed(), request: try columns.optionalIdentifier())
    }
}
