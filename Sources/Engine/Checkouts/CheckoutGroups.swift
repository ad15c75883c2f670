package import Payments
import Ports
import Primitives

/// Several people pay one checkout together: everybody's part is held first, then the bot is asked, and then all of it is taken, or
/// none. What is to be done next is stored with the checkout and with each share, so that it does not matter who carries it on: the
/// request of the last one who pays, or a round after a crash.
///
/// The order of commits, and why a crash between two of them does no harm:
/// 1. The group begins: the whole waits, and its shares are there, in one commit. Each share is paid as every checkout is, with a payment
///    that holds its money.
/// 2. All are there: the question to the bot is stored and then asked. A question whose answer is lost runs out of time, and is asked
///    anew under another number.
/// 3. The bot's yes, and that each share is to be taken, are one commit; so are its no, and that each is to be given back.
/// 4. Each capture, release and refund begins in a commit with its share, and goes on as every other (design invariants 2 to 4).
package struct CheckoutGroups: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let keeper: CheckoutKeeper
    let payments: PaymentCommands
    let refunds: RefundCommands
    let asker: CheckoutAsker

    /// How often others can be asked to pay the same checkout.
    static let mostRounds: Int64 = 5
    /// More steps than one group takes at once.
    private static let mostSteps = 8
    /// How many groups are carried on at the same time.
    private static let lanes = 8

    private var store: any Store { commands.store }

    // MARK: - What whoever buys wants

    /// Asks others to pay as well: from now on the group's link opens this checkout. The same again changes nothing.
    package func begin(
        _ id: CheckoutID, people: Int64, as visitor: CheckoutVisitor, request: RequestID
    ) async throws {
        guard let seen = try await keeper.look(at: id), seen.share == nil else { throw Refusal.noSuchCheckout }
        let now = commands.clock.now()
        try await store.writeRetryingConflicts { transaction in
            guard let current = try transaction.checkout(id), let bot = try transaction.bot(current.bot) else {
                throw Refusal.noSuchCheckout
            }
            var opened = try tools.sealing.open(current)
            guard let most = opened.mostParticipants else { throw Refusal.togetherNotOffered }
            guard (CheckoutGroup.sizes.lowerBound...most).contains(people) else {
                throw Refusal.invalid(
                    parameter: "people", code: "parameter_invalid_integer",
                    message: "At least \(CheckoutGroup.sizes.lowerBound) and at most \(most) people can pay this.")
            }
            if current.state == .open {
                try check(opened, people, bot, visitor, transaction, now)
                opened.rounds += 1
            }
            let time = tools.clocks.now(of: .bot(current.bot), current.mode, at: now)
            let group = CheckoutGroup(
                people: people, until: min(time.advanced(by: CheckoutGroup.time), current.expires))
            switch current.step(.begin(group), .open, at: now) {
            case .refused(let refusal): throw Refusal(refusal)
            case .ignored: return
            case .moved(let next, let effects):
                opened.checkout = next
                opened.problem = nil
                let caller = Caller(owner: .bot(next.bot), mode: next.mode, request: request)
                let sealed = try tools.sealing.seal(opened, buyerChanged: false)
                _ = try keeper.store(sealed, effects, caller, transaction, now)
            }
        }
    }

    private func check(
        _ opened: OpenedCheckout, _ people: Int64, _ bot: Bot, _ visitor: CheckoutVisitor,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        let current = opened.checkout
        if case .refused(let refusal) = current.step(.change, try keeper.standing(of: current, transaction), at: now) {
            throw Refusal(refusal)
        }
        if let refusal = opened.cannotAskFriend { throw refusal }
        guard CheckoutGroup.parts(of: current.amount, among: people) != nil else { throw Refusal.tooManyPeople }
        guard opened.rounds < Self.mostRounds else {
            throw Refusal.unexpectedState(
                code: "together_not_offered", message: "This was tried often enough: pay it alone, or start over.")
        }
        if let reason = try tools.unavailability(of: opened, bot, to: visitor, transaction) {
            throw Refusal.checkoutNotAvailable(reason)
        }
        try transaction.checkLimit(ofLinkOf: current)
    }

    /// Whoever buys stops it: everybody gets back what they paid, and the checkout is open again. Not once its money is being taken.
    package func stop(_ id: CheckoutID, request: RequestID) async throws {
        guard let seen = try await keeper.look(at: id), seen.share == nil else { throw Refusal.noSuchCheckout }
        _ = try await store.writeRetryingConflicts { transaction in
            try apply(.stop, to: id, transaction, commands.clock.now())
        }
    }

    /// The share for whoever comes next: one that is free, of those the one to which somebody was sent longest ago. Nothing is reserved.
    /// - Returns: nil when each is paid, or being paid.
    package func nextShare(of id: CheckoutID) async throws -> CheckoutID? {
        guard let seen = try await keeper.look(at: id), seen.share == nil else { throw Refusal.noSuchCheckout }
        let (now, keeper) = (commands.clock.now(), keeper)
        return try await store.writeRetryingConflicts { transaction -> CheckoutID? in
            guard let whole = try transaction.checkout(id), whole.isGroup, whole.state != .expired else {
                throw Refusal.checkoutOver
            }
            guard whole.state == .gathering else { return nil }
            let free = try transaction.currentShares(of: whole).compactMap { share -> (rank: Int, Checkout)? in
                guard share.share?.fate == .gathering, share.state != .complete else { return nil }
                switch try keeper.standing(of: share, transaction) {
                case .none, .canceled: return (0, share)
                // Somebody is at their bank, perhaps for ever: another may pay as well.
                case .awaitsPayer: return (1, share)
                case .underway, .held, .paid: return nil
                }
            }
            func place(_ one: (rank: Int, Checkout)) -> (Int, Int64, Int64) {
                (one.rank, one.1.share?.claimed?.microseconds ?? 0, one.1.share?.number ?? 0)
            }
            guard var chosen = free.min(by: { place($0) < place($1) })?.1 else { return nil }
            chosen.share?.claimed = now
            try transaction.update(chosen)
            return chosen.id
        }
    }

    // MARK: - Carrying on

    /// Goes on with everything that is due.
    /// - Returns: how many there were if there may be more, else 0: what waits for somebody else is not looked at without a pause.
    package func carryDue(limit: Int = 100) async throws -> Int {
        let now = commands.clock.now()
        let due = try await store.read { try $0.checkoutsTogetherDue(by: now, limit: limit) }
        await withTaskGroup(of: Void.self) { group in
            for (index, id) in due.enumerated() {
                if index >= Self.lanes { await group.next() }
                group.addTask {
                    do {
                        try await self.carry(id)
                    } catch StoreError.closed {
                        // The next process goes on.
                    } catch {
                        // One that cannot be read must not stand in the way of the others.
                        keeper.report("checkout \(id) cannot be brought up to date: \(error)")
                    }
                }
            }
        }
        return due.count == limit ? limit : 0
    }

    /// Goes as far with a group, or with one of its shares, as it can go now.
    package func carry(_ id: CheckoutID) async throws {
        if try await store.read({ try $0.checkout(id)?.share }) != nil { return try await carryShare(id) }
        for _ in 0..<Self.mostSteps {
            guard let seen = try await keeper.look(at: id), seen.isGroup else { return }
            if seen.state == .paying { try await carryShares(of: seen) }
            guard let next = try await look(at: id) else { return }
            if case .asking(let question, _) = next.state { try await ask(question, of: next) }
        }
    }

    /// One step of a group; no commit when there is none to make.
    private func look(at id: CheckoutID) async throws -> Checkout? {
        let (now, keeper) = (commands.clock.now(), keeper)
        let isReady = try await store.read { reader -> Bool in
            guard let whole = try reader.checkout(id), whole.isGroup else { return false }
            let shares = try keeper.standing(ofSharesOf: whole, reader)
            if case .moved = whole.step(.looked(askingUntil: now), shares, at: now) { return true }
            return false
        }
        guard isReady else { return nil }
        do {
            return try await store.writeRetryingConflicts { transaction in
                let texts = try transaction.checkout(id).map { try tools.sealing.texts(of: $0) }
                let isAsked = texts?[DetailFields.callbackURL] != nil
                let until = isAsked ? now.advanced(by: asker.patience) : nil
                return try apply(.looked(askingUntil: until), to: id, transaction, now)
            }
        } catch let refusal as Refusal {
            // Without a question there is nobody to say no but Florin itself.
            return try await store.writeRetryingConflicts { transaction in
                try apply(.stop, to: id, because: CheckoutProblem(refusal), transaction, now)
            }
        }
    }

    private func ask(_ question: Int64, of whole: Checkout) async throws {
        let tools = tools
        guard let url = try tools.sealing.texts(of: whole)[DetailFields.callbackURL] else { return }
        let object = try await store.read {
            try tools.renderer.checkout(whole, expand: ["line_items"], forOwner: false, $0)
        }
        switch await asker.ask(.approve, url, try tools.sealing.open(whole), object) {
        case .agreed:
            do {
                try await conclude(whole.id, question, isYes: true, nil)
            } catch let refusal as Refusal {
                try await conclude(whole.id, question, isYes: false, CheckoutProblem(refusal))
            }
        case .refused(let words): try await conclude(whole.id, question, isYes: false, .refused(words))
        case nil: try await conclude(whole.id, question, isYes: false, .silent)
        }
    }

    private func conclude(
        _ id: CheckoutID, _ question: Int64, isYes: Bool, _ problem: CheckoutProblem?
    ) async throws {
        let now = commands.clock.now()
        _ = try await store.writeRetryingConflicts { transaction in
            try apply(
                .answered(question: question, isYes: isYes), to: id, because: problem ?? .silent, transaction, now)
        }
    }

    /// - Parameter problem: why it is open again, if it is.
    /// - Returns: the checkout as it is then; nil when nothing has changed.
    private func apply(
        _ event: CheckoutGroupEvent, to id: CheckoutID, because problem: CheckoutProblem? = nil,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout? {
        guard let current = try transaction.checkout(id) else { throw Refusal.noSuchCheckout }
        let shares = try keeper.standing(ofSharesOf: current, transaction)
        switch current.step(event, shares, at: now) {
        case .refused(let refusal): throw Refusal(refusal)
        case .ignored: return nil
        case .moved(let next, let effects):
            if effects.contains(.takeShares) {
                _ = try transaction.activeBot(next.bot)
                try transaction.checkLimit(ofLinkOf: next)
            }
            var opened = try tools.sealing.open(next)
            // A bot's words may speak of whoever buys.
            opened.note(effects.contains(.giveBackShares) ? problem ?? event.problem : nil, for: .buyer, .guest)
            return try keeper.store(
                try tools.sealing.seal(opened, buyerChanged: false), effects, keeper.caller(for: next, now),
                transaction, now)
        }
    }
}

// MARK: - The money of shares

extension CheckoutGroups {
    /// All that are due, side by side: there are few.
    private func carryShares(of whole: Checkout) async throws {
        let now = commands.clock.now()
        let due = try await store.read { reader in
            try reader.currentShares(of: whole).filter { $0.due.map { $0 <= now } ?? false }.map(\.id)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in due { group.addTask { try await self.carryShare(id) } }
            try await group.waitForAll()
        }
    }

    private func carryShare(_ id: CheckoutID) async throws {
        let now = commands.clock.now()
        guard let seen = try await store.read({ try $0.checkout(id) }), let share = seen.share else { return }
        if share.fate != .gathering, let due = seen.due, due <= now {
            let caller = keeper.caller(for: seen, now)
            do {
                _ = try await commands.once(caller) { transaction, now in
                    try prepared(id, caller, transaction, now)
                }
            } catch Refusal.underway, Refusal.outcomeUnknown {
                // It is stored and on its way.
            } catch let refusal as Refusal {
                try await postpone(id, refusal)
            }
        }
        _ = try await keeper.look(at: id)
    }

    /// The commit that begins what is next for a share's money, or notes that nothing is.
    private func prepared(
        _ id: CheckoutID, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let nothing = Prepared.answered(Answer(body: []))
        guard var checkout = try transaction.checkout(id), var share = checkout.share, share.fate != .gathering,
            let due = checkout.due, due <= now
        else { return nothing }
        let payment = try checkout.payment.flatMap(transaction.payment)
        let work = share.work(payment)
        switch work {
        case .nothing:
            if let payment, share.fate == .giveBack, payment.refundable > 0 || payment.state.isHeld {
                keeper.report("share \(id) could not be given back: see payment \(payment.id)")
            }
            checkout.due = nil
            try transaction.update(checkout)
            return nothing
        case .wait:
            checkout.due = now.advanced(by: checkout.patience(at: now))
            try transaction.update(checkout)
            return nothing
        case .capture, .release, .refund:
            guard let payment else { return nothing }
            share.tries += 1
            checkout.share = share
            checkout.due = now.advanced(by: share.pause)
            try transaction.update(checkout)
            switch work {
            case .capture: return try payments.take(payment.id, amount: nil, caller, transaction, now)
            case .refund:
                return try refunds.begin(NewRefund(target: .payment(payment.id)), caller, transaction, now)
            case .release, .nothing, .wait:
                return try payments.giveUp(payment.id, .abandoned, caller, transaction, now)
            }
        }
    }

    /// What is refused now may be possible later; not for ever.
    private func postpone(_ id: CheckoutID, _ refusal: Refusal) async throws {
        let (now, report) = (commands.clock.now(), keeper.report)
        try await store.writeRetryingConflicts { transaction in
            guard var checkout = try transaction.checkout(id), var share = checkout.share else { return }
            share.tries += 1
            checkout.share = share
            checkout.due = share.tries > CheckoutShare.mostTries ? nil : now.advanced(by: share.pause)
            if checkout.due == nil { report("the money of share \(id) stays where it is: \(refusal)") }
            try transaction.update(checkout)
        }
    }
}

extension PaymentState {
    fileprivate var isHeld: Bool { if case .authorized = self { true } else { false } }
}

extension CheckoutGroupEvent {
    /// Why everything is given back, where nobody has said anything else.
    fileprivate var problem: CheckoutProblem? {
        switch self {
        case .begin, .stop: nil
        case .answered: .silent
        case .looked: .notTaken
        }
    }
}

extension CheckoutProblem {
    static let notTaken = CheckoutProblem(
        .notPossible, "The payment of one of you could not be taken. Everybody gets back what they paid.")

    init(_ refusal: Refusal) {
        self.init(.notPossible, refusal.message ?? "This payment cannot be made.")
    }
}

extension OpenedCheckout {
    /// Among how many people the bot lets it be paid; nil when it is for one.
    package var mostParticipants: Int64? { texts[DetailFields.participants].flatMap { Int64($0) } }

    /// How often others were asked to pay it together.
    package internal(set) var rounds: Int64 {
        get { texts[DetailFields.rounds].flatMap { Int64($0) } ?? 0 }
        set { texts[DetailFields.rounds] = String(newValue) }
    }
}

extension Refusal {
    static let togetherNotOffered = Refusal.unexpectedState(
        code: "together_not_offered", message: "The seller does not offer that several people pay this together.")
}
