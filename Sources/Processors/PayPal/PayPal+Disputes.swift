import Payments
package import Ports
import Primitives
import ProcessorKit
import Synchronization

// What PayPal reports of disputes. Everything about a dispute lies in one document, which is read whenever it has changed; each
// thing that happened in it is a fact of its own name, so that it counts once however often it is read.
extension PayPal: ReportingProcessor {
    /// How far back the first look goes.
    private static let firstLook: Duration = .seconds(30 * 86_400)
    /// PayPal is not asked more often, however often Florin does.
    private static let pause: Duration = .seconds(60)
    /// A simulator on this machine is asked more often.
    private static let localPause: Duration = .seconds(2)
    private static let mostFacts = 90
    private static let mostPages = 20

    package func changes(since cursor: String?) async -> ReportedChanges {
        let now = clock.now()
        let since = cursor.flatMap { PayPalTime.parse(String($0.prefix { $0 != "|" })) }
        let start = since ?? now.advanced(by: .zero - PayPal.firstLook)
        let standing = cursor ?? start.description
        guard pace.begin(at: now, pause: account.isLocal ? PayPal.localPause : PayPal.pause) else {
            return .facts([], next: standing)
        }
        guard let changed = await disputes(since: start) else { return .unavailable }
        var facts: [ProcessorFact] = []
        var last = start
        for dispute in changed.sorted(by: { $0.updated < $1.updated }) {
            guard facts.count < PayPal.mostFacts else { break }
            guard let exchange = codec.dispute(dispute.id), let told = await wire.perform(exchange) else {
                return .unavailable
            }
            facts += told
            last = max(last, dispute.updated)
        }
        facts += await failedRefunds(now)
        // The time alone could stand still while something new came in the same second.
        let names = CRC32.checksum(facts.flatMap { Array($0.id.utf8) })
        return .facts(facts, next: facts.isEmpty ? standing : "\(last)|\(names)")
    }

    /// Refunds that had been accepted and came to nothing, of the last month: PayPal has no list of refunds, and its list of
    /// transactions, which is hours behind, tells which to read. A message of PayPal's own tells sooner.
    private func failedRefunds(_ now: Timestamp) async -> [ProcessorFact] {
        let pause = account.isLocal ? PayPal.localPause : PayPal.refundPause
        guard refundPace.begin(at: now, pause: pause) else { return [] }
        let start = now.advanced(by: .zero - PayPal.refundWindow)
        guard case .denied(let names) = await wire.perform(codec.deniedRefunds(from: start, to: now)) else { return [] }
        var facts: [ProcessorFact] = []
        for name in names {
            guard let exchange = codec.object(.refund, name), case .object(let body) = await wire.perform(exchange),
                let fact = PayPalReading.failure(ofRefund: body)
            else { continue }
            facts.append(fact)
        }
        return facts
    }

    /// How far apart two looks for failed refunds are, and how old such a refund may be.
    private static let refundPause: Duration = .seconds(3_600)
    private static let refundWindow: Duration = .seconds(31 * 86_400)

    private func disputes(since start: Timestamp) async -> [PayPalDisputePage.Entry]? {
        var found: [PayPalDisputePage.Entry] = []
        var token: String?
        for _ in 0..<PayPal.mostPages {
            guard let page = await wire.perform(codec.disputes(since: start, token)) else { return nil }
            found += page.entries
            token = page.next
            guard token != nil else { return found }
        }
        return nil
    }
}

/// When PayPal was last asked about disputes.
final class PayPalPace: Sendable {
    private let last = Mutex<Timestamp?>(nil)

    func begin(at now: Timestamp, pause: Duration) -> Bool {
        last.withLock { last in
            if let last, now >= last, now < last.advanced(by: pause) { return false }
            last = now
            return true
        }
    }
}

struct PayPalDisputePage: Sendable {
    struct Entry: Sendable {
        let id: String
        let updated: Timestamp
    }
    let entries: [Entry]
    let next: String?
}

extension PayPalCodec {
    func disputes(since start: Timestamp, _ token: String?) -> WireExchange<PayPalDisputePage?> {
        var query = FormBody()
        query.field("update_time_after", start.description)
        query.field("page_size", 50)
        if let token { query.field("next_page_token", token) }
        let request = WireRequest(
            method: "GET", path: "/v1/customer/disputes?\(query.text)", headers: [PayPalCodec.json])
        return WireExchange(request) { result in
            guard let body = PayPalReading.document(result) else { return nil }
            let entries = (body["items"]?.elements ?? []).compactMap { item -> PayPalDisputePage.Entry? in
                guard let id = item["dispute_id"]?.text,
                    let updated = (item["update_time"] ?? item["create_time"])?.text.flatMap({ PayPalTime.parse($0) })
                else { return nil }
                return PayPalDisputePage.Entry(id: id, updated: updated)
            }
            return PayPalDisputePage(
                entries: entries, next: PayPalReading.link("next", in: body).flatMap { PayPalCodec.token(in: $0) })
        }
    }

    /// The token that the link to the next page carries.
    private static func token(in link: String) -> String? {
        guard let start = link.firstRange(of: "next_page_token=")?.upperBound else { return nil }
        let token = link[start...].prefix { $0 != "&" }
        return (1...255).contains(token.utf8.count) ? String(token) : nil
    }

    /// What has happened in a dispute so far; none when it is about nothing of ours.
    func dispute(_ id: String) -> WireExchange<[ProcessorFact]?>? {
        guard let path = PayPalCodec.path("/v1/customer/disputes/", id) else { return nil }
        return WireExchange(WireRequest(method: "GET", path: path, headers: [PayPalCodec.json])) { result in
            guard let body = PayPalReading.document(result), body["dispute_id"]?.text == id else { return nil }
            return PayPalDisputes.facts(of: body, id)
        }
    }
}

/// Turns a dispute into what has happened in it.
/// Source: PayPal's published description of Customer Disputes v1.
enum PayPalDisputes {
    static func facts(of dispute: JSONValue, _ id: String) -> [ProcessorFact] {
        let references = (dispute["disputed_transactions"]?.elements ?? []).compactMap { transaction in
            (transaction["invoice_number"] ?? transaction["custom"])?.text.flatMap { OperationID($0) }
        }
        guard let operation = references.first, let amount = PayPalReading.money(dispute["dispute_amount"]),
            amount.isPositive
        else { return [] }
        let reason = reasons[dispute["reason"]?.text ?? ""] ?? .general
        let code = PayPalDeclines.shown(dispute["external_reason_code"]?.text)
        let due = dispute["seller_response_due_date"]?.text.flatMap { PayPalTime.parse($0) }
        return happenings(dispute).map { name, news in
            ProcessorFact(
                id: String("\(id):\(name)".prefix(ProcessorFact.longestName)), operation: operation,
                kind: .dispute(
                    DisputeReport(
                        dispute: id, amount: amount, reason: reason, networkReasonCode: code, respondBy: due, news: news
                    )))
        }
    }

    private static let reasons: [String: DisputeReason] = [
        "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": .productNotReceived,
        "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": .productUnacceptable, "UNAUTHORISED": .fraudulent,
        "CREDIT_NOT_PROCESSED": .creditNotProcessed, "DUPLICATE_TRANSACTION": .duplicate,
        "CANCELED_RECURRING_BILLING": .subscriptionCanceled,
    ]

    /// In the order in which they happened, each with a name that stays the same.
    private static func happenings(_ dispute: JSONValue) -> [(String, DisputeNews)] {
        let isInquiry = dispute["dispute_life_cycle_stage"]?.text == "INQUIRY"
        var happened: [(String, DisputeNews)] = [isInquiry ? ("inquiry", .inquiry) : ("opened", .opened)]
        for movement in dispute["money_movements"]?.elements ?? []
        where movement["affected_party"]?.text == "SELLER" {
            guard let amount = PayPalReading.money(movement["amount"]), amount.isPositive,
                let news = news(movement, amount)
            else { continue }
            let time = movement["initiated_time"]?.text ?? ""
            happened.append(("\(news.name):\(time):\(amount.minorUnits)", news.value))
        }
        switch dispute["status"]?.text {
        case "UNDER_REVIEW": happened.append(("review", .underReview))
        case "RESOLVED":
            let code = dispute["dispute_outcome"]?["outcome_code"]?.text ?? ""
            if let end = end(code, isInquiry: isInquiry) { happened.append(("resolved:\(code)", end)) }
        default: break
        }
        return happened
    }

    private static func news(_ movement: JSONValue, _ amount: Money) -> (name: String, value: DisputeNews)? {
        switch (movement["reason"]?.text, movement["type"]?.text) {
        case ("DISPUTE_SETTLEMENT", "DEBIT"): ("withdrawn", .fundsWithdrawn(amount, fee: nil))
        case ("DISPUTE_SETTLEMENT", "CREDIT"): ("reinstated", .fundsReinstated(amount, fee: nil))
        case ("DISPUTE_SETTLEMENT_FEE", "DEBIT"), ("DISPUTE_FEE", "DEBIT"), ("CHARGEBACK_FEE", "DEBIT"):
            ("fee", .feeTaken(amount))
        case ("DISPUTE_SETTLEMENT_FEE", "CREDIT"), ("DISPUTE_FEE", "CREDIT"), ("CHARGEBACK_FEE", "CREDIT"):
            ("fee-back", .feeReturned(amount))
        default: nil
        }
    }

    private static func end(_ code: String, isInquiry: Bool) -> DisputeNews? {
        switch code {
        // With a payout PayPal itself pays the buyer: the seller keeps the money.
        case "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED":
            isInquiry ? .inquiryClosed : .won
        case "RESOLVED_BUYER_FAVOUR", "ACCEPTED": isInquiry ? .inquiryClosed : .lost
        default: nil
        }
    }
}
