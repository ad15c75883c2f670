import Payments
package import Ports
import Primitives
import ProcessorKit
import Synchronization

/// When Braintree was last asked for news: it is asked for them less often than the engine would like.
final class BraintreeNews: Sendable {
    private let last = Mutex<Timestamp?>(nil)

    /// Whether it is time again; if so, from now on it is not.
    func isDue(_ now: Timestamp, after pause: Duration) -> Bool {
        last.withLock { last in
            if let last, now < last.advanced(by: pause) { return false }
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

// What happens after an operation was over: refunds that were accepted and came back, and disputes. Braintree lists refunds by
// status and by when they were made, disputes by when they were received, neither by when they changed: the lists of the last
// months are read again and again, and what changed since the last look is reported, with an overlap, for the index lags and
// disputes are dated back. A report that comes twice counts once.
extension Braintree: ReportingProcessor {
    /// How long Braintree is left alone between two looks; a simulator on this machine is asked more often.
    private var newsPause: Duration { account.isLocal ? .seconds(2) : .seconds(60) }
    /// How old a refund or dispute may be when it changes.
    private static let window: Duration = .seconds(180 * 86_400)
    private static let overlap: Duration = .seconds(72 * 3_600)
    private static let maximumPages = 40
    private static let mostFacts = 100

    private typealias Dated = (fact: ProcessorFact, at: Timestamp)

    package func changes(since cursor: String?) async -> ReportedChanges {
        let now = clock.now()
        guard news.isDue(now, after: newsPause) else { return .facts([], next: cursor ?? "0") }
        let start = now.advanced(by: .zero - Braintree.window)
        guard let refunds = await all({ codec.deadRefunds(since: start, after: $0) }),
            let disputes = await all({ codec.disputes(since: start, after: $0) })
        else { return .unavailable }
        let since = Braintree.moment(cursor)
        let facts = (refunds.compactMap { Braintree.failure($0) } + disputes.flatMap(\.facts)).filter { $0.at >= since }
        // Stable: what happened in one dispute at one moment stays in order.
        let ordered = facts.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .prefix(Braintree.mostFacts).map(\.element)
        let isCut = ordered.count < facts.count
        guard let newest = ordered.last?.at.seconds else { return .facts([], next: cursor ?? "0") }
        return .facts(ordered.map(\.fact), next: isCut ? "x\(newest)" : "\(max(newest, since.seconds))")
    }

    /// Where a look begins: `x` and seconds where the one before was cut off, else seconds, and then with the overlap.
    private static func moment(_ cursor: String?) -> Timestamp {
        guard let cursor else { return Timestamp(seconds: 0) }
        if cursor.hasPrefix("x") { return Timestamp(seconds: Int64(cursor.dropFirst()) ?? 0) }
        return Timestamp(seconds: Int64(cursor) ?? 0).advanced(by: .zero - overlap)
    }

    private func all<Element>(
        _ part: (String?) -> WireExchange<BraintreePage<Element>?>
    ) async -> [Element]? {
        var found: [Element] = []
        var after: String?
        for _ in 0..<Braintree.maximumPages {
            guard let page = await ask(part(after)) else { return nil }
            found += page.elements
            guard let next = page.next else { return found }
            after = next
        }
        return nil
    }

    /// - Returns: nil for what carries the charge's own order: a reversal, or a refund that was made past Florin.
    private static func failure(_ refund: BraintreeRefund) -> Dated? {
        guard let at = refund.changed, refund.order != refund.chargeOrder,
            let operation = refund.order.flatMap({ OperationID($0) })
        else { return nil }
        let code = refund.status.lowercased()
        let decline = Decline(reason: .genericDecline, isSoft: false, processorCode: code)
        return (ProcessorFact(id: "\(refund.id):\(code)", operation: operation, kind: .refundFailed(decline)), at)
    }
}
