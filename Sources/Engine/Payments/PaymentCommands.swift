import Ledger
package import Payments
import Ports
import Primitives

/// A bot charges, captures and cancels.
package struct PaymentCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router
    let cards: CardCommands

    package init(commands: Commands, tools: SettlementTools, router: Router, cards: CardCommands) {
        self.commands = commands
        self.tools = tools
        self.router = router
        self.cards = cards
    }

    /// Creates a payment and, if asked, charges it. Durable before the processor is called and before it answers.
    package func create(_ new: NewPayment, for bot: BotID, _ caller: Caller) async throws -> Answer {
        try await cards.holding(new.card) { try await create(new, $0, for: bot, caller) }
    }

    private func create(
        _ new: NewPayment, _ hand: CardInHand?, for bot: BotID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let owner = try transaction.activeBot(bot)
            try caller.checkCustomer(new.customer, transaction)
            let id: PaymentID = tools.randomness.identifier(at: now)
            let handed = try handed(new, hand, caller, transaction, now)
            let chosen = handed?.method ?? new.paymentMethod
            let method = try chosen.map {
                try caller.usableCard(
                    $0, customer: new.customer, isUnderway: handed?.bond != nil, transaction)
            }
            var texts = try new.details.serving(method)
            if let bond = handed?.bond {
                try keep(bond, with: new, as: id, &texts, caller, transaction, now)
            }
            let details = try tools.sealing.seal(texts, .paymentDetails, of: id, mode: caller.mode, salt: id.bytes)
            let payment = Payment(
                id: id, bot: bot, mode: caller.mode, created: now, amount: new.amount,
                captureMethod: new.captureMethod, customer: new.customer, paymentMethod: chosen, details: details)
            guard new.confirm else { return try stored(payment, caller, transaction, now) }
            return try start(payment, isNew: true, method, owner, caller, transaction, now)
        }
    }

    /// Changes a payment that was not charged yet; description and metadata may change at any time.
    package func update(_ id: PaymentID, _ change: PaymentChange, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payment = try owned(id, caller, transaction)
            if change.amount != nil || change.currency != nil || change.customer != nil || change.paymentMethod != nil
                || change.changesTerms
            {
                try checkChangeable(payment)
            }
            payment.lastDecline = nil
            let amount = Money(
                minorUnits: change.amount ?? payment.amount.minorUnits,
                currency: change.currency ?? payment.amount.currency)
            if amount != payment.amount {
                payment.amount = amount
                // What the cardholder agreed to was the old amount: it is authenticated anew.
                if case .requiresAction = payment.state, let method = payment.paymentMethod {
                    payment = try moved(payment.step(.choosePaymentMethod(method)))
                }
            }
            if let customer = change.customer {
                try caller.checkCustomer(customer, transaction)
                payment.customer = customer
                if payment.latestCharge != nil { try transaction.noteCustomer(of: payment) }
            }
            if let method = change.paymentMethod {
                _ = try caller.usableCard(method, customer: payment.customer, transaction)
                payment = try moved(payment.step(.choosePaymentMethod(method)))
            }
            let details = try tools.sealing.fields(of: payment).changed(
                by: change.details, removing: change.removals)
            payment.details = try tools.sealing.seal(
                details, .paymentDetails, of: id, mode: payment.mode, salt: id.bytes)
            try transaction.update(payment)
            return .answered(
                Answer(body: try tools.renderer.payment(payment, expand: caller.expansions, transaction)))
        }
    }

    /// Charges a payment, with another card if one is named.
    /// - Parameter texts: merged over the stored ones: return address, how the cardholder agreed, whether they are there.
    package func confirm(
        _ id: PaymentID, paymentMethod: PaymentMethodID?, account: NewAccountMethod? = nil, card: NewCard? = nil,
        texts: DetailFields = DetailFields(), _ caller: Caller
    ) async throws -> Answer {
        try await cards.holding(card) { hand in
            try await confirm(id, paymentMethod: paymentMethod, account: account, hand, texts: texts, caller)
        }
    }

    private func confirm(
        _ id: PaymentID, paymentMethod: PaymentMethodID?, account: NewAccountMethod?, _ hand: CardInHand?,
        texts: DetailFields, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payment = try owned(id, caller, transaction)
            let owner = try transaction.activeBot(payment.bot)
            try paymentMethod.map { try caller.checkGuest($0, transaction) }
            let chosen =
                try hand.map { try cards.store($0, caller, transaction, now).id }
                ?? account.map { try tools.store($0, caller, transaction, now).id } ?? paymentMethod
            if let chosen, chosen != payment.paymentMethod || payment.state == .requiresPaymentMethod {
                payment = try moved(payment.step(.choosePaymentMethod(chosen)))
            }
            // What the payment's state refuses is said before anything about its card.
            _ = try moved(payment.step(.confirm(tools.randomness.identifier(at: now))))
            let isUnderway = chosen == nil && payment.state.waitsForItsPayer
            let method = try payment.paymentMethod.map {
                try caller.usableCard($0, customer: payment.customer, isUnderway: isUnderway, transaction)
            }
            if payment.details != nil || !texts.isEmpty || method?.instrument != .card {
                let stored = try tools.sealing.fields(of: payment)
                if stored[DetailFields.confirmationMethod] == "manual", caller.actor == .guest {
                    throw Refusal.forbidden(
                        message: "This payment is confirmed by hand (confirmation_method=manual): confirm it from your "
                            + "server with a secret key.")
                }
                let details = try stored.confirmed(with: texts).serving(method)
                if details != stored {
                    payment.details = try tools.sealing.seal(
                        details, .paymentDetails, of: id, mode: payment.mode, salt: id.bytes)
                }
            }
            return try start(payment, isNew: false, method, owner, caller, transaction, now)
        }
    }

    /// Takes held money, all of it when no amount is named; the rest is released.
    package func capture(_ id: PaymentID, amount: Int64?, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            try take(id, amount: amount, caller, transaction, now)
        }
    }

    /// As ``capture(_:amount:_:)``, in a commit of somebody else's.
    func take(
        _ id: PaymentID, amount: Int64?, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let payment = try owned(id, caller, transaction)
        let operation: OperationID = tools.randomness.identifier(at: now)
        let asked = amount ?? payment.authorized
        let next = try moved(payment.step(.capture(operation, amount: asked)), asked: "amount_to_capture")
        let (charge, original) = try approvedCharge(of: payment, transaction)
        try transaction.update(next)
        let open = try tools.open(
            operation, .capture, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        let money = Money(minorUnits: asked, currency: payment.amount.currency)
        return .sending(OutgoingMessage(operation: open, content: .capture(amount: money, original: original)))
    }

    /// Gives a payment up. Held money is released; while an outcome is open the wish is recorded and carried out later.
    package func cancel(_ id: PaymentID, _ reason: CancellationReason, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            try giveUp(id, reason, caller, transaction, now)
        }
    }

    /// As ``cancel(_:_:_:)``, in a commit of somebody else's.
    func giveUp(
        _ id: PaymentID, _ reason: CancellationReason, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let payment = try owned(id, caller, transaction)
        let operation: OperationID = tools.randomness.identifier(at: now)
        let step = payment.step(.cancel(reason, void: operation))
        if case .ignored = step { return try answered(payment, caller, transaction) }
        let next = try moved(step).dated(now)
        try transaction.update(next)
        if payment.isUnderReview { try transaction.closeReview(of: id.bits, as: .withdrawn, at: now) }
        guard case .voiding = next.state else {
            let settlement = tools.settlement(transaction, now, caller)
            guard next.state == .canceled else { return try answered(next, caller, transaction) }
            let event = try settlement.announce(.canceled, next, nil, captured: false)
            let answer = Answer(body: try tools.renderer.payment(next, expand: caller.expansions, transaction))
            return .answered(answer, event: caller.expansions.isEmpty ? event : nil)
        }
        let (charge, original) = try approvedCharge(of: payment, transaction)
        let open = try tools.open(
            operation, .void, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        return .sending(OutgoingMessage(operation: open, content: .void(original: original)))
    }

    /// An operator lets a held payment go on, in a commit of theirs: the money is taken, or may be taken by the bot.
    func release(
        _ id: PaymentID, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let payment = try owned(id, caller, transaction)
        let operation: OperationID = tools.randomness.identifier(at: now)
        let next = try moved(payment.step(.release(capture: operation)))
        try transaction.update(next)
        let (charge, original) = try approvedCharge(of: payment, transaction)
        guard case .capturing(_, _, let amount) = next.state else {
            try tools.noteAuthorization(of: next, charge, transaction, now)
            try tools.settlement(transaction, now, caller).announce(.capturable, next, nil, captured: false)
            return try answered(next, caller, transaction)
        }
        let open = try tools.open(
            operation, .capture, subject: id.bits, at: charge.connection, for: caller, transaction, now)
        let money = Money(minorUnits: amount, currency: payment.amount.currency)
        return .sending(OutgoingMessage(operation: open, content: .capture(amount: money, original: original)))
    }
}

extension PaymentCommands {
    private func stored(
        _ payment: Payment, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        try transaction.insert(payment)
        let object = try tools.renderer.payment(payment, expand: [], transaction)
        let event = try tools.outbox.emit(
            .paymentIntentCreated, about: payment.id, to: caller.owner, mode: caller.mode, at: now,
            request: caller.request, object: object, in: transaction)
        guard !caller.expansions.isEmpty else { return .answered(Answer(body: object), event: event) }
        return try answered(payment, caller, transaction)
    }

    private func answered(
        _ payment: Payment, _ caller: Caller, _ reader: any StoreReader
    ) throws -> Prepared {
        .answered(Answer(body: try tools.renderer.payment(payment, expand: caller.expansions, reader)))
    }

    /// What was handed in with the payment itself, as a payment method.
    private func handed(
        _ new: NewPayment, _ hand: CardInHand?, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> (method: PaymentMethodID, bond: CheckoutBond?)? {
        if let hand { return (try cards.store(hand, caller, transaction, now).id, nil) }
        if let token = new.token {
            let (method, bond) = try transaction.redeem(token, named: new.tokenParameter, caller)
            return (method.id, bond)
        }
        return try new.account.map { (try tools.store($0, caller, transaction, now).id, nil) }
    }

    func approvedCharge(
        of payment: Payment, _ reader: any StoreReader
    ) throws -> (Charge, OriginalOperation) {
        guard let charge = try payment.latestCharge.flatMap(reader.charge), let original = charge.original else {
            throw StoreError.corrupt("payment \(payment.id) is authorized without an approved charge")
        }
        return (charge, original)
    }

    /// The payment, if it is the caller's.
    func owned(_ id: PaymentID, _ caller: Caller, _ reader: any StoreReader) throws -> Payment {
        guard let payment = try reader.payment(id), .bot(payment.bot) == caller.owner, payment.mode == caller.mode
        else {
            throw Refusal.notFound(kind: "payment_intent", id: id.text, parameter: "intent")
        }
        return payment
    }

    private func checkChangeable(_ payment: Payment) throws {
        switch payment.state {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: return
        case .authorizing, .capturing, .voiding, .incrementing: throw Refusal.outcomeUnknown
        case .authorized, .succeeded, .canceled: throw Refusal.paymentState(payment)
        }
    }

    func moved(_ step: PaymentStep, asked parameter: String? = nil) throws -> Payment {
        switch step {
        case .moved(let payment, _): return payment
        case .refused(let refusal): throw Refusal(refusal, parameter: parameter)
        case .ignored, .conflict: throw Refusal.outcomeUnknown
        }
    }
}
