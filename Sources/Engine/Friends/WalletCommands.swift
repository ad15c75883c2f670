import Ledger
package import Payments
import Ports
package import Primitives

/// People fill their wallets from cards and empty them to debit cards.
package struct WalletCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router

    package init(commands: Commands, tools: SettlementTools, router: Router) {
        self.commands = commands
        self.tools = tools
        self.router = router
    }

    /// Moves money between a wallet and a card. A cash-out is held on the wallet before the processor is asked.
    package func move(
        _ direction: WalletDirection, _ amount: Money, person: PersonID, card: PaymentMethodID, platform: PlatformID,
        _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            guard let holder = try transaction.person(person), .platform(holder.platform) == caller.owner,
                holder.mode == caller.mode, !holder.isErased,
                caller.person == nil || caller.person == person
            else { throw Refusal.notFound(kind: "person", id: person.text, parameter: nil) }
            let method = try personalCard(card, of: person, "payment_method", transaction)
            let reference = try tools.reference(
                for: direction == .topUp ? .sale : .push, amount, caller, transaction, now, WalletMovementKind.self)
            let credentials = method.instrument == .card ? try tools.builder.card(method) : nil
            let need: RoutedNeed =
                if method.instrument != .card {
                    .walletPush(method.instrument)
                } else {
                    direction == .topUp ? .charge : .push
                }
            let route = try router.route(
                reference, of: platform, mode: caller.mode, need, at: now, amount, method.instrument,
                credentials?.number)
            let movement = WalletMovement(
                id: reference.id, direction: direction, platform: platform, person: person,
                mode: caller.mode, amount: amount, card: card, connection: route.connection.id, created: now)
            let content = try content(movement, method, credentials, transaction)
            try transaction.insert(movement)
            if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: movement.id.retyped()) }
            let open = try tools.open(
                movement.id.retyped(), direction == .topUp ? .topUp : .cashOut, subject: movement.id.bits,
                at: movement.connection, for: caller, transaction, now)
            return .sending(reference.message(open, content))
        }
    }

    private func content(
        _ movement: WalletMovement, _ method: PaymentMethod, _ card: CardCredentials?,
        _ transaction: any StoreTransaction
    ) throws -> OutgoingMessage.Content {
        guard method.instrument == .card, let card else { return try account(movement, method, transaction) }
        switch movement.direction {
        case .topUp:
            return .authorize(
                OutgoingMessage.Authorization(
                    amount: movement.amount, card: card, capture: true,
                    securityCodeOf: method.awaitsSecurityCode ? method.id : nil, authenticatedReference: nil,
                    statementDescriptor: nil))
        case .cashOut:
            guard method.funding == .debit else {
                throw Refusal.invalid(
                    parameter: "payment_method", code: "card_not_debit",
                    message: "Money can be paid out to debit cards only; choose another card.")
            }
            try hold(movement, transaction)
            return .push(amount: movement.amount, card: card)
        }
    }

    /// Out of the wallet, to an account somewhere else.
    private func account(
        _ movement: WalletMovement, _ method: PaymentMethod, _ transaction: any StoreTransaction
    ) throws -> OutgoingMessage.Content {
        guard movement.direction == .cashOut else { throw Refusal.needsCard }
        guard let receiver = try tools.builder.receiver(method) else {
            throw Refusal.invalid(
                parameter: "payment_method", code: "payment_method_unexpected_state",
                message: "This payment method names no e-mail to pay out to; make one with billing_details[email].")
        }
        try hold(movement, transaction)
        return .pushWallet(amount: movement.amount, instrument: method.instrument, receiver: receiver)
    }

    private func hold(_ movement: WalletMovement, _ transaction: any StoreTransaction) throws {
        do {
            try transaction.hold(movement.amount.minorUnits, on: PostingPlans.wallet(of: movement))
        } catch let error as LedgerError {
            throw try Refusal(error, currency: movement.amount.currency)
        }
    }
}
