import Ledger
import Payments
import Ports
import Primitives

extension Settlement {
    func settleRefund(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let id = RefundID(bits: operation.subject)
        guard let refund = try transaction.refund(id), let payment = try transaction.payment(refund.payment),
            let charge = try transaction.charge(refund.charge)
        else { throw StoreError.corrupt("open operation \(operation.id) belongs to no refund") }
        switch refund.step(outcome) {
        case .moved(var next):
            // Also when it was declined: what the processor reports about that message later is about this refund.
            if operation.id != id.retyped() { next.operation = operation.id }
            return try moved(refund, next, payment, charge)
        case .askProcessor:
            return Settled(fate: .open(outcome.unknownReason), answer: try answer(refund))
        case .sendAgain: return try sendAgain(refund, charge, operation)
        case .ignored: return Settled(fate: .closed, answer: try answer(refund))
        case .conflict(let reason): return Settled(fate: .conflict(reason), answer: try answer(refund))
        }
    }

    /// A refund that had succeeded came back.
    /// - Returns: why it cannot be carried out; nil when it was, or had been.
    func bounce(_ refund: Refund, _ decline: Decline) throws -> String? {
        guard let payment = try transaction.payment(refund.payment), let charge = try transaction.charge(refund.charge)
        else { throw StoreError.corrupt("refund \(refund.id) belongs to no payment") }
        switch refund.step(.declined(decline)) {
        case .moved(let next):
            _ = try moved(refund, next, payment, charge)
            return nil
        case .ignored: return nil
        case .askProcessor, .sendAgain: return "the refund is \(refund.state)"
        case .conflict(let reason): return reason
        }
    }

    private func moved(_ before: Refund, _ next: Refund, _ payment: Payment, _ charge: Charge) throws -> Settled {
        var (refund, payment) = (next, payment)
        let amount = refund.amount.minorUnits
        switch (before.state, refund.state) {
        case (.pending, .succeeded):
            let posting = try PostingPlans.refund(refund, of: charge)
            let book = try LedgerTransaction(source: refund.id, created: now, postings: [posting])
            refund.posting = try transaction.postPayingDebts(book).first
            payment.refunding -= amount
            payment.refunded += amount
        case (.pending, .failed):
            if let account = PostingPlans.refundHold(charge) {
                try transaction.releasePayingDebts(amount, on: account, source: refund.id, at: now)
            }
            payment.refunding -= amount
        case (.succeeded, .failed):
            let posting = try PostingPlans.refundReversal(refund, of: charge)
            let book = try LedgerTransaction(source: refund.id, created: now, postings: [posting])
            refund.failurePosting = try transaction.postPayingDebts(book).first
            payment.refunded -= amount
        case (.pending, .pending), (.succeeded, .pending), (.succeeded, .succeeded), (.failed, _):
            throw StoreError.corrupt("refund \(refund.id) moved where it cannot")
        }
        try transaction.update(refund)
        try transaction.update(payment)
        let event = try announce(refund, payment, charge)
        return Settled(fate: .closed, answer: try answer(refund), event: expansions.isEmpty ? event : nil)
    }

    /// The processor certainly did not execute it and it is still wanted: another message with a reference of its own,
    /// after a pause.
    private func sendAgain(_ refund: Refund, _ charge: Charge, _ operation: OpenOperation) throws -> Settled {
        guard charge.original != nil else { throw StoreError.corrupt("charge \(charge.id) has no approval") }
        try openReplacement(tools.randomness.identifier(at: now), of: operation)
        return Settled(fate: .closed, answer: try answer(refund))
    }

    private func announce(_ refund: Refund, _ payment: Payment, _ charge: Charge) throws -> EventID {
        let owner = Owner.bot(payment.bot)
        let object = try tools.renderer.refund(refund, expand: [], transaction)
        if refund.state == .succeeded {
            let charged = try tools.renderer.charge(charge, of: payment, expand: [], transaction)
            try tools.outbox.emit(
                .chargeRefunded, about: charge.id, to: owner, mode: payment.mode, at: now, request: request,
                object: charged, in: transaction)
            try tools.news?.refunded(refund, of: payment, charge, transaction, now)
        }
        let type: EventType = refund.state == .succeeded ? .refundUpdated : .refundFailed
        return try tools.outbox.emit(
            type, about: refund.id, to: owner, mode: payment.mode, at: now, request: request, object: object,
            in: transaction)
    }

    private func answer(_ refund: Refund) throws -> Answer { try asItStands.answer(refund) }
}
