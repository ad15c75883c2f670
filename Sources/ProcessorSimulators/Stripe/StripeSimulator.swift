package import Ports
import Primitives
package import ProcessorKit
import Synchronization

/// Stripe as bots and gateways meet it in test mode: cards, payment intents, refunds, disputes, idempotency and webhooks, in
/// memory. It takes Stripe's test cards only.
package final class StripeSimulator: SimulatedVendor {
    private let state: Mutex<StripeBook>
    private let clock: any WallClock
    private let poster: WebhookPoster?

    /// - Parameter poster: delivers webhooks; nil delivers none.
    package init(clock: any WallClock, poster: WebhookPoster? = nil) {
        state = Mutex(StripeBook())
        self.clock = clock
        self.poster = poster
    }

    package let name = "stripe"

    /// Where cardholders are sent for authentication: the address this simulator is served at.
    package func servePages(at base: String) { state.withLock { $0.pageBase = base } }

    package func answer(_ request: SimulatedRequest) async -> SimulatedAnswer {
        let now = clock.now().seconds
        let (answer, posts) = state.withLock { book -> (SimulatedAnswer, [WebhookPost]) in
            let answer = book.answer(request, at: now)
            return (answer, book.posts(at: now))
        }
        for post in posts { poster?.send(post) }
        return answer
    }

    package func set(_ setting: String, to value: String) -> Bool {
        let now = clock.now().seconds
        let posts: [WebhookPost]? = state.withLock { book in
            switch (setting, value) {
            case ("account", _):
                guard value.hasPrefix("acct_") else { return nil }
                book.account = value
            case ("raw_cards", "true"): book.allowsRawCards = true
            case ("raw_cards", "false"): book.allowsRawCards = false
            case ("search_lag", _):
                guard let seconds = Int64(value), (0...86_400).contains(seconds) else { return nil }
                book.searchLag = seconds
            case ("settle_refunds", "true"): book.settleRefunds(at: now)
            case ("pay_out", _):
                guard value.utf8.count == 3 else { return nil }
                book.payOut(value, at: now)
            case ("unknown_charge", _):
                guard let amount = Int64(value), amount > 0 else { return nil }
                book.move("charge", book.name("ch"), amount, "usd", at: now)
            case ("bend_movement", _):
                guard let difference = Int64(value), book.bendLastCharge(by: difference) else { return nil }
            default: return nil
            }
            return book.posts(at: now)
        }
        guard let posts else { return setHabit(setting, value) }
        for post in posts { poster?.send(post) }
        return true
    }

    private func setHabit(_ setting: String, _ value: String) -> Bool {
        guard let poster, let isOn = value == "true" ? true : value == "false" ? false : nil else { return false }
        switch setting {
        case "duplicate_webhooks": poster.habits.duplicates = isOn
        case "reorder_webhooks": poster.habits.reorders = isOn
        default: return false
        }
        return true
    }

    package var book: JSONValue {
        state.withLock { book in
            [
                "intents": .array(book.intents.map { book.object($0) }),
                "charges": .array(book.charges.map { book.object($0) }),
                "refunds": .array(book.refunds.map { book.object($0) }),
                "setups": .array(book.setups.map { book.object($0) }),
                "disputes": .array(book.disputes.map { book.object($0) }),
            ]
        }
    }

    package func bent(_ answer: SimulatedAnswer, by lie: Lie) -> SimulatedAnswer? {
        guard answer.status == 200, case .object(let members)? = JSONValue(parsing: answer.body) else { return nil }
        let bent = members.map { member -> JSONValue.Member in
            switch (lie, member.name) {
            case (.amount, "amount"), (.amount, "amount_received"), (.amount, "amount_capturable"):
                .init(member.name, .integer((member.value.integer ?? 0) + 1))
            case (.reference, "id"): .init("id", .string("pi_somebodyelse1"))
            case (.reference, "metadata"): .init("metadata", ["florin_operation": "op_somebodyelse"])
            case (.status, "status"): .init("status", "half_done")
            default: member
            }
        }
        return SimulatedAnswer(json: .object(bent))
    }
}

// MARK: - Routing

extension StripeBook {
    mutating func answer(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        if request.path.hasPrefix("/_authenticate/") { return page(request, at: now) }
        let requestID = name("req")
        decideDisputes(at: now)
        var answer: SimulatedAnswer
        do throws(StripeFailure) {
            try authenticate(request)
            answer = try remembering(request, requestID, at: now)
        } catch {
            answer = error.answer
        }
        answer.headers.append((name: "request-id", value: requestID))
        answer.headers.append((name: "stripe-version", value: request.headers["stripe-version"] ?? "2023-08-16"))
        return answer
    }

    private func authenticate(_ request: SimulatedRequest) throws(StripeFailure) {
        let header = request.headers["authorization"] ?? ""
        var key = header.hasPrefix("Bearer ") ? String(header.dropFirst(7)) : ""
        if header.hasPrefix("Basic "), let decoded = Base64.decode(header.dropFirst(6)) {
            key = String(String(decoding: decoded, as: UTF8.self).prefix { $0 != ":" })
        }
        guard key.hasPrefix("sk_test_") || key.hasPrefix("rk_test_") else {
            throw StripeFailure(status: 401, message: "Invalid API Key provided.")
        }
    }

    /// Answers a repetition with the first answer. Source: docs.stripe.com/api/idempotent_requests (read 2026-11).
    private mutating func remembering(
        _ request: SimulatedRequest, _ requestID: String, at now: Int64
    ) throws(StripeFailure) -> SimulatedAnswer {
        guard request.method == "POST", let key = request.headers["idempotency-key"] else {
            return try route(request, at: now)
        }
        guard key.utf8.count <= 255 else { throw .invalid("", "The idempotency key is too long.") }
        let content = Array(request.path.utf8) + [0] + request.body
        if let first = keys[key], now - first.created < 86_400 {
            guard first.request == content else {
                throw StripeFailure(
                    type: "idempotency_error",
                    message:
                        "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
            }
            guard var answer = first.answer else {
                throw StripeFailure(status: 409, code: "idempotency_key_in_use", message: "The key is in use.")
            }
            answer.headers += [
                (name: "idempotent-replayed", value: "true"), (name: "original-request", value: first.requestID),
            ]
            return answer
        }
        var answer: SimulatedAnswer
        do throws(StripeFailure) {
            answer = try route(request, at: now)
        } catch {
            guard error.isKept else { throw error }
            answer = error.answer
        }
        if keys.count > 50_000 { keys = keys.filter { now - $0.value.created < 86_400 } }
        keys[key] = Remembered(request: content, answer: answer, created: now, requestID: requestID)
        return answer
    }

    private mutating func route(_ request: SimulatedRequest, at now: Int64) throws(StripeFailure) -> SimulatedAnswer {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        guard request.path.hasPrefix("/v1/") else { throw unknown(request) }
        switch (request.method, parts.first, parts.count) {
        case ("POST", "payment_methods", 1):
            return SimulatedAnswer(json: try makeMethod(checked(request, StripeFields.method), at: now))
        case ("POST", "payment_intents", 1):
            return SimulatedAnswer(json: try makeIntent(checked(request, StripeFields.intent), at: now))
        case ("POST", "payment_intents", 2): return SimulatedAnswer(json: try update(parts[1], request.form))
        case ("POST", "payment_intents", 3): return SimulatedAnswer(json: try act(parts[1], parts[2], request, at: now))
        case ("POST", "setup_intents", 1):
            return SimulatedAnswer(json: try makeSetup(checked(request, StripeFields.setup), at: now))
        case ("POST", "refunds", 1):
            return SimulatedAnswer(json: try refund(checked(request, StripeFields.refund), at: now))
        case ("POST", "disputes", 2):
            return SimulatedAnswer(json: try self.answer(parts[1], checked(request, StripeFields.dispute), at: now))
        case ("POST", "disputes", 3) where parts[2] == "close":
            return SimulatedAnswer(json: try close(parts[1], at: now))
        case ("POST", "webhook_endpoints", 1): return SimulatedAnswer(json: try makeEndpoint(request.form, at: now))
        case ("DELETE", "webhook_endpoints", 2):
            endpoints.removeAll { $0.id == parts[1] }
            return SimulatedAnswer(
                json: ["id": .string(parts[1]), "object": "webhook_endpoint", "deleted": true])
        case ("GET", "account", 1):
            return SimulatedAnswer(json: [
                "id": .string(account), "object": "account", "type": "standard", "country": "US",
                "default_currency": "usd", "charges_enabled": true, "payouts_enabled": true, "details_submitted": true,
            ])
        case ("GET", _, _): return SimulatedAnswer(json: try read(parts, request, at: now))
        default: throw unknown(request)
        }
    }

    private mutating func act(
        _ id: String, _ action: String, _ request: SimulatedRequest, at now: Int64
    ) throws(StripeFailure) -> JSONValue {
        switch action {
        case "confirm": return try confirm(id, checked(request, StripeFields.confirm), at: now)
        case "capture": return try capture(id, checked(request, StripeFields.capture), at: now)
        case "increment_authorization":
            return try increment(id, checked(request, ["amount", "description", "metadata", "expand"]), at: now)
        case "cancel": return try cancel(id, checked(request, StripeFields.cancel), at: now)
        default: throw unknown(request)
        }
    }

    private func unknown(_ request: SimulatedRequest) -> StripeFailure {
        StripeFailure(
            status: 404,
            message: "Unrecognized request URL (\(request.method): \(request.path)), or it is not simulated.")
    }

    /// The form, if it holds nothing that is not known.
    private func checked(_ request: SimulatedRequest, _ allowed: Set<String>) throws(StripeFailure) -> FormFields {
        let form = request.form
        if let strange = form.topLevelNames.subtracting(allowed).sorted().first {
            throw .invalid(strange, "Received unknown parameter: \(strange)", code: "parameter_unknown")
        }
        return form
    }

    private mutating func makeEndpoint(_ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let url = form["url"], url.hasPrefix("http") else {
            throw .invalid("url", "Invalid URL.", code: "url_invalid")
        }
        guard endpoints.count < 16 else { throw .invalid("url", "There are 16 endpoints already.") }
        let endpoint = Endpoint(
            id: name("we"), url: url, events: form.list("enabled_events"), secret: "whsec_\(name("sim"))", created: now)
        endpoints.append(endpoint)
        return object(endpoint, showsSecret: true)
    }
}

/// The parameters that the simulated endpoints know: those of the published description that make sense for cards, and
/// what newer packages send.
enum StripeFields {
    static let method: Set<String> = ["type", "card", "billing_details", "metadata", "expand"]
    static let intent: Set<String> = [
        "amount", "currency", "payment_method", "payment_method_types", "allowed_payment_method_types",
        "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "description",
        "error_on_requires_action", "expand", "metadata", "off_session", "return_url", "statement_descriptor_suffix",
        "setup_future_usage", "payment_method_options",
    ]
    static let setup: Set<String> = [
        "payment_method", "payment_method_types", "usage", "confirm", "return_url", "payment_method_options",
        "metadata", "expand",
    ]
    static let confirm: Set<String> = [
        "payment_method", "error_on_requires_action", "expand", "off_session", "return_url", "capture_method",
    ]
    static let capture: Set<String> = ["amount_to_capture", "expand", "metadata"]
    static let cancel: Set<String> = ["cancellation_reason", "expand"]
    static let dispute: Set<String> = ["evidence", "submit", "metadata", "expand"]
    static let refund: Set<String> = ["payment_intent", "charge", "amount", "reason", "metadata", "expand"]
}
