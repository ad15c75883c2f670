package import Payments
import Ports
package import Primitives

/// One tap on Pay.
package struct CheckoutTap: Sendable {
    /// What is paid with.
    package enum Means: Sendable {
        /// A card that is kept, as the page listed it.
        case kept(PaymentMethodID)
        /// A card that was just typed.
        case card(NewCard)
        /// An account at a processor, approved on the processor's page.
        case account(PaymentInstrument)
    }
    package let means: Means
    /// The buyer wants the card to be kept with this bot.
    package var keepsCard: Bool
    /// A customer whom their chat recognises wants what they typed of themselves to be kept with this bot.
    package var remembersDetails = false
    /// Of the price that the buyer saw.
    package let priceVersion: Int64
    /// 16 bytes that stand for this one tap: the same again changes nothing.
    package let confirmation: [UInt8]
    /// From where, and with what, the buyer agrees; for rules of risk and for mandates.
    package var address: NetworkAddress?
    package var addressText: String?
    package var userAgent: String?
    /// What a person said; only looked at when it is asked for.
    package var pin: Redacted<[UInt8]>?
    /// When the session began in which a person pays.
    package var sessionBegan: Timestamp?
    /// For whom is paid.
    package var role = CheckoutRole.buyer
    /// What a friend who pays calls themself, for the one they pay for.
    package var friendName: String?

    package init(_ means: Means, keepsCard: Bool, priceVersion: Int64, confirmation: [UInt8]) {
        self.means = means
        self.keepsCard = keepsCard
        self.priceVersion = priceVersion
        self.confirmation = confirmation
    }
}

/// Why a commit of a tap stored nothing.
private enum TapOutcome: Error {
    case stale
    /// The tap was taken before, or its question is over.
    case repeated
}

/// A tap on its way, with a card that has its name already.
private struct Attempt: Sendable {
    let checkout: CheckoutID
    let tap: CheckoutTap
    let visitor: CheckoutVisitor
    let request: RequestID
    /// The card that was typed, once it is in the vault.
    var card: PaymentMethodID?

    /// What the card is kept for beyond this payment; nil when it is used up by it, whatever comes of it.
    ///
    /// Who types a card where the page says that the seller keeps it agrees to that. Who lends a card of their own has
    /// said so only by `save`; a friend never has.
    /// - Parameter texts: of the checkout.
    func futureUsage(_ texts: DetailFields) -> String? {
        guard tap.role == .buyer else { return nil }
        let asked = texts.ofPayment[DetailFields.futureUsage]
        let agrees = tap.keepsCard && (asked != nil || texts[DetailFields.offersToSave] != nil)
        let agreed = agrees ? asked ?? FutureUsage.onSession.name : nil
        return switch (tap.means, visitor) {
        case (.account, _): asked
        case (.kept, .person): agreed
        case (.card, _), (.kept, _): asked ?? agreed
        }
    }
}

// The order of commits, and why a crash between two of them does no harm:
// 1. The tap is noted with the checkout's state: the bot is being asked. Nothing is charged. After a crash the question's time
//    runs out, the checkout is open again, and no late yes fits it.
// 2. The bot says no: stored, and this question is over. No charge can follow: a charge needs a question's own yes.
//    The bot says yes: the yes, the payment and its attempt are one commit, which is the first commit of the charge. A yes
//    whose commit is lost has charged nothing, and the buyer is told so.
// 3. The charge goes on as every other (design invariants 2 to 4). Nobody is asked any more.
extension CheckoutDesk {
    /// Pays, or goes as far as that takes: the checkout then says what is next. A caller that goes away cancels nothing.
    package func pay(
        _ id: CheckoutID, _ tap: CheckoutTap, _ visitor: CheckoutVisitor, request: RequestID
    ) async throws -> CheckoutResult {
        let attempt = Attempt(checkout: id, tap: tap, visitor: visitor, request: request)
        // Bounded: by the bot's deadline, and by how many changes the front lets in.
        let work = Task {  // lint:allow(Task {) the caller awaits it
            guard let seen = try await keeper.look(at: id) else { throw Refusal.noSuchCheckout }
            let result = try await carryOut(attempt, seen)
            // The last one who pays sets the whole going.
            if let share = seen.share { try await groups.carry(share.whole) }
            return result
        }
        return try await work.value
    }

    /// Goes on with a payment whose payer was sent away and is back.
    package func goOn(_ id: CheckoutID, request: RequestID) async throws {
        guard let checkout = try await keeper.look(at: id), let payment = checkout.payment,
            try await commands.store.read({ try keeper.standing(of: checkout, $0) }) == .awaitsPayer
        else { return }
        let caller = Caller(owner: .bot(checkout.bot), mode: checkout.mode, request: request)
        do {
            _ = try await payments.confirm(payment, paymentMethod: nil, caller)
        } catch Refusal.outcomeUnknown, Refusal.unexpectedState, Refusal.underway {
            // It has gone on already, or was given up: the checkout says which.
        }
        try await keeper.look(at: id)
        if let share = checkout.share { try await groups.carry(share.whole) }
    }

    private func carryOut(_ first: Attempt, _ seen: Checkout) async throws -> CheckoutResult {
        var attempt = first
        try await checkAvailable(seen, to: attempt.visitor)
        do {
            try await checkPIN(attempt, seen)
            let texts = try tools.sealing.texts(of: seen)
            if case .card(let card) = attempt.tap.means {
                // What would be refused anyway is refused before a card is stored.
                try await rehearse(attempt)
                let caller = Caller(owner: .bot(seen.bot), mode: seen.mode, request: attempt.request)
                attempt.card = try await cards.keep(
                    card, typedAt: seen.id, isForThisOnly: attempt.futureUsage(texts) == nil, caller)
            }
            guard let callback = texts[DetailFields.callbackURL] else {
                try await charge(attempt, .pay(askingUntil: nil), seen)
                return .done
            }
            let asking = try await begin(attempt)
            try await conclude(attempt, asking, callback)
            return .done
        } catch TapOutcome.stale {
            return .stale
        } catch TapOutcome.repeated {
            return .done
        }
    }

    /// Asks a person for their PIN who pays with a card of theirs. Before anything is stored or the bot is asked; a tap that was
    /// taken already costs no try.
    private func checkPIN(_ attempt: Attempt, _ seen: Checkout) async throws {
        guard case .person(let person) = attempt.visitor, case .kept = attempt.tap.means else { return }
        let tap = attempt.tap
        let isTaken = try await commands.store.read { try $0.isConfirmed(tap.confirmation, of: seen.id) }
        if isTaken { return }
        // What the PIN is asked for is what is charged: another price is another version.
        guard seen.priceVersion == tap.priceVersion else { throw TapOutcome.stale }
        try await pins.admit(person, paying: seen.amount, sessionBegan: tap.sessionBegan, pin: tap.pin)
    }

    /// Before anything is stored; asked again in the commit that charges, when the card is known.
    private func checkAvailable(_ checkout: Checkout, to visitor: CheckoutVisitor) async throws {
        let tools = tools
        try await commands.store.read { reader in
            guard let bot = try reader.bot(checkout.bot) else { throw Refusal.noSuchCheckout }
            let opened = try tools.sealing.open(checkout)
            if let reason = try tools.unavailability(of: opened, bot, to: visitor, reader) {
                throw Refusal.checkoutNotAvailable(reason)
            }
        }
    }

    /// Whether the tap would be taken; stores nothing.
    private func rehearse(_ attempt: Attempt) async throws {
        let now = commands.clock.now()
        try await commands.store.read { reader in
            guard let checkout = try reader.checkout(attempt.checkout) else { throw Refusal.noSuchCheckout }
            if try reader.isConfirmed(attempt.tap.confirmation, of: checkout.id) { throw TapOutcome.repeated }
            try checked(attempt, checkout)
            let payment = try keeper.standing(of: checkout, reader)
            if case .refused(let refusal) = checkout.step(.pay(askingUntil: nil), payment, at: now) {
                throw Refusal(refusal, at: checkout)
            }
        }
    }

    /// Notes the tap and that the bot is being asked.
    /// - Returns: the checkout that is asked about.
    private func begin(_ attempt: Attempt) async throws -> Checkout {
        let (now, keeper) = (commands.clock.now(), keeper)
        return try await commands.store.writeRetryingConflicts { transaction -> Checkout in
            let checkout = try noted(attempt, transaction, now)
            let payment = try keeper.standing(of: checkout, transaction)
            let until = now.advanced(by: asker.patience)
            switch checkout.step(.pay(askingUntil: until), payment, at: now) {
            case .refused(let refusal): throw Refusal(refusal)
            case .ignored: throw TapOutcome.repeated
            case .moved(let next, let effects):
                let caller = Caller(owner: .bot(next.bot), mode: next.mode, request: attempt.request)
                return try keeper.store(try withProblem(nil, next, attempt), effects, caller, transaction, now)
            }
        }
    }

    /// Asks, and stores the answer together with what follows from it.
    private func conclude(_ attempt: Attempt, _ checkout: Checkout, _ url: String) async throws {
        guard case .asking(let question, _) = checkout.state else { return }
        let tools = tools
        let object = try await commands.store.read {
            try tools.renderer.checkout(checkout, expand: ["line_items"], forOwner: false, $0)
        }
        switch await asker.ask(.approve, url, try tools.sealing.open(checkout), object) {
        case .agreed:
            do {
                try await charge(attempt, .answered(question: question, isYes: true), checkout)
            } catch let refusal as Refusal where refusal.storedNothing {
                let words = refusal.message ?? "This payment cannot be made."
                try await reopen(checkout, question, CheckoutProblem(.notPossible, words), attempt)
                throw refusal
            }
        case .refused(let words): try await reopen(checkout, question, .refused(words), attempt)
        case nil: try await reopen(checkout, question, .silent, attempt)
        }
    }

    /// Stores that a question did not lead to a charge, and why.
    private func reopen(
        _ checkout: Checkout, _ question: Int64, _ problem: CheckoutProblem, _ attempt: Attempt
    ) async throws {
        let (now, keeper) = (commands.clock.now(), keeper)
        try await commands.store.writeRetryingConflicts { transaction in
            guard let current = try transaction.checkout(checkout.id),
                case .moved(let next, let effects) = current.step(
                    .answered(question: question, isYes: false), try keeper.standing(of: current, transaction),
                    at: now)
            else { return }
            _ = try keeper.store(
                try withProblem(problem, next, attempt), effects, keeper.caller(for: next, now), transaction, now)
        }
    }

    private func withProblem(
        _ problem: CheckoutProblem?, _ checkout: Checkout, _ attempt: Attempt
    ) throws -> Checkout {
        var opened = try tools.sealing.open(checkout)
        guard opened.problem != nil || problem != nil else { return checkout }
        opened.note(problem, for: attempt.tap.role, attempt.visitor)
        return try tools.sealing.seal(opened, buyerChanged: false)
    }

    /// The checkout of a tap that is taken now, for the first time.
    private func noted(
        _ attempt: Attempt, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Checkout {
        guard let checkout = try transaction.checkout(attempt.checkout) else { throw Refusal.noSuchCheckout }
        guard try transaction.noteConfirmation(attempt.tap.confirmation, of: checkout.id, at: now) else {
            throw TapOutcome.repeated
        }
        try checked(attempt, checkout)
        return checkout
    }

    /// Who is one of several pays a share, and a share is paid by a card.
    private func checkRole(_ tap: CheckoutTap, _ checkout: Checkout) throws {
        guard tap.role != .sharer else { throw Refusal.noSuchCheckout }
        guard checkout.share != nil, case .account = tap.means else { return }
        throw Refusal.invalid(
            parameter: "paypal", code: "payment_intent_incompatible_payment_method",
            message: "A share of what several people pay together is paid by card.")
    }

    private func checked(_ attempt: Attempt, _ checkout: Checkout) throws {
        guard checkout.priceVersion == attempt.tap.priceVersion else { throw TapOutcome.stale }
        try checkRole(attempt.tap, checkout)
        // Listed before somebody else, whom the chat proved as well, made this checkout theirs.
        if case .kept = attempt.tap.means, case .customer(let visitor) = attempt.visitor,
            !checkout.takesCards(of: visitor)
        {
            throw TapOutcome.stale
        }
        let opened = try tools.sealing.open(checkout)
        if attempt.tap.role == .friend, opened.askedFriend == nil { throw Refusal.noSuchCheckout }
        if let missing = opened.missingDetail() {
            throw Refusal.invalid(
                parameter: missing, code: "parameter_missing", message: "This has to be filled in before paying.")
        }
        guard !opened.terms.lines.contains(where: \.awaitsAmount), checkout.amount.minorUnits > 0 else {
            throw Refusal.invalid(
                parameter: "amounts", code: "parameter_missing", message: "Choose an amount before paying.")
        }
    }
}

// MARK: - The charge

extension CheckoutDesk {
    /// The commit that starts the payment, and the payment itself.
    private func charge(_ attempt: Attempt, _ event: CheckoutEvent, _ seen: Checkout) async throws {
        let caller = Caller(owner: .bot(seen.bot), mode: seen.mode, request: attempt.request)
            .paying(from: attempt.tap.address)
        do {
            _ = try await commands.once(caller) { transaction, now in
                let checkout: Checkout
                if case .pay = event {
                    checkout = try noted(attempt, transaction, now)
                } else {
                    guard let stored = try transaction.checkout(seen.id) else { throw Refusal.noSuchCheckout }
                    checkout = stored
                }
                switch checkout.step(event, try keeper.standing(of: checkout, transaction), at: now) {
                case .refused(let refusal): throw Refusal(refusal, at: checkout)
                case .ignored: throw TapOutcome.repeated
                case .moved(let next, let effects):
                    return try start(next, effects, attempt, caller, transaction, now)
                }
            }
        } catch Refusal.underway, Refusal.outcomeUnknown {
            // The payment is stored and on its way; the checkout follows it.
        }
        try await keeper.look(at: attempt.checkout)
    }

    private func start(
        _ next: Checkout, _ effects: [CheckoutEffect], _ attempt: Attempt, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        guard effects.contains(.charge) else {
            // A yes that came too late.
            _ = try keeper.store(try withProblem(.silent, next, attempt), effects, caller, transaction, now)
            return .answered(Answer(body: []))
        }
        try transaction.checkLimit(ofLinkOf: next)
        let bot = try transaction.activeBot(next.bot)
        var opened = try tools.sealing.open(next)
        opened.problem = nil
        opened.note(attempt.tap)
        opened.texts[DetailFields.paidBy] = attempt.visitor.name
        var method = try means(attempt, &opened, bot, caller, transaction, now)
        if let reason = try tools.unavailability(of: opened, bot, to: attempt.visitor, with: method, transaction) {
            throw Refusal.checkoutNotAvailable(reason)
        }
        if let surface = try surface(of: opened, transaction), surface.account.givesTokens {
            try giveToken(surface, for: opened, method, effects, caller, transaction, now)
            return .answered(Answer(body: []))
        }
        var texts = opened.texts.ofPayment
        texts[DetailFields.futureUsage] = attempt.futureUsage(opened.texts)
        if method.instrument == .card, method.holder == .nobody, !method.isConsumed,
            texts[DetailFields.futureUsage] == nil
        {
            // Lent for this charge: a decline, or a payer who does not come back, does not leave it to the bot.
            method.isConsumed = true
            try transaction.update(method)
        }
        if opened.checkout.customer == nil,
            texts[DetailFields.futureUsage] != nil || opened.texts[DetailFields.customerCreation] == "always"
        {
            opened.checkout.customer = try parties.makeCustomer(
                opened.buyer.ofBuyer, of: bot.id, caller, transaction, now)
        }
        if attempt.tap.remembersDetails, attempt.tap.role == .buyer, opened.checkout.share == nil,
            case .customer(let buyer) = attempt.visitor,
            opened.checkout.takesCards(of: buyer), opened.shows(detailsTo: attempt.visitor)
        {
            opened.checkout.customer = buyer
            try parties.remember(opened.buyer.ofBuyer, of: buyer, caller, transaction, now)
        }
        let (payment, isNew) = try payment(of: opened, method, texts, attempt, caller, transaction, now)
        opened.checkout.payment = payment.id
        _ = try keeper.store(
            try tools.sealing.seal(opened, buyerChanged: opened.askedFriend != nil || opened.checkout.share != nil),
            effects, caller, transaction, now)
        return try payments.start(payment, isNew: isNew, method, bot, caller, transaction, now)
    }

    /// What is paid with, under a name that the bot's payment may use.
    private func means(
        _ attempt: Attempt, _ opened: inout OpenedCheckout, _ bot: Bot, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> PaymentMethod {
        switch attempt.tap.means {
        case .account(let instrument):
            let types = opened.texts.ofPayment[DetailFields.methodTypes] ?? PaymentInstrument.card.name
            guard types.split(separator: ",").contains(where: { $0 == instrument.name }) else {
                throw Refusal.invalid(
                    parameter: instrument.name, code: "payment_intent_incompatible_payment_method",
                    message: "The seller takes \(types) here.")
            }
            return try tools.store(NewAccountMethod(instrument), caller, transaction, now)
        case .card:
            guard let card = attempt.card else { throw Refusal.noCard }
            // Used up from the start, unless it is to be kept: this is what it was typed for.
            return try caller.usableCard(
                card, customer: opened.checkout.customer, isUnderway: true, transaction)
        case .kept(let id):
            let unknown = Refusal.notFound(kind: "payment_method", id: id.text, parameter: "payment_method")
            guard let method = try transaction.paymentMethod(id), method.mode == caller.mode, !method.isConsumed,
                method.instrument == .card
            else { throw unknown }
            switch (method.holder, attempt.visitor) {
            case (.person(let holder), .person(let visitor)):
                guard holder == visitor, method.owner == .platform(bot.platform) else { throw unknown }
                let lent = try cards.lend(method, to: caller, transaction, now)
                try transaction.noteLoan(
                    of: lent.id, by: holder, for: opened.checkout.id,
                    forFriend: attempt.tap.role == .friend || opened.checkout.share != nil)
                return lent
            case (.customer(let holder), .customer(let visitor)):
                // A friend's card that is kept with the bot would make the friend the one who bought.
                guard holder == visitor, method.owner == caller.owner, attempt.tap.role == .buyer,
                    opened.checkout.takesCards(of: holder)
                else { throw unknown }
                opened.checkout.customer = holder
                return try caller.usableCard(id, customer: holder, transaction)
            case (.nobody, _), (.person, _), (.customer, _): throw unknown
            }
        }
    }

    private func payment(
        of opened: OpenedCheckout, _ method: PaymentMethod, _ payerTexts: DetailFields, _ attempt: Attempt,
        _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> (Payment, isNew: Bool) {
        let checkout = opened.checkout
        var texts = payerTexts
        if let ref = opened.texts[DetailFields.ref], texts[DetailFields.metadataName("ref")] == nil {
            texts.setMetadata("ref", ref)
        }
        texts["return_url"] = "\(address.url)/checkout/\(checkout.id)"
        if texts[DetailFields.futureUsage] != nil, let address = attempt.tap.addressText {
            texts[DetailFields.acceptanceType] = "online"
            texts[DetailFields.acceptanceAddress] = address
            texts[DetailFields.acceptanceAgent] = attempt.tap.userAgent ?? ""
        }
        texts = try texts.serving(method)
        if let id = checkout.payment, var payment = try transaction.payment(id), payment.state != .canceled {
            // The last attempt was declined, or waits for a payer who has thought of something else.
            payment.amount = checkout.amount
            if payment.customer != checkout.customer {
                payment.customer = checkout.customer
                try transaction.noteCustomer(of: payment)
            }
            payment.lastDecline = nil
            payment = try payments.moved(payment.step(.choosePaymentMethod(method.id)))
            payment.details = try tools.sealing.seal(
                texts, .paymentDetails, of: id, mode: payment.mode, salt: id.bytes)
            return (payment, false)
        }
        let id: PaymentID = tools.randomness.identifier(at: now)
        return (
            Payment(
                id: id, bot: checkout.bot, mode: checkout.mode, created: now, amount: checkout.amount,
                captureMethod: opened.texts[DetailFields.captureMethod] == nil ? .automatic : .manual,
                customer: checkout.customer, paymentMethod: method.id,
                details: try tools.sealing.seal(
                    texts, .paymentDetails, of: id, mode: checkout.mode, salt: id.bytes)), true
        )
    }
}

extension Refusal {
    static let shareTaken = Refusal.unexpectedState(
        code: "share_taken",
        message: "Somebody else has paid this share, or is paying it right now. Nothing was charged; take another one.")

    /// Why a tap is not taken. Of a share somebody else may have been faster, and must not think that they have paid.
    fileprivate init(_ refusal: CheckoutRefusal, at checkout: Checkout) {
        self = checkout.share == nil || refusal == .expired ? Refusal(refusal) : .shareTaken
    }

    /// Whether the command it ended stored nothing and sent nothing.
    fileprivate var storedNothing: Bool {
        switch self {
        case .underway, .outcomeUnknown: false
        default: true
        }
    }
}
