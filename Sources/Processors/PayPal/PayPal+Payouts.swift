package import Payments
package import Ports
import Primitives
import ProcessorKit

// Money sent to somebody's PayPal account: a batch of one item, whose `sender_batch_id`, `sender_item_id` and
// `PayPal-Request-Id` are the operation. PayPal refuses a batch name that it has seen within 30 days.
extension PayPal: WalletPushingProcessor {
    package var pushWallets: Set<PaymentInstrument> { [.paypal] }

    package func push(_ request: WalletPushRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        guard request.instrument == .paypal, let exchange = codec.payOut(request) else {
            return .notProcessed(.refusedInvalid)
        }
        switch await repeating(exchange) {
        case .outcome(let outcome): return outcome
        case .batch(let batch):
            guard case .found(let outcome) = await item(of: batch, request.reference, request.amount) else {
                return .pending(processorReference: batch)
            }
            return outcome
        }
    }

    /// A batch whose name is known is read. Else nobody answered when it was sent, and a batch without items is sent under the operation's key: it moves no money whatever happens. If the payout was made,
    /// PayPal answers as it did then, or names it. If it was not, nothing is concluded from that: whether keys are looked at
    /// before anything else is not documented, and a second payout would be lost.
    func payout(_ inquiry: Inquiry) async -> LookupAnswer {
        if let batch = inquiry.pendingReference { return await item(of: batch, inquiry.reference, inquiry.amount) }
        switch await repeating(codec.findPayout(inquiry.reference)) {
        case .batch(let batch): return await item(of: batch, inquiry.reference, inquiry.amount)
        case .outcome(.notProcessed):
            // Within its time the same bytes may be sent again.
            return clock.now() < inquiry.reference.validUntil ? .notFoundYet : .unavailable
        case .outcome: return .unavailable
        }
    }

    private func item(of batch: String, _ reference: WireReference, _ amount: Money?) async -> LookupAnswer {
        guard let exchange = codec.readPayout(batch, reference, amount) else { return .unavailable }
        return await wire.perform(exchange)
    }
}

/// What came of sending a batch, or of looking for one.
enum PayPalBatchAnswer: Sendable {
    /// PayPal's name for the batch.
    case batch(String)
    case outcome(Outcome)
}

extension PayPalCodec {
    func payOut(_ request: WalletPushRequest) -> WireExchange<PayPalBatchAnswer>? {
        guard let value = PayPalCurrencies.wire(request.amount) else { return nil }
        let operation = request.reference.operation.text
        let item: JSONValue = [
            "recipient_type": "EMAIL",
            "amount": ["currency": .string(request.amount.currency.code), "value": .string(value)],
            "receiver": .string(request.receiver.exposed()), "sender_item_id": .string(operation),
        ]
        return batch([item], request.reference)
    }

    func findPayout(_ reference: WireReference) -> WireExchange<PayPalBatchAnswer> { batch([], reference) }

    private func batch(_ items: [JSONValue], _ reference: WireReference) -> WireExchange<PayPalBatchAnswer> {
        let body: JSONValue = [
            "sender_batch_header": [
                "sender_batch_id": .string(reference.operation.text), "recipient_type": "EMAIL",
            ],
            "items": .array(items),
        ]
        return WireExchange(post("/v1/payments/payouts", body.encoded, reference)) { result in
            guard case .answered(let answer) = result else {
                return .outcome(result.silence ?? .unknown(.contractViolation))
            }
            let document = JSONValue(parsing: answer.body)
            if let error = PayPalError(answer) {
                // The name was used before: the way to that batch comes along.
                if let link = document.flatMap({ PayPalReading.link("self", in: $0) }),
                    link.contains("/v1/payments/payouts/"), let name = link.split(separator: "/").last,
                    PayPalCodec.isName(String(name))
                {
                    return .batch(String(name))
                }
                return .outcome(error.outcome)
            }
            let header = document?["batch_header"]
            guard let name = header?["payout_batch_id"]?.text, PayPalCodec.isName(name),
                header?["sender_batch_header"]?["sender_batch_id"]?.text == reference.operation.text
            else { return .outcome(.unknown(.contractViolation)) }
            return .batch(name)
        }
    }

    func readPayout(
        _ batch: String, _ reference: WireReference, _ amount: Money?
    ) -> WireExchange<LookupAnswer>? {
        guard let path = PayPalCodec.path("/v1/payments/payouts/", batch) else { return nil }
        let operation = reference.operation.text
        return WireExchange(get(path, reference)) { result in
            let items = PayPalReading.document(result)?["items"]?.elements ?? []
            guard let item = items.first(where: { $0["payout_item"]?["sender_item_id"]?.text == operation }) else {
                return .unavailable
            }
            let outcome = PayPalReading.payout(item, amount, of: batch)
            if case .unknown = outcome { return .unavailable }
            return .found(outcome)
        }
    }
}

extension PayPalReading {
    /// What became of an item. While it is undecided it goes by its batch's name, under which it is read again.
    static func payout(_ item: JSONValue, _ expected: Money?, of batch: String) -> Outcome {
        let asked = item["payout_item"]?["amount"]
        guard let id = item["payout_item_id"]?.text, PayPalCodec.isName(id),
            let value = asked?["value"]?.text, let code = asked?["currency"]?.text,
            let amount = PayPalCurrencies.money(value, currency: code), expected == nil || expected == amount
        else { return .unknown(.contractViolation) }
        switch item["transaction_status"]?.text {
        case "SUCCESS": return .approved(Approval(processorReference: id, amount: amount))
        // Unclaimed money comes back after 30 days, or is claimed until then.
        case "PENDING", "UNCLAIMED", "ONHOLD", "NEW": return .pending(processorReference: batch)
        case "FAILED", "RETURNED", "BLOCKED", "REFUNDED", "REVERSED", "DENIED", "CANCELED":
            let code = item["errors"]?["name"]?.text ?? item["transaction_status"]?.text
            return .declined(
                Decline(reason: .genericDecline, isSoft: false, processorCode: PayPalDeclines.shown(code)))
        default: return .unknown(.contractViolation)
        }
    }
}
