import Ledger
import Payments
import Ports
import Primitives

extension Settlement {
    func settleTransfer(_ operation: OpenOperation, _ outcome: Outcome) throws -> Settled {
        let id = FriendTransferID(bits: operation.subject)
        guard let transfer = try transaction.friendTransfer(id) else {
            throw StoreError.corrupt("open operation \(operation.id) belongs to no friend transfer")
        }
        let event: FriendTransferEvent =
            operation.purpose == .transferFunding
            ? .fundingResolved(outcome) : .refundResolved(operation.id, outcome)
        switch transfer.step(event) {
        case .moved(let next, let effects):
            try noteRefusal(of: operation.id, before: transfer, after: next)
            return try apply(next, effects, operation, outcome)
        case .ignored: return Settled(fate: .closed, answer: try answer(transfer))
        case .refused(let refusal):
            return Settled(fate: .conflict("an answer met a transfer that refused it: \(refusal)"))
        case .conflict(let reason): return Settled(fate: .conflict(reason), answer: try answer(transfer))
        }
    }

    private func apply(
        _ next: FriendTransfer, _ effects: [FriendTransferEffect], _ operation: OpenOperation, _ outcome: Outcome
    ) throws -> Settled {
        if effects.contains(.askProcessor(operation.id)) {
            if next.state == .funding, operation.unknown == nil { try announce(.funding, next) }
            return Settled(fate: .open(outcome.unknownReason), answer: try answer(next))
        }
        var settled = Settled(fate: .closed)
        var transfer = next
        try post(effects, of: transfer)
        if effects.contains(.postFunding), case .card(let card) = transfer.funding { try noteUse(of: card) }
        for effect in effects {
            switch effect {
            case .giveBackNow(let reason):
                settled.followUps.append(try giveBack(&transfer, reason, operation))
            case .giveBackPart(let approval):
                settled.followUps.append(try reverse(approval, of: operation, isTaken: true))
            case .uncount: try uncount(transfer)
            case .sendAgain:
                let again: OperationID = tools.randomness.identifier(at: now)
                if case .returning(let reason, _) = transfer.state { transfer.state = .returning(reason, again) }
                try openReplacement(again, of: operation)
            case .postFunding, .postAcceptance, .postReturnToWallet, .postReturnToCard, .postBounce, .sendRefund,
                .askProcessor,
                .announce:
                break
            }
        }
        try transaction.update(transfer)
        if effects.contains(.announce(.held)) { try openReview(of: transfer) }
        for case .announce(let news) in effects { settled.event = try announce(news, transfer) }
        if case .returning = transfer.state, !settled.followUps.isEmpty {
            settled.event = try announce(.returning, transfer)
        }
        settled.answer = try answer(transfer)
        if settled.answer?.status != 200 || !expansions.isEmpty { settled.event = nil }
        return settled
    }

    /// What is reported later of a message that brought nothing back is about this transfer, which does not name it any more.
    func noteRefusal(of operation: OperationID, before: FriendTransfer, after: FriendTransfer) throws {
        guard case .returned(_, refund: nil) = after.state, after.funding != .wallet else { return }
        switch before.state {
        case .returning:
            try transaction.insert(RefusedReturn(operation: operation, transfer: after.id, cameBack: false))
        case .returned(_, refund: .some):
            try transaction.insert(RefusedReturn(operation: operation, transfer: after.id, cameBack: true))
        case .funding, .held, .inFlight, .accepted, .returned, .failed: break
        }
    }

    private func uncount(_ transfer: FriendTransfer) throws {
        guard let day = transfer.countedDay else { return }
        try transaction.takeBackSent(
            transfer.amount.minorUnits, by: transfer.sender, currency: transfer.amount.currency, day: day)
    }

    /// Books what the effects say, all in one ledger transaction.
    func post(_ effects: [FriendTransferEffect], of transfer: FriendTransfer) throws {
        var postings: [Posting] = []
        for effect in effects {
            switch effect {
            case .postFunding: postings.append(try PostingPlans.transferFunded(transfer, by: connection(transfer)))
            case .postAcceptance: postings.append(try PostingPlans.transferAccepted(transfer))
            case .postReturnToWallet: postings.append(try PostingPlans.transferReturnedToWallet(transfer))
            case .postReturnToCard:
                postings.append(try PostingPlans.transferReturnedToCard(transfer, by: connection(transfer)))
            case .postBounce:
                postings.append(try PostingPlans.transferReturnBounced(transfer, by: connection(transfer)))
            case .sendRefund, .sendAgain, .askProcessor, .giveBackNow, .giveBackPart, .uncount, .announce: break
            }
        }
        guard !postings.isEmpty else { return }
        _ = try transaction.postPayingDebts(LedgerTransaction(source: transfer.id, created: now, postings: postings))
    }

    private func connection(_ transfer: FriendTransfer) throws -> ConnectionID {
        guard let connection = transfer.connection else {
            throw StoreError.corrupt("friend transfer \(transfer.id) is funded by a card without a connection")
        }
        return connection
    }

    private func giveBack(
        _ transfer: inout FriendTransfer, _ reason: TransferReturnReason, _ operation: OpenOperation
    ) throws -> OutgoingMessage {
        let id: OperationID = tools.randomness.identifier(at: now)
        guard case .moved(let returning, _) = transfer.step(.giveBack(reason, refund: id)),
            let original = transfer.original
        else { throw StoreError.corrupt("friend transfer \(transfer.id) cannot be given back") }
        transfer = returning
        let open = try open(id, .transferRefund, subject: transfer.id.bits, like: operation)
        return OutgoingMessage(operation: open, content: .refund(amount: transfer.amount, original: original))
    }

    func openReview(of transfer: FriendTransfer) throws {
        try openReview(
            of: transfer.id.bits, .friendTransfer, decision: transfer.id.bits, due: transfer.expires)
    }

    /// Closes the case of a transfer that somebody gave back, or that lapsed, while it was held. One that an operator has
    /// decided about is closed already.
    func noteReview(of before: FriendTransfer, as after: FriendTransfer) throws {
        guard before.state == .held, after.state != .held else { return }
        let state: ReviewState =
            switch after.state {
            case .returning(.lapsed, _), .returned(.lapsed, _): .lapsed
            default: .withdrawn
            }
        try transaction.closeReview(of: after.id.bits, as: state, at: now)
    }

    @discardableResult
    func announce(_ news: FriendTransferNews, _ transfer: FriendTransfer) throws -> EventID {
        let object = try tools.renderer.friendTransfer(transfer, transaction)
        return try tools.outbox.emit(
            news.eventType, about: transfer.id, to: .platform(transfer.platform), mode: transfer.mode, at: now,
            request: request, object: object, in: transaction)
    }

    func answer(_ transfer: FriendTransfer) throws -> Answer { try asItStands.answer(transfer) }
}

extension FriendTransferNews {
    var eventType: EventType {
        switch self {
        case .funding: .friendTransferFunding
        case .held: .friendTransferHeld
        case .inFlight: .friendTransferInFlight
        case .accepted: .friendTransferAccepted
        case .returning: .friendTransferReturning
        case .returned: .friendTransferReturned
        case .failed: .friendTransferFailed
        }
    }
}
