package import Engine
package import Payments
package import Ports
package import Primitives

/// Makes events happen by doing what causes them: the use cases that the API runs, in test mode and nothing else.
package struct EventTrigger: Sendable {
    let useCases: UseCases
    let store: any Store
    let clock: any WallClock
    let randomness: any Randomness

    package init(useCases: UseCases, store: any Store, clock: any WallClock, randomness: any Randomness) {
        self.store = store
        self.useCases = useCases
        self.clock = clock
        self.randomness = randomness
    }

    /// What is done for an event.
    package struct Recipe: Sendable {
        package let event: EventType
        let steps: [Step]
    }

    enum Step: Sendable {
        case customer, changeCustomer, deleteCustomer
        case card(String)
        case attach, detach
        case payment(CaptureMethod, confirm: Bool)
        case capture, cancel, refund, changeCharge, changeCard
        case setup(confirm: Bool), cancelSetup
        /// A debit card to be paid out to, unless there is a place already.
        case destination
        case payout(PayoutMethod), changePayout, cancelPayout
    }

    /// Why nothing came of it, in words.
    package struct Failed: Error, Hashable, Sendable {
        package let words: String
    }

    // Source of the numbers: docs/sandbox.md.
    private static let good = "4242424242424242"
    private static let debit = "4000056655665556"

    /// Something to pay out, and where to.
    private static let earned: [Step] = [.card(good), .payment(.automatic, confirm: true), .destination]

    /// Every event that can be made to happen.
    package static let recipes: [Recipe] = [
        Recipe(event: .customerCreated, steps: [.customer]),
        Recipe(event: .customerUpdated, steps: [.customer, .changeCustomer]),
        Recipe(event: .customerDeleted, steps: [.customer, .deleteCustomer]),
        Recipe(event: .paymentMethodAttached, steps: [.customer, .card(good), .attach]),
        Recipe(event: .paymentMethodDetached, steps: [.customer, .card(good), .attach, .detach]),
        Recipe(event: .paymentIntentCreated, steps: [.payment(.automatic, confirm: false)]),
        Recipe(event: .paymentIntentSucceeded, steps: [.card(good), .payment(.automatic, confirm: true)]),
        Recipe(event: .chargeSucceeded, steps: [.card(good), .payment(.automatic, confirm: true)]),
        Recipe(
            event: .paymentIntentPaymentFailed,
            steps: [.card("4000000000009995"), .payment(.automatic, confirm: true)]),
        Recipe(event: .chargeFailed, steps: [.card("4000000000009995"), .payment(.automatic, confirm: true)]),
        Recipe(
            event: .paymentIntentRequiresAction,
            steps: [.card("4000002760003184"), .payment(.automatic, confirm: true)]),
        Recipe(
            event: .paymentIntentProcessing, steps: [.card("4000009900001200"), .payment(.automatic, confirm: true)]),
        Recipe(event: .paymentIntentAmountCapturableUpdated, steps: [.card(good), .payment(.manual, confirm: true)]),
        Recipe(event: .chargeCaptured, steps: [.card(good), .payment(.manual, confirm: true), .capture]),
        Recipe(event: .paymentIntentCanceled, steps: [.payment(.automatic, confirm: false), .cancel]),
        Recipe(event: .chargeRefunded, steps: [.card(good), .payment(.automatic, confirm: true), .refund]),
        Recipe(event: .refundCreated, steps: [.card(good), .payment(.automatic, confirm: true), .refund]),
        Recipe(
            event: .refundUpdated,
            steps: [.card("4000000000007726"), .payment(.automatic, confirm: true), .refund]),
        Recipe(
            event: .refundFailed, steps: [.card("4000000000005126"), .payment(.automatic, confirm: true), .refund]),
        Recipe(
            event: .chargeDisputeCreated, steps: [.card("4000000000000259"), .payment(.automatic, confirm: true)]),
        Recipe(
            event: .chargeDisputeFundsWithdrawn,
            steps: [.card("4000000000000259"), .payment(.automatic, confirm: true)]),
        Recipe(event: .chargeUpdated, steps: [.card(good), .payment(.automatic, confirm: true), .changeCharge]),
        Recipe(event: .paymentMethodUpdated, steps: [.customer, .card(good), .attach, .changeCard]),
        Recipe(event: .setupIntentCreated, steps: [.customer, .setup(confirm: false)]),
        Recipe(event: .setupIntentCanceled, steps: [.customer, .setup(confirm: false), .cancelSetup]),
        Recipe(event: .setupIntentSucceeded, steps: [.customer, .card(good), .attach, .setup(confirm: true)]),
        Recipe(
            event: .setupIntentRequiresAction,
            steps: [.customer, .card("4000002760003184"), .attach, .setup(confirm: true)]),
        Recipe(
            event: .setupIntentSetupFailed,
            steps: [.customer, .card("4000000000000002"), .attach, .setup(confirm: true)]),
        Recipe(event: .externalAccountCreated, steps: [.destination]),
        Recipe(event: .payoutCreated, steps: earned + [.payout(.standard)]),
        Recipe(event: .payoutPaid, steps: earned + [.payout(.instant)]),
        Recipe(event: .payoutUpdated, steps: earned + [.payout(.standard), .changePayout]),
        Recipe(event: .payoutCanceled, steps: earned + [.payout(.standard), .cancelPayout]),
    ]

    /// What earlier steps made.
    private struct Made {
        var customer: CustomerID?
        var card: PaymentMethodID?
        var payment: PaymentID?
        var setup: SetupIntentID?
        var payout: PayoutID?
        var texts: [String] = []
    }

    /// Does what the recipe says, as the bot would.
    /// - Returns: the identifiers of what was made. The event may follow some seconds later: disputes and refunds do.
    /// - Throws: ``Failed``.
    package func run(_ recipe: Recipe, for bot: BotID) async throws -> [String] {
        var made = Made()
        do {
            for step in recipe.steps { try await carryOut(step, bot, &made) }
        } catch Refusal.outcomeUnknown {
            // Answered as processing, which is what was asked for.
        } catch let refusal as Refusal {
            throw Failed(words: refusal.message ?? "The daemon refuses it: \(refusal)")
        }
        return made.texts
    }

    private func carryOut(_ step: Step, _ bot: BotID, _ made: inout Made) async throws {
        let caller = Caller(owner: .bot(bot), mode: .test, request: randomness.identifier(at: clock.now()))
        switch step {
        case .customer:
            var profile = DetailFields()
            profile["name"] = "Trigger"
            made.customer = try named(
                try await useCases.parties.createCustomer(profile: profile, bot: bot, caller), &made)
        case .changeCustomer:
            var profile = DetailFields()
            profile["name"] = "Trigger again"
            _ = try await useCases.parties.updateCustomer(
                try have(made.customer), profile: profile, removals: [], caller)
        case .deleteCustomer: _ = try await useCases.parties.deleteCustomer(try have(made.customer), caller)
        case .card(let number):
            made.card = try named(try await useCases.cards.createPaymentMethod(try card(number), caller), &made)
        case .attach:
            _ = try await useCases.cards.attach(
                try have(made.card), to: .customer(try have(made.customer)), caller)
        case .detach: _ = try await useCases.cards.detach(try have(made.card), caller)
        case .payment(let capture, let confirm):
            let new = NewPayment(
                amount: Money(minorUnits: 2_000, currency: .usd), captureMethod: capture, customer: made.customer,
                paymentMethod: made.card, confirm: confirm)
            made.payment = try named(try await useCases.payments.create(new, for: bot, caller), &made)
        case .capture: _ = try await useCases.payments.capture(try have(made.payment), amount: nil, caller)
        case .cancel: _ = try await useCases.payments.cancel(try have(made.payment), .unspecified, caller)
        case .refund:
            let refund: RefundID = try named(
                try await useCases.refunds.create(NewRefund(target: .payment(try have(made.payment))), caller), &made)
            _ = refund
        case .changeCharge:
            let id = try have(made.payment)
            let charge = try await store.read { try $0.payment(id) }?.latestCharge
            _ = try await useCases.payments.updateCharge(try have(charge), details: noted, removals: [], caller)
        case .changeCard:
            _ = try await useCases.cards.update(
                try have(made.card), expiry: nil, texts: noted, removals: [], caller)
        case .setup(let confirm):
            let new = NewSetupIntent(customer: made.customer, paymentMethod: made.card, confirm: confirm)
            made.setup = try named(try await useCases.setups.create(new, for: bot, caller), &made)
        case .cancelSetup: _ = try await useCases.setups.cancel(try have(made.setup), .abandoned, caller)
        case .destination: try await addDestination(bot, caller, &made)
        case .payout(let method):
            let request = PayoutRequest(
                amount: Money(minorUnits: 1_000, currency: .usd), destination: nil, method: method,
                details: DetailFields())
            made.payout = try named(try await useCases.payouts.create(request, caller), &made)
        case .changePayout:
            _ = try await useCases.payouts.update(try have(made.payout), texts: noted, removals: [], caller)
        case .cancelPayout: _ = try await useCases.payouts.cancel(try have(made.payout), caller)
        }
    }

    private var noted: DetailFields {
        var fields = DetailFields()
        fields.setMetadata("triggered", "again")
        return fields
    }

    private func addDestination(_ bot: BotID, _ caller: Caller, _ made: inout Made) async throws {
        let known = try await store.read {
            try $0.defaultPayoutDestination(of: bot, mode: .test, currency: .usd)
        }
        guard known?.state != .usable || made.payment == nil else { return }
        let card: PaymentMethodID = try named(
            try await useCases.cards.createPaymentMethod(try self.card(Self.debit), caller), &made)
        let terms = DestinationTerms(currency: .usd, country: nil, isDefault: nil, texts: DetailFields())
        let place: PayoutDestinationID = try named(
            try await useCases.destinations.create(.card(card), terms, caller), &made)
        _ = place
    }

    private func card(_ number: String) throws -> NewCard {
        let year = clock.now().yearAndMonth.year + 5
        guard let parsed = try? CardNumber(parsing: number.utf8), let expiry = CardExpiry(month: 12, year: year),
            let code = SecurityCode(parsing: Array("123".utf8), brand: parsed.brand)
        else { throw Failed(words: "The card \(number.suffix(4)) is not one that test mode takes.") }
        return NewCard(number: parsed, expiry: expiry, securityCode: code, billing: DetailFields())
    }

    private func have<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Failed(words: "An earlier step made nothing.") }
        return value
    }

    /// The identifier of the object that an answer shows; of the payment inside the error of a declined card.
    private func named<Kind>(_ answer: Answer, _ made: inout Made) throws -> Identifier<Kind> {
        let mark = Array("\"\(Kind.prefix)_".utf8)
        let body = answer.body
        var start = body.startIndex
        while start + mark.count < body.endIndex {
            if body[start..<start + mark.count].elementsEqual(mark) {
                let text = body[(start + 1)...].prefix { $0 != UInt8(ascii: "\"") }
                if let id = Identifier<Kind>(String(decoding: text, as: UTF8.self)) {
                    made.texts.append(id.text)
                    return id
                }
            }
            start += 1
        }
        throw Failed(words: "The answer names no \(Kind.prefix)_….")
    }
}
