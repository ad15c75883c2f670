import Ledger
import Payments
import Ports
import Primitives

extension Settlement {
    func settleMovement(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let id = WalletMovementID(bits: operation.subject)
        guard let movement = try transaction.walletMovement(id) else {
            throw StoreError.corrupt("open operation \(operation.id) belongs to no wallet movement")
        }
        switch movement.step(outcome) {
        case .moved(let next): return try moved(next)
        case .short(let next, let approval):
            var settled = try moved(next)
            settled.followUps.append(try reverse(approval, of: operation, isTaken: true))
            return settled
        case .askProcessor: return Settled(fate: .open(outcome.unknownReason), answer: try answer(movement))
        case .ignored: return Settled(fate: .closed, answer: try answer(movement))
        case .conflict(let reason): return Settled(fate: .conflict(reason), answer: try answer(movement))
        }
    }

    private func moved(_ movement: WalletMovement) throws -> Settled {
        switch movement.state {
        case .succeeded:
            let posting = try PostingPlans.walletMovement(movement)
            _ = try transaction.postPayingDebts(
                LedgerTransaction(source: movement.id, created: now, postings: [posting]))
            if movement.direction == .topUp { try noteUse(of: movement.card) }
        case .failed:
            if movement.direction == .cashOut {
                try transaction.releasePayingDebts(
                    movement.amount.minorUnits, on: PostingPlans.wallet(of: movement), source: movement.id, at: now)
            }
        case .pending: throw StoreError.corrupt("wallet movement \(movement.id) moved where it cannot")
        }
        try transaction.update(movement)
        let object = try tools.renderer.walletMovement(movement, transaction)
        let event = try tools.outbox.emit(
            movement.eventType, about: movement.id, to: .platform(movement.platform), mode: movement.mode, at: now,
            request: request, object: object, in: transaction)
        let answer = try answer(movement)
        return Settled(fate: .closed, answer: answer, event: answer.status == 200 ? event : nil)
    }

    private func answer(_ movement: WalletMovement) throws -> Answer { try asItStands.answer(movement) }
}

extension WalletMovement {
    var eventType: EventType {
        switch (direction, state) {
        case (.topUp, .failed): .walletTopUpFailed
        case (.topUp, _): .walletTopUpSucceeded
        case (.cashOut, .failed): .walletCashOutFailed
        case (.cashOut, _): .walletCashOutSucceeded
        }
    }
}
