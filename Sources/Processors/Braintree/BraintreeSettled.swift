import Payments
import Ports
import Primitives
import ProcessorKit

/// Reads transactions, refunds and disputes as lines of a settlement. Each function gives nil for what lacks what every such
/// object has, and no lines where no money moves.
enum BraintreeSettled {
    static func transaction(_ object: JSONValue) -> [SettlementLine]? {
        guard let transaction = BraintreeTransaction(object), let name = name(object),
            let paid = disbursement(object, of: transaction.amount)
        else { return nil }
        guard let taken = time(of: "SUBMITTED_FOR_SETTLEMENT", in: object) else {
            // It never came so far, or went there in a status that this history does not show.
            return transaction.status == "SETTLED" || transaction.status == "SETTLING" ? nil : []
        }
        let order = transaction.order.flatMap { OperationID($0) }
        let line = SettlementLine(
            name: name, kind: .charge, reference: order, processorReference: transaction.id, gross: paid.amount,
            fee: 0, payout: paid.name, occurred: taken)
        switch transaction.status {
        case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED", "SETTLEMENT_CONFIRMED": return [line]
        // Called back before it settled: the book has a charge and its refund.
        case "VOIDED":
            guard let voided = time(of: "VOIDED", in: object) else { return nil }
            return [
                line,
                SettlementLine(
                    name: "\(name)/void", kind: .refund, reference: order, processorReference: transaction.id,
                    gross: negative(transaction.amount), fee: 0, payout: nil, occurred: voided),
            ]
        default: return []
        }
    }

    static func refund(_ object: JSONValue) -> [SettlementLine]? {
        guard let refund = BraintreeRefund(object), let name = name(object),
            let paid = disbursement(object, of: refund.amount),
            let created = object["createdAt"]?.text.flatMap({ Timestamp(text: $0) })
        else { return nil }
        let line = SettlementLine(
            name: name, kind: .refund, reference: refund.order.flatMap { OperationID($0) },
            processorReference: refund.id, gross: negative(paid.amount), fee: 0, payout: paid.name, occurred: created)
        guard refund.isDead else { return refund.status == "AUTHORIZING" ? [] : [line] }
        // What had been accepted before it came back is two movements in the book; what was refused is none.
        guard time(of: "SUBMITTED_FOR_SETTLEMENT", in: object) != nil, let failed = refund.changed else { return [] }
        return [
            line,
            SettlementLine(
                name: "\(name)/failed", kind: .refundFailure, reference: line.reference, processorReference: refund.id,
                gross: refund.amount, fee: 0, payout: nil, occurred: failed),
        ]
    }

    /// Money goes when a chargeback is opened, and comes back, or a part of it, when it is won.
    static func dispute(_ object: JSONValue) -> [SettlementLine]? {
        guard let name = object["legacyId"]?.text, isName(name), let type = object["type"]?.text,
            let amount = BraintreeTransaction.money(object["amountDisputed"])
        else { return nil }
        let won = BraintreeTransaction.money(object["amountWon"])
        let transaction = object["transaction"]
        let reference = transaction?["orderId"]?.text.flatMap { OperationID($0) }
        var lines: [SettlementLine] = []
        for event in object["statusHistory"]?.elements ?? [] {
            guard let status = event["status"]?.text, let at = event["timestamp"]?.text.flatMap({ Timestamp(text: $0) })
            else { return nil }
            let moved: (kind: SettlementLine.Kind, gross: Money)
            switch status {
            case "OPEN" where type != "RETRIEVAL" && amount.isPositive: moved = (.dispute, negative(amount))
            case "WON" where type != "RETRIEVAL":
                guard let won, won.isPositive else { continue }
                moved = (.disputeReversal, won)
            default: continue
            }
            lines.append(
                SettlementLine(
                    name: "dispute/\(name)/\(status.lowercased())", kind: moved.kind, reference: reference,
                    processorReference: name, gross: moved.gross, fee: 0,
                    payout: payout(event["disbursementDate"]?.text, transaction?["merchantAccountId"]?.text),
                    occurred: at))
        }
        return lines
    }

    // MARK: Parts

    /// What an object is called in every report of Braintree's, files included.
    private static func name(_ object: JSONValue) -> String? {
        object["legacyId"]?.text.flatMap { isName($0) ? $0 : nil }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// The amount that was disbursed, in the currency that is settled, or the object's own as long as it was not; and the
    /// disbursement, unless the money is held back.
    private static func disbursement(_ object: JSONValue, of amount: Money) -> (amount: Money, name: String?)? {
        guard let details = object["disbursementDetails"], let date = details["date"]?.text else {
            return (amount, nil)
        }
        let name = details["fundsHeld"]?.flag == true ? nil : payout(date, object["merchantAccountId"]?.text)
        guard let told = details["amount"], told["value"] != nil else { return (amount, name) }
        return BraintreeTransaction.money(told).map { ($0, name) }
    }

    /// What is disbursed on one day from one merchant account goes to the bank together.
    static func payout(_ date: String?, _ merchantAccount: String?) -> String? {
        guard let date, date.utf8.count == 10, let account = merchantAccount, isName(account) else { return nil }
        return "disbursed-\(date)-\(account)"
    }

    /// When the history says that it came to that status, the first time.
    private static func time(of status: String, in object: JSONValue) -> Timestamp? {
        object["statusHistory"]?.elements.last { $0["status"]?.text == status }?["timestamp"]?.text
            .flatMap { Timestamp(text: $0) }
    }

    private static func negative(_ money: Money) -> Money {
        Money(minorUnits: -money.minorUnits, currency: money.currency)
    }
}
