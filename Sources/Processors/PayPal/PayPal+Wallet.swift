package import Payments
package import Ports
import Primitives
import ProcessorKit

// Payments with a payer's PayPal account. The first message makes an order that is to be paid with PayPal, and is answered with
// the page on which the payer approves. Only the next one takes the money.
extension PayPal: WalletProcessor {
    package var wallets: Set<PaymentInstrument> { [.paypal] }

    package func authorize(_ request: WalletRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        guard request.instrument == .paypal else { return .notProcessed(.refusedInvalid) }
        guard let order = request.approvedReference else { return await begin(request) }
        guard let exchange = codec.complete(order, request) else { return .notProcessed(.refusedInvalid) }
        switch await repeating(exchange) {
        case .outcome(let outcome):
            let inquiry = Inquiry(
                reference: request.reference, kind: .charge, amount: request.amount, authenticatedReference: order)
            return await orAsItStands(outcome, inquiry)
        case .payerAction: return await action(order, request.reference)
        }
    }

    private func begin(_ request: WalletRequest) async -> Outcome {
        guard let exchange = codec.order(request) else { return .notProcessed(.refusedInvalid) }
        let purpose = PayPalPurpose(takesMoney: request.capture)
        switch await repeating(exchange) {
        case .refused(let outcome): return outcome
        case .taken: return .unknown(.contractViolation)
        case .order(let order):
            guard order.purpose != .lookUp else { return .notProcessed(.notSent) }
            guard order.purpose == purpose, order.amount == request.amount else {
                return .unknown(.contractViolation)
            }
            // An order that is open for its payer, or, sent again, whatever has become of it.
            if let outcome = PayPalReading.payment(of: order, takesMoney: request.capture) { return outcome }
            guard let url = order.payerAction else { return await action(order.id, request.reference) }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: order.id))
        }
    }

    /// The payer was not there yet: the same page once more.
    private func action(_ order: String, _ reference: WireReference) async -> Outcome {
        guard let exchange = codec.readOrder(order, reference), case .order(let found) = await wire.perform(exchange),
            let url = found.payerAction
        else { return .declined(Decline(reason: .authenticationRequired, isSoft: true)) }
        return .requiresAction(RequiredAction(redirectURL: url, processorReference: found.id))
    }
}

extension PayPalCodec {
    /// Makes an order that is to be paid with PayPal.
    func order(_ request: WalletRequest) -> WireExchange<PayPalOrderAnswer>? {
        var context: [JSONValue.Member] = [
            .init("user_action", "PAY_NOW"), .init("shipping_preference", "NO_SHIPPING"),
        ]
        if let url = request.returnURL ?? returnURL {
            context.append(.init("return_url", .string(url)))
            context.append(.init("cancel_url", .string(url)))
        }
        return order(
            request.reference, request.amount, PayPalPurpose(takesMoney: request.capture),
            descriptor: request.statementDescriptor, source: ["paypal": ["experience_context": .object(context)]])
    }

    /// Takes or holds the money of an order that its payer has approved.
    func complete(_ order: String, _ request: WalletRequest) -> WireExchange<PayPalPaymentAnswer>? {
        complete(order, request.reference, request.amount, takesMoney: request.capture)
    }
}
