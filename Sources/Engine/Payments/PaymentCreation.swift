import Payments
import Ports
import Primitives

// `payment_intent.created` of payments that are confirmed at once. It would be a third event with every charge, of which the
// other two tell the same and more; so it is stored for those who ask for it by its name only (docs/adr/0039). It comes with
// the first answer about the payment, in the same commit and before its other events: what a commit before the processor
// is called would have to read, this one reads anyway.
extension Settlement {
    /// Before anything is told about the answer to a payment's first attempt.
    func announceCreation(_ payment: Payment, _ charge: Charge, _ operation: OpenOperation) throws {
        guard operation.purpose == .charge, operation.unknown == nil, charge.state == .pending,
            charge.created == payment.created
        else { return }
        try announceCreation(payment)
    }

    /// Tells of a payment that was made by the command that charged it, as it was before.
    func announceCreation(_ payment: Payment) throws {
        let owner = Owner.bot(payment.bot)
        guard try transaction.isNamed(.paymentIntentCreated, to: owner, mode: payment.mode),
            try !wasAnnounced(payment, owner)
        else { return }
        let made = Payment(
            id: payment.id, bot: payment.bot, mode: payment.mode, created: payment.created, amount: payment.amount,
            captureMethod: payment.captureMethod, customer: payment.customer, paymentMethod: payment.paymentMethod,
            details: payment.details)
        try tools.outbox.emit(
            .paymentIntentCreated, about: payment.id, to: owner, mode: payment.mode, at: now, request: request,
            object: try tools.renderer.payment(made, expand: [], transaction), in: transaction)
    }

    /// One that was made by one command and confirmed by the next, within the same microsecond.
    private func wasAnnounced(_ payment: Payment, _ owner: Owner) throws -> Bool {
        let page = PageRequest(
            limit: 100, createdFrom: payment.created, createdBefore: payment.created.advanced(by: .milliseconds(1)))
        let found = try transaction.events(
            of: owner, mode: payment.mode, types: [.paymentIntentCreated], page)
        return found.items.contains { $0.subject == payment.id.bits }
    }
}
