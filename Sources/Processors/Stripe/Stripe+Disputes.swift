package import Payments
package import Ports
import Primitives
import ProcessorKit
import Synchronization

/// When Stripe is asked for news again.
final class StripeAgenda: Sendable {
    private let next = Mutex(Timestamp(microseconds: .min))

    /// - Returns: whether it is time; then the next time is a pause later.
    func begin(at now: Timestamp, pause: Duration) -> Bool {
        next.withLock { next in
            guard now >= next else { return false }
            next = now.advanced(by: pause)
            return true
        }
    }

    /// There is more: it is time at once.
    func hurry() { next.withLock { $0 = Timestamp(microseconds: .min) } }
}

extension Stripe: ReportingProcessor, DisputingProcessor {
    /// How long Stripe is left alone between two looks: its notices say nothing that the next look does not find.
    static let pauseBetweenLooks: Duration = .seconds(10)

    /// Looks for disputes in Stripe's events, which it keeps for 30 days, and reads those that something happened to.
    /// The cursor is the newest event that was seen.
    package func changes(since cursor: String?) async -> ReportedChanges {
        guard agenda.begin(at: clock.now(), pause: Stripe.pauseBetweenLooks) else { return .unavailable }
        guard let exchange = codec.disputeEvents(after: cursor) else { return .unavailable }
        switch await wire.perform(exchange) {
        case .unavailable: return .unavailable
        case .cursorGone:
            agenda.hurry()
            return cursor == nil ? .unavailable : await changes(since: nil)
        case .page(let disputes, let newest, let hasMore):
            var facts: [ProcessorFact] = []
            for id in disputes {
                guard let exchange = codec.dispute(id), case .facts(let read) = await wire.perform(exchange) else {
                    return .unavailable
                }
                facts += read
            }
            if hasMore, cursor != nil { agenda.hurry() }
            guard let newest else { return cursor.map { .facts([], next: $0) } ?? .unavailable }
            return .facts(facts, next: newest)
        }
    }

    package func submitEvidence(_ request: EvidenceRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        return await perform(codec.submit(request))
    }

    package func accept(_ request: DisputeAcceptanceRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        return await perform(codec.close(request))
    }

    /// Reading the dispute tells. What is not there some time after the message's own time will not come any more.
    func answered(_ dispute: String, _ inquiry: Inquiry) async -> LookupAnswer {
        guard let exchange = codec.answered(dispute, inquiry) else { return .absent }
        return judge(await wire.perform(exchange), inquiry)
    }
}
