import ProcessorKit

// The account's transactions, as reports list them.
extension PayPalBook {
    /// Money that went to the account's bank.
    struct Withdrawal: Sendable {
        let id: String
        let amount: PayPalSum
        let created: Int64
    }

    /// A line of the report.
    private struct Row {
        let created: Int64
        let id: String
        let event: String
        let status: String
        let object: JSONValue
        /// What it does to the balance.
        let net: (currency: String, units: Int64)

        var isBalanceAffecting: Bool { (status == "S" || status == "V") && !event.hasPrefix("T13") }
    }

    /// `GET /v1/reporting/transactions`, complete up to ``reportLag`` seconds ago.
    func transactions(_ query: FormFields, at now: Int64) throws(PayPalFailure) -> JSONValue {
        guard let start = query["start_date"].flatMap({ PayPalClock.seconds($0) }),
            let end = query["end_date"].flatMap({ PayPalClock.seconds($0) }), start <= end, end - start <= 31 * 86_400
        else { throw .malformed("start_date", "INVALID_PARAMETER_VALUE") }
        let refreshed = now - reportLag
        let isWhole = query["balance_affecting_records_only"] == "N"
        let shown = rows.filter { row in
            row.created >= start && row.created <= min(end, refreshed) && (isWhole || row.isBalanceAffecting)
                && query["transaction_type"].map { $0 == row.event } ?? true
                && query["transaction_status"].map { $0 == row.status } ?? true
                && query["transaction_id"].map { $0 == row.id } ?? true
        }
        guard shown.count <= reportLimit else {
            throw PayPalFailure(
                status: 400, name: "RESULTSET_TOO_LARGE", message: "Result set size is greater than the maximum limit.")
        }
        let size = query["page_size"].flatMap { Int($0) } ?? 100
        let page = query["page"].flatMap { Int($0) } ?? 1
        guard (1...500).contains(size), page >= 1 else { throw .malformed("page", "INVALID_PARAMETER_VALUE") }
        let details = shown.dropFirst((page - 1) * size).prefix(size).map(\.object)
        // As it is published: left out where there is nothing.
        let listed: [JSONValue.Member] = details.isEmpty ? [] : [.init("transaction_details", .array(details))]
        let head: JSONValue = [
            "account_number": "SAMPLEACCXXXX", "start_date": .string(PayPalClock.text(start)),
            "end_date": .string(PayPalClock.text(end)),
            "last_refreshed_datetime": .string(PayPalClock.text(refreshed)), "page": .integer(Int64(page)),
            "total_items": .integer(Int64(shown.count)),
            "total_pages": .integer(Int64(max(1, (shown.count + size - 1) / size))),
            "links": [link("/v1/reporting/transactions", "self")],
        ]
        return .object(listed + head.members)
    }

    /// Everything that lies on the account goes to the bank.
    mutating func sweep(at now: Int64) {
        var balances: [String: Int64] = [:]
        for row in rows where row.isBalanceAffecting { balances[row.net.currency, default: 0] += row.net.units }
        for (currency, units) in balances.sorted(by: { $0.key < $1.key }) where units > 0 {
            withdrawals.append(
                Withdrawal(id: name(), amount: PayPalSum(currency: currency, units: units), created: now))
        }
    }

    private var rows: [Row] {
        var rows: [Row] = []
        for one in authorizations {
            let order = orders.last { $0.id == one.order }
            rows.append(
                row(one.id, "T1300", one.amount, one.status == "DENIED" ? "D" : "S", order?.invoiceID, one.created, 1))
        }
        for one in captures {
            let status = one.status == "PENDING" ? "P" : one.code == nil ? "S" : "D"
            let fee = status == "S" ? fee(one.amount).units : 0
            rows.append(row(one.id, "T0006", one.amount, status, one.invoiceID, one.created, 1, fee: fee))
        }
        for one in refunds {
            let status = one.status == "PENDING" ? "P" : one.status == "COMPLETED" ? "S" : "D"
            rows.append(row(one.id, "T1107", one.amount, status, one.invoiceID, one.created, -1, of: one.capture))
        }
        for one in payouts { rows += payoutRows(one) }
        for dispute in disputes {
            for (index, movement) in dispute.movements.enumerated() {
                let isFee = movement.reason != "DISPUTE_SETTLEMENT"
                let event = isFee ? "T0106" : movement.type == "DEBIT" ? "T1201" : "T1202"
                rows.append(
                    row(
                        "\(dispute.id.filter(\.isLetterOrDigit))M\(index)", event, movement.amount, "S", nil,
                        movement.time, movement.type == "DEBIT" ? -1 : 1, of: dispute.capture))
            }
        }
        for one in withdrawals { rows.append(row(one.id, "T0400", one.amount, "S", nil, one.created, -1)) }
        return rows.sorted { $0.created < $1.created }
    }

    /// What came back stands in two rows: the payment as reversed, and its return.
    private func payoutRows(_ payout: Payout) -> [Row] {
        let status =
            switch payout.status {
            case "SUCCESS": "S"
            case "UNCLAIMED", "PENDING": "P"
            case "RETURNED": "V"
            default: "D"
            }
        let sent = row(payout.id, "T0001", payout.amount, status, payout.itemID, payout.created, -1)
        guard payout.status == "RETURNED" else { return [sent] }
        return [
            sent,
            row("\(payout.id)R", "T1114", payout.amount, "S", payout.itemID, payout.created, 1, of: payout.id),
        ]
    }

    private func row(
        _ id: String, _ event: String, _ amount: PayPalSum, _ status: String, _ invoice: String?, _ created: Int64,
        _ sign: Int64, fee: Int64 = 0, of related: String? = nil
    ) -> Row {
        let value = (sign < 0 ? "-" : "") + amount.text
        var info: [JSONValue.Member] = [
            .init("transaction_id", .string(id)), .init("transaction_event_code", .string(event)),
            // In the account's own zone, as reports are.
            .init("transaction_initiation_date", .string(PayPalClock.report(created))),
            .init("transaction_updated_date", .string(PayPalClock.report(created))),
            .init(
                "transaction_amount", ["currency_code": .string(amount.currency), "value": .string(value)]),
            .init("transaction_status", .string(status)),
        ]
        if let related {
            info.append(.init("paypal_reference_id", .string(related)))
            info.append(.init("paypal_reference_id_type", "TXN"))
        }
        if let invoice {
            if event != "T0001", event != "T1114" { info.append(.init("invoice_id", .string(invoice))) }
            info.append(.init("custom_field", .string(invoice)))
        }
        if fee != 0 {
            let text = PayPalSum(currency: amount.currency, units: fee).text
            info.append(
                .init("fee_amount", ["currency_code": .string(amount.currency), "value": .string("-" + text)]))
        }
        return Row(
            created: created, id: id, event: event, status: status, object: ["transaction_info": .object(info)],
            net: (amount.currency, sign * amount.units - fee))
    }

    /// 3 percent, rounded down, at least one unit.
    func fee(_ amount: PayPalSum) -> PayPalSum {
        PayPalSum(currency: amount.currency, units: max(1, amount.units * 3 / 100))
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}
