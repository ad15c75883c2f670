import ProcessorKit

// Disputes: opened by a test card, answered, decided by what the evidence says.
// Source of the words that win and lose: docs.stripe.com/testing, "Disputes: evidence" (read 2026-11).
extension StripeBook {
    /// Seconds until evidence is decided on.
    private static let decisionTime: Int64 = 3

    mutating func dispute(_ index: Int, at now: Int64) {
        charges[index].isDisputed = true
        let charge = charges[index]
        var dispute = Dispute(
            id: name("dp"), charge: charge.id, intent: charge.intent, amount: charge.amount,
            currency: charge.currency, created: now)
        move("dispute", dispute.id, -charge.amount, charge.currency, at: now)
        if let line = movements.last { dispute.lines.append((line.id, line.amount, line.fee, now)) }
        disputes.append(dispute)
        note("charge.dispute.created", object(dispute), at: now)
        note("charge.dispute.funds_withdrawn", object(dispute), at: now)
    }

    /// Evidence is kept, or submitted unless `submit` says no.
    mutating func answer(_ id: String, _ form: FormFields, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = disputes.firstIndex(where: { $0.id == id }) else { throw .missing("dispute", id) }
        guard disputes[index].status == "needs_response" else {
            throw .invalid("dispute", "This dispute is closed or under review.")
        }
        for (key, value) in form.map("evidence") { disputes[index].evidence[key] = value }
        guard form["submit"] != "false" else { return object(disputes[index]) }
        disputes[index].submissions += 1
        disputes[index].status = "under_review"
        switch disputes[index].evidence["uncategorized_text"] {
        case "winning_evidence": disputes[index].verdict = ("won", now + StripeBook.decisionTime)
        case "losing_evidence": disputes[index].verdict = ("lost", now + StripeBook.decisionTime)
        default: break
        }
        note("charge.dispute.updated", object(disputes[index]), at: now)
        return object(disputes[index])
    }

    mutating func close(_ id: String, at now: Int64) throws(StripeFailure) -> JSONValue {
        guard let index = disputes.firstIndex(where: { $0.id == id }) else { throw .missing("dispute", id) }
        guard ["needs_response", "under_review"].contains(disputes[index].status) else {
            throw .invalid("dispute", "This dispute is already closed.")
        }
        decide(index, "lost", at: now)
        return object(disputes[index])
    }

    /// What is due by now happens.
    mutating func decideDisputes(at now: Int64) {
        for index in disputes.indices {
            guard let verdict = disputes[index].verdict, now >= verdict.at else { continue }
            decide(index, verdict.status, at: now)
        }
    }

    private mutating func decide(_ index: Int, _ status: String, at now: Int64) {
        disputes[index].verdict = nil
        disputes[index].status = status
        note("charge.dispute.closed", object(disputes[index]), at: now)
        guard status == "won" else { return }
        move("dispute_reversal", disputes[index].id, disputes[index].amount, disputes[index].currency, at: now)
        if let line = movements.last { disputes[index].lines.append((line.id, line.amount, line.fee, now)) }
        note("charge.dispute.funds_reinstated", object(disputes[index]), at: now)
    }

    func object(_ dispute: Dispute, expand: Set<String> = []) -> JSONValue {
        var evidence = StripeBook.noEvidence
        if case .object(let members) = evidence {
            evidence = .object(
                members.map { member in
                    dispute.evidence[member.name].map { .init(member.name, .string($0)) } ?? member
                })
        }
        let intent = intentIndex(dispute.intent).map { intents[$0] }
        return [
            "id": .string(dispute.id), "object": "dispute", "amount": .integer(dispute.amount),
            "balance_transactions": .array(dispute.lines.map { line($0, of: dispute) }),
            "charge": .string(dispute.charge), "created": .integer(dispute.created),
            "currency": .string(dispute.currency), "evidence": evidence,
            "evidence_details": [
                "due_by": .integer(dispute.created + 604_800),
                "has_evidence": dispute.evidence.isEmpty ? false : true, "past_due": false,
                "submission_count": .integer(dispute.submissions),
            ],
            "is_charge_refundable": false, "livemode": false, "metadata": [:],
            "payment_intent": expand.contains("payment_intent")
                ? (intent.map { object($0) } ?? .null) : .string(dispute.intent),
            "payment_method_details": [
                "card": ["brand": "visa", "network_reason_code": "10.4"], "type": "card",
            ],
            "reason": "fraudulent", "status": .string(dispute.status),
        ]
    }

    private func line(
        _ line: (id: String, amount: Int64, fee: Int64, created: Int64), of dispute: Dispute
    ) -> JSONValue {
        let fees: [JSONValue] =
            line.fee == 0
            ? []
            : [
                [
                    "amount": .integer(line.fee), "application": nil, "currency": .string(dispute.currency),
                    "description": "Dispute fee", "type": "stripe_fee",
                ]
            ]
        return [
            "id": .string(line.id), "object": "balance_transaction", "amount": .integer(line.amount),
            "available_on": .integer(line.created), "created": .integer(line.created),
            "currency": .string(dispute.currency), "description": nil, "exchange_rate": nil,
            "fee": .integer(line.fee), "fee_details": .array(fees), "net": .integer(line.amount - line.fee),
            "reporting_category": line.amount < 0 ? "dispute" : "dispute_reversal", "source": .string(dispute.id),
            "status": "available", "type": "adjustment",
        ]
    }
}
