import ProcessorKit

// Disputes of captures. What happens in one is ordered through the settings.
extension PayPalBook {
    struct Dispute: Sendable {
        let id: String
        let capture: String
        let amount: PayPalSum
        var stage: String
        var status: String
        var outcome: String?
        var movements: [(type: String, reason: String, amount: PayPalSum, time: Int64)] = []
        let created: Int64
        var updated: Int64
    }

    /// Opens a dispute of a capture, or of the last one; a chargeback takes the money at once, and a fee.
    mutating func dispute(_ name: String, stage: String, at now: Int64) -> Bool {
        guard let capture = captures.last(where: { name == "last" || $0.id == name }) else { return false }
        var dispute = Dispute(
            id: "PP-D-\(self.name(9))", capture: capture.id, amount: capture.amount, stage: stage,
            status: "WAITING_FOR_SELLER_RESPONSE", created: now, updated: now)
        if stage == "CHARGEBACK" {
            dispute.movements = [
                ("DEBIT", "DISPUTE_SETTLEMENT", capture.amount, now),
                ("DEBIT", "CHARGEBACK_FEE", PayPalSum(currency: capture.amount.currency, units: 2_000), now),
            ]
        }
        disputes.append(dispute)
        note("CUSTOMER.DISPUTE.CREATED", "dispute", object(dispute), at: now)
        return true
    }

    /// Ends every dispute that is open; the seller who wins gets the money back, the fee excepted.
    mutating func endDisputes(_ outcome: String, at now: Int64) {
        for index in disputes.indices where disputes[index].status != "RESOLVED" {
            disputes[index].status = "RESOLVED"
            disputes[index].outcome = outcome
            disputes[index].updated = now
            if outcome == "RESOLVED_SELLER_FAVOUR", disputes[index].stage == "CHARGEBACK" {
                disputes[index].movements.append(("CREDIT", "DISPUTE_SETTLEMENT", disputes[index].amount, now))
            }
            note("CUSTOMER.DISPUTE.RESOLVED", "dispute", object(disputes[index]), at: now)
        }
    }

    func listDisputes(_ query: FormFields) -> JSONValue {
        let after = query["update_time_after"].flatMap { PayPalClock.seconds($0) } ?? 0
        let items = disputes.filter { $0.updated >= after }.reversed().map { dispute -> JSONValue in
            [
                "dispute_id": .string(dispute.id), "create_time": .string(PayPalClock.text(dispute.created)),
                "update_time": .string(PayPalClock.text(dispute.updated)), "status": .string(dispute.status),
                "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "dispute_amount": dispute.amount.object,
                "dispute_life_cycle_stage": .string(dispute.stage),
            ]
        }
        let listed: [JSONValue.Member] = items.isEmpty ? [] : [.init("items", .array(items))]
        return .object(listed + [.init("links", [link("/v1/customer/disputes", "self")])])
    }

    func object(_ dispute: Dispute) -> JSONValue {
        let capture = captures.last { $0.id == dispute.capture }
        var transaction: [JSONValue.Member] = [
            .init("seller_transaction_id", .string(dispute.capture)), .init("gross_amount", dispute.amount.object),
        ]
        if let invoice = capture?.invoiceID { transaction.append(.init("invoice_number", .string(invoice))) }
        var members: [JSONValue.Member] = [
            .init("dispute_id", .string(dispute.id)), .init("create_time", .string(PayPalClock.text(dispute.created))),
            .init("update_time", .string(PayPalClock.text(dispute.updated))),
            .init("disputed_transactions", [.object(transaction)]),
            .init("reason", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"), .init("status", .string(dispute.status)),
            .init("dispute_amount", dispute.amount.object), .init("dispute_life_cycle_stage", .string(dispute.stage)),
            .init("seller_response_due_date", .string(PayPalClock.text(dispute.created + 10 * 86_400))),
            .init("links", [link("/v1/customer/disputes/\(dispute.id)", "self")]),
        ]
        if let outcome = dispute.outcome {
            members.append(.init("dispute_outcome", ["outcome_code": .string(outcome)]))
        }
        if !dispute.movements.isEmpty {
            members.append(
                .init(
                    "money_movements",
                    .array(
                        dispute.movements.map { movement -> JSONValue in
                            [
                                "affected_party": "SELLER", "type": .string(movement.type),
                                "reason": .string(movement.reason), "amount": movement.amount.object,
                                "initiated_time": .string(PayPalClock.text(movement.time)),
                            ]
                        })))
        }
        return .object(members)
    }
}
