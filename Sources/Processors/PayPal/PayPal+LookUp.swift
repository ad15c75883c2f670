import Payments
package import Ports
import Primitives
import ProcessorKit

// How an operation is found again, and when it is known to be absent. PayPal has no search by a reference of ours.
//
// Charges: the message that makes the order is sent again under its key. It moves no money and carries no card. If the order
// was made, PayPal answers with it, and reading it tells what was paid. If it was not, this makes one that is marked as a
// look-up's and is never paid; since the message that pays names the order, no such message can have been sent. When the
// operation's time is over, an order that was not paid is turned to the other intent, under which the message that would pay
// it is refused should it still arrive. PayPal keeps these keys for 6 hours; after 5 and a half the account's transactions
// are read instead, which are complete up to a time that PayPal names.
//
// Captures and refunds: in the order that they belong to, by the reference they carry. Voids: by the authorization's state.
// Nothing can stop such a message that is still on its way, so what is not there is absent ``settleTime`` after its time.
extension PayPal {
    /// How long after an operation's time a message of ours can still be on its way: the connection it went out on is
    /// closed by then, and the operating system has given up what it still held of it.
    static let settleTime: Duration = .seconds(15 * 60)
    /// While PayPal surely knows the key of an order.
    private static let keyTime: Duration = .seconds(5 * 3_600 + 1_800)

    /// Asks PayPal; see above for what is concluded from what.
    package func lookUp(_ inquiry: Inquiry) async -> LookupAnswer {
        guard inquiry.reference.mode == account.mode else { return .absent }  // never sent, see `maySend`
        switch inquiry.kind {
        case .charge: return await charge(inquiry)
        case .capture: return await capture(inquiry)
        case .void: return await void(inquiry)
        case .refund: return await refund(inquiry)
        case .push: return await payout(inquiry)
        case .disputeEvidence, .disputeAcceptance, .verification, .increment: return .unavailable
        }
    }

    // MARK: - Charges

    private func charge(_ inquiry: Inquiry) async -> LookupAnswer {
        if let order = inquiry.authenticatedReference { return await state(of: order, inquiry, isOurs: false) }
        guard clock.now().duration(since: inquiry.reference.created) < PayPal.keyTime else {
            return await reported(inquiry)
        }
        let amount = inquiry.amount ?? Money(minorUnits: 100, currency: .usd)
        // An amount that cannot be put into PayPal's words was never sent.
        guard let exchange = codec.order(inquiry.reference, amount, .lookUp) else { return ended(inquiry) }
        switch await repeating(exchange) {
        case .refused: return .unavailable
        case .taken: return .unavailable
        case .order(let order):
            guard order.purpose != .lookUp else { return ended(inquiry) }
            return await state(of: order.id, inquiry, isOurs: true)
        }
    }

    /// The message was never sent: absent once it cannot be sent any more.
    private func ended(_ inquiry: Inquiry) -> LookupAnswer {
        clock.now() >= inquiry.reference.validUntil ? .absent : .notFoundYet
    }

    /// - Parameter isOurs: whether the order was made for this charge, and not for the one it went on from.
    private func state(of id: String, _ inquiry: Inquiry, isOurs: Bool) async -> LookupAnswer {
        guard let first = codec.readOrder(id, inquiry.reference), case .order(let order) = await wire.perform(first)
        else { return .unavailable }
        if let answer = answer(order, inquiry, isOurs: isOurs) { return answer }
        guard clock.now() >= inquiry.reference.validUntil else { return .notFoundYet }
        return await fence(order, inquiry, isOurs: isOurs)
    }

    /// - Returns: nil when the order was not paid so far.
    private func answer(_ order: PayPalOrder, _ inquiry: Inquiry, isOurs: Bool) -> LookupAnswer? {
        let expected = PayPalExpectation(
            operation: isOurs ? inquiry.reference.operation.text : nil, amount: inquiry.amount)
        guard order.fits(expected), let purpose = order.purpose, purpose != .lookUp else { return .unavailable }
        guard let outcome = PayPalReading.payment(of: order, takesMoney: purpose == .capture) else {
            // The payer was there: it is the next message that pays, and until then this one has come to nothing else.
            guard isOurs, order.status == "APPROVED" else { return nil }
            let page = order.payerAction ?? account.page(of: order.id)
            return .found(.requiresAction(RequiredAction(redirectURL: page, processorReference: order.id)))
        }
        switch outcome {
        case .unknown: return .unavailable
        // The payer has not been there yet: nothing was sent that could have gone on from it.
        case .requiresAction where !isOurs: return nil
        default: return .found(outcome)
        }
    }

    private func fence(_ order: PayPalOrder, _ inquiry: Inquiry, isOurs: Bool) async -> LookupAnswer {
        if order.purpose?.opposite == order.intent { return .absent }
        guard let exchange = codec.fence(order, inquiry.reference) else { return .unavailable }
        switch await wire.perform(exchange) {
        case .unavailable: return .unavailable
        case .refused: return judged(inquiry)
        case .placed:
            // Read once more: what was being paid at that moment shows now.
            guard let again = codec.readOrder(order.id, inquiry.reference),
                case .order(let fenced) = await wire.perform(again)
            else { return .unavailable }
            if let answer = answer(fenced, inquiry, isOurs: isOurs) { return answer }
            return fenced.purpose?.opposite == fenced.intent ? .absent : .notFoundYet
        }
    }

    /// Long ago: what the account's transactions say.
    private func reported(_ inquiry: Inquiry) async -> LookupAnswer {
        var refreshed: Timestamp?
        for page in 1...PayPalCodec.maximumPages {
            let exchange = codec.report(inquiry.reference, settled: PayPal.settleTime, page: page)
            guard case .page(let found) = await wire.perform(exchange) else { return .unavailable }
            if let match = found.match { return await transaction(match.id, match.isAuthorization, inquiry) }
            refreshed = found.refreshed
            guard !found.isLast else { break }
            guard page < PayPalCodec.maximumPages else { return .unavailable }
        }
        guard let refreshed, refreshed >= inquiry.reference.validUntil.advanced(by: PayPal.settleTime) else {
            return .notFoundYet
        }
        return .absent
    }

    private func transaction(_ id: String, _ isAuthorization: Bool, _ inquiry: Inquiry) async -> LookupAnswer {
        let exchange =
            isAuthorization
            ? codec.readAuthorization(id, inquiry.reference) : codec.readCapture(id, inquiry.reference)
        guard let exchange, case .payment(let payment) = await wire.perform(exchange) else { return .unavailable }
        let expected = PayPalExpectation(operation: inquiry.reference.operation.text, amount: inquiry.amount)
        let outcome =
            isAuthorization
            ? PayPalReading.authorization(payment.body, expected) : PayPalReading.capture(payment.body, expected)
        if case .unknown = outcome { return .unavailable }
        return .found(outcome)
    }

    // MARK: - Changes

    private func capture(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original,
            let exchange = codec.readAuthorization(original.processorReference, inquiry.reference),
            case .payment(let authorization) = await wire.perform(exchange),
            let order = await order(of: authorization, inquiry)
        else { return .unavailable }
        let expected = PayPalExpectation(operation: inquiry.reference.operation.text, amount: inquiry.amount)
        if let ours = order.captures.first(where: { $0["invoice_id"]?.text == expected.operation }) {
            return found(PayPalReading.capture(ours, expected))
        }
        switch authorization.status {
        case "CREATED", "PENDING": return judged(inquiry)
        case "CAPTURED", "PARTIALLY_CAPTURED", "VOIDED", "DENIED": return .absent
        default: return .unavailable
        }
    }

    private func void(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original,
            let exchange = codec.readAuthorization(original.processorReference, inquiry.reference),
            case .payment(let authorization) = await wire.perform(exchange)
        else { return .unavailable }
        switch authorization.status {
        case "VOIDED",
            "CREATED" where hasExpired(authorization), "PENDING" where hasExpired(authorization):
            return .found(
                .approved(Approval(processorReference: authorization.id, amount: authorization.amount)))
        case "CREATED", "PENDING": return judged(inquiry)
        case "CAPTURED", "PARTIALLY_CAPTURED", "DENIED": return .absent
        default: return .unavailable
        }
    }

    /// Then nothing is held any more, whatever its status.
    private func hasExpired(_ authorization: PayPalPayment) -> Bool {
        authorization.body["expiration_time"]?.text.flatMap { PayPalTime.parse($0) }.map { clock.now() >= $0 } ?? false
    }

    private func refund(_ inquiry: Inquiry) async -> LookupAnswer {
        guard let original = inquiry.original,
            let exchange = codec.readCapture(original.captured, inquiry.reference),
            case .payment(let capture) = await wire.perform(exchange), let order = await order(of: capture, inquiry)
        else { return .unavailable }
        let expected = PayPalExpectation(operation: inquiry.reference.operation.text, amount: inquiry.amount)
        guard let ours = order.refunds.first(where: { $0["invoice_id"]?.text == expected.operation }) else {
            return judged(inquiry)
        }
        return found(PayPalReading.refund(ours, expected))
    }

    private func order(of payment: PayPalPayment, _ inquiry: Inquiry) async -> PayPalOrder? {
        guard let id = payment.order, let exchange = codec.readOrder(id, inquiry.reference),
            case .order(let order) = await wire.perform(exchange)
        else { return nil }
        return order
    }

    private func found(_ outcome: Outcome) -> LookupAnswer {
        if case .unknown = outcome { return .unavailable }
        return .found(outcome)
    }

    /// Not there so far.
    private func judged(_ inquiry: Inquiry) -> LookupAnswer {
        let end = inquiry.reference.validUntil.advanced(by: PayPal.settleTime)
        return clock.now() >= end ? .absent : .notFoundYet
    }
}
