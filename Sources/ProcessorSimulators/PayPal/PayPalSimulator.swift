package import Ports
package import Primitives
package import ProcessorKit
import Synchronization

/// PayPal as gateways meet it: tokens, orders with cards and with the wallet, payments, payouts, transactions and signed
/// webhooks, in memory.
///
/// Settings: `token_life` (seconds), `account` (13 characters), `tells_account=true|false`, `revoke_tokens=true`, `hold_for_review=true|false`, `settle_reviews=approve|decline`,
/// `settle_refunds=true`, `settle_payouts=claim|return`, `dispute=chargeback|inquiry` (the last capture), `end_disputes=seller|buyer`, `report_lag` (seconds), `duplicate_webhooks`, `reorder_webhooks`.
package final class PayPalSimulator: SimulatedVendor {
    private let state: Mutex<PayPalBook>
    private let clock: any WallClock
    private let poster: WebhookPoster?
    private let signer = Mutex<PayPalSigner?>(nil)

    /// - Parameter poster: delivers webhooks; nil delivers none.
    package init(clock: any WallClock, poster: WebhookPoster? = nil) {
        state = Mutex(PayPalBook())
        self.clock = clock
        self.poster = poster
    }

    package let name = "paypal"
    static let certificatePath = "/v1/notifications/certs/CERT-SIMULATED"

    /// The address this simulator is served at: in links, and where payers are sent.
    package func servePages(at base: String) { state.withLock { $0.base = base } }

    /// What signs webhooks, made when it is first needed.
    package var signing: PayPalSigner? {
        signer.withLock { signer in
            if signer == nil { signer = PayPalSigner(at: clock.now()) }
            return signer
        }
    }

    package func answer(_ request: SimulatedRequest) async -> SimulatedAnswer {
        if request.path == PayPalSimulator.certificatePath {
            return SimulatedAnswer(
                status: 200, headers: [(name: "content-type", value: "application/x-pem-file")],
                body: Array((signing?.certificate ?? "").utf8))
        }
        let now = clock.now().seconds
        let (answer, events) = state.withLock { book -> (SimulatedAnswer, [(PayPalBook.Endpoint, JSONValue)]) in
            let answer = book.answer(request, at: now)
            return (answer, book.deliveries())
        }
        post(events)
        return answer
    }

    package func set(_ setting: String, to value: String) -> Bool {
        let now = clock.now().seconds
        let events: [(PayPalBook.Endpoint, JSONValue)]? = state.withLock { book in
            switch (setting, value) {
            case ("token_life", _):
                guard let seconds = Int64(value), (1...86_400).contains(seconds) else { return nil }
                book.tokenLife = seconds
            case ("account", _):
                guard value.utf8.count == 13 else { return nil }
                book.account = value
            case ("tells_account", "true"), ("tells_account", "false"): book.tellsAccount = value == "true"
            case ("revoke_tokens", "true"): book.tokens = [:]
            case ("hold_for_review", "true"): book.holdsForReview = true
            case ("hold_for_review", "false"): book.holdsForReview = false
            case ("refuse_empty_batches", "true"): book.refusesEmptyBatches = true
            case ("settle_reviews", "approve"): book.settleReviews(approves: true, at: now)
            case ("settle_reviews", "decline"): book.settleReviews(approves: false, at: now)
            case ("settle_refunds", "true"): book.settleRefunds(at: now)
            case ("settle_payouts", "claim"): book.settlePayouts(claims: true, at: now)
            case ("settle_payouts", "return"): book.settlePayouts(claims: false, at: now)
            case ("dispute", "chargeback"):
                guard book.dispute("last", stage: "CHARGEBACK", at: now) else { return nil }
            case ("dispute", "inquiry"):
                guard book.dispute("last", stage: "INQUIRY", at: now) else { return nil }
            case ("end_disputes", "seller"): book.endDisputes("RESOLVED_SELLER_FAVOUR", at: now)
            case ("end_disputes", "buyer"): book.endDisputes("RESOLVED_BUYER_FAVOUR", at: now)
            case ("report_lag", _):
                guard let seconds = Int64(value), (0...86_400).contains(seconds) else { return nil }
                book.reportLag = seconds
            case ("report_limit", _):
                guard let most = Int(value), (1...10_000).contains(most) else { return nil }
                book.reportLimit = most
            case ("sweep", "true"): book.sweep(at: now)
            default: return nil
            }
            return book.deliveries()
        }
        guard let events else { return setHabit(setting, value) }
        post(events)
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

    private func post(_ events: [(PayPalBook.Endpoint, JSONValue)]) {
        guard let poster, !events.isEmpty, let signing else { return }
        let base = state.withLock { $0.base }
        for (endpoint, event) in events {
            poster.send(signing.post(event.encoded, to: endpoint.url, webhookID: endpoint.id, base, clock.now()))
        }
    }

    /// How many tokens were given out and are good.
    package var tokenCount: Int { state.withLock { $0.tokens.count } }

    /// A request of the account's, with a token: for what no gateway would send.
    package func raw(_ method: String, _ target: String, key: String, _ body: String) async -> SimulatedAnswer {
        let now = clock.now().seconds
        let token = state.withLock { book -> String in
            let token = "A21AA\(book.name())"
            book.tokens[token] = now + 60
            return token
        }
        return await answer(
            SimulatedRequest(
                method: method, target: target,
                headers: ["authorization": "Bearer \(token)", "paypal-request-id": key], body: Array(body.utf8)))
    }

    package var book: JSONValue {
        let authority = signing?.authority ?? ""
        return state.withLock { book in
            [
                "orders": .array(book.orders.map { book.object($0) }),
                "authorizations": .array(book.authorizations.map { book.object($0) }),
                "captures": .array(book.captures.map { book.object($0) }),
                "refunds": .array(book.refunds.map { book.object($0) }),
                "payouts": .array(book.payouts.map { book.object($0) }),
                "webhook_authority": .string(authority),
            ]
        }
    }

    package func bent(_ answer: SimulatedAnswer, by lie: Lie) -> SimulatedAnswer? {
        guard (200..<300).contains(answer.status), let body = JSONValue(parsing: answer.body) else { return nil }
        return SimulatedAnswer(answer.status, json: body.bent(by: lie))
    }
}

extension JSONValue {
    /// Every amount one more, every reference somebody else's, or every status one that is in no document.
    fileprivate func bent(by lie: Lie) -> JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map { $0.bent(by: lie) })
        case .object(let members):
            return .object(
                members.map { member in
                    switch (lie, member.name) {
                    case (.amount, "value"): .init("value", .string("9" + (member.value.text ?? "")))
                    case (.reference, "id"), (.reference, "invoice_id"), (.reference, "custom_id"),
                        (.reference, "sender_batch_id"), (.reference, "sender_item_id"):
                        .init(member.name, "SOMEBODYELSE1")
                    case (.status, "status"), (.status, "transaction_status"): .init(member.name, "HALF_DONE")
                    default: .init(member.name, member.value.bent(by: lie))
                    }
                })
        default: return self
        }
    }
}

extension PayPalSigner {
    /// A signed message.
    package func post(
        _ body: [UInt8], to url: String, webhookID: String, _ base: String, _ now: Timestamp
    ) -> WebhookPost {
        let id = "\(Hex.encode(Array("\(now.microseconds)".utf8)))-\(SimulatedChecksum.crc32(body))"
        let time = PayPalClock.text(now.seconds)
        let signature = sign("\(id)|\(time)|\(webhookID)|\(SimulatedChecksum.crc32(body))")
        return WebhookPost(
            url: url,
            headers: [
                (name: "content-type", value: "application/json"), (name: "paypal-transmission-id", value: id),
                (name: "paypal-transmission-time", value: time), (name: "paypal-transmission-sig", value: signature),
                (name: "paypal-cert-url", value: base + PayPalSimulator.certificatePath),
                (name: "paypal-auth-algo", value: "SHA256withRSA"),
            ], body: body)
    }
}

/// CRC-32 bit by bit, apart from the adapter's, so that one mistake is not made twice.
enum SimulatedChecksum {
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var rest: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0xEDB8_8320 }
        }
        return rest ^ 0xFFFF_FFFF
    }
}
