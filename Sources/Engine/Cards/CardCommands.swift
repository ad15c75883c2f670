package import Payments
package import Ports
import Primitives

/// A card on its way into the vault. Number and expiry are checked by their types.
package struct NewCard: Sendable {
    package let number: CardNumber
    package let expiry: CardExpiry
    package let securityCode: SecurityCode?
    package let billing: DetailFields

    package init(number: CardNumber, expiry: CardExpiry, securityCode: SecurityCode?, billing: DetailFields) {
        self.number = number
        self.expiry = expiry
        self.securityCode = securityCode
        self.billing = billing
    }
}

/// A new card with the same number: its expiry, or the half of it that changed.
package struct CardExpiryChange: Sendable {
    package var month: Int?
    package var year: Int?

    /// Nil leaves a half as it is.
    package init(month: Int?, year: Int?) {
        (self.month, self.year) = (month, year)
    }

    fileprivate func applied(to expiry: CardExpiry, at now: Timestamp) throws -> CardExpiry {
        let next = CardExpiry(month: month ?? expiry.month, year: year ?? expiry.year)
        guard let next, !next.isPast(at: now) else {
            throw Refusal.invalid(
                parameter: year == nil ? "card[exp_month]" : "card[exp_year]",
                code: year == nil ? "invalid_expiry_month" : "invalid_expiry_year", message: "The card has expired.")
        }
        return next
    }
}

/// Tokenizes, saves and forgets cards.
package struct CardCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let vault: any Vault
    let securityCodes: any SecurityCodeCache
    let policy: any CardPolicy

    package init(
        commands: Commands, tools: SettlementTools, vault: any Vault, securityCodes: any SecurityCodeCache,
        policy: any CardPolicy
    ) {
        self.commands = commands
        self.tools = tools
        self.vault = vault
        self.securityCodes = securityCodes
        self.policy = policy
    }

    /// Stores a card as a payment method that can be charged once, or saved.
    package func createPaymentMethod(_ card: NewCard, _ caller: Caller) async throws -> Answer {
        let id: PaymentMethodID = tools.randomness.unorderedIdentifier()
        let answer = try await commands.once(caller) { transaction, now in
            let method = try store(card, as: id, caller, transaction, now)
            return .answered(Answer(body: try tools.renderer.paymentMethod(method, transaction)))
        }
        if !answer.isReplay { keepSecurityCode(of: card, for: id) }
        return answer
    }

    /// Stores a card and saves it with somebody, in one commit.
    package func createPaymentMethod(
        _ card: NewCard, savedWith holder: PaymentMethodHolder, _ caller: Caller
    ) async throws -> Answer {
        try await holding(card) { hand in
            try await commands.once(caller) { transaction, now in
                guard let hand else { throw Refusal.needsCard }
                try checkHolder(holder, caller, transaction)
                var method = try store(hand, caller, transaction, now)
                method.holder = holder
                return try changed(method, .paymentMethodAttached, caller, transaction, now)
            }
        }
    }

    /// As ``createPaymentMethod(_:_:)``, for Florin's own pages.
    func keep(
        _ card: NewCard, typedAt checkout: CheckoutID, isForThisOnly: Bool, _ caller: Caller
    ) async throws -> PaymentMethodID {
        let id: PaymentMethodID = tools.randomness.unorderedIdentifier()
        _ = try await commands.once(caller) { transaction, now in
            _ = try store(card, as: id, isConsumed: isForThisOnly, caller, transaction, now)
            try transaction.noteTyping(of: id, at: checkout)
            return .answered(Answer(body: []))
        }
        keepSecurityCode(of: card, for: id)
        return id
    }

    /// A card that somebody lends for one payment: the same number under a name of its own, which is used up by it.
    func lend(
        _ method: PaymentMethod, to caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> PaymentMethod {
        let id: PaymentMethodID = tools.randomness.unorderedIdentifier()
        let sealed = SealedBytes(dataKey: method.number.dataKey, box: method.number.box)
        let number = try vault.seal(
            card: try vault.openCard(sealed, token: method.id, mode: method.mode), token: id, mode: method.mode)
        let lent = PaymentMethod(
            id: id, owner: caller.owner, mode: method.mode, brand: method.brand, lastFour: method.lastFour,
            expiry: method.expiry, funding: method.funding, fingerprint: method.fingerprint,
            number: SealedDetails(dataKey: number.dataKey, box: number.box),
            subjectSalt: tools.randomness.bytes(16),
            // What the person said of themself when they saved it stays with the platform.
            billing: nil,
            // A code that was never used is not skipped by lending: the card has to be typed then.
            awaitsSecurityCode: method.awaitsSecurityCode, created: now)
        try transaction.insert(lent)
        return lent
    }

    /// Stores a payer's account at a processor as a payment method that can be charged once, or saved and paid out to.
    package func createPaymentMethod(_ account: NewAccountMethod, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let method = try tools.store(account, caller, transaction, now)
            return .answered(Answer(body: try tools.renderer.paymentMethod(method, transaction)))
        }
    }

    /// Stores a card behind a single-use token.
    package func createToken(_ card: NewCard, _ caller: Caller) async throws -> Answer {
        let id: PaymentMethodID = tools.randomness.unorderedIdentifier()
        let answer = try await commands.once(caller) { transaction, now in
            let method = try store(card, as: id, caller, transaction, now)
            let token = CardToken(
                id: tools.randomness.unorderedIdentifier(), paymentMethod: method.id, owner: caller.owner,
                mode: caller.mode, isUsed: false, created: now)
            try transaction.insert(token)
            return .answered(Answer(body: try tools.renderer.token(token, transaction)))
        }
        if !answer.isReplay { keepSecurityCode(of: card, for: id) }
        return answer
    }

    /// Turns a token into its payment method; a token works once.
    package func redeem(_ token: TokenID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            let (method, bond) = try transaction.redeem(token, named: "card[token]", caller)
            guard bond == nil else { throw Refusal.tokenIsForOneCharge }
            return .answered(Answer(body: try tools.renderer.paymentMethod(method, transaction)))
        }
    }

    /// Saves a card with a customer of the bot or a person of the platform.
    package func attach(
        _ id: PaymentMethodID, to holder: PaymentMethodHolder, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            _ = try owned(id, caller, transaction)
            try checkHolder(holder, caller, transaction)
            var method = try saveable(id, with: holder, caller, transaction)
            method.holder = holder
            return try changed(method, .paymentMethodAttached, caller, transaction, now)
        }
    }

    /// Changes what is known of a saved card: billing details, metadata, and when it expires.
    /// - Parameter removals: names of texts to remove first.
    package func update(
        _ id: PaymentMethodID, expiry: CardExpiryChange?, texts: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var method = try owned(id, caller, transaction)
            guard method.holder != .nobody else {
                throw Refusal.invalid(
                    parameter: "payment_method", code: "payment_method_unexpected_state",
                    message: "Only a payment method that is saved can be changed; attach it first.")
            }
            if let expiry {
                guard method.instrument == .card else { throw Refusal.needsCard }
                method.expiry = try expiry.applied(to: method.expiry, at: now)
            }
            let fields = try tools.sealing.fields(of: method).changed(by: texts, removing: removals)
            method.billing = try tools.sealing.seal(
                fields, .billingDetails, of: id, mode: method.mode, salt: method.subjectSalt)
            return try changed(method, .paymentMethodUpdated, caller, transaction, now)
        }
    }

    /// Forgets who the card was saved with. It cannot be charged or saved again.
    package func detach(_ id: PaymentMethodID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var method = try owned(id, caller, transaction)
            guard method.holder != .nobody else {
                throw Refusal.invalid(
                    parameter: "payment_method", code: "payment_method_unexpected_state",
                    message: "This payment method is not saved with anybody.")
            }
            if case .customer(let customer) = method.holder {
                try tools.settlement(transaction, now, caller).forgetDefault(id, of: customer)
            }
            method.holder = .nobody
            method.isConsumed = true
            if method.instrument == .card { try tools.settlement(transaction, now, caller).revokeMandates(for: id) }
            return try changed(method, .paymentMethodDetached, caller, transaction, now)
        }
    }

    func changed(
        _ method: PaymentMethod, _ type: EventType, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        try transaction.update(method)
        let object = try tools.renderer.paymentMethod(method, transaction)
        let event = try tools.outbox.emit(
            type, about: method.id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        return .answered(Answer(body: object), event: event)
    }

    func store(
        _ card: NewCard, as id: PaymentMethodID, isConsumed: Bool = false, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> PaymentMethod {
        guard policy.isAccepted(card.number, mode: caller.mode) else { throw Refusal.cardNotAccepted(caller.mode) }
        guard !card.expiry.isPast(at: now) else {
            throw Refusal.invalid(
                parameter: "card[exp_year]", code: "invalid_expiry_year", message: "The card has expired.")
        }
        let salt = tools.randomness.bytes(16)
        let number = try vault.seal(card: card.number, token: id, mode: caller.mode)
        let method = PaymentMethod(
            id: id, owner: caller.owner, mode: caller.mode, brand: card.number.brand, lastFour: card.number.lastFour,
            expiry: card.expiry, funding: policy.funding(of: card.number),
            fingerprint: vault.fingerprint(of: card.number, mode: caller.mode).bytes,
            number: SealedDetails(dataKey: number.dataKey, box: number.box), subjectSalt: salt,
            billing: try tools.sealing.seal(card.billing, .billingDetails, of: id, mode: caller.mode, salt: salt),
            awaitsSecurityCode: card.securityCode != nil, isConsumed: isConsumed, created: now)
        try transaction.insert(method)
        return method
    }

    func keepSecurityCode(of card: NewCard, for id: PaymentMethodID) {
        if let code = card.securityCode { securityCodes.put(code, for: id) }
    }

    func owned(
        _ id: PaymentMethodID, _ caller: Caller, _ reader: any StoreReader
    ) throws -> PaymentMethod {
        guard let method = try reader.paymentMethod(id), method.owner == caller.owner, method.mode == caller.mode,
            method.holder == .nobody || caller.mayActFor(method.holder)
        else { throw Refusal.notFound(kind: "payment_method", id: id.text, parameter: nil) }
        return method
    }

    private func checkHolder(_ holder: PaymentMethodHolder, _ caller: Caller, _ reader: any StoreReader) throws {
        guard caller.mayActFor(holder) else {
            throw Refusal.forbidden(message: "A person's session keeps cards for that person only.")
        }
        switch holder {
        case .nobody: return
        case .customer(let id):
            guard let customer = try reader.customer(id), .bot(customer.bot) == caller.owner,
                customer.mode == caller.mode, !customer.isDeleted
            else { throw Refusal.notFound(kind: "customer", id: id.text, parameter: "customer") }
        case .person(let id):
            guard let person = try reader.person(id), .platform(person.platform) == caller.owner,
                person.mode == caller.mode, !person.isErased
            else { throw Refusal.notFound(kind: "person", id: id.text, parameter: "person") }
        }
    }
}

extension Caller {
    /// A person acts for themself only; owners for everybody whose card they keep.
    fileprivate func mayActFor(_ holder: PaymentMethodHolder) -> Bool { person.map { holder == .person($0) } ?? true }
}

extension StoreTransaction {
    /// The card behind a token, which is used up, and what it may be used for if that is not free.
    /// - Parameter parameter: where the caller named it.
    func redeem(
        _ token: TokenID, named parameter: String, _ caller: Caller
    ) throws -> (method: PaymentMethod, bond: CheckoutBond?) {
        guard let stored = try self.token(token), stored.owner == caller.owner, stored.mode == caller.mode,
            let method = try paymentMethod(stored.paymentMethod)
        else { throw Refusal.notFound(kind: "token", id: token.text, parameter: parameter) }
        guard try markUsed(token) else {
            throw Refusal.invalid(
                parameter: parameter, code: "token_already_used",
                message: "A token works once; make a new one from the card.")
        }
        return (method, stored.bond)
    }
}

extension Refusal {
    static func cardNotAccepted(_ mode: Mode) -> Refusal {
        switch mode {
        case .test:
            .invalid(
                parameter: "card[number]", code: "card_declined",
                message: "Test mode takes only the test cards listed in docs/sandbox.md, never a real card.")
        case .live:
            .invalid(
                parameter: "card[number]", code: "card_declined",
                message: "This is a test card; live mode takes real cards only.")
        }
    }
}
