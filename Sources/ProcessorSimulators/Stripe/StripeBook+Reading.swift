import Primitives
import ProcessorKit

// What can be read: single objects, lists, the search index, and the page for cardholders.
extension StripeBook {
    func read(_ parts: [String], _ request: SimulatedRequest, at now: Int64) throws(StripeFailure) -> JSONValue {
        let query = request.query
        let expand = Set(query.list("expand"))
        switch (parts.first, parts.count) {
        case ("balance", 1): return balance
        case ("payment_intents", 1):
            return list("/v1/payment_intents", intents, query, id: \.id, created: \.created) {
                object($0, expand: inData(expand))
            }
        case ("payment_intents", 2) where parts[1] == "search": return try search(query, at: now)
        case ("payment_intents", 2):
            guard let index = intentIndex(parts[1]) else { throw .missing("payment_intent", parts[1]) }
            return object(intents[index], expand: expand)
        case ("setup_intents", 1):
            return list("/v1/setup_intents", setups, query, id: \.id, created: \.created) { object($0) }
        case ("setup_intents", 2):
            guard let setup = setups.first(where: { $0.id == parts[1] }) else {
                throw .missing("setup_intent", parts[1])
            }
            return object(setup)
        case ("payment_methods", 2):
            guard let method = methods[parts[1]] else { throw .missing("payment_method", parts[1]) }
            return object(method)
        case ("charges", 1):
            return list(
                "/v1/charges",
                charges.filter { query["payment_intent"] == nil || $0.intent == query["payment_intent"] },
                query, id: \.id, created: \.created
            ) { object($0) }
        case ("charges", 2):
            guard let index = chargeIndex(parts[1]) else { throw .missing("charge", parts[1]) }
            return object(charges[index])
        case ("refunds", 1):
            let wanted = refunds.filter { query["payment_intent"] == nil || $0.intent == query["payment_intent"] }
            return list("/v1/refunds", wanted, query, id: \.id, created: \.created) { object($0) }
        case ("refunds", 2):
            guard let refund = refunds.first(where: { $0.id == parts[1] }) else { throw .missing("refund", parts[1]) }
            return object(refund)
        case ("disputes", 1): return list("/v1/disputes", disputes, query, id: \.id, created: \.created) { object($0) }
        case ("disputes", 2):
            guard let dispute = disputes.first(where: { $0.id == parts[1] }) else {
                throw .missing("dispute", parts[1])
            }
            return object(dispute, expand: expand)
        case ("balance_transactions", 1):
            let wanted = movements.filter { query["payout"] == nil || $0.payout == query["payout"] }
            return list("/v1/balance_transactions", wanted, query, id: \.id, created: \.created) {
                object($0, expand: inData(expand))
            }
        case ("balance_transactions", 2):
            guard let found = movements.first(where: { $0.id == parts[1] }) else {
                throw .missing("balance_transaction", parts[1])
            }
            return object(found, expand: expand)
        case ("payouts", 1): return list("/v1/payouts", payouts, query, id: \.id, created: \.created) { object($0) }
        case ("payouts", 2):
            guard let payout = payouts.first(where: { $0.id == parts[1] }) else { throw .missing("payout", parts[1]) }
            return object(payout)
        case ("events", 1):
            if let before = query["ending_before"], !events.contains(where: { $0.id == before }) {
                throw .missing("event", before)
            }
            let wanted = query["type"].map { type in
                events.filter { event in
                    type.hasSuffix("*") ? event.type.hasPrefix(type.dropLast()) : event.type == type
                }
            }
            // The cursor stays, whatever type it has.
            let cursor = query["ending_before"]
            let later = cursor.flatMap { name in events.firstIndex { $0.id == name } }.map { events[($0 + 1)...] }
            let shown = (wanted ?? events).filter { event in
                later.map { later in later.contains { $0.id == event.id } } ?? true
            }
            return eventList(shown, query, isBackwards: cursor != nil)
        case ("events", 2):
            guard let event = events.first(where: { $0.id == parts[1] }) else { throw .missing("event", parts[1]) }
            return object(event)
        case ("webhook_endpoints", 1):
            return list("/v1/webhook_endpoints", endpoints, query, id: \.id, created: \.created) {
                object($0, showsSecret: false)
            }
        default:
            throw StripeFailure(status: 404, message: "Unrecognized request URL (\(request.method): \(request.path)).")
        }
    }

    /// Newest first; in front of a cursor, those next to it.
    private func eventList(_ events: [Event], _ query: FormFields, isBackwards: Bool) -> JSONValue {
        guard isBackwards else {
            return list("/v1/events", events, query, id: \.id, created: \.created) { object($0) }
        }
        let limit = query["limit"].flatMap { Int($0) }.map { min(max($0, 1), 100) } ?? 10
        let page = events.prefix(limit)
        return [
            "object": "list", "data": .array(page.reversed().map { object($0) }),
            "has_more": events.count > page.count ? true : false, "url": "/v1/events",
        ]
    }

    private func inData(_ expand: Set<String>) -> Set<String> {
        Set(expand.filter { $0.hasPrefix("data.") }.map { String($0.dropFirst(5)) })
    }

    /// One page, newest first.
    private func list<Row>(
        _ url: String, _ rows: [Row], _ query: FormFields, id: KeyPath<Row, String>, created: KeyPath<Row, Int64>,
        _ render: (Row) -> JSONValue
    ) -> JSONValue {
        let limit = query["limit"].flatMap { Int($0) }.map { min(max($0, 1), 100) } ?? 10
        let from = query["created[gte]"].flatMap { Int64($0) } ?? .min
        let to = query["created[lte]"].flatMap { Int64($0) } ?? .max
        let end = query["created[lt]"].flatMap { Int64($0) } ?? .max
        var wanted = Array(
            rows.filter {
                $0[keyPath: created] >= from && $0[keyPath: created] <= to && $0[keyPath: created] < end
            }.reversed())
        if let after = query["starting_after"], let index = wanted.firstIndex(where: { $0[keyPath: id] == after }) {
            wanted.removeFirst(index + 1)
        }
        if let before = query["ending_before"], let index = wanted.firstIndex(where: { $0[keyPath: id] == before }) {
            wanted = Array(wanted[..<index].suffix(limit))
        }
        return [
            "object": "list", "data": .array(wanted.prefix(limit).map(render)),
            "has_more": .bool(wanted.count > limit), "url": .string(url),
        ]
    }

    /// `metadata['name']:'value'`, over what the index has seen so far.
    private func search(_ query: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        let parts = (query["query"] ?? "").split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "metadata[", parts[2] == "]:" else {
            throw .invalid("query", "Only metadata['name']:'value' is simulated.")
        }
        let found = intents.filter {
            $0.created + searchLag <= now && $0.metadata[String(parts[1])] == String(parts[3])
        }
        return [
            "object": "search_result", "data": .array(found.reversed().prefix(100).map { object($0) }),
            "has_more": false, "next_page": nil, "url": "/v1/payment_intents/search",
        ]
    }
}

// MARK: - Cardholders

extension StripeBook {
    /// GET shows the question; POST with `result=pass` or `result=fail` answers it.
    mutating func page(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        let id = String(request.path.dropFirst("/_authenticate/".count))
        guard request.method == "POST" else {
            guard let index = intentIndex(id), intents[index].status == "requires_action" else {
                return SimulatedAnswer(html: "<p>Nobody waits for this.")
            }
            return SimulatedAnswer(
                html: """
                    <!doctype html><title>Simulated authentication</title><h1>Simulated 3-D Secure</h1>
                    <form method=post><button name=result value=pass>Complete</button>
                    <button name=result value=fail>Fail</button></form>
                    """)
        }
        guard let url = authenticate(id, passes: request.form["result"] == "pass", at: now) else {
            return SimulatedAnswer(html: "<p>Nobody waits for this.")
        }
        let mark = url.contains("?") ? "&" : "?"
        return SimulatedAnswer(
            status: 303, headers: [(name: "location", value: "\(url)\(mark)payment_intent=\(id)")], body: [])
    }
}

// MARK: - Webhooks

extension StripeBook {
    /// The signed messages for what happened since the last call.
    mutating func posts(at now: Int64) -> [WebhookPost] {
        defer { unsent = [] }
        return unsent.flatMap { event in
            endpoints.filter { $0.events.contains("*") || $0.events.contains(event.type) }.compactMap { endpoint in
                let body = object(event).encoded
                let key = Redacted(Array(endpoint.secret.utf8))
                guard let code = MessageAuthentication.sha256(Array("\(now).".utf8) + body, key: key) else {
                    return nil
                }
                return WebhookPost(
                    url: endpoint.url,
                    headers: [
                        (name: "content-type", value: "application/json; charset=utf-8"),
                        (name: "user-agent", value: "Stripe/1.0 (simulated)"),
                        (name: "stripe-signature", value: "t=\(now),v1=\(Hex.encode(code))"),
                    ], body: body)
            }
        }
    }
}
