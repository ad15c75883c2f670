import ProcessorKit

// The account's balance: what moved it, what Stripe kept, and what went to the bank.
extension StripeBook {
    /// What Stripe keeps of a charge: 2.9 % and 30 of the smallest unit. Its price list for cards in the United States.
    private static func fee(of amount: Int64) -> Int64 { (amount * 29 + 500) / 1_000 + 30 }
    /// What a dispute costs.
    private static let disputeFee: Int64 = 1_500

    /// Notes that the balance moved.
    mutating func move(_ category: String, _ source: String, _ amount: Int64, _ currency: String, at now: Int64) {
        let fee: Int64 =
            switch category {
            case "charge": StripeBook.fee(of: amount)
            case "dispute": StripeBook.disputeFee
            default: 0
            }
        movements.append(
            Movement(
                id: name("txn"), category: category, source: source, amount: amount, fee: fee, currency: currency,
                created: now))
    }

    /// Sends everything of a currency that was not paid out yet to the bank, as an automatic payout.
    mutating func payOut(_ currency: String, at now: Int64) {
        let waiting = movements.indices.filter { movements[$0].payout == nil && movements[$0].currency == currency }
        let amount = waiting.reduce(0) { $0 + movements[$1].amount - movements[$1].fee }
        guard amount > 0 else { return }
        let id = name("po")
        for index in waiting { movements[index].payout = id }
        let movement = Movement(
            id: name("txn"), category: "payout", source: id, amount: -amount, fee: 0, currency: currency, created: now,
            payout: id)
        movements.append(movement)
        let payout = Payout(id: id, amount: amount, currency: currency, movement: movement.id, created: now)
        payouts.append(payout)
        note("payout.paid", object(payout), at: now)
    }

    /// Makes the newest charge in the settlement differ from the charge itself.
    /// - Returns: false when there is none.
    mutating func bendLastCharge(by difference: Int64) -> Bool {
        guard let index = movements.lastIndex(where: { $0.category == "charge" }) else { return false }
        movements[index].amount += difference
        return true
    }

    func object(_ movement: Movement, expand: Set<String> = []) -> JSONValue {
        let kinds = ["dispute": "adjustment"]
        return [
            "id": .string(movement.id), "object": "balance_transaction", "amount": .integer(movement.amount),
            "available_on": .integer(movement.created + 172_800), "created": .integer(movement.created),
            "currency": .string(movement.currency), "description": nil, "exchange_rate": nil,
            "fee": .integer(movement.fee), "fee_details": .array(feeDetails(movement)),
            "net": .integer(movement.amount - movement.fee), "reporting_category": .string(movement.category),
            "source": expand.contains("source") ? source(movement) : .string(movement.source), "status": "available",
            "type": .string(kinds[movement.category] ?? movement.category),
        ]
    }

    private func feeDetails(_ movement: Movement) -> [JSONValue] {
        guard movement.fee != 0 else { return [] }
        return [
            [
                "amount": .integer(movement.fee), "application": nil, "currency": .string(movement.currency),
                "description": "Stripe processing fees", "type": "stripe_fee",
            ]
        ]
    }

    private func source(_ movement: Movement) -> JSONValue {
        if let index = chargeIndex(movement.source) { return object(charges[index]) }
        if let refund = refunds.first(where: { $0.id == movement.source }) { return object(refund) }
        if let dispute = disputes.first(where: { $0.id == movement.source }) { return object(dispute) }
        if let payout = payouts.first(where: { $0.id == movement.source }) { return object(payout) }
        return .string(movement.source)
    }

    func object(_ payout: Payout) -> JSONValue {
        [
            "id": .string(payout.id), "object": "payout", "amount": .integer(payout.amount),
            "arrival_date": .integer(payout.created), "automatic": true,
            "balance_transaction": .string(payout.movement), "created": .integer(payout.created),
            "currency": .string(payout.currency), "description": "STRIPE PAYOUT", "destination": nil,
            "failure_balance_transaction": nil, "failure_code": nil, "failure_message": nil, "livemode": false,
            "metadata": [:], "method": "standard", "original_payout": nil, "reconciliation_status": "completed",
            "reversed_by": nil, "source_type": "card", "statement_descriptor": nil, "status": "paid",
            "type": "bank_account",
        ]
    }
}
