package import Payments
import Ports
package import Primitives

/// Who is at the page. A link proves nothing about who follows it: everybody is a guest until something else does.
package enum CheckoutVisitor: Hashable, Sendable {
    /// Whoever has the checkout's client secret: may see and pay this one, with what they type.
    case guest
    /// By a session that the platform made for them: their own cards are theirs to lend.
    case person(PersonID)
    /// As the bot's chat knows them. The bot could forge that, so it opens only what is kept with this bot.
    case customer(CustomerID)
}

extension CheckoutVisitor {
    /// Whether what they pay with, and say of themself, can be theirs with the bot after this checkout.
    fileprivate func isCustomer(of checkout: Checkout) -> Bool {
        if case .customer(let id) = self { checkout.takesCards(of: id) } else { false }
    }
}

/// What the page knows of the PIN of the person in front of it.
package struct PINView: Hashable, Sendable {
    /// Whether it is asked for at the price of now.
    package let isAsked: Bool
    package let lock: PersonPIN.Lock?
}

/// What a visitor gets to see of a checkout, from one snapshot.
package struct CheckoutView: Sendable {
    /// Where things stand for the one who pays.
    package enum Status: Hashable, Sendable {
        case open, processing, requiresAction, complete, expired
        /// Others are paying together with whoever buys.
        case gathering
    }
    package let opened: OpenedCheckout
    package let totals: CheckoutTotals
    package let bot: Bot
    package let status: Status
    package let payment: Payment?
    /// Where the payer has to go.
    package let action: RequiredAction?
    /// With what they pay there: a card (its bank asks) or an account elsewhere.
    package let actionInstrument: PaymentInstrument?
    /// What stands in the way of paying, where it concerns whoever looks.
    package let problem: CheckoutProblem?
    /// The last "no" of the card's issuer.
    package let decline: Decline?
    /// Cards that this visitor may pay with by naming them.
    package let methods: [PaymentMethod]
    /// Name, e-mail and so on of a recognised visitor who has said nothing here yet.
    package let remembered: DetailFields
    /// Whether what this visitor says of themselves can be kept for their next purchases.
    package let canRemember: Bool
    /// Why this visitor cannot pay here at all; nil when they can.
    package let unavailable: Unavailability?
    package let role: CheckoutRole
    /// Whether what the buyer said of themself is this visitor's to see.
    package let showsDetails: Bool
    /// With what it was paid, for whoever paid; nil before.
    package let paidWith: PaymentMethod?
    /// Of a person who has one.
    package let pin: PINView?
    /// How far several people have come who pay it together; nil for a checkout that is for one.
    package let together: TogetherView?

    package var checkout: Checkout { opened.checkout }
}

extension CheckoutDesk {
    /// The checkout as a visitor sees it now.
    /// - Returns: nil when there is none of this name.
    /// - Parameter sessionBegan: of a person's session.
    package func view(
        _ id: CheckoutID, _ visitor: CheckoutVisitor, as role: CheckoutRole = .buyer,
        sessionBegan: Timestamp? = nil
    ) async throws -> CheckoutView? {
        guard try await keeper.look(at: id) != nil else { return nil }
        let (tools, keeper, now) = (tools, keeper, commands.clock.now())
        return try await commands.store.read { reader -> CheckoutView? in
            guard let checkout = try reader.checkout(id), let bot = try reader.bot(checkout.bot) else { return nil }
            let opened = try tools.sealing.open(checkout)
            let payment = try checkout.payment.flatMap(reader.payment)
            let isOwn = CheckoutView.isOwnAttempt(role, opened)
            var status = CheckoutView.Status(checkout, try keeper.standing(of: checkout, reader))
            // Somebody else is at their bank: until they are back, this one may pay as well, and then theirs is given up.
            if status == .requiresAction, !isOwn { status = .open }
            var (action, instrument): (RequiredAction?, PaymentInstrument?)
            if status == .requiresAction, let charge = try payment?.latestCharge.flatMap(reader.charge),
                case .requiresAction(let asked) = charge.state
            {
                action = asked
                instrument = try reader.paymentMethod(charge.paymentMethod)?.instrument
            }
            let known = try Self.known(visitor, checkout, bot, role, reader, tools.sealing)
            let isPayersOwn = isOwn && opened.shows(paymentTo: visitor)
            let isPayer = status == .complete && isPayersOwn
            let paidWith =
                isPayer
                ? try payment?.latestCharge.flatMap(reader.charge).flatMap {
                    try reader.paymentMethod($0.paymentMethod)
                }
                : nil
            return CheckoutView(
                opened: opened, totals: try opened.totals(), bot: bot, status: status, payment: payment,
                action: action, actionInstrument: instrument,
                problem: status == .open ? opened.problem(for: role, visitor) : nil,
                decline: status == .open && isPayersOwn ? payment?.lastDecline : nil, methods: known.methods,
                remembered: opened.buyer.ofBuyer.isEmpty && role == .buyer ? known.details : DetailFields(),
                canRemember: visitor.isCustomer(of: checkout) && role == .buyer && checkout.share == nil,
                unavailable: status == .open
                    ? try tools.unavailability(of: opened, bot, to: visitor, reader) : nil,
                role: role, showsDetails: role == .buyer && opened.shows(detailsTo: visitor),
                paidWith: paidWith, pin: try pin(of: visitor, checkout, sessionBegan, reader, now),
                together: try tools.sealing.together(opened, reader))
        }
    }

    private func pin(
        of visitor: CheckoutVisitor, _ checkout: Checkout, _ sessionBegan: Timestamp?, _ reader: any StoreReader,
        _ now: Timestamp
    ) throws -> PINView? {
        guard case .person(let person) = visitor, let pin = try reader.pin(of: person) else { return nil }
        let isAsked = try pins.isAsked(of: person, for: checkout.amount, sessionBegan: sessionBegan, reader)
        return PINView(isAsked: isAsked, lock: pin.lock(at: now))
    }

    /// What is known of a visitor: only what is theirs.
    private static func known(
        _ visitor: CheckoutVisitor, _ checkout: Checkout, _ bot: Bot, _ role: CheckoutRole,
        _ reader: any StoreReader, _ sealing: SealedFields
    ) throws -> (methods: [PaymentMethod], details: DetailFields) {
        let holder: PaymentMethodHolder
        let profile: DetailFields
        switch visitor {
        case .guest: return ([], DetailFields())
        case .person(let id):
            guard let person = try reader.person(id), person.platform == bot.platform, person.mode == checkout.mode,
                !person.isErased
            else { return ([], DetailFields()) }
            (holder, profile) = (.person(id), try sealing.fields(of: person))
        case .customer(let id):
            guard let customer = try reader.customer(id), role == .buyer, customer.bot == checkout.bot,
                customer.mode == checkout.mode, !customer.isDeleted
            else { return ([], DetailFields()) }
            (holder, profile) = (.customer(id), try sealing.fields(of: customer))
        }
        var details = DetailFields()
        for name in profile.allNames where CheckoutDesk.detailNames.contains(name) { details[name] = profile[name] }
        // What is listed can pay.
        if case .customer(let id) = visitor, !checkout.takesCards(of: id) {
            return ([], details)
        }
        let methods = try reader.paymentMethods(of: holder, mode: checkout.mode, .card, PageRequest(limit: 20))
        return (methods.items.filter { !$0.isConsumed }, details)
    }
}

extension CheckoutVisitor {
    /// Whether this is whom the chat platform proved at this checkout.
    func isSurfaceCustomer(of opened: OpenedCheckout) -> Bool {
        guard case .customer(let id) = self else { return false }
        return id.text == opened.buyer[DetailFields.surfaceCustomer]
    }
}

extension CheckoutView.Status {
    init(_ checkout: Checkout, _ payment: CheckoutPayment) {
        // What is given back was not paid, whatever its payment says for a while.
        let isGivenBack = checkout.share?.fate == .giveBack
        self =
            switch (checkout.state, payment) {
            case (.complete, _) where isGivenBack: .expired
            case (.paying, _) where checkout.isGroup: .processing
            case (.open, _): .open
            case (.asking, _), (.paying, .underway), (.paying, .paid), (.paying, .held): .processing
            case (.paying, .awaitsPayer): .requiresAction
            case (.paying, .none), (.paying, .canceled): .open
            case (.complete, _): .complete
            case (.expired, _): .expired
            case (.gathering, _): .gathering
            }
    }
}
