import Payments
import Ports
import Primitives
import ProcessorKit

/// A transaction as PayPal's reports have it.
struct PayPalReportRow: Sendable {
    enum Reading: Sendable {
        case row(PayPalReportRow)
        /// No money of the account's moved.
        case passedOver
        case unreadable
    }

    let name: String
    let code: String
    let amount: Money
    /// What PayPal kept; negative when it gave some back.
    let fee: Int64
    let reference: OperationID?
    /// The transaction that this one came of.
    let related: String?
    let occurred: Timestamp

    /// What is denied (`D`) or pending (`P`) has not moved; what was reversed (`V`) has, and another row takes it back.
    static func read(_ info: JSONValue) -> Reading {
        guard let name = info["transaction_id"]?.text, PayPalCodec.isName(name),
            let code = info["transaction_event_code"]?.text, let status = info["transaction_status"]?.text,
            let amount = PayPalCurrencies.signed(info["transaction_amount"]),
            let occurred = info["transaction_initiation_date"]?.text.flatMap({ PayPalTime.parse($0) })
        else { return .unreadable }
        guard status == "S" || status == "V" else {
            return status == "D" || status == "P" ? .passedOver : .unreadable
        }
        guard !isOnlyHeld(code) else { return .passedOver }
        let fee = PayPalCurrencies.signed(info["fee_amount"])
        guard info["fee_amount"] == nil || fee?.currency == amount.currency else { return .unreadable }
        return .row(
            PayPalReportRow(
                name: name, code: code, amount: amount, fee: -(fee?.minorUnits ?? 0),
                reference: [info["invoice_id"], info["custom_field"]].lazy
                    .compactMap { $0?.text.flatMap { OperationID($0) } }.first,
                related: info["paypal_reference_id_type"]?.text == "TXN" ? info["paypal_reference_id"]?.text : nil,
                occurred: occurred))
    }

    /// Authorizations, and money that PayPal holds back for a while or lets go: it stays on the account.
    private static func isOnlyHeld(_ code: String) -> Bool {
        ["T13", "T15", "T21"].contains { code.hasPrefix($0) } || ["T1105", "T1110", "T1111"].contains(code)
    }

    /// Whether it is money or a fee of a dispute, which PayPal files under the payment.
    var isAboutDispute: Bool { kind == .dispute || kind == .disputeReversal }

    /// Source: developer.paypal.com/reports/reference/t-codes (read 2026-11). What is not listed is money that moved for a
    /// reason of PayPal's own.
    var kind: SettlementLine.Kind {
        switch code {
        case "T0001" where !amount.isPositive, "T0015" where !amount.isPositive: return .push
        case "T0106", "T0114": return .dispute
        case "T1106", "T1201": return .dispute
        case "T1108": return .disputeReversal
        case "T1202", "T1205", "T1208": return .disputeReversal
        case "T1101": return .payoutFailure
        case "T1107": return .refund
        case "T1109": return .fee
        default: break
        }
        if code.hasPrefix("T00") { return amount.isPositive ? .charge : .other }
        if code.hasPrefix("T01") { return .fee }
        if code.hasPrefix("T04") || code.hasPrefix("T17") { return .payout }
        return .other
    }

    /// What a dispute costs (`T0106`, `T0114`), and what of that is given back (`T1108`): booked with the dispute.
    private var isDisputeFee: Bool { ["T0106", "T0114", "T1108"].contains(code) }

    /// - Parameter known: our reference, where the row does not carry it.
    func line(reference known: OperationID? = nil) -> SettlementLine {
        let kind = kind
        let gross = isDisputeFee ? Money(minorUnits: 0, currency: amount.currency) : amount
        return SettlementLine(
            name: name, kind: kind, reference: reference ?? known,
            processorReference: isAboutDispute ? related ?? name : name,
            gross: gross, fee: isDisputeFee ? fee - amount.minorUnits : fee,
            payout: kind == .payout ? name : kind == .payoutFailure ? related ?? name : nil, occurred: occurred)
    }
}
