import Primitives
import ProcessorKit

// What can be done with money. Every function checks first and changes afterwards, so that a throw leaves nothing behind.
extension BraintreeBook {
    /// What a sale is made of, in either dialect.
    struct Sale {
        var token: String?
        var card: Card?
        var amount: String
        var order: String?
        var merchantAccount: String?
        var submits: Bool
    }

    mutating func store(_ card: Card, at now: Int64) -> String {
        let id = "tokencc_\(name())"
        tokens[id] = Token(card: card, created: now)
        return id
    }

    /// Makes a transaction: approved, declined, failed or rejected, as the amount orders.
    /// - Returns: its index.
    mutating func sell(_ sale: Sale, at now: Int64) throws(BraintreeFailure) -> Int {
        let account = try account(sale.merchantAccount)
        let amount = try money(sale.amount, account.currency)
        guard sale.order.map({ $0.utf8.count <= 255 }) ?? true else {
            throw .invalid("91501", "Order ID is too long.", "order_id")
        }
        let card = try card(of: sale, at: now)
        try check(card)
        if let token = sale.token { tokens[token]?.isUsed = true }
        let rejected = rejection(amount, account.currency, card, sale, now)
        let major = Int64(amount.major(account.currency))
        var entry = Entry(
            id: name(), isRefund: false, original: nil, amount: amount, authorized: amount, currency: account.currency,
            merchantAccount: account.name, order: sale.order, card: card, status: "AUTHORIZED", created: now,
            name: "sale")
        if let rejected {
            entry.status = "GATEWAY_REJECTED"
            entry.history.append(rejected)
        } else if (2_000...2_999).contains(major) {
            entry.status = "PROCESSOR_DECLINED"
            entry.history.append(Event(status: entry.status, amount: amount, at: now, code: "\(major)"))
        } else if major == 3_000 {
            entry.status = "FAILED"
            entry.history.append(Event(status: entry.status, amount: amount, at: now, code: "3000"))
        } else {
            entry.history.append(Event(status: "AUTHORIZED", amount: amount, at: now, code: "1000"))
        }
        entries.append(entry)
        let index = entries.count - 1
        if entry.status == "AUTHORIZED", sale.submits { move(index, to: "SUBMITTED_FOR_SETTLEMENT", at: now) }
        if card.number == BraintreeTestCards.disputed, entry.status == "AUTHORIZED", sale.submits {
            dispute(index, at: now)
        }
        return index
    }

    /// The gateway's own rules, before any bank is asked.
    private func rejection(
        _ amount: Int64, _ currency: Currency, _ card: Card, _ sale: Sale, _ now: Int64
    ) -> Event? {
        let equal = entries.last { entry in
            !entry.isRefund && entry.order == sale.order && entry.amount == amount && entry.currency == currency
                && entry.card.number == card.number && now - entry.created < duplicateWindow
                && !["PROCESSOR_DECLINED", "GATEWAY_REJECTED", "FAILED"].contains(entry.status)
        }
        if let equal {
            return Event(
                status: "GATEWAY_REJECTED", amount: amount, at: now, rejection: "DUPLICATE", duplicateOf: equal.id)
        }
        if currency.exponent == 2, amount == 500_100 {
            return Event(status: "GATEWAY_REJECTED", amount: amount, at: now, rejection: "APPLICATION_INCOMPLETE")
        }
        if rejectsWrongCode, card.code == "200" || card.code == "2000" {
            return Event(status: "GATEWAY_REJECTED", amount: amount, at: now, code: "1000", rejection: "CVV")
        }
        return nil
    }

    private func account(_ name: String?) throws(BraintreeFailure) -> (name: String, currency: Currency) {
        guard let name else { return merchantAccounts[0] }
        guard let found = merchantAccounts.first(where: { $0.name == name }) else {
            throw .invalid("91513", "Merchant account ID is invalid.", "merchant_account_id")
        }
        return found
    }

    private func money(_ text: String, _ currency: Currency) throws(BraintreeFailure) -> Int64 {
        guard let money = Money(majorUnitText: text, currency: currency) else {
            throw .invalid("81503", "Amount is an invalid format.", "amount")
        }
        guard money.minorUnits > 0 else { throw .invalid("81531", "Amount must be greater than zero.", "amount") }
        guard money.minorUnits <= 99_999_999_999 else { throw .invalid("81528", "Amount is too large.", "amount") }
        return money.minorUnits
    }

    private func card(of sale: Sale, at now: Int64) throws(BraintreeFailure) -> Card {
        guard let id = sale.token else {
            guard let card = sale.card else { throw .invalid("91508", "Credit card is required.") }
            return card
        }
        guard let token = tokens[id], now - token.created < 3 * 3_600 else {
            throw .invalid("91565", "Unknown or expired payment method nonce.", "payment_method_nonce")
        }
        guard !token.isUsed else {
            throw .invalid("91564", "Cannot use a payment method nonce more than once.", "payment_method_nonce")
        }
        return token.card
    }

    private func check(_ card: Card) throws(BraintreeFailure) {
        guard BraintreeTestCards.isPlausible(card.number) else {
            throw .invalid("81715", "Credit card number is invalid.", "number")
        }
        guard takesOtherTestCards || BraintreeTestCards.numbers.contains(card.number) else {
            throw .invalid("81717", "Credit card number is not an accepted test number.", "number")
        }
        guard let month = Int(card.month), (1...12).contains(month) else {
            throw .invalid("81712", "Expiration month is invalid.", "expiration_month")
        }
        guard let year = Int(card.year), (0...99).contains(year) || (2_000...2_100).contains(year) else {
            throw .invalid("81713", "Expiration year is invalid.", "expiration_year")
        }
    }

    /// Brings an entry to another status.
    mutating func move(_ index: Int, to status: String, at now: Int64) {
        entries[index].status = status
        entries[index].history.append(Event(status: status, amount: entries[index].amount, at: now))
        switch status {
        case "SUBMITTED_FOR_SETTLEMENT": if settlement == .atOnce { move(index, to: "SETTLED", at: now) }
        case "SETTLED": if !entries[index].isRefund { note("transaction_settled", entries[index], at: now) }
        case "SETTLEMENT_DECLINED":
            note(
                entries[index].isRefund ? "refund_failed" : "transaction_settlement_declined", entries[index], at: now)
        default: break
        }
    }
}

// MARK: - Changes

extension BraintreeBook {
    mutating func submit(_ id: String, _ text: String?, at now: Int64) throws(BraintreeFailure) -> Int {
        guard let index = transactionIndex(id) else { throw .notFound }
        guard entries[index].status == "AUTHORIZED" else {
            throw .invalid("91507", "Cannot submit for settlement unless status is authorized.")
        }
        var amount = entries[index].amount
        if let text { amount = try money(text, entries[index].currency) }
        guard amount <= entries[index].amount else {
            throw .invalid("91522", "Settlement amount is too large.", "amount")
        }
        entries[index].amount = amount
        move(index, to: "SUBMITTED_FOR_SETTLEMENT", at: now)
        return index
    }

    mutating func void(_ id: String, at now: Int64) throws(BraintreeFailure) -> Int {
        guard let index = index(id) else { throw .notFound }
        guard ["AUTHORIZED", "SUBMITTED_FOR_SETTLEMENT", "SETTLEMENT_PENDING"].contains(entries[index].status) else {
            throw .invalid(
                "91504", "Transaction can only be voided if status is authorized or submitted_for_settlement.")
        }
        move(index, to: "VOIDED", at: now)
        return index
    }

    mutating func refund(
        _ id: String, _ text: String?, order: String?, at now: Int64
    ) throws(BraintreeFailure) -> Int {
        guard let index = transactionIndex(id) else { throw .notFound }
        let original = entries[index]
        switch original.status {
        case "SETTLED": break
        case "SETTLING": throw .invalid("91574", "Cannot refund a settling transaction.")
        default: throw .invalid("91506", "Cannot refund transaction unless it is settled.")
        }
        let left = original.amount - refunded(original.id)
        guard left > 0 else { throw .invalid("91512", "Transaction has already been completely refunded.") }
        var amount = left
        if let text { amount = try money(text, original.currency) }
        guard amount <= left else { throw .invalid("91521", "Refund amount is too large.", "amount") }
        entries.append(
            Entry(
                id: name(), isRefund: true, original: original.id, amount: amount, authorized: amount,
                currency: original.currency, merchantAccount: original.merchantAccount, order: order ?? original.order,
                card: original.card, status: "SUBMITTED_FOR_SETTLEMENT",
                history: [Event(status: "SUBMITTED_FOR_SETTLEMENT", amount: amount, at: now, code: "1002")],
                created: now, name: "credit"))
        return entries.count - 1
    }

    /// Voids what has not settled, refunds all of what has.
    mutating func reverse(_ id: String, at now: Int64) throws(BraintreeFailure) -> Int {
        guard let index = transactionIndex(id) else { throw .notFound }
        switch entries[index].status {
        case "SETTLED": return try refund(id, nil, order: nil, at: now)
        case "SETTLING": throw .invalid("915282", "Cannot reverse the transaction at this time.")
        default: return try void(id, at: now)
        }
    }

    /// Brings everything that was captured, or one entry, to the end of its settlement.
    mutating func settle(_ id: String? = nil, as status: String = "SETTLED", at now: Int64) {
        for index in entries.indices
        where ["SUBMITTED_FOR_SETTLEMENT", "SETTLING"].contains(entries[index].status)
            && (id == nil || entries[index].id == id || entries[index].globalID == id)
        {
            move(index, to: status, at: now)
        }
    }

    /// What was accepted as refunds, or one of them, comes back.
    mutating func failRefunds(_ id: String?, at now: Int64) {
        for index in entries.indices
        where entries[index].isRefund && !BraintreeBook.dead.contains(entries[index].status)
            && (id == nil || entries[index].id == id || entries[index].globalID == id)
        {
            move(index, to: "SETTLEMENT_DECLINED", at: now)
        }
    }

    /// Everything that has settled goes to the bank, and what disputes took or gave back with it.
    mutating func disburse(at now: Int64) {
        for index in entries.indices where entries[index].status == "SETTLED" && entries[index].disbursed == nil {
            entries[index].disbursed = now
        }
        for index in disputes.indices {
            for event in disputes[index].history where disputes[index].disbursed[event.status] == nil {
                disputes[index].disbursed[event.status] = now
            }
        }
    }

    mutating func dispute(_ index: Int, at now: Int64) {
        entries[index].isDisputed = true
        let dispute = Dispute(
            id: name(), transaction: entries[index].id, amount: entries[index].amount, created: now,
            history: [("open", now)])
        disputes.append(dispute)
        note("dispute_opened", dispute, at: now)
    }

    /// Ends every open dispute.
    mutating func endDisputes(as status: String, at now: Int64) {
        for index in disputes.indices where ["open", "disputed"].contains(disputes[index].status) {
            end(index, as: status, at: now)
        }
    }

    mutating func end(_ index: Int, as status: String, at now: Int64) {
        disputes[index].status = status
        disputes[index].history.append((status, now))
        note("dispute_\(status)", disputes[index], at: now)
    }
}

extension Int64 {
    /// Whole major units.
    fileprivate func major(_ currency: Currency) -> Int64 {
        (0..<Int(currency.exponent)).reduce(self) { value, _ in value / 10 }
    }
}
