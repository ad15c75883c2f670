import Payments
package import Ports
import Primitives
import ProcessorKit
import Synchronization

/// When Braintree was last asked for news: it is asked for them less often than the engine would like.
final class BraintreeNews: Sendable {
    private let last = Mutex<Timestamp?>(nil)

    /// Whether it is time again; if so, from now on it is not.
    func isDue(_ now: Timestamp) -> Bool {
        last.withLock { last in
            if let last, now < last.advanced(by: Braintree.newsPause) { return false }
            last = now
            return true
        }
    }
}

extension Braintree: PaymentReadingProcessor {
    package func payment(_ processorReference: String) async -> PaymentReading {
        switch await ask(codec.transaction(processorReference, nil)) {
        case .transaction(let transaction): transaction.payment.map { .payment($0) } ?? .unavailable
        case .nothing: .absent
        case .duplicate, .unavailable: .unavailable
        }
    }
}

// Refunds that were accepted and came back, which may be days later. Braintree lists refunds by status and by when they were
// made, not by when they failed: the list of the last months is read again and again, and what failed since the last look is
// reported. A report that comes twice counts once.
extension Braintree: ReportingProcessor {
    /// How long Braintree is left alone between two looks.
    static let newsPause: Duration = .seconds(60)
    /// How old a refund may be when it fails.
    private static let window: Duration = .seconds(90 * 86_400)
    /// How far back each look overlaps the one before: the index lags.
    private static let overlap: Duration = .seconds(3_600)
    private static let maximumPages = 20
    private static let mostFacts = 100

    package func changes(since cursor: String?) async -> ReportedChanges {
        let now = clock.now()
        guard news.isDue(now) else { return .facts([], next: cursor ?? "0") }
        let since = cursor.flatMap { Int64($0) }.map { Timestamp(seconds: $0).advanced(by: .zero - Braintree.overlap) }
        var failed: [(refund: BraintreeRefund, at: Timestamp, operation: OperationID)] = []
        var after: String?
        for _ in 0..<Braintree.maximumPages {
            let start = now.advanced(by: .zero - Braintree.window)
            guard let page = await ask(codec.deadRefunds(since: start, after: after)) else { return .unavailable }
            for refund in page.refunds {
                // What carries the charge's own order is a reversal, or was made past Florin.
                guard let at = refund.changed, since.map({ at >= $0 }) ?? true, refund.order != refund.chargeOrder,
                    let operation = refund.order.flatMap({ OperationID($0) })
                else { continue }
                failed.append((refund, at, operation))
            }
            guard let next = page.next else { return report(failed, since: cursor) }
            after = next
        }
        return .unavailable
    }

    private func report(
        _ failed: [(refund: BraintreeRefund, at: Timestamp, operation: OperationID)], since cursor: String?
    ) -> ReportedChanges {
        let ordered = failed.sorted { $0.at < $1.at }.prefix(Braintree.mostFacts)
        let facts = ordered.map { entry in
            let code = entry.refund.status.lowercased()
            return ProcessorFact(
                id: "\(entry.refund.id):\(code)", operation: entry.operation,
                kind: .refundFailed(Decline(reason: .genericDecline, isSoft: false, processorCode: code)))
        }
        let newest = ordered.last?.at.seconds ?? 0
        let known = cursor.flatMap { Int64($0) } ?? 0
        return .facts(facts, next: String(max(newest, known)))
    }
}
