import ProcessorKit

// Money sent to people: a batch of items, each to an e-mail, a phone or an account.
extension PayPalBook {
    private static let keptSeconds: Int64 = 30 * 86_400

    mutating func payOut(_ body: JSONValue, at now: Int64) throws(PayPalFailure) -> JSONValue {
        let items = body["items"]?.elements ?? []
        let header = body["sender_batch_header"]
        let sender = header?["sender_batch_id"]?.text
        if let sender, let old = batches.first(where: { $0.sender == sender && now - $0.created < Self.keptSeconds }) {
            // The same name twice is refused, with the way to the first.
            throw PayPalFailure(
                status: 400, name: "USER_BUSINESS_ERROR", message: "User business error.", issue: "DUPLICATE_BATCH",
                field: "SENDER_BATCH_ID", links: [link("/v1/payments/payouts/\(old.id)", "self")])
        }
        guard (1...15_000).contains(items.count) else { throw .missing("/items") }
        let batch = name(13)
        var made: [Payout] = []
        for item in items {
            guard let receiver = item["receiver"]?.text else { throw .missing("/items/receiver") }
            let kind = item["recipient_type"]?.text ?? header?["recipient_type"]?.text ?? "EMAIL"
            var payout = Payout(
                id: name(13), batch: batch, receiver: receiver, receiverKind: kind,
                amount: try PayPalSum(item["amount"], code: "currency"),
                itemID: item["sender_item_id"]?.text ?? "", note: item["note"]?.text, status: "SUCCESS", created: now)
            // What becomes of it is chosen by the address: somebody without an account has not claimed it yet.
            if receiver.hasPrefix("unclaimed") { payout.status = "UNCLAIMED" }
            if receiver.hasPrefix("pending") { payout.status = "PENDING" }
            if receiver.hasPrefix("failed") {
                payout.status = "FAILED"
                payout.failure = "RECEIVER_UNREGISTERED"
            }
            made.append(payout)
        }
        batches.append((id: batch, sender: sender ?? "", created: now))
        payouts += made
        for payout in made { note(payout.eventType, "payouts_item", object(payout), at: now) }
        return batchObject(batch, withItems: false)
    }

    func batchObject(_ id: String, withItems: Bool) -> JSONValue {
        let items = payouts.filter { $0.batch == id }
        let sender = batches.first { $0.id == id }?.sender ?? ""
        let isDone = items.allSatisfy { $0.status != "PENDING" }
        var members: [JSONValue.Member] = [
            .init(
                "batch_header",
                [
                    "payout_batch_id": .string(id),
                    "batch_status": .string(isDone && withItems ? "SUCCESS" : "PENDING"),
                    "sender_batch_header": ["sender_batch_id": .string(sender)],
                ])
        ]
        if withItems { members.append(.init("items", .array(items.map { object($0) }))) }
        members.append(.init("links", [link("/v1/payments/payouts/\(id)", "self")]))
        return .object(members)
    }

    func payoutIndex(_ id: String) throws(PayPalFailure) -> Int {
        guard let index = payouts.lastIndex(where: { $0.id == id }) else { throw .unknownResource }
        return index
    }

    mutating func cancelPayout(_ id: String, at now: Int64) throws(PayPalFailure) -> JSONValue {
        let index = try payoutIndex(id)
        guard payouts[index].status == "UNCLAIMED" else {
            throw PayPalFailure(status: 400, name: "ITEM_INCORRECT_STATUS", message: "Not unclaimed.")
        }
        payouts[index].status = "RETURNED"
        note(payouts[index].eventType, "payouts_item", object(payouts[index]), at: now)
        return object(payouts[index])
    }

    /// The people who had not claimed their money claim it, or it goes back.
    mutating func settlePayouts(claims: Bool, at now: Int64) {
        for index in payouts.indices where ["UNCLAIMED", "PENDING"].contains(payouts[index].status) {
            payouts[index].status = claims ? "SUCCESS" : "RETURNED"
            note(payouts[index].eventType, "payouts_item", object(payouts[index]), at: now)
        }
    }

    func object(_ payout: Payout) -> JSONValue {
        let amount: JSONValue = ["currency": .string(payout.amount.currency), "value": .string(payout.amount.text)]
        var members: [JSONValue.Member] = [
            .init("payout_item_id", .string(payout.id)), .init("transaction_status", .string(payout.status)),
            .init("payout_batch_id", .string(payout.batch)),
            .init("payout_item_fee", ["currency": .string(payout.amount.currency), "value": "0.00"]),
            .init(
                "payout_item",
                [
                    "recipient_type": .string(payout.receiverKind), "amount": amount,
                    "receiver": .string(payout.receiver), "sender_item_id": .string(payout.itemID),
                ]),
            .init("time_processed", .string(PayPalClock.text(payout.created))),
        ]
        if payout.status == "SUCCESS" { members.append(.init("transaction_id", .string(payout.id))) }
        if let failure = payout.failure {
            members.append(.init("errors", ["name": .string(failure), "message": "Simulated.", "debug_id": "0"]))
        }
        members.append(.init("links", [link("/v1/payments/payouts-item/\(payout.id)", "item")]))
        return .object(members)
    }
}

extension PayPalBook.Payout {
    var eventType: String {
        switch status {
        case "SUCCESS": "PAYMENT.PAYOUTS-ITEM.SUCCEEDED"
        case "UNCLAIMED": "PAYMENT.PAYOUTS-ITEM.UNCLAIMED"
        case "RETURNED": "PAYMENT.PAYOUTS-ITEM.RETURNED"
        case "FAILED": "PAYMENT.PAYOUTS-ITEM.FAILED"
        default: "PAYMENT.PAYOUTS-ITEM.HELD"
        }
    }
}
