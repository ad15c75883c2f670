import Ledger
package import Payments
import Ports
package import Primitives

/// What the platform asks for on behalf of a sender.
package struct NewFriendTransfer: Sendable {
    package var sender: PersonID
    package var recipient: PersonID
    package var amount: Money
    package var funding: TransferFunding
    /// Goes into the recipient's wallet without being asked.
    package var acceptsAutomatically: Bool
    /// What the sender wrote with it.
    package var note: DetailFields

    package init(
        sender: PersonID, recipient: PersonID, amount: Money, funding: TransferFunding,
        acceptsAutomatically: Bool = false, note: DetailFields = DetailFields()
    ) {
        self.sender = sender
        self.recipient = recipient
        self.amount = amount
        self.funding = funding
        self.acceptsAutomatically = acceptsAutomatically
        self.note = note
    }
}

/// People send money to friends, take it, decline it, call it back.
package struct TransferCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router

    package init(commands: Commands, tools: SettlementTools, router: Router) {
        self.commands = commands
        self.tools = tools
        self.router = router
    }

    /// Sends from the sender's wallet (one commit) or card (the processor is asked between two commits).
    package func send(
        _ new: NewFriendTransfer, platform: PlatformID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            guard caller.person == nil || caller.person == new.sender else {
                throw Refusal.notFound(kind: "person", id: new.sender.text, parameter: "sender")
            }
            guard new.sender != new.recipient else {
                throw Refusal.invalid(
                    parameter: "recipient", code: "transfer_to_self",
                    message: "Sender and recipient are the same person.")
            }
            try person(new.sender, "sender", caller, transaction)
            try person(new.recipient, "recipient", caller, transaction)
            let countedDay = try count(new, transaction, now)
            // Only a card's money is known to anybody but us.
            let reference =
                if case .card = new.funding {
                    try tools.reference(for: .sale, new.amount, caller, transaction, now, FriendTransferKind.self)
                } else {
                    NewReference<FriendTransferKind>(id: tools.randomness.identifier(at: now), claimed: nil)
                }
            let id = reference.id
            let verdict = try tools.screen(transaction, now)?.judge(
                try facts(new, caller, transaction), attempt: id.bits)
            try verdict?.store(for: id.bits, in: transaction)
            let note = try tools.sealing.seal(new.note, .transferNote, of: id, mode: caller.mode, salt: id.bytes)
            let transfer = FriendTransfer(
                id: id, platform: platform, mode: caller.mode, sender: new.sender, recipient: new.recipient,
                amount: new.amount, funding: new.funding, acceptsAutomatically: new.acceptsAutomatically, created: now,
                expires: tools.clocks.now(of: .platform(platform), caller.mode, at: now)
                    .advanced(by: tools.configuration.transferLapse), state: .funding, note: note,
                countedDay: countedDay, review: verdict?.action == .review ? .held : nil)
            // Nothing but the money's owner authenticates a transfer, and a rule cannot make them: it is refused.
            if verdict?.action == .block || verdict?.action == .authenticate {
                let why = verdict?.action == .block ? Decline.blockedByRule : .authenticationRequiredByRule
                return try blocked(transfer, why, caller, transaction, now)
            }
            switch new.funding {
            case .wallet: return try sendFromWallet(transfer, caller, transaction, now)
            case .card(let card): return try sendFromCard(transfer, card, reference, caller, transaction, now)
            }
        }
    }

    /// The recipient takes the money into the wallet.
    package func accept(_ id: FriendTransferID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let transfer = try owned(id, caller, transaction)
            try caller.check(is: transfer.recipient, "Only the recipient can accept this transfer.")
            let time = tools.clocks.now(of: .platform(transfer.platform), transfer.mode, at: now)
            return try apply(transfer.step(.accept(at: time)), to: transfer, caller, transaction, now)
        }
    }

    /// The recipient declines, the sender cancels, or time ran out: the money goes back the way it came.
    package func giveBack(
        _ id: FriendTransferID, _ reason: TransferReturnReason, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let transfer = try owned(id, caller, transaction)
            switch reason {
            case .declinedByRecipient:
                try caller.check(is: transfer.recipient, "Only the recipient can decline this transfer.")
            case .canceledBySender: try caller.check(is: transfer.sender, "Only the sender can cancel this transfer.")
            case .lapsed, .rejectedInReview: break
            }
            return try giveBack(transfer, reason, caller, transaction, now)
        }
    }

    /// An operator lets a held transfer go on, in a commit of theirs.
    func release(
        _ id: FriendTransferID, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let transfer = try owned(id, caller, transaction)
        let time = tools.clocks.now(of: .platform(transfer.platform), transfer.mode, at: now)
        return try apply(transfer.step(.release(at: time)), to: transfer, caller, transaction, now)
    }

    /// The money goes back in a commit of somebody else's.
    func sendBack(
        _ id: FriendTransferID, _ reason: TransferReturnReason, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        try giveBack(try owned(id, caller, transaction), reason, caller, transaction, now)
    }

    private func giveBack(
        _ transfer: FriendTransfer, _ reason: TransferReturnReason, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let refund: OperationID = tools.randomness.identifier(at: now)
        return try apply(transfer.step(.giveBack(reason, refund: refund)), to: transfer, caller, transaction, now)
    }

    /// Returns transfers that nobody accepted in time, at most `limit`, and no more than may be underway to processors at
    /// a time. Waits for commits, which are made together, and for no processor.
    /// - Returns: how many were returned or are on their way back.
    package func lapse(limit: Int = 100) async throws -> Int {
        let now = commands.clock.now()
        let free = max(limit - commands.operations.detachedCount, 0)
        let due = try await commands.store.read { reader in
            try reader.lapsedTransfers(at: now, limit: free).compactMap { try reader.friendTransfer($0) }
        }
        return try await lapse(due)
    }

    /// Returns these transfers, as far as nobody has accepted or returned them.
    func lapse(_ due: [FriendTransfer]) async throws -> Int {
        let now = commands.clock.now()
        return try await withThrowingTaskGroup(of: Result<Bool, any Error>.self) { group in
            for transfer in due { group.addTask { await lapse(transfer, now) } }
            let results = try await group.reduce(into: []) { $0.append($1) }
            let count = results.count { (try? $0.get()) == true }
            // One that cannot be returned now does not keep the others from it.
            if count == 0 { for result in results { _ = try result.get() } }
            return count
        }
    }

    private func lapse(_ listed: FriendTransfer, _ now: Timestamp) async -> Result<Bool, any Error> {
        let caller = Caller(
            owner: .platform(listed.platform), mode: listed.mode, request: tools.randomness.identifier(at: now))
        do {
            try await commands.begin(caller) { transaction, now in
                try giveBack(try owned(listed.id, caller, transaction), .lapsed, caller, transaction, now)
            }
            return .success(true)
        } catch is Refusal {
            // Accepted or returned since it was listed: nothing is left to do.
            return .success(false)
        } catch {
            return .failure(error)
        }
    }
}

extension TransferCommands {
    private func sendFromWallet(
        _ draft: FriendTransfer, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        var transfer = draft
        let isHeld = transfer.review == .held
        transfer.state = isHeld ? .held : transfer.acceptsAutomatically ? .accepted : .inFlight
        let posting =
            transfer.state == .accepted
            ? try PostingPlans.transferDirect(transfer) : try PostingPlans.transferSent(transfer)
        do {
            _ = try transaction.postPayingDebts(
                LedgerTransaction(source: transfer.id, created: now, postings: [posting]))
        } catch let error as LedgerError {
            throw try Refusal(error, currency: transfer.amount.currency)
        }
        try transaction.insert(transfer)
        if isHeld { try tools.settlement(transaction, now, caller).openReview(of: transfer) }
        let news: FriendTransferNews = isHeld ? .held : transfer.acceptsAutomatically ? .accepted : .inFlight
        return try announced(news, transfer, caller, transaction, now)
    }

    /// What a rule refused is stored as failed, so that it can be explained; no money moved and no processor was asked.
    private func blocked(
        _ draft: FriendTransfer, _ why: Decline, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        var transfer = draft
        transfer.state = .failed(why)
        if let day = transfer.countedDay {
            try transaction.takeBackSent(
                transfer.amount.minorUnits, by: transfer.sender, currency: transfer.amount.currency, day: day)
        }
        try transaction.insert(transfer)
        let settlement = tools.settlement(transaction, now, caller)
        try settlement.announce(.failed, transfer)
        return .answered(try settlement.answer(transfer))
    }

    private func facts(
        _ new: NewFriendTransfer, _ caller: Caller, _ reader: any StoreReader
    ) throws -> RiskFacts {
        var facts = RiskFacts(subject: .friendTransfer, mode: caller.mode, amount: new.amount)
        (facts.sender, facts.recipient) = (new.sender, new.recipient)
        var card: PaymentMethod?
        if case .card(let id) = new.funding, let method = try reader.paymentMethod(id), method.instrument == .card {
            card = method
        }
        try facts.note(card, caller, tools)
        return facts
    }

    private func sendFromCard(
        _ draft: FriendTransfer, _ card: PaymentMethodID, _ reference: NewReference<FriendTransferKind>,
        _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let method = try personalCard(card, of: draft.sender, "payment_method", transaction)
        guard method.instrument == .card else { throw Refusal.needsCard }
        try refuseSameCard(method, draft.recipient, transaction)
        let credentials = try tools.builder.card(method)
        let route = try router.route(
            reference, of: draft.platform, mode: caller.mode, .charge, at: now, draft.amount, .card,
            credentials.number)
        var transfer = draft
        transfer.connection = route.connection.id
        try transaction.insert(transfer)
        if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: transfer.id.retyped()) }
        let open = try tools.open(
            transfer.id.retyped(), .transferFunding, subject: transfer.id.bits, at: route.connection.id, for: caller,
            transaction, now)
        let authorization = OutgoingMessage.Authorization(
            amount: transfer.amount, card: credentials, capture: true,
            securityCodeOf: method.awaitsSecurityCode ? method.id : nil, authenticatedReference: nil,
            statementDescriptor: nil)
        return .sending(reference.message(open, .authorize(authorization)))
    }

    private func apply(
        _ step: FriendTransferStep, to before: FriendTransfer, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let settlement = tools.settlement(transaction, now, caller)
        switch step {
        case .refused(let refusal): throw Refusal(refusal)
        case .conflict: throw Refusal.outcomeUnknown
        case .ignored: return .answered(try settlement.answer(before))
        case .moved(let transfer, let effects):
            try settlement.post(effects, of: transfer)
            try transaction.update(transfer)
            try settlement.noteReview(of: before, as: transfer)
            var event: EventID?
            for case .announce(let news) in effects { event = try settlement.announce(news, transfer) }
            for case .sendRefund(let id) in effects {
                guard let original = transfer.original, let connection = transfer.connection else {
                    throw StoreError.corrupt("friend transfer \(transfer.id) has no funding to refund")
                }
                let open = try tools.open(
                    id, .transferRefund, subject: transfer.id.bits, at: connection, for: caller, transaction, now)
                return .sending(
                    OutgoingMessage(operation: open, content: .refund(amount: transfer.amount, original: original)))
            }
            return .answered(try settlement.answer(transfer), event: event)
        }
    }

    private func announced(
        _ news: FriendTransferNews, _ transfer: FriendTransfer, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let object = try tools.renderer.friendTransfer(transfer, transaction)
        let event = try tools.outbox.emit(
            news.eventType, about: transfer.id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        return .answered(Answer(body: object), event: event)
    }

    private func owned(_ id: FriendTransferID, _ caller: Caller, _ reader: any StoreReader) throws -> FriendTransfer {
        guard let transfer = try reader.friendTransfer(id), .platform(transfer.platform) == caller.owner,
            transfer.mode == caller.mode, caller.person.map(transfer.concerns) ?? true
        else { throw Refusal.notFound(kind: "friend_transfer", id: id.text, parameter: nil) }
        return transfer
    }

    private func person(
        _ id: PersonID, _ parameter: String, _ caller: Caller, _ reader: any StoreReader
    ) throws {
        guard let home = try reader.home(of: id), .platform(home.platform) == caller.owner, home.mode == caller.mode
        else { throw Refusal.notFound(kind: "person", id: id.text, parameter: parameter) }
    }

    /// The same card on both sides would be a cash advance in disguise.
    private func refuseSameCard(_ method: PaymentMethod, _ recipient: PersonID, _ reader: any StoreReader) throws {
        let theirs = try reader.paymentMethods(of: .person(recipient), mode: method.mode, PageRequest(limit: 100))
        guard theirs.items.contains(where: { $0.fingerprint == method.fingerprint }) else { return }
        throw Refusal.invalid(
            parameter: "payment_method", code: "same_card",
            message: "Sender and recipient have the same card on file; send from another card or from the wallet.")
    }

    /// Sending limits hold inside the commit: everybody's, or those that operators set for the sender.
    /// - Returns: the day that the amount was counted on; nil where no limit applies.
    private func count(
        _ new: NewFriendTransfer, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Int64? {
        let currency = new.amount.currency
        let standard = tools.configuration.sendingLimits(in: currency)
        let limits = try transaction.sendingLimits(of: new.sender, currency: currency)?.over(standard) ?? standard
        func refuse(_ limit: Int64?, _ amount: Int64, _ words: String) throws {
            guard let limit, amount > limit else { return }
            throw Refusal.limitExceeded(
                message: "This person may send \(Money(minorUnits: limit, currency: currency)) \(words).")
        }
        try refuse(limits.perTransfer, new.amount.minorUnits, "at once; try a smaller amount")
        guard limits.isCounted else { return nil }
        let today = SendingDay.of(now)
        let sent = try transaction.addSent(new.amount.minorUnits, by: new.sender, currency: currency, day: today)
        try refuse(limits.perDay, sent, "a day; try a smaller amount or tomorrow")
        guard limits.perWeek != nil else { return today }
        let inWeek = try transaction.sent(
            by: new.sender, currency: currency, from: SendingDay.weekBefore(today), through: today)
        try refuse(limits.perWeek, inWeek, "a week; try a smaller amount or some days later")
        return today
    }
}

extension FriendTransfer {
    /// Whether the person sent or receives it: nobody else may know of it.
    package func concerns(_ person: PersonID) -> Bool { person == sender || person == recipient }
}

extension Caller {
    /// - Throws: when a person calls by a session of their own and is not `person`.
    fileprivate func check(is person: PersonID, _ message: String) throws(Refusal) {
        guard self.person == nil || self.person == person else { throw .forbidden(message: message) }
    }
}

/// A card saved with `person`, ready to be used.
func personalCard(
    _ id: PaymentMethodID, of person: PersonID, _ parameter: String, _ reader: any StoreReader
) throws -> PaymentMethod {
    guard let method = try reader.paymentMethod(id), method.holder == .person(person) else {
        throw Refusal.notFound(kind: "payment_method", id: id.text, parameter: parameter)
    }
    return method
}

extension Refusal {
    init(_ refusal: FriendTransferRefusal) {
        self =
            switch refusal {
            case .alreadyAccepted:
                .unexpectedState(
                    code: "transfer_already_accepted",
                    message: "The recipient has taken this transfer; ask them to send it back.")
            case .alreadyReturned:
                .unexpectedState(
                    code: "transfer_already_returned", message: "This transfer has gone back to its sender.")
            case .expired:
                .unexpectedState(
                    code: "transfer_expired",
                    message: "Nobody accepted this transfer in time; it goes back to its sender.")
            case .failed:
                .unexpectedState(code: "transfer_failed", message: "This transfer was never funded; send a new one.")
            case .outcomeUnknown: .outcomeUnknown
            case .underReview:
                .unexpectedState(
                    code: "transfer_under_review",
                    message: "This transfer is being looked at; try again once its status has changed.")
            case .notHeld:
                .unexpectedState(code: "transfer_not_held", message: "Nothing holds this transfer.")
            }
    }
}
