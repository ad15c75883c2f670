import Payments
import Ports
import Primitives

extension SQLTransaction {
    func webhookEndpoint(_ id: WebhookEndpointID) throws -> WebhookEndpoint? {
        try one("SELECT * FROM webhook_endpoint WHERE id = ?1", [.of(id)], WebhookEndpoint.init(row:))
    }

    func webhookEndpoints(of owner: Owner?, mode: Mode?) throws -> [WebhookEndpoint] {
        guard let owner else {
            return try all(
                "SELECT * FROM webhook_endpoint WHERE mode BETWEEN ?1 AND ?2 ORDER BY id", Self.range(of: mode),
                WebhookEndpoint.init(row:))
        }
        return try all(
            "SELECT * FROM webhook_endpoint WHERE owner = ?3 AND mode BETWEEN ?1 AND ?2 ORDER BY id",
            Self.range(of: mode) + [.of(owner.bits)], WebhookEndpoint.init(row:))
    }

    func insert(_ endpoint: WebhookEndpoint) throws {
        lastAudience = nil
        try session.run(
            """
            INSERT INTO webhook_endpoint (id, owner_kind, owner, mode, url, types, secret_key, secret_box, is_enabled,
                created, last_sequence, details_key, details_box)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12)
            """,
            [
                .of(endpoint.id), .of(endpoint.owner.kind), .of(endpoint.owner.bits), .of(endpoint.mode),
                .text(endpoint.url), .text(WebhookTypes.text(endpoint.types)), .integer(endpoint.secret.dataKey),
                .bytes(endpoint.secret.box), .of(endpoint.isEnabled), .of(endpoint.created),
                .of(endpoint.details?.dataKey), .of(endpoint.details?.box),
            ])
    }

    func update(_ endpoint: WebhookEndpoint) throws {
        lastAudience = nil
        try change(
            """
            UPDATE webhook_endpoint SET url = ?2, types = ?3, secret_key = ?4, secret_box = ?5, is_enabled = ?6,
                previous_secret_key = ?7, previous_secret_box = ?8, previous_secret_until = ?9,
                details_key = ?10, details_box = ?11
            WHERE id = ?1
            """,
            [
                .of(endpoint.id), .text(endpoint.url), .text(WebhookTypes.text(endpoint.types)),
                .integer(endpoint.secret.dataKey), .bytes(endpoint.secret.box), .of(endpoint.isEnabled),
                .of(endpoint.previousSecret?.sealed.dataKey), .of(endpoint.previousSecret?.sealed.box),
                .of(endpoint.previousSecret?.ends), .of(endpoint.details?.dataKey), .of(endpoint.details?.box),
            ])
    }

    /// What was delivered stays as it is; what was still to be delivered goes with the endpoint.
    func deleteWebhookEndpoint(_ id: WebhookEndpointID) throws {
        lastAudience = nil
        try session.run("DELETE FROM webhook_delivery WHERE endpoint = ?1 AND state = 1", [.of(id)])
        try session.run("DELETE FROM webhook_endpoint WHERE id = ?1", [.of(id)])
    }

    func deliveries(dueBefore: Timestamp, limit: Int) throws -> [WebhookDelivery] {
        try all(
            "SELECT * FROM webhook_delivery WHERE state = 1 AND next_attempt < ?1 ORDER BY next_attempt LIMIT ?2",
            [.of(dueBefore), .integer(Int64(max(limit, 0)))], WebhookDelivery.init(row:))
    }

    func deliveries(of endpoint: WebhookEndpointID, _ limit: Int) throws -> [WebhookDelivery] {
        try all(
            "SELECT * FROM webhook_delivery WHERE endpoint = ?1 ORDER BY sequence DESC LIMIT ?2",
            [.of(endpoint), .integer(Int64(max(limit, 0)))], WebhookDelivery.init(row:))
    }

    func deliveries(
        of endpoint: WebhookEndpointID, _ state: WebhookDelivery.State?, before: Int64?, after: Int64?, limit: Int
    ) throws -> Page<WebhookDelivery> {
        let limit = min(max(limit, 1), 100)
        if let after {
            let found = try all(
                """
                SELECT * FROM webhook_delivery
                WHERE endpoint = ?1 AND sequence > ?2 AND (CAST(?3 AS BIGINT) IS NULL OR state = ?3)
                ORDER BY sequence LIMIT ?4
                """, [.of(endpoint), .integer(after), .of(state), .integer(Int64(limit) + 1)],
                WebhookDelivery.init(row:))
            return Page(items: found.prefix(limit).reversed(), hasMore: found.count > limit)
        }
        let found = try all(
            """
            SELECT * FROM webhook_delivery
            WHERE endpoint = ?1 AND sequence < ?2 AND (CAST(?3 AS BIGINT) IS NULL OR state = ?3)
            ORDER BY sequence DESC LIMIT ?4
            """, [.of(endpoint), .integer(before ?? .max), .of(state), .integer(Int64(limit) + 1)],
            WebhookDelivery.init(row:))
        return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
    }

    func replay(_ endpoint: WebhookEndpointID, from sequence: Int64, at time: Timestamp, limit: Int) throws -> Int {
        try session.run(
            """
            UPDATE webhook_delivery SET state = 1, attempts = 0, next_attempt = ?3, created = ?3
            WHERE endpoint = ?1 AND sequence IN
                (SELECT sequence FROM webhook_delivery WHERE endpoint = ?1 AND sequence >= ?2 AND state > 1
                ORDER BY sequence LIMIT ?4)
            """, [.of(endpoint), .integer(sequence), .of(time), .integer(Int64(max(limit, 0)))])
    }

    func countPendingDeliveries(of event: Event) throws -> Int64 {
        // A range of one event, so that the index of what waits is taken and not an endpoint's whole log.
        try one(
            """
            SELECT count(*) FROM webhook_delivery
            WHERE state = 1 AND endpoint IN (SELECT id FROM webhook_endpoint WHERE owner = ?1)
                AND event >= ?2 AND event <= ?2
            """, [.of(event.owner.bits), .of(event.id)]
        ) { (row) throws(StoreError) in try row.integer(0) } ?? 0
    }

    func update(_ delivery: WebhookDelivery) throws {
        try change(
            """
            UPDATE webhook_delivery SET state = ?3, attempts = ?4, next_attempt = ?5, last_status = ?6
            WHERE endpoint = ?1 AND sequence = ?2
            """,
            [
                .of(delivery.endpoint), .integer(delivery.sequence), .of(delivery.state),
                .integer(delivery.attempts), .of(delivery.nextAttempt), .of(delivery.lastStatus),
            ])
    }

    /// One commit often tells the same owner of several events.
    private func audience(of owner: Owner, _ mode: Mode) throws(StoreError) -> EventAudience {
        if let lastAudience, lastAudience.owner == owner, lastAudience.mode == mode { return lastAudience }
        let endpoints = try all(
            "SELECT id, types FROM webhook_endpoint WHERE owner = ?1 AND mode = ?2 AND is_enabled = 1 ORDER BY id",
            [.of(owner.bits), .of(mode)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "webhook_endpoint")
            return EventAudience.Endpoint(
                id: try columns.identifier(WebhookEndpointKind.self), types: try WebhookTypes.read(&columns))
        }
        let audience = EventAudience(owner: owner, mode: mode, endpoints: endpoints)
        lastAudience = audience
        return audience
    }

    func isNamed(_ type: EventType, to owner: Owner, mode: Mode) throws -> Bool {
        try audience(of: owner, mode).endpoints.contains { $0.types.contains(type) }
    }

    /// Gives `event` the next number of each endpoint that wants it. The counter is a row of the endpoint, so the numbers
    /// have no gaps: a transaction that fails takes its number back with it.
    func queueDeliveries(of event: Event, from time: Timestamp) throws(StoreError) -> Int {
        let audience = try audience(of: event.owner, event.mode)
        var queued = 0
        for endpoint in audience.endpoints where endpoint.types.isEmpty || endpoint.types.contains(event.type) {
            let sequence = try one(
                """
                UPDATE webhook_endpoint SET last_sequence = last_sequence + 1 WHERE id = ?1 RETURNING last_sequence
                """, [.of(endpoint.id)]
            ) { (row) throws(StoreError) in try row.integer(0) }
            guard let sequence else { throw .corrupt("table webhook_endpoint: a row that was just read is gone") }
            try session.run(
                """
                INSERT INTO webhook_delivery (endpoint, sequence, event, state, attempts, next_attempt, last_status,
                    created)
                VALUES (?1, ?2, ?3, 1, 0, ?4, NULL, ?4)
                """, [.of(endpoint.id), .integer(sequence), .of(event.id), .of(time)])
            queued += 1
        }
        return queued
    }
}

/// The endpoints that an owner's events go to.
struct EventAudience {
    struct Endpoint {
        let id: WebhookEndpointID
        let types: Set<EventType>
    }
    let owner: Owner
    let mode: Mode
    let endpoints: [Endpoint]
}

/// A set of event types as stored text: their numbers in order, with commas between them.
private enum WebhookTypes {
    static func text(_ types: Set<EventType>) -> String {
        types.map(\.rawValue).sorted().map { String($0) }.joined(separator: ",")
    }

    static func read(_ columns: inout Columns) throws(StoreError) -> Set<EventType> {
        let text = try columns.text()
        var types: Set<EventType> = []
        for part in text.split(separator: ",") {
            guard let number = Int64(part), let type = EventType(rawValue: number) else {
                throw columns.corrupt("a type of event that is not known")
            }
            types.insert(type)
        }
        return types
    }
}

extension WebhookEndpoint {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "webhook_endpoint")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            url: try columns.text(), types: try WebhookTypes.read(&columns), secret: try columns.sealed(),
            isEnabled: try columns.flag(), created: try columns.time())
        _ = try columns.integer()
        let previous = try columns.optionalSealed()
        let ends = try columns.optionalTime()
        previousSecret = try previous.map { (sealed) throws(StoreError) in
            ExpiringSecret(sealed, ends: try columns.required(ends, "the end of a secret"))
        }
        details = try columns.optionalSealed()
    }
}

extension WebhookDelivery {
    init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "webhook_delivery")
        self.init(
            endpoint: try columns.identifier(), sequence: try columns.integer(), event: try columns.identifier(),
            state: try columns.value(), attempts: try columns.integer(), nextAttempt: try columns.time(),
            lastStatus: try columns.optionalInteger(), created: try columns.time())
    }
}
