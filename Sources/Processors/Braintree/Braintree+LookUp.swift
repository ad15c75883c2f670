import Payments
package import Ports
import Primitives
import ProcessorKit

// How an operation is found again, and when it is known to be absent.
//
// Charges: by order in the search index, which lags. Captures and voids: a transaction is captured or voided once, so its own
// state tells. Refunds: in the list of the transaction's refunds, which is read from the transaction and does not lag.
//
// Nothing at Braintree can be used up to keep a late message from being executed, so absence is a rule of time: what is not
// there ``settleTime`` after the message's validity is absent. By then the connection that carried it is long closed at both
// ends, and the index has caught up.
extension Braintree {
    /// How long after an operation's time a message of ours can still be on its way, or hidden from the index.
    static let settleTime: Duration = .seconds(15 * 60)

    /// Asks Braintree; see above for what is concluded from what.
    package func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        guard inquiry.reference.mode == account.mode else { return .absent }  // never sent, see `once`
        switch inquiry.kind {
        case .charge: return await charge(inquiry)
        case .capture, .void, .refund: return await change(inquiry)
        // Nothing rests on a verification that was not answered.
        case .verification: return .absent
        case .disputeEvidence(let name): return await answered(name, inquiry, isAcceptance: false)
        case .disputeAcceptance(let name): return await answered(name, inquiry, isAcceptance: true)
        case .push, .increment: return .unavailable
        }
    }

    private func charge(_ inquiry: Inquiry) async -> LookupAnswer {
        var finding = await ask(codec.transactions(of: inquiry.reference))
        if case .duplicate(let original) = finding {
            finding = await ask(codec.transaction(original, inquiry.reference))
        }
        switch finding {
        case .transaction(let transaction):
            let outcome = transaction.charge(
                BraintreeExpectation(operation: inquiry.reference.operation.text, amount: inquiry.amount))
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        case .nothing: return notThere(inquiry)
        case .duplicate, .unavailable: return .unavailable
        }
    }

    private func change(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original, BraintreeCodec.isName(original),
            case .transaction(let transaction) = await read(original, inquiry.reference)
        else { return .unavailable }
        let state: BraintreeState =
            switch inquiry.kind {
            case .capture: transaction.capture(inquiry.amount)
            case .void: transaction.void
            case .charge, .refund, .push, .disputeEvidence, .disputeAcceptance, .verification, .increment:
                transaction.refund(
                    BraintreeExpectation(
                        operation: inquiry.reference.operation.text, amount: inquiry.amount),
                    chargeOrder: original.operation.text)
            }
        switch state {
        case .done(.unknown): return .unavailable
        case .done(let outcome): return .found(outcome)
        case .never: return .absent
        case .unavailable: return .unavailable
        case .notYet: return notThere(inquiry)
        }
    }

    private func notThere(_ inquiry: Inquiry) -> LookupAnswer {
        let end = inquiry.reference.validUntil.advanced(by: Braintree.settleTime)
        return clock.now() >= end ? .absent : .notFoundYet
    }
}
