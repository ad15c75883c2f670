package import Ports
package import Primitives
import ProcessorKit

// What Braintree has settled. Its GraphQL API has no report of an account's movements and no object for what goes to the bank;
// it has the transactions that were submitted for settlement, refunds and disputes, each with the day on which its money was
// disbursed. So a period is read in parts: what was submitted in it, and what was disbursed in it, which may have been submitted
// long before. The same line comes twice and counts once; the second time it knows its disbursement.
extension Braintree: SettlementReportingProcessor {
    package func settlement(
        from start: Timestamp, to end: Timestamp, after cursor: String?
    ) async -> SettlementPage {
        let pieces = cursor?.split(separator: ":", maxSplits: 1).map(String.init) ?? ["submitted"]
        guard let part = pieces.first.flatMap({ BraintreeSettlementPart(rawValue: $0) }) else {
            return .unavailable("the place to go on from is none of Braintree's")
        }
        let after = pieces.count > 1 ? pieces[1] : nil
        guard let page = await ask(codec.settled(part, from: start, to: end, after: after)) else {
            return .unavailable("Braintree did not give its list of \(part.shown)")
        }
        let lines = page.elements.flatMap(\.self).filter { line in
            line.occurred >= start && line.occurred < end || part.isByDisbursement
        }
        let next = page.next.map { "\(part.rawValue):\($0)" } ?? part.following?.rawValue
        guard (next?.utf8.count ?? 0) <= 512 else { return .unavailable("Braintree's place to go on from is too long") }
        return .page(lines, next: next)
    }
}

/// What is read of a period, in this order.
enum BraintreeSettlementPart: String, CaseIterable, Sendable {
    case submitted
    case refunded
    case disbursed
    case disbursedRefunds = "disbursed_refunds"
    case disputes

    var following: BraintreeSettlementPart? {
        let all = BraintreeSettlementPart.allCases
        return all.firstIndex(of: self).flatMap { $0 + 1 < all.count ? all[$0 + 1] : nil }
    }

    var isByDisbursement: Bool { self == .disbursed || self == .disbursedRefunds }

    var shown: String {
        switch self {
        case .submitted, .disbursed: "transactions"
        case .refunded, .disbursedRefunds: "refunds"
        case .disputes: "disputes"
        }
    }
}

extension BraintreeCodec {
    /// How long before a period a dispute may have been received in which money moved in it.
    private static let longestDispute: Duration = .seconds(180 * 86_400)

    func settled(
        _ part: BraintreeSettlementPart, from start: Timestamp, to end: Timestamp, after: String?
    ) -> WireExchange<BraintreePage<[SettlementLine]>?> {
        let times: JSONValue = [
            "greaterThanOrEqualTo": .string(start.description), "lessThanOrEqualTo": .string(end.description),
        ]
        let days: JSONValue = ["greaterThanOrEqualTo": day(start), "lessThanOrEqualTo": day(end)]
        switch part {
        case .submitted:
            return list(.settledTransactions, ["statusTransition": ["submittedForSettlementAt": times]], after)
        case .refunded: return list(.settledRefunds, ["createdAt": times], after)
        case .disbursed: return list(.settledTransactions, ["disbursementDate": days], after)
        case .disbursedRefunds: return list(.settledRefunds, ["disbursementDate": days], after)
        case .disputes:
            let first = day(start.advanced(by: .zero - BraintreeCodec.longestDispute))
            return list(.settledDisputes, ["receivedDate": ["greaterThanOrEqualTo": first]], after)
        }
    }

    private func day(_ time: Timestamp) -> JSONValue { .string(String(time.description.prefix(10))) }

    private func list(
        _ operation: BraintreeOperation, _ input: JSONValue, _ after: String?
    ) -> WireExchange<BraintreePage<[SettlementLine]>?> {
        exchange(operation, ["input": input, "after": .optional(after)], nil) { answer in
            switch operation {
            case .settledRefunds: BraintreeReading.page(answer, "refunds") { BraintreeSettled.refund($0) }
            case .settledDisputes: BraintreeReading.page(answer, "disputes") { BraintreeSettled.dispute($0) }
            default: BraintreeReading.page(answer, "transactions") { BraintreeSettled.transaction($0) }
            }
        }
    }
}
