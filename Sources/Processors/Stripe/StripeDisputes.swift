import Payments
import Ports
import Primitives
import ProcessorKit

/// What one look into Stripe's events brought.
enum StripeEvents: Sendable {
    /// The disputes that something happened to, and the newest event; nil when there was none.
    case page(disputes: [String], newest: String?, hasMore: Bool)
    /// Stripe does not keep the event any more that the last look ended with.
    case cursorGone
    case unavailable
}

/// What reading one dispute brought.
enum StripeDisputeAnswer: Sendable {
    /// Its whole history, as facts. Empty for one that is about no charge of Florin's.
    case facts([ProcessorFact])
    case unavailable
}

// Disputes. Events only say which disputes to look at: each is then read whole, and told as everything that has happened in it
// so far, under names that are the same each time. So it does not matter which events were missed, or how often one is read.
// Source: docs.stripe.com/api/disputes, docs.stripe.com/api/events (read 2026-11).
extension StripeCodec {
    /// Few enough for all their facts to fit into one report.
    private static let eventsAtOnce: Int64 = 15

    /// What happened after `cursor`, the oldest first; without one, the newest.
    func disputeEvents(after cursor: String?) -> WireExchange<StripeEvents>? {
        var query = FormBody()
        query.field("type", "charge.dispute.*")
        query.field("limit", StripeCodec.eventsAtOnce)
        if let cursor {
            guard StripeCodec.isName(cursor) else { return nil }
            query.field("ending_before", cursor)
        }
        let request = WireRequest(method: "GET", path: "/v1/events?\(query.text)")
        return WireExchange(request) { result in
            guard case .answered(let answer) = result else { return .unavailable }
            if let error = StripeError(answer) {
                return cursor != nil && error.code == "resource_missing" ? .cursorGone : .unavailable
            }
            guard let body = JSONValue(parsing: answer.body), let data = body["data"]?.elements else {
                return .unavailable
            }
            var disputes: [String] = []
            for event in data.reversed() {
                guard let id = event["data"]?["object"]?["id"]?.text, StripeCodec.isName(id), !disputes.contains(id)
                else { continue }
                disputes.append(id)
            }
            return .page(
                disputes: disputes, newest: data.first?["id"]?.text, hasMore: body["has_more"]?.flag == true)
        }
    }

    func dispute(_ id: String) -> WireExchange<StripeDisputeAnswer>? {
        guard let request = disputeRequest(id) else { return nil }
        let mode = mode
        return WireExchange(request) { result in
            guard case .answered(let answer) = result, answer.status == 200,
                let body = JSONValue(parsing: answer.body), body["object"]?.text == "dispute"
            else { return .unavailable }
            // Of a charge that Florin did not make: whatever it says, it must not stand before the others.
            guard body["payment_intent"]?["metadata"]?[StripeCodec.metadataKey]?.text != nil else { return .facts([]) }
            return StripeDispute(body, mode).map { .facts($0.facts) } ?? .unavailable
        }
    }

    /// Whether Stripe has taken what was said in a dispute.
    func answered(_ id: String, _ inquiry: Inquiry) -> WireExchange<StripeState>? {
        guard let request = disputeRequest(id) else { return nil }
        let mode = mode
        var isEvidence = false
        if case .disputeEvidence = inquiry.kind { isEvidence = true }
        return WireExchange(request) { [isEvidence] result in
            guard case .answered(let answer) = result, answer.status == 200,
                let body = JSONValue(parsing: answer.body), let dispute = StripeDispute(body, mode),
                dispute.id == id
            else { return .unavailable }
            if isEvidence ? dispute.hasTakenEvidence : dispute.status == "lost" { return .done(dispute.approved) }
            return dispute.isClosed ? .never : .notYet
        }
    }

    private func disputeRequest(_ id: String) -> WireRequest? {
        guard let path = StripeCodec.path("/v1/disputes/", id) else { return nil }
        var query = FormBody()
        query.field("expand[0]", "payment_intent")
        return WireRequest(method: "GET", path: "\(path)?\(query.text)")
    }

    func submit(_ request: EvidenceRequest) -> WireExchange<Outcome>? {
        guard let path = StripeCodec.path("/v1/disputes/", request.disputed.dispute) else { return nil }
        var body = FormBody()
        for field in EvidenceField.allCases {
            if let text = request.evidence.texts[field] { body.field("evidence[\(field.rawValue)]", text) }
        }
        body.field("submit", "true")
        let (mode, disputed) = (mode, request.disputed)
        return WireExchange(post(path, body, request.reference)) { result in
            StripeDispute.outcome(result, mode, of: disputed) { $0.hasTakenEvidence }
        }
    }

    func close(_ request: DisputeAcceptanceRequest) -> WireExchange<Outcome>? {
        guard let path = StripeCodec.path("/v1/disputes/", request.disputed.dispute, "/close") else { return nil }
        let (mode, disputed) = (mode, request.disputed)
        return WireExchange(post(path, FormBody(), request.reference)) { result in
            StripeDispute.outcome(result, mode, of: disputed) { $0.status == "lost" }
        }
    }
}

/// A dispute as Stripe shows it.
struct StripeDispute {
    let id: String
    let status: String
    let amount: Money
    /// The charge's reference; nil when it is none of Florin's.
    let operation: OperationID?
    let reason: DisputeReason
    let networkReasonCode: String?
    let respondBy: Timestamp?
    let submissions: Int64
    let movements: [(id: String, amount: Int64, fee: Int64, currency: String)]

    /// - Returns: nil for what is no dispute of this mode.
    init?(_ body: JSONValue, _ mode: Mode) {
        guard body["object"]?.text == "dispute", let id = body["id"]?.text, StripeCodec.isName(id),
            let status = body["status"]?.text, body["livemode"]?.flag == (mode == .live),
            let amount = body["amount"]?.integer.flatMap({
                StripeCurrencies.money($0, currency: body["currency"]?.text ?? "")
            }), amount.isPositive
        else { return nil }
        (self.id, self.status, self.amount) = (id, status, amount)
        operation = body["payment_intent"]?["metadata"]?[StripeCodec.metadataKey]?.text.flatMap { OperationID($0) }
        reason = StripeDispute.reason(body["reason"]?.text)
        networkReasonCode = body["payment_method_details"]?["card"]?["network_reason_code"]?.text.flatMap {
            (1...32).contains($0.utf8.count) && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? $0 : nil
        }
        let details = body["evidence_details"]
        respondBy = details?["due_by"]?.integer.map { Timestamp(seconds: $0) }
        submissions = details?["submission_count"]?.integer ?? 0
        movements = (body["balance_transactions"]?.elements ?? []).compactMap { line in
            guard let id = line["id"]?.text, StripeCodec.isName(id), let amount = line["amount"]?.integer,
                let currency = line["currency"]?.text
            else { return nil }
            return (id, amount, line["fee"]?.integer ?? 0, currency)
        }
    }

    var hasTakenEvidence: Bool { submissions > 0 || status == "under_review" || status == "warning_under_review" }

    /// Those that Stripe publishes; another one is not guessed at.
    private static let statuses: Set<String> = [
        "warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review", "won",
        "lost",
    ]

    var isClosed: Bool { ["won", "lost", "warning_closed"].contains(status) }

    var approved: Outcome { .approved(Approval(processorReference: id, amount: amount)) }

    /// Everything that has happened in it so far, in order.
    var facts: [ProcessorFact] {
        guard let operation else { return [] }
        return news.map { name, news in
            ProcessorFact(
                id: "\(id):\(name)", operation: operation,
                kind: .dispute(
                    DisputeReport(
                        dispute: id, amount: amount, reason: reason, networkReasonCode: networkReasonCode,
                        respondBy: respondBy, news: news)))
        }
    }

    private var news: [(String, DisputeNews)] {
        switch status {
        case "warning_needs_response": return [("inquiry", .inquiry)]
        case "warning_under_review": return [("inquiry", .inquiry), ("inquiry_under_review", .underReview)]
        case "warning_closed": return [("inquiry", .inquiry), ("inquiry_closed", .inquiryClosed)]
        case "needs_response": return [("opened", .opened)] + money
        case "under_review": return [("opened", .opened)] + money + [("under_review", .underReview)]
        case "won": return [("opened", .opened)] + money + [("won", .won)]
        case "lost": return [("opened", .opened)] + money + [("lost", .lost)]
        // A status that is not listed is not guessed at; the money has moved all the same.
        default: return money
        }
    }

    /// A balance transaction below zero took the money; one above gave it back.
    private var money: [(String, DisputeNews)] {
        movements.compactMap { line in
            guard line.amount != 0, line.amount != .min, line.fee != .min,
                let amount = StripeCurrencies.money(abs(line.amount), currency: line.currency)
            else { return nil }
            let fee = line.fee == 0 ? nil : StripeCurrencies.money(abs(line.fee), currency: line.currency)
            return line.amount < 0
                ? ("withdrawn:\(line.id)", .fundsWithdrawn(amount, fee: line.fee > 0 ? fee : nil))
                : ("reinstated:\(line.id)", .fundsReinstated(amount, fee: line.fee < 0 ? fee : nil))
        }
    }

    /// What the answer to a message about it means.
    static func outcome(
        _ result: WireResult, _ mode: Mode, of disputed: DisputedCharge, isTaken: (StripeDispute) -> Bool
    ) -> Outcome {
        guard case .answered(let answer) = result else { return result.silence ?? .unknown(.contractViolation) }
        if let error = StripeError(answer) { return error.outcome }
        guard let dispute = JSONValue(parsing: answer.body).flatMap({ StripeDispute($0, mode) }),
            dispute.id == disputed.dispute, dispute.amount == disputed.amount, statuses.contains(dispute.status),
            isTaken(dispute)
        else { return .unknown(.contractViolation) }
        return dispute.approved
    }

    private static func reason(_ text: String?) -> DisputeReason {
        switch text {
        case "fraudulent": .fraudulent
        case "unrecognized": .unrecognized
        case "duplicate": .duplicate
        case "product_not_received": .productNotReceived
        case "product_unacceptable": .productUnacceptable
        case "subscription_canceled": .subscriptionCanceled
        case "credit_not_processed": .creditNotProcessed
        case "customer_initiated": .customerInitiated
        case "debit_not_authorized": .debitNotAuthorized
        case "bank_cannot_process": .bankCannotProcess
        case "check_returned": .checkReturned
        case "incorrect_account_details": .incorrectAccountDetails
        case "insufficient_funds": .insufficientFunds
        // "general", and words that Stripe may add.
        default: .general
        }
    }
}
