package import Payments
import Ports
package import Primitives

/// A place to be paid out to, as a bot names it. What can be checked without asking anybody was checked.
package enum NewDestination: Sendable {
    case token(TokenID)
    case card(PaymentMethodID)
    case paypal(email: String)
    case bank(BankAccountNumber, holder: String, holderType: String?, bankName: String?)
}

/// What a bot says about a place to be paid out to, besides where it is.
package struct DestinationTerms: Sendable {
    package let currency: Currency
    /// ISO 3166-1 alpha-2; nil for the bot's own.
    package let country: String?
    /// Nil: if there is no other in the currency.
    package let isDefault: Bool?
    /// Metadata.
    package let texts: DetailFields

    package init(currency: Currency, country: String?, isDefault: Bool?, texts: DetailFields) {
        self.currency = currency
        self.country = country
        self.isDefault = isDefault
        self.texts = texts
    }
}

/// Bots say where they are paid out to. A new place waits before it is used: whoever stole a key cannot empty the account at
/// once, and the bot's owner hears of it first.
package struct DestinationCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router

    package init(commands: Commands, tools: SettlementTools, router: Router) {
        self.commands = commands
        self.tools = tools
        self.router = router
    }

    /// How many places a bot may have at a time, in each mode.
    private static let most = 20

    /// Adds a place. A card is checked with its issuer first: a small amount is held for a moment and let go.
    package func create(
        _ new: NewDestination, _ terms: DestinationTerms, _ caller: Caller
    ) async throws -> Answer {
        guard case .bot(let bot) = caller.owner else { throw Refusal.forbidden(message: "Only bots are paid out to.") }
        return try await commands.once(caller) { transaction, now in
            guard let owner = try transaction.bot(bot) else {
                throw Refusal.notFound(kind: "bot", id: bot.text, parameter: nil)
            }
            let known = try transaction.payoutDestinations(of: bot, mode: caller.mode, PageRequest(limit: Self.most))
            guard known.items.count < Self.most else {
                throw Refusal.unexpectedState(
                    code: "resource_limit_exceeded",
                    message: "A bot may have \(Self.most) external accounts; delete one first.")
            }
            let card = try card(new, caller, transaction)
            let reference = try tools.reference(
                for: .authorization, Money(minorUnits: 100, currency: terms.currency), caller, transaction, now,
                PayoutDestinationKind.self)
            let id = reference.id
            let isFirst =
                try transaction.defaultPayoutDestination(
                    of: bot, mode: caller.mode, currency: terms.currency) == nil
            let destination = PayoutDestination(
                id: id, bot: bot, mode: caller.mode, rail: new.rail, currency: terms.currency, card: card?.id,
                lastFour: card?.lastFour.text ?? new.lastFour, country: terms.country ?? owner.country,
                state: card == nil ? .usable : .checking, isDefault: terms.isDefault ?? isFirst, created: now,
                usableFrom: tools.clocks.now(of: caller.owner, caller.mode, at: now)
                    .advanced(by: tools.configuration.payoutDestinationHold),
                details: try tools.sealing.seal(
                    new.texts(terms.texts), .payoutDestination, of: id, mode: caller.mode, salt: id.bytes))
            if destination.isDefault { try unsetDefault(like: destination, transaction, caller, now) }
            try transaction.insert(destination)
            let settlement = tools.settlement(transaction, now, caller)
            try settlement.announce(.externalAccountCreated, destination)
            guard let card else {
                return .answered(Answer(body: try tools.renderer.payoutDestination(destination, transaction)))
            }
            return try check(destination, card, owner.platform, reference, caller, transaction, now)
        }
    }

    /// Asks the card's issuer for a hold of ``Payments/PayoutDestination/checkAmount``.
    private func check(
        _ destination: PayoutDestination, _ card: PaymentMethod, _ platform: PlatformID,
        _ reference: NewReference<PayoutDestinationKind>, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Prepared {
        let credentials = try tools.builder.card(card)
        let route = try router.route(
            reference, of: platform, mode: caller.mode, .charge, at: now, destination.checkAmount, .card,
            credentials.number)
        if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: destination.id.retyped()) }
        let open = try tools.open(
            destination.id.retyped(), .destinationCheck, subject: destination.id.bits, at: route.connection.id,
            for: caller, transaction, now)
        let content = OutgoingMessage.Content.authorize(
            OutgoingMessage.Authorization(
                amount: destination.checkAmount, card: credentials, capture: false,
                securityCodeOf: card.awaitsSecurityCode ? card.id : nil, authenticatedReference: nil,
                statementDescriptor: nil))
        return .sending(reference.message(open, content))
    }

    /// Makes it the default of its currency, or changes its metadata. Where it leads never changes: that would be another
    /// place, with a wait of its own.
    package func update(
        _ id: PayoutDestinationID, isDefault: Bool?, texts: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var destination = try owned(id, caller, transaction)
            if isDefault == false, destination.isDefault {
                throw Refusal.invalid(
                    parameter: "default_for_currency", code: "parameter_invalid",
                    message: "Make another external account the default instead.")
            }
            if isDefault == true, !destination.isDefault {
                try unsetDefault(like: destination, transaction, caller, now)
                destination.isDefault = true
            }
            let fields = try tools.sealing.fields(of: destination).changed(by: texts, removing: removals)
            destination.details = try tools.sealing.seal(
                fields, .payoutDestination, of: id, mode: destination.mode, salt: id.bytes)
            try transaction.update(destination)
            try tools.settlement(transaction, now, caller).announce(.externalAccountUpdated, destination)
            return .answered(Answer(body: try tools.renderer.payoutDestination(destination, transaction)))
        }
    }

    /// Takes a place away, and destroys what was sealed about it. Payouts that went there still name it.
    package func remove(_ id: PayoutDestinationID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var destination = try owned(id, caller, transaction)
            for state in [PayoutState.pending, .inTransit] {
                let query = PayoutQuery(bot: destination.bot, mode: destination.mode, state: state, destination: id)
                guard try transaction.payouts(matching: query, PageRequest(limit: 1)).items.isEmpty else {
                    throw Refusal.unexpectedState(
                        code: "external_account_in_use",
                        message: "A payout to this external account is underway; delete it when that has ended.")
                }
            }
            if destination.isDefault {
                let others = try transaction.payoutDestinations(
                    of: destination.bot, mode: destination.mode, PageRequest(limit: Self.most))
                guard !others.items.contains(where: { $0.id != id && $0.currency == destination.currency }) else {
                    throw Refusal.unexpectedState(
                        code: "external_account_default",
                        message: "This is the default of its currency; make another one the default first.")
                }
            }
            destination.state = .removed
            destination.isDefault = false
            destination.details = nil
            try transaction.update(destination)
            try tools.settlement(transaction, now, caller).announce(.externalAccountDeleted, destination)
            return .answered(Answer(body: try tools.renderer.payoutDestination(destination, transaction)))
        }
    }

    private func unsetDefault(
        like destination: PayoutDestination, _ transaction: any StoreTransaction, _ caller: Caller, _ now: Timestamp
    ) throws {
        guard
            var other = try transaction.defaultPayoutDestination(
                of: destination.bot, mode: destination.mode, currency: destination.currency)
        else { return }
        other.isDefault = false
        try transaction.update(other)
        try tools.settlement(transaction, now, caller).announce(.externalAccountUpdated, other)
    }

    private func card(
        _ new: NewDestination, _ caller: Caller, _ transaction: any StoreTransaction
    ) throws -> PaymentMethod? {
        let id: PaymentMethodID
        switch new {
        case .paypal, .bank: return nil
        case .card(let card): id = card
        case .token(let token):
            guard let stored = try transaction.token(token), stored.owner == caller.owner, stored.mode == caller.mode
            else { throw Refusal.notFound(kind: "token", id: token.text, parameter: "external_account") }
            guard stored.bond == nil else { throw Refusal.tokenIsForOneCharge }
            guard try transaction.markUsed(token) else {
                throw Refusal.invalid(
                    parameter: "external_account", code: "token_already_used",
                    message: "A token works once; make a new one from the card.")
            }
            id = stored.paymentMethod
        }
        // A buyer's card is never a place to pay a bot out to.
        guard let method = try transaction.paymentMethod(id), method.owner == caller.owner, method.mode == caller.mode,
            method.holder == .nobody, !method.isConsumed
        else { throw Refusal.notFound(kind: "payment_method", id: id.text, parameter: "external_account") }
        guard method.instrument == .card, method.funding == .debit else {
            throw Refusal.invalid(
                parameter: "external_account", code: "card_not_debit",
                message: "Money can be paid out to debit cards only; choose another card.")
        }
        return method
    }

    private func owned(
        _ id: PayoutDestinationID, _ caller: Caller, _ reader: any StoreReader
    ) throws -> PayoutDestination {
        guard let found = try reader.payoutDestination(id), .bot(found.bot) == caller.owner, found.mode == caller.mode,
            found.state != .removed
        else { throw Refusal.notFound(kind: "external account", id: id.text, parameter: nil) }
        return found
    }
}

extension NewDestination {
    fileprivate var rail: PayoutRail {
        switch self {
        case .token, .card: .card
        case .paypal: .paypal
        case .bank: .bank
        }
    }

    fileprivate var lastFour: String { if case .bank(let number, _, _, _) = self { number.lastFour } else { "" } }

    /// All that is sealed.
    fileprivate func texts(_ metadata: DetailFields) -> DetailFields {
        var texts = metadata
        switch self {
        case .token, .card: break
        case .paypal(let email): texts["email"] = email
        case .bank(let number, let holder, let holderType, let bankName):
            texts["account_number"] = number.account
            texts["routing_number"] = number.routing
            texts["account_holder_name"] = holder
            texts["account_holder_type"] = holderType
            texts["bank_name"] = bankName
        }
        return texts
    }
}
