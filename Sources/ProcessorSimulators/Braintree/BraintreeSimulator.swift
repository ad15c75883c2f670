package import Ports
import Primitives
package import ProcessorKit
import Synchronization

/// Braintree's sandbox as gateways and its own packages meet it: the GraphQL API and the older one in XML over one book, test
/// cards and test amounts, duplicate checking, settlement, disputes and webhooks, in memory. It takes Braintree's test cards
/// only, unless it is told otherwise.
package final class BraintreeSimulator: SimulatedVendor {
    private let state: Mutex<BraintreeBook>
    private let clock: any WallClock
    private let poster: WebhookPoster?

    /// - Parameter poster: delivers webhooks; nil delivers none.
    package init(clock: any WallClock, poster: WebhookPoster? = nil) {
        state = Mutex(BraintreeBook())
        self.clock = clock
        self.poster = poster
    }

    package let name = "braintree"
    /// The keys of the simulated account, `PUBLIC:PRIVATE`, until they are set otherwise.
    package static let keys = "simulated_public_key:simulated_private_key"
    /// Its merchant accounts, in the form that a connection takes.
    package static let merchantAccounts = "USD=simulated_usd,EUR=simulated_eur,JPY=simulated_jpy"

    package func answer(_ request: SimulatedRequest) async -> SimulatedAnswer {
        let now = clock.now().seconds
        let (answer, posts) = state.withLock { book -> (SimulatedAnswer, [WebhookPost]) in
            let answer = book.answer(request, at: now)
            return (answer, book.posts())
        }
        for post in posts { poster?.send(post) }
        return answer
    }

    /// Everything of the GraphQL API lies under one path: its operations are told apart behind it, `/graphql/chargePaymentMethod`.
    package func address(of request: SimulatedRequest) -> String {
        guard request.path == "/graphql", let body = JSONValue(parsing: request.body), let text = body["query"]?.text,
            let root = GraphQLDocument(text, variables: .object([]))?.root
        else { return request.path }
        return "/graphql/\(root)"
    }

    package func set(_ setting: String, to value: String) -> Bool {
        let now = clock.now().seconds
        let posts: [WebhookPost]? = state.withLock { book in
            guard book.set(setting, to: value, at: now) else { return nil }
            return book.posts()
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
                "transactions": .array(book.entries.filter { !$0.isRefund }.map { book.transaction($0) }),
                "refunds": .array(book.entries.filter(\.isRefund).map { book.transaction($0) }),
                "verifications": .integer(book.verifications),
                "disputes": .array(
                    book.disputes.map { dispute in
                        [
                            "id": .string(dispute.id), "status": .string(dispute.status),
                            "evidence": .array(
                                dispute.evidence.map {
                                    ["category": .string($0.category), "content": .string($0.content)]
                                }),
                        ]
                    }),
            ]
        }
    }

    package func bent(_ answer: SimulatedAnswer, by lie: Lie) -> SimulatedAnswer? {
        guard answer.status == 200, let body = JSONValue(parsing: answer.body) else { return nil }
        return SimulatedAnswer(json: Self.bent(body, by: lie))
    }

    private static func bent(_ value: JSONValue, by lie: Lie) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { bent($0, by: lie) })
        case .object(let members):
            return .object(
                members.map { member in
                    switch (lie, member.name) {
                    // A leading digit makes another amount of any.
                    case (.amount, "value"): .init("value", .string("1\(member.value.text ?? "")"))
                    case (.reference, "id"): .init("id", "c29tZWJvZHlfZWxzZQ")
                    case (.reference, "orderId"): .init("orderId", "op_somebodyelse")
                    case (.status, "status"): .init("status", "HALF_DONE")
                    default: .init(member.name, bent(member.value, by: lie))
                    }
                })
        default: return value
        }
    }
}

extension BraintreeBook {
    mutating func answer(_ request: SimulatedRequest, at now: Int64) -> SimulatedAnswer {
        let header = request.headers["authorization"] ?? ""
        let isKnown = header == "Basic \(Base64.encode(Array("\(publicKey):\(privateKey)".utf8)))"
        if request.path == "/graphql" {
            guard isKnown else { return refusal([.unknownKeys], nil) }
            return graphQL(request, at: now)
        }
        guard isKnown else { return SimulatedAnswer(status: 401, body: []) }
        return older(request, at: now)
    }

    /// Changes what is allowed or how the gateway behaves, or makes something happen.
    /// - Returns: false when there is no such setting.
    mutating func set(_ setting: String, to value: String, at now: Int64) -> Bool {
        let seconds = Int64(value).flatMap { (0...86_400).contains($0) ? $0 : nil }
        switch setting {
        case "settlement":
            guard let wanted = Settlement(rawValue: value) else { return false }
            settlement = wanted
        case "settle": settle(value == "all" ? nil : value, at: now)
        case "disburse" where value == "all": disburse(at: now)
        case "settling": settle(value == "all" ? nil : value, as: "SETTLING", at: now)
        case "decline_settlement": settle(value == "all" ? nil : value, as: "SETTLEMENT_DECLINED", at: now)
        case "fail_refunds": failRefunds(value == "all" ? nil : value, at: now)
        case "dispute":
            let found = value == "last" ? entries.lastIndex { !$0.isRefund } : transactionIndex(value)
            guard let found, !BraintreeBook.dead.contains(entries[found].status) else { return false }
            dispute(found, at: now)
        case "end_disputes":
            guard ["won", "lost", "accepted", "expired"].contains(value) else { return false }
            endDisputes(as: value, at: now)
        case "search_lag":
            guard let seconds else { return false }
            searchLag = seconds
        case "duplicate_window":
            guard let seconds else { return false }
            duplicateWindow = seconds
        case "reject_wrong_code": rejectsWrongCode = value == "true"
        case "other_test_cards": takesOtherTestCards = value == "true"
        case "webhook_url": webhookURL = value.isEmpty ? nil : value
        case "webhook_check" where value == "true": noteCheck(at: now)
        case "public_key": publicKey = value
        case "private_key": privateKey = value
        case "merchant": merchant = value
        default: return false
        }
        return true
    }
}
