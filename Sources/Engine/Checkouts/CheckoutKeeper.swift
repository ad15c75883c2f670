package import Payments
import Ports
import Primitives

/// Keeps checkouts in step with their payments and with time. What a payment came to is the payment's to say: a checkout
/// follows it, in a commit of its own right after, or found by its `due` after a crash. So a plain charge costs nothing more,
/// and whoever changes a payment (its bot, an operator, a processor's late answer) moves its checkout as well.
package struct CheckoutKeeper: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let payments: PaymentCommands
    let secrets: WebhookSecrets
    let report: @Sendable (Report) -> Void

    private var store: any Store { commands.store }

    /// Brings one checkout up to what its payment and the clock say.
    /// - Returns: the checkout as it is then; nil when there is none.
    @discardableResult
    package func look(at id: CheckoutID) async throws -> Checkout? {
        let now = commands.clock.now()
        // Nearly always there is nothing to change: no commit then.
        guard
            let seen = try await store.read({ reader in
                try reader.checkout(id).map { ($0, try self.needsLook($0, reader, now)) }
            })
        else { return nil }
        guard seen.1 else { return seen.0 }
        return try await store.writeRetryingConflicts { transaction in
            guard let checkout = try transaction.checkout(id) else { return nil }
            if isToBeDeleted(checkout, now) {
                try transaction.delete(checkout)
                return nil
            }
            return try looked(at: checkout, transaction, now)
        }
    }

    /// Looks at those that are due.
    /// - Returns: how many.
    package func lookAtDue(limit: Int = 100) async throws -> Int {
        let due = try await store.read { try $0.checkoutsDue(by: commands.clock.now(), limit: limit) }
        for id in due {
            do {
                try await look(at: id)
            } catch StoreError.closed {
                throw StoreError.closed
            } catch {
                // One that cannot be read must not stand in the way of the others.
                report("checkout \(id) cannot be brought up to date: \(error)")
            }
        }
        return due.count
    }

    private func needsLook(_ checkout: Checkout, _ reader: any StoreReader, _ now: Timestamp) throws -> Bool {
        if isToBeDeleted(checkout, now) { return true }
        let payment = try standing(of: checkout, reader)
        if isOver(checkout, now), case .moved = checkout.step(.expire, payment, at: now) { return true }
        if case .moved = checkout.step(.looked, payment, at: now) { return true }
        return false
    }

    private func looked(
        at checkout: Checkout, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout {
        let caller = caller(for: checkout, now)
        var current = checkout
        let standing = try standing(of: checkout, transaction)
        if case .moved(let next, let effects) = checkout.step(.looked, standing, at: now) {
            var opened: OpenedCheckout?
            if case .open = next.state, checkout.state != .paying || checkout.payment == nil || standing == .canceled {
                var told = try tools.sealing.open(next)
                told.problem = standing == .canceled ? .canceled : .silent
                opened = told
            }
            let stored = try opened.map { try tools.sealing.seal($0, buyerChanged: false) } ?? next
            current = try store(stored, effects, caller, transaction, now)
        }
        guard isOver(current, now) else { return current }
        switch current.step(.expire, try self.standing(of: current, transaction), at: now) {
        case .moved(var next, let effects):
            guard current.isUntouched else { return try store(next, effects, caller, transaction, now) }
            // Whoever follows a link makes one: nobody wants to hear of those that came to nothing, nor keep them.
            next.due = now.advanced(by: Checkout.keptUntouched)
            return try store(next, [], caller, transaction, now)
        case .ignored, .refused: return current
        }
    }

    /// Of one that expired untouched: its time to be deleted has come.
    private func isToBeDeleted(_ checkout: Checkout, _ now: Timestamp) -> Bool {
        guard checkout.state == .expired, checkout.link != nil, checkout.payment == nil, checkout.group == nil,
            let due = checkout.due
        else { return false }
        return due <= now
    }

    private func isOver(_ checkout: Checkout, _ now: Timestamp) -> Bool {
        guard checkout.due != nil, checkout.state != .complete, checkout.state != .expired else { return false }
        // A share ends with its whole.
        if let share = checkout.share { return share.fate == .giveBack }
        let end = checkout.state == .gathering ? checkout.group?.until ?? checkout.expires : checkout.expires
        return end <= tools.clocks.now(of: .bot(checkout.bot), checkout.mode, at: now)
    }

    /// Ends an open checkout in somebody else's commit.
    func close(
        _ checkout: Checkout, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout {
        switch checkout.step(.expire, try standing(of: checkout, transaction), at: now) {
        case .moved(let next, let effects): return try store(next, effects, caller, transaction, now)
        case .ignored: return checkout
        case .refused(let refusal): throw Refusal(refusal)
        }
    }

    /// Stores a step, with all its effects but the charge.
    /// - Returns: what was stored, as the next change has to name it.
    func store(
        _ next: Checkout, _ effects: [CheckoutEffect], _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Checkout {
        var checkout = next
        if effects.contains(.abandonPayment), let payment = checkout.payment {
            // It waits for its payer: nothing is held, so nothing has to be sent.
            if try transaction.payment(payment)?.state != .canceled {
                _ = try payments.giveUp(payment, .abandoned, caller, transaction, now)
            }
            checkout.payment = nil
        }
        if checkout.share != nil { return try storeShare(checkout, effects, transaction, now) }
        try transaction.update(checkout)
        checkout.version += 1
        try handleShares(of: checkout, effects, caller, transaction, now)
        for case .announce(let news) in effects {
            let object = try tools.renderer.checkout(checkout, expand: [], forOwner: false, transaction)
            try tools.outbox.emit(
                news.eventType, about: checkout.id, to: .bot(checkout.bot), mode: checkout.mode, at: now,
                request: caller.request, object: object, in: transaction)
            // Chat platforms know one moment only: bots there hand over what was bought when they hear of it.
            switch news {
            case .completed where checkout.isSettled, .paidAfterwards:
                try tools.news?.completed(checkout, transaction, now)
            case .completed, .expired, .failedAfterwards: break
            }
        }
        return checkout
    }

    /// For what happens without a request.
    func caller(for checkout: Checkout, _ now: Timestamp) -> Caller {
        Caller(owner: .bot(checkout.bot), mode: checkout.mode, request: tools.randomness.identifier(at: now))
    }

    func standing(of checkout: Checkout, _ reader: any StoreReader) throws -> CheckoutPayment {
        if checkout.isGroup { return .none }
        guard let payment = checkout.payment else {
            // Its bot has a token and has not charged yet.
            guard case .paying = checkout.state else { return .none }
            return try reader.hasOpenToken(checkout.id, at: commands.clock.now()) ? .underway : .none
        }
        return CheckoutPayment(try reader.payment(payment))
    }
}

extension CheckoutPayment {
    /// How a payment stands for its checkout.
    package init(_ payment: Payment?) {
        guard let payment else {
            self = .none
            return
        }
        self =
            switch payment.state {
            case .requiresPaymentMethod, .requiresConfirmation: .none
            case .requiresAction: .awaitsPayer
            case .authorizing, .voiding: .underway
            case .authorized, .capturing, .incrementing: .held
            case .succeeded: .paid
            case .canceled: .canceled
            }
    }
}

extension CheckoutNews {
    fileprivate var eventType: EventType {
        switch self {
        case .completed: .checkoutSessionCompleted
        case .expired: .checkoutSessionExpired
        case .paidAfterwards: .checkoutSessionAsyncPaymentSucceeded
        case .failedAfterwards: .checkoutSessionAsyncPaymentFailed
        }
    }
}

extension CheckoutProblem {
    static let canceled = CheckoutProblem(
        .canceled, "The payment was given up before anything was taken. You can try again.")
    static let silent = CheckoutProblem(
        .silent, "The seller did not answer in time. Nothing was charged; try again in a moment.")
}
