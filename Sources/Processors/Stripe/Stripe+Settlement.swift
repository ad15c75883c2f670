import Payments
package import Ports
package import Primitives
import ProcessorKit

// What Stripe has settled: first every movement of the balance in the period, then, for each payout of the period, the
// movements that it carries: only that list says which payout a movement is in. A movement comes twice, then, and counts once.
extension Stripe: SettlementReportingProcessor {
    /// Where the reading goes on.
    private enum Place {
        case movements(after: String?)
        case payouts(after: String?)
        case payout(String, after: String)

        init?(_ cursor: String?) {
            guard let cursor else {
                self = .movements(after: nil)
                return
            }
            let parts = cursor.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            switch (parts.first, parts.count) {
            case ("t", 2): self = .movements(after: parts[1])
            case ("p", 2): self = .payouts(after: parts[1].isEmpty ? nil : parts[1])
            case ("l", 3): self = .payout(parts[1], after: parts[2])
            default: return nil
            }
        }
    }

    package func settlement(
        from start: Timestamp, to end: Timestamp, after cursor: String?
    ) async -> SettlementPage {
        switch Place(cursor) {
        case nil: return .unavailable("the place to go on from is none of Stripe's")
        case .movements(let after):
            switch await wire.perform(codec.balanceLines(from: start, to: end, after: after)) {
            case .unavailable(let why): return .unavailable(why)
            case .lines(let lines, let next): return .page(lines, next: next.map { "t:\($0)" } ?? "p:")
            }
        case .payouts(let after):
            switch await wire.perform(codec.nextPayout(from: start, to: end, after: after)) {
            case .unavailable: return .unavailable("Stripe did not give its list of payouts")
            case .none: return .page([], next: nil)
            case .payout(let id, listsLines: false): return .page([], next: "p:\(id)")
            case .payout(let id, listsLines: true): return await lines(of: id, after: nil)
            }
        case .payout(let id, let after): return await lines(of: id, after: after)
        }
    }

    private func lines(of payout: String, after: String?) async -> SettlementPage {
        switch await wire.perform(codec.balanceLines(of: payout, after: after)) {
        case .unavailable(let why): .unavailable(why)
        case .lines(let lines, let next): .page(lines, next: next.map { "l:\(payout):\($0)" } ?? "p:\(payout)")
        }
    }
}

extension Stripe: PaymentReadingProcessor {
    package func payment(_ processorReference: String) async -> PaymentReading {
        guard let exchange = codec.payment(processorReference) else { return .absent }
        return await wire.perform(exchange)
    }
}

extension Stripe: SettlementFileReading {
    /// Reads the itemized reports “Balance change from activity” and “Payout reconciliation” with their own column names.
    /// Source: docs.stripe.com/reports/report-types (read 2026-11).
    package func settlementLine(
        _ record: [String: String]
    ) throws(SettlementRecordError) -> SettlementLine? {
        func text(_ names: String...) -> String? {
            for name in names { if let value = record[name], !value.isEmpty { return value } }
            return nil
        }
        guard let name = text("balance_transaction_id"), StripeCodec.isName(name) else {
            throw SettlementRecordError("“balance_transaction_id” is missing")
        }
        guard let code = text("currency"), let currency = Currency(code: code.uppercased()) else {
            throw SettlementRecordError("“currency” is no code of ISO 4217")
        }
        func amount(_ name: String) -> Money? {
            text(name).flatMap { Money(majorUnitText: $0, currency: currency) }
        }
        guard let gross = amount("gross"), let fee = amount("fee") else {
            throw SettlementRecordError("“gross” and “fee” are amounts such as -12.34")
        }
        guard let category = text("reporting_category") else {
            throw SettlementRecordError("“reporting_category” is missing")
        }
        guard let occurred = text("created_utc", "created").flatMap({ Timestamp(text: $0) }) else {
            throw SettlementRecordError("“created_utc” is a moment such as 2026-11-21 05:09:05")
        }
        let kind = StripeSettlement.kind(category)
        let key = StripeCodec.metadataKey
        let reference =
            kind == .refund || kind == .refundFailure
            ? text("refund_metadata[\(key)]")
            : text("payment_metadata[\(key)]")
        let source = text("source_id")
        return SettlementLine(
            name: name, kind: kind, reference: reference.flatMap { OperationID($0) },
            processorReference: kind == .charge ? text("payment_intent_id", "charge_id") ?? source : source,
            gross: gross, fee: fee.minorUnits,
            payout: kind == .payout || kind == .payoutFailure ? source : text("automatic_payout_id"),
            occurred: occurred)
    }
}
