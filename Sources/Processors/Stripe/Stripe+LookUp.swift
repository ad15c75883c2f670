import Payments
package import Ports
import Primitives
import ProcessorKit

// How an operation is found again, and when it is known to be absent.
//
// Charges: by metadata, first in the search index (which lags), then in the list of intents of that time (which does not).
// When both are silent and the operation's time is over, its Idempotency-Key is used up: an intent without a card is created
// under it. Stripe compares the parameters of requests with one key, so that the message, should it still arrive, is refused;
// and if it had arrived before, it is this request that is refused, which says that the charge exists. Stripe keeps keys
// for 24 hours at least; after 23 hours nothing is concluded from them, and nothing can be on its way any more either.
//
// A charge that went on from an authentication: the intent that was authenticated tells; when the time is over it is canceled.
//
// Captures and voids: an intent is captured or canceled once, so its own state tells. Refunds: in the list of the intent's
// refunds. Their keys cannot be used up without moving money; what is not there is absent ``settleTime`` after its time.
extension Stripe {
    /// How long after an operation's time a message of ours can still be on its way: the connection it went out on is
    /// closed by then, and the operating system has given up what it still held of it.
    static let settleTime: Duration = .seconds(15 * 60)
    /// While Stripe surely knows a key.
    private static let keyTime: Duration = .seconds(23 * 3_600)

    /// Asks Stripe; see above for what is concluded from what.
    package func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        guard inquiry.reference.mode == account.mode else { return .absent }  // never sent, see `maySend`
        switch inquiry.kind {
        case .charge: return await charge(inquiry)
        case .capture, .void, .increment: return await change(inquiry)
        case .refund: return await refund(inquiry)
        case .disputeEvidence(let dispute), .disputeAcceptance(let dispute): return await answered(dispute, inquiry)
        case .verification: return await verification(inquiry)
        case .push: return .unavailable
        }
    }

    private func charge(_ inquiry: Inquiry) async -> LookupAnswer {
        if let intent = inquiry.authenticatedReference { return await confirmation(inquiry, of: intent) }
        switch await find(inquiry) {
        case .found(let id):
            guard let exchange = codec.intent(id, inquiry) else { return .unavailable }
            return await wire.perform(exchange)
        case .unavailable: return .unavailable
        case .nothing: break
        }
        let now = clock.now()
        guard now >= inquiry.reference.validUntil else { return .notFoundYet }
        let age = now.duration(since: inquiry.reference.created)
        return age < Stripe.keyTime ? await fence(inquiry) : .absent
    }

    private enum Finding: Sendable {
        case found(String)
        case nothing
        case unavailable
    }

    private func find(_ inquiry: Inquiry) async -> Finding {
        switch await wire.perform(codec.search(inquiry.reference)) {
        case .page(let page):
            if let id = page.match { return .found(id) }
        // The index is only the shorter way.
        case .unavailable: break
        }
        var after: String?
        for _ in 0..<StripeCodec.maximumPages {
            switch await wire.perform(codec.list(inquiry.reference, settled: Stripe.settleTime, after: after)) {
            case .unavailable: return .unavailable
            case .page(let page):
                if let id = page.match { return .found(id) }
                guard let next = page.next else { return .nothing }
                after = next
            }
        }
        return .unavailable
    }

    /// Uses the key up.
    private func fence(_ inquiry: Inquiry) async -> LookupAnswer {
        switch await wire.perform(codec.fence(inquiry)) {
        case .placed(let intent):
            // Tidying up: an intent without a card does no harm if this fails.
            if let exchange = codec.dropFence(intent, inquiry.reference) { await wire.perform(exchange) }
            return .absent
        // The charge exists, or is being made: the list will show it.
        case .taken: return .notFoundYet
        case .unavailable: return .unavailable
        }
    }

    /// A charge that went on from an authentication has no intent of its own. When its time is over and the intent still waits, the
    /// intent is given up, as the attempt is: a message that should still arrive is refused, and reading it once more tells which
    /// of the two was first.
    private func confirmation(_ inquiry: Inquiry, of intent: String) async -> LookupAnswer {
        guard let exchange = codec.confirmation(intent, inquiry) else { return .unavailable }
        let state = await wire.perform(exchange)
        guard case .notYet = state, clock.now() >= inquiry.reference.validUntil,
            let giveUp = codec.dropFence(intent, inquiry.reference), let again = codec.confirmation(intent, inquiry)
        else { return judge(state, inquiry) }
        await wire.perform(giveUp)
        let standing = await wire.perform(again)
        if case .done(.declined(let decline)) = standing, decline.processorCode == "canceled" { return .absent }
        return judge(standing, inquiry)
    }

    private func change(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original, let exchange = codec.change(original, inquiry) else {
            return .unavailable
        }
        return judge(await wire.perform(exchange), inquiry)
    }

    private func refund(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original else { return .unavailable }
        var after: String?
        for _ in 0..<StripeCodec.maximumPages {
            guard let exchange = codec.refunds(original, inquiry, after: after) else { return .unavailable }
            switch await wire.perform(exchange) {
            case .unavailable: return .unavailable
            case .found(let outcome): return .found(outcome)
            case .page(next: nil): return judge(.notYet, inquiry)
            case .page(let next): after = next
            }
        }
        return .unavailable
    }

    func judge(_ state: StripeState, _ inquiry: Inquiry) -> LookupAnswer {
        switch state {
        case .done(let outcome): return .found(outcome)
        case .never: return .absent
        case .unavailable: return .unavailable
        case .notYet:
            let end = inquiry.reference.validUntil.advanced(by: Stripe.settleTime)
            return clock.now() >= end ? .absent : .notFoundYet
        }
    }
}
