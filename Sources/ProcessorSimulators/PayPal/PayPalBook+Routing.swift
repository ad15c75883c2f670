import Primitives
import ProcessorKit

extension PayPalBook {
    mutating func answer(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        if request.path == "/checkoutnow" { return page(request, at: now) }
        let debugID = name(13).lowercased()
        var answer: SimulatedAnswer
        do throws(PayPalFailure) {
            if request.path == "/v1/oauth2/token" {
                answer = try token(request, at: now)
            } else {
                try authenticate(request, at: now)
                try mock(request)
                answer = try remembering(request, at: now)
            }
        } catch {
            answer = error.answer(debugID)
        }
        answer.headers.append((name: "paypal-debug-id", value: debugID))
        return answer
    }

    /// Events for each endpoint that wants them.
    mutating func deliveries() -> [(Endpoint, JSONValue)] {
        defer { unsent = [] }
        return unsent.flatMap { event in
            endpoints.filter { $0.events.contains("*") || $0.events.contains(event.type) }
                .map { ($0, object(event)) }
        }
    }

    // MARK: - Who asks

    private mutating func token(_ request: SimulatedRequest, at now: Int64) throws(PayPalFailure) -> SimulatedAnswer {
        let header = request.headers["authorization"] ?? ""
        guard header.hasPrefix("Basic "), let pair = Base64.decode(header.dropFirst(6)),
            case let parts = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1), parts.count == 2,
            String(decoding: parts[1], as: UTF8.self) != "wrong"
        else {
            return SimulatedAnswer(
                401, json: ["error": "invalid_client", "error_description": "Client Authentication failed"])
        }
        guard request.form["grant_type"] == "client_credentials" else {
            return SimulatedAnswer(400, json: ["error": "unsupported_grant_type"])
        }
        let token = "A21AA\(name())\(name())"
        if tokens.count > 1_000 { tokens = tokens.filter { $0.value > now } }
        tokens[token] = now + tokenLife
        return SimulatedAnswer(
            json: [
                "scope": "https://uri.paypal.com/services/payments/payment", "access_token": .string(token),
                "token_type": "Bearer", "app_id": "APP-SIMULATED", "expires_in": .integer(tokenLife),
                "nonce": .string("\(PayPalClock.text(now))\(name())"),
            ])
    }

    private func authenticate(_ request: SimulatedRequest, at now: Int64) throws(PayPalFailure) {
        let header = request.headers["authorization"] ?? ""
        guard header.hasPrefix("Bearer "), let end = tokens[String(header.dropFirst(7))], now < end else {
            throw PayPalFailure(
                status: 401, name: "AUTHENTICATION_FAILURE",
                message:
                    "Authentication failed due to missing authorization header, or invalid authentication credentials.",
                issue: "INVALID_ACCOUNT_STATUS")
        }
    }

    /// Errors on demand, as PayPal's sandbox has them: `PayPal-Mock-Response: {"mock_application_codes":"ISSUE"}`.
    /// Source: developer.paypal.com/tools/sandbox/negative-testing/request-headers (read 2026-11).
    private func mock(_ request: SimulatedRequest) throws(PayPalFailure) {
        guard let header = request.headers["paypal-mock-response"] else { return }
        guard let code = JSONValue(parsing: Array(header.utf8))?["mock_application_codes"]?.text else {
            throw .malformed("PayPal-Mock-Response", "INVALID_PARAMETER_SYNTAX")
        }
        switch code {
        case "INTERNAL_SERVER_ERROR", "INTERNAL_SERVICE_ERROR":
            throw PayPalFailure(
                status: 500, name: "INTERNAL_SERVER_ERROR", message: "An internal server error occurred.")
        case "RATE_LIMIT_REACHED":
            throw PayPalFailure(status: 429, name: "RATE_LIMIT_REACHED", message: "Too many requests.")
        case "PREVIOUS_REQUEST_IN_PROGRESS":
            throw PayPalFailure(status: 409, name: "RESOURCE_CONFLICT", message: "Busy.", issue: code)
        case "RESOURCE_NOT_FOUND": throw .unknownResource
        default: throw .rule(code)
        }
    }

    // MARK: - Once

    /// Answers a repetition with the first answer, whatever it says now.
    /// Source: developer.paypal.com/reference/guidelines/idempotency (read 2026-11).
    private mutating func remembering(
        _ request: SimulatedRequest, at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        guard request.method == "POST", let key = request.headers["paypal-request-id"] else {
            return try route(request, at: now)
        }
        guard key.utf8.count <= 108 else { throw .malformed("PayPal-Request-Id", "INVALID_STRING_LENGTH") }
        let isBatch = request.path == "/v1/payments/payouts"
        if refusesEmptyBatches, isBatch, try body(request)["items"]?.elements.isEmpty != false {
            throw .missing("/items")
        }
        let isOrder = request.path.hasPrefix("/v2/checkout/")
        let kept: Int64 = isOrder ? 6 * 3_600 : 45 * 86_400
        // Keys of the two services know nothing of each other.
        let name = (isOrder ? "orders " : "payments ") + key
        if let first = keys[name], now - first.created < kept {
            guard first.path == request.path else { throw .rule("DUPLICATE_REQUEST_ID") }
            guard first.answer.status == 201, isOrder else { return first.answer }
            return refreshed(first.answer)
        }
        let answer = try route(request, at: now)
        if keys.count > 50_000 { keys = [:] }
        keys[name] = Remembered(path: request.path, answer: answer, created: now)
        return answer
    }

    /// The order as it is now, with 200.
    private func refreshed(_ answer: SimulatedAnswer) -> SimulatedAnswer {
        guard let id = JSONValue(parsing: answer.body)?["id"]?.text, let order = orders.last(where: { $0.id == id })
        else { return answer }
        return SimulatedAnswer(json: object(order))
    }

    // MARK: - What is asked

    private mutating func route(
        _ request: SimulatedRequest, at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        let parts = request.path.split(separator: "/").map(String.init)
        switch parts.prefix(3).joined(separator: "/") {
        case "v2/checkout/orders": return try orders(request, Array(parts.dropFirst(3)), at: now)
        case "v2/payments/authorizations": return try authorizations(request, Array(parts.dropFirst(3)), at: now)
        case "v2/payments/captures": return try captures(request, Array(parts.dropFirst(3)), at: now)
        case "v2/payments/refunds":
            guard request.method == "GET", parts.count == 4, let refund = refunds.last(where: { $0.id == parts[3] })
            else { throw .unknownResource }
            return SimulatedAnswer(json: object(refund))
        case "v1/payments/payouts", "v1/payments/payouts-item":
            return try payouts(request, parts, at: now)
        case "v1/reporting/balances":
            guard tellsAccount else {
                throw PayPalFailure(
                    status: 403, name: "NOT_AUTHORIZED",
                    message: "Authorization failed due to insufficient permissions.")
            }
            return SimulatedAnswer(
                json: [
                    "balances": .array([]), "account_id": .string(account),
                    "as_of_time": .string(PayPalClock.text(now)),
                    "last_refresh_time": .string(PayPalClock.text(now)),
                ])
        case "v1/reporting/transactions": return SimulatedAnswer(json: try transactions(request.query, at: now))
        case "v1/notifications/webhooks": return try webhooks(request, parts)
        case "v1/customer/disputes":
            guard request.method == "GET" else { throw .unknownResource }
            if parts.count == 3 { return SimulatedAnswer(json: listDisputes(request.query)) }
            guard let dispute = disputes.last(where: { $0.id == parts[3] }) else { throw .unknownResource }
            return SimulatedAnswer(json: object(dispute))
        default: throw .unknownResource
        }
    }

    private func body(_ request: SimulatedRequest) throws(PayPalFailure) -> JSONValue {
        if request.body.isEmpty { return .object([]) }
        guard let body = JSONValue(parsing: request.body) else { throw .malformed(nil, "MALFORMED_REQUEST_JSON") }
        return body
    }

    private mutating func orders(
        _ request: SimulatedRequest, _ rest: [String], at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        switch (request.method, rest.count, rest.last) {
        case ("POST", 0, _):
            let body = try body(request)
            guard body["payment_source"] == nil || request.headers["paypal-request-id"] != nil else {
                throw .malformed("PayPal-Request-Id", "PAYPAL_REQUEST_ID_REQUIRED")
            }
            return try makeOrder(body, at: now)
        case ("GET", 1, _): return SimulatedAnswer(json: object(orders[try orderIndex(rest[0])]))
        case ("PATCH", 1, _):
            try patch(try orderIndex(rest[0]), try body(request))
            return SimulatedAnswer(status: 204, body: [])
        case ("POST", 2, "capture"):
            return try pay(try orderIndex(rest[0]), try body(request), takesMoney: true, at: now)
        case ("POST", 2, "authorize"):
            return try pay(try orderIndex(rest[0]), try body(request), takesMoney: false, at: now)
        default: throw .unknownResource
        }
    }

    private mutating func authorizations(
        _ request: SimulatedRequest, _ rest: [String], at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        switch (request.method, rest.count, rest.last) {
        case ("GET", 1, _): return SimulatedAnswer(json: object(authorizations[try authorizationIndex(rest[0])]))
        case ("POST", 2, "capture"):
            return SimulatedAnswer(201, json: try capture(rest[0], try body(request), at: now))
        case ("POST", 2, "void"):
            let object = try void(rest[0], at: now)
            let isWhole = request.headers["prefer"] == "return=representation"
            return isWhole ? SimulatedAnswer(json: object) : SimulatedAnswer(status: 204, body: [])
        default: throw .unknownResource
        }
    }

    private mutating func captures(
        _ request: SimulatedRequest, _ rest: [String], at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        switch (request.method, rest.count, rest.last) {
        case ("GET", 1, _): return SimulatedAnswer(json: object(captures[try captureIndex(rest[0])]))
        case ("POST", 2, "refund"):
            return SimulatedAnswer(201, json: try refund(rest[0], try body(request), at: now))
        default: throw .unknownResource
        }
    }

    private mutating func payouts(
        _ request: SimulatedRequest, _ parts: [String], at now: Int64
    ) throws(PayPalFailure) -> SimulatedAnswer {
        switch (request.method, parts.count, parts[2]) {
        case ("POST", 3, "payouts"): return SimulatedAnswer(201, json: try payOut(try body(request), at: now))
        case ("GET", 4, "payouts"):
            guard batches.contains(where: { $0.id == parts[3] }) else { throw .unknownResource }
            return SimulatedAnswer(json: batchObject(parts[3], withItems: true))
        case ("GET", 4, "payouts-item"): return SimulatedAnswer(json: object(payouts[try payoutIndex(parts[3])]))
        case ("POST", 5, "payouts-item") where parts[4] == "cancel":
            return SimulatedAnswer(json: try cancelPayout(parts[3], at: now))
        default: throw .unknownResource
        }
    }

    private mutating func webhooks(
        _ request: SimulatedRequest, _ parts: [String]
    ) throws(PayPalFailure) -> SimulatedAnswer {
        switch (request.method, parts.count) {
        case ("POST", 3):
            let body = try body(request)
            guard let url = body["url"]?.text, url.hasPrefix("http") else { throw .missing("/url") }
            guard endpoints.count < 10 else { throw .malformed("/url", "WEBHOOK_NUMBER_LIMIT_EXCEEDED") }
            let endpoint = Endpoint(
                id: name(), url: url, events: body["event_types"]?.elements.compactMap { $0["name"]?.text } ?? [])
            endpoints.append(endpoint)
            return SimulatedAnswer(201, json: object(endpoint))
        case ("GET", 3): return SimulatedAnswer(json: ["webhooks": .array(endpoints.map { object($0) })])
        case ("DELETE", 4):
            endpoints.removeAll { $0.id == parts[3] }
            return SimulatedAnswer(status: 204, body: [])
        default: throw .unknownResource
        }
    }

    private func object(_ endpoint: Endpoint) -> JSONValue {
        [
            "id": .string(endpoint.id), "url": .string(endpoint.url),
            "event_types": .array(endpoint.events.map { ["name": .string($0)] }),
            "links": [link("/v1/notifications/webhooks/\(endpoint.id)", "self")],
        ]
    }

    // MARK: - The payer's page

    private mutating func page(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        guard let id = request.query["token"], orders.contains(where: { $0.id == id }) else {
            return SimulatedAnswer(status: 404, body: Array("no such order".utf8))
        }
        guard request.method == "POST" else {
            return SimulatedAnswer(
                html: """
                    <!doctype html><title>Simulated PayPal</title><h1>Simulated PayPal</h1><form method="post">
                    <button name="result" value="approve">Approve</button>
                    <button name="result" value="cancel">Cancel</button></form>
                    """)
        }
        guard let url = decide(id, agrees: request.form["result"] == "approve", at: now) else {
            return SimulatedAnswer(html: "<!doctype html><title>Simulated PayPal</title>Nobody waits for this.")
        }
        return SimulatedAnswer(status: 303, headers: [(name: "location", value: url)], body: [])
    }
}
