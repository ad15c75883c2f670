import Ledger
import Payments
import Ports
import Primitives

// The second commit of payouts over a processor and of checks of cards, and what every step of a payout has in common.
extension Settlement {
    func settlePayout(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let payout = try payout(of: operation)
        switch payout.step(.outcome(outcome)) {
        case .moved(let next, let effect):
            let stored = try store(next, effect)
            return Settled(fate: .closed, answer: try answer(stored))
        case .askProcessor: return Settled(fate: .open(outcome.unknownReason), answer: try answer(payout))
        case .ignored: return Settled(fate: .closed, answer: try answer(payout))
        case .conflict(let reason): return Settled(fate: .conflict(reason), answer: try answer(payout))
        case .refused(let refusal):
            throw StoreError.corrupt("payout \(payout.id) refuses an outcome: \(refusal)")
        }
    }

    /// Stores a payout that has moved, with its posting and its event.
    /// - Returns: as it is stored.
    func store(_ moved: Payout, _ effect: PayoutEffect?) throws -> Payout {
        var next = moved
        if next.state == .inTransit { next.sent = now }
        if !next.state.isInFlight { next.ended = now }
        if let effect {
            guard let bot = try transaction.bot(next.bot),
                let posting = try PostingPlans.payout(effect, of: next, platform: bot.platform)
            else { throw StoreError.corrupt("payout \(next.id) leads nowhere") }
            let numbers = try transaction.postPayingDebts(
                LedgerTransaction(source: next.id, created: now, postings: [posting]))
            if effect != .paid { next.returnPosting = numbers.first }
        }
        try transaction.update(next)
        next.version += 1
        try announce(next.eventType, next)
        return next
    }

    func announce(_ type: EventType, _ payout: Payout) throws {
        let object = try tools.renderer.payout(payout, expand: [], transaction)
        try tools.outbox.emit(
            type, about: payout.id, to: .bot(payout.bot), mode: payout.mode, at: now, request: request,
            object: object, in: transaction)
    }

    func announce(_ type: EventType, _ destination: PayoutDestination) throws {
        let object = try tools.renderer.payoutDestination(destination, transaction)
        try tools.outbox.emit(
            type, about: destination.id, to: .bot(destination.bot), mode: destination.mode, at: now, request: request,
            object: object, in: transaction)
    }

    private func answer(_ payout: Payout) throws -> Answer { try asItStands.answer(payout) }

    private func payout(of operation: OpenOperation) throws -> Payout {
        guard let payout = try transaction.payout(PayoutID(bits: operation.subject)) else {
            throw StoreError.corrupt("operation \(operation.id) belongs to no payout")
        }
        return payout
    }
}

// MARK: - Checks of cards

extension Settlement {
    func settleDestination(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let destination = try destination(of: operation)
        switch destination.step(outcome) {
        case .moved(let next, let held):
            try transaction.update(next)
            try announce(.externalAccountUpdated, next)
            if let card = next.card, next.state == .usable { try noteUse(of: card) }
            var settled = Settled(fate: .closed, answer: try answer(next, outcome))
            if let held { settled.followUps.append(try reverse(held, of: operation, isTaken: false)) }
            return settled
        case .letGo(let held):
            var settled = Settled(fate: .closed, answer: try answer(destination, outcome))
            settled.followUps.append(try reverse(held, of: operation, isTaken: false))
            return settled
        case .askProcessor:
            return Settled(fate: .open(outcome.unknownReason), answer: try answer(destination, outcome))
        case .ignored: return Settled(fate: .closed, answer: try answer(destination, outcome))
        case .conflict(let reason):
            return Settled(fate: .conflict(reason), answer: try answer(destination, outcome))
        }
    }

    private func answer(_ destination: PayoutDestination, _ outcome: Outcome?) throws -> Answer {
        try asItStands.answer(destination, outcome)
    }

    private func destination(of operation: OpenOperation) throws -> PayoutDestination {
        guard let found = try transaction.payoutDestination(PayoutDestinationID(bits: operation.subject)) else {
            throw StoreError.corrupt("operation \(operation.id) belongs to no destination of payouts")
        }
        return found
    }
}

// MARK: - Messages

extension MessageBuilder {
    /// The message of a payout that was sent, or is about to be; nil when it is over, or where it goes is gone.
    func payout(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        guard let payout = try reader.payout(PayoutID(bits: operation.subject)), payout.state == .inTransit,
            let destination = try reader.payoutDestination(payout.destination),
            let content = try content(of: payout.amount, to: destination, reader)
        else { return nil }
        return OutgoingMessage(operation: operation, content: content)
    }

    func content(
        of amount: Money, to destination: PayoutDestination, _ reader: any StoreReader
    ) throws -> OutgoingMessage.Content? {
        switch destination.rail {
        case .bank: return nil
        case .card:
            guard let method = try destination.card.flatMap({ try reader.paymentMethod($0) }) else { return nil }
            return .push(amount: amount, card: try card(method))
        case .paypal:
            guard let email = try SealedFields(vault: vault).fields(of: destination)["email"] else { return nil }
            return .pushWallet(amount: amount, instrument: .paypal, receiver: Redacted(email))
        }
    }
}

extension Payout {
    var eventType: EventType {
        switch state {
        case .pending, .inTransit: .payoutUpdated
        case .paid: .payoutPaid
        case .failed: .payoutFailed
        case .canceled: .payoutCanceled
        }
    }
}

extension Refusal {
    init(_ refusal: PayoutRefusal) {
        self =
            switch refusal {
            case .alreadySent:
                .unexpectedState(
                    code: "payout_already_sent",
                    message: "This payout has been sent; only one that is pending can be canceled.")
            case .closed:
                .unexpectedState(
                    code: "payout_closed", message: "This payout is over: nothing can be changed about it.")
            case .notBegun:
                .unexpectedState(
                    code: "payout_not_begun",
                    message:
                        "Nobody has begun this transfer: begin it first, so that the bot cannot cancel it any more.")
            case .notByHand:
                .unexpectedState(
                    code: "payout_not_by_hand", message: "A processor pays this one out, and says what became of it.")
            case .notByProcessor:
                .unexpectedState(
                    code: "payout_by_hand", message: "This is a bank transfer, which an operator makes.")
            }
    }
}
