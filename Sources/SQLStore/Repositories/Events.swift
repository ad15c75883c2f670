import Payments
import Ports
import Primitives

extension SQLTransaction {
    func event(_ id: EventID) throws -> Event? {
        try one("SELECT * FROM event WHERE id = ?1", [.of(id)], Event.init(row:))
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
