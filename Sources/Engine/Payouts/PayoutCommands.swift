import Ledger
package import Payments
import Ports
package import Primitives

/// What a bot asks for.
package struct PayoutRequest: Sendable {
    package let amount: Money
    /// Nil for the bot's default in the currency.
    package let destination: PayoutDestinationID?
    package let method: PayoutMethod
    /// Description, statement descriptor and metadata.
    package let details: DetailFields

    package init(
        amount: Money, destination: PayoutDestinationID?, method: PayoutMethod, details: DetailFields
    ) {
        self.amount = amount
        self.destination = destination
        self.method = method
        self.details = details
    }
}

/// Bots are paid out: by themselves, or by their schedules (``PayoutJobs``).
package struct PayoutCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router

    package init(commands: Commands, tools: SettlementTools, router: Router) {
        self.commands = commands
        self.tools = tools
        self.router = router
    }

    /// Sets the amount aside and, if it is wanted at once, sends it.
    package func create(_ request: PayoutRequest, _ caller: Caller) async throws -> Answer {
        guard case .bot(let bot) = caller.owner else { throw Refusal.forbidden(message: "Only bots are paid out to.") }
        return try await commands.once(caller) { transaction, now in
            let reference = try tools.reference(
                for: .push, request.amount, caller, transaction, now, PayoutKind.self)
            let draft = PayoutDraft(
                reference: reference, bot: bot, request: request, isAutomatic: false, caller: caller,
                transaction: transaction, now: now, tools: tools, router: router)
            return try draft.make()
        }
    }

    /// Adds to or takes from a payout's metadata.
    package func update(
        _ id: PayoutID, texts: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payout = try owned(id, caller, transaction)
            let fields = try tools.sealing.fields(of: payout).changed(by: texts, removing: removals)
            payout.details = try tools.sealing.seal(
                fields, .payoutDetails, of: payout.id, mode: payout.mode, salt: payout.id.bytes)
            try transaction.update(payout)
            try tools.settlement(transaction, now, caller).announce(.payoutUpdated, payout)
            return .answered(
                Answer(body: try tools.renderer.payout(payout, expand: caller.expansions, transaction)))
        }
    }

    /// Gives the amount back, as long as nothing was sent.
    package func cancel(_ id: PayoutID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var payout = try owned(id, caller, transaction)
            switch payout.step(.cancel) {
            case .moved(let next, let effect):
                payout = try tools.settlement(transaction, now, caller).store(next, effect)
            case .ignored: break
            case .refused(let refusal): throw Refusal(refusal)
            case .askProcessor, .conflict: throw StoreError.corrupt("payout \(payout.id) cannot be canceled")
            }
            return .answered(
                Answer(body: try tools.renderer.payout(payout, expand: caller.expansions, transaction)))
        }
    }

    /// Nothing that Florin pays out can be called back: neither a push nor a bank transfer.
    package func reverse(_ id: PayoutID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            let payout = try owned(id, caller, transaction)
            if payout.state == .pending {
                throw Refusal.unexpectedState(
                    code: "payout_not_reversible", message: "This payout is pending: cancel it instead.")
            }
            throw Refusal.unexpectedState(
                code: "payout_not_reversible",
                message:
                    "A payout to a \(payout.rail.words) cannot be called back once it was sent. If the money comes "
                    + "back, the payout becomes failed and the amount is yours again.")
        }
    }

    private func owned(_ id: PayoutID, _ caller: Caller, _ reader: any StoreReader) throws -> Payout {
        guard let payout = try reader.payout(id), .bot(payout.bot) == caller.owner, payout.mode == caller.mode else {
            throw Refusal.notFound(kind: "payout", id: id.text, parameter: "payout")
        }
        return payout
    }
}

/// One payout on its way into the book, within one transaction.
struct PayoutDraft {
    let reference: NewReference<PayoutKind>
    let bot: BotID
    let request: PayoutRequest
    let isAutomatic: Bool
    let caller: Caller
    let transaction: any StoreTransaction
    let now: Timestamp
    let tools: SettlementTools
    let router: Router

    /// The bot's time, by which deadlines go.
    private var time: Timestamp { tools.clocks.now(of: .bot(bot), caller.mode, at: now) }

    func make() throws -> Prepared {
        let destination = try destination()
        guard let platform = try transaction.bot(bot)?.platform else {
            throw Refusal.notFound(kind: "bot", id: bot.text, parameter: nil)
        }
        try transaction.checkOwesNothing(bot, caller.mode)
        // Nothing is set aside that could not be sent.
        let route =
            destination.rail.isPushed
            ? try router.route(
                to: destination, request.amount, reference, platform, transaction, tools, now) : nil
        let payout = try setAside(to: destination, platform)
        let settlement = tools.settlement(transaction, now, caller)
        guard let route, payout.method == .instant || reference.claimed != nil else {
            try transaction.insert(payout)
            return try announced(payout, settlement)
        }
        guard case .moved(var sent, _) = payout.step(.send(route.connection.id)) else {
            throw StoreError.corrupt("a new payout cannot be sent")
        }
        sent.sent = now
        try transaction.insert(sent)
        try settlement.announce(.payoutCreated, sent)
        if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: sent.id.retyped()) }
        let open = try tools.open(
            sent.id.retyped(), .payout, subject: sent.id.bits, at: route.connection.id, for: caller, transaction, now)
        guard let message = try tools.builder.payout(open, transaction) else {
            throw StoreError.corrupt("payout \(sent.id) has no message to send")
        }
        return .sending(reference.message(open, message.content))
    }

    private func announced(_ payout: Payout, _ settlement: Settlement) throws -> Prepared {
        try settlement.announce(.payoutCreated, payout)
        return .answered(Answer(body: try tools.renderer.payout(payout, expand: caller.expansions, transaction)))
    }

    /// Takes the amount out of what the platform owes the bot.
    private func setAside(to destination: PayoutDestination, _ platform: PlatformID) throws -> Payout {
        let posting = try PostingPlans.payoutSetAside(request.amount, of: bot, mode: caller.mode, platform: platform)
        let numbers: [Int64]
        do {
            numbers = try transaction.post(
                LedgerTransaction(source: reference.id, created: now, postings: [posting]))
        } catch let error as LedgerError {
            throw try Refusal(error, currency: request.amount.currency)
        }
        guard let number = numbers.first else { throw StoreError.corrupt("a posting without a number") }
        let wait = request.method == .instant ? Duration.zero : tools.configuration.payoutWait
        let due = time.advanced(by: wait)
        let transit = destination.rail.isPushed ? Duration.zero : tools.configuration.bankTransferTime
        return Payout(
            id: reference.id, bot: bot, mode: caller.mode, amount: request.amount, destination: destination.id,
            rail: destination.rail, method: request.method, isAutomatic: isAutomatic, created: now, due: due,
            arrival: due.advanced(by: transit), posting: number,
            details: try tools.sealing.seal(
                request.details, .payoutDetails, of: reference.id, mode: caller.mode, salt: reference.id.bytes))
    }

    private func destination() throws -> PayoutDestination {
        let currency = request.amount.currency
        guard let id = request.destination else {
            let standard = try transaction.defaultPayoutDestination(of: bot, mode: caller.mode, currency: currency)
            guard let standard else {
                throw Refusal.invalid(
                    parameter: "destination", code: "payout_destination_missing",
                    message: "There is no external account for \(currency.lowercaseCode): add one, or name one here.")
            }
            try standard.check(request, at: time)
            return standard
        }
        guard let found = try transaction.payoutDestination(id), found.bot == bot, found.mode == caller.mode,
            found.state != .removed
        else { throw Refusal.notFound(kind: "external account", id: id.text, parameter: "destination") }
        try found.check(request, at: time)
        return found
    }
}

extension PayoutDestination {
    /// Whether it takes the payout right now.
    func check(_ request: PayoutRequest, at now: Timestamp) throws(Refusal) {
        switch state {
        case .usable: break
        case .checking:
            throw .invalid(
                parameter: "destination", code: "payout_destination_unverified",
                message: "The card is still being checked with its issuer; ask again later.")
        case .refused, .removed:
            throw .invalid(
                parameter: "destination", code: "payout_destination_refused",
                message: "The card's issuer refused the check; add another external account.")
        }
        guard currency == request.amount.currency else {
            throw .invalid(
                parameter: "currency", code: "payout_destination_currency",
                message: "This external account takes \(currency.lowercaseCode) only.")
        }
        guard now >= usableFrom else {
            throw .invalid(
                parameter: "destination", code: "payout_destination_on_hold",
                message:
                    "A new external account waits before it is paid out to; this one may be used from \(usableFrom).")
        }
        guard rail.isPushed || request.method == .standard else {
            throw .invalid(
                parameter: "method", code: "payout_method_unavailable",
                message: "Bank transfers are made by people: leave method out, or say standard.")
        }
    }
}

extension StoreReader {
    /// Whoever owes anything, in whatever currency, is not paid out.
    func checkOwesNothing(_ bot: BotID, _ mode: Mode) throws {
        for account in try accounts(of: bot.bits, mode: mode)
        where account.key.kind == .receivable && account.balance < 0 {
            let owed = Money(minorUnits: -account.balance, currency: account.key.currency)
            throw Refusal.unexpectedState(
                code: "payouts_not_allowed",
                message: "\(owed) is owed; nothing is paid out until it has been recovered.")
        }
    }
}

extension Router {
    /// Over which processor money goes to a destination.
    func route(
        to destination: PayoutDestination, _ amount: Money, _ reference: NewReference<PayoutKind>,
        _ platform: PlatformID, _ reader: any StoreReader, _ tools: SettlementTools, _ now: Timestamp
    ) throws -> Route {
        guard destination.rail == .card else {
            return try route(
                reference, of: platform, mode: destination.mode, .walletPush(.paypal), at: now, amount, .paypal, nil)
        }
        guard let method = try destination.card.flatMap({ try reader.paymentMethod($0) }) else {
            throw StoreError.corrupt("destination \(destination.id) has no card")
        }
        return try route(
            reference, of: platform, mode: destination.mode, .push, at: now, amount, .card,
            try tools.builder.card(method).number)
    }
}

extension PayoutRail {
    /// In sentences.
    var words: StaticString {
        switch self {
        case .card: "card"
        case .paypal: "PayPal account"
        case .bank: "bank account"
        }
    }
}
