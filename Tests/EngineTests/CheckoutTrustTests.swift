import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// What a bot may keep of those who pay, and what the holder of a link may do to somebody else's purchase.
extension CheckoutTests {
    static let bank = RequiredAction(redirectURL: "https://bank.example/challenge", processorReference: "p_1")

    /// The cards that the last attempt to pay could have left behind, by whatever name.
    private func used(_ florin: Florin, _ id: CheckoutID) async throws -> [PaymentMethod] {
        try await florin.now.store.read { reader in
            var cards = Set(try reader.cardsUsed(at: id))
            if let payment = try reader.checkout(id)?.payment {
                cards.formUnion(try reader.charges(ofPayment: payment).map(\.paymentMethod))
            }
            return try cards.compactMap(reader.paymentMethod)
        }
    }

    private func expectNobodysCard(_ florin: Florin, _ id: CheckoutID) async throws {
        let cards = try await used(florin, id)
        #expect(!cards.isEmpty)
        let customer = try await florin.customer()
        for card in cards {
            #expect(card.isConsumed && card.holder == .nobody)
            try await expectAnyRefusal {
                try await florin.now.cards.attach(card.id, to: .customer(customer), florin.caller())
            }
            try await expectAnyRefusal {
                try await florin.now.payments.create(
                    NewPayment(amount: usd(100_000), paymentMethod: card.id, confirm: true), for: Florin.bot,
                    florin.caller())
            }
            let mandates = try await florin.now.store.read { try $0.mandates(of: card.id) }
            #expect(mandates.isEmpty)
        }
    }

    // MARK: - What a bot may keep

    @Test("a bot that keeps cards does not keep a person's own card that they lend")
    func ownCardIsNotKept() async throws {
        try await withFlorin { florin, processor in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin) { $0.texts.setOfPayment(DetailFields.futureUsage, "off_session") }
            #expect(try await tap(florin, id, as: .person(person), kept: card) == .done)
            let checkout = try await stored(florin, id)
            #expect(checkout.state == .complete && checkout.customer == nil)
            try await expectNobodysCard(florin, id)
            #expect(processor.sent(.authorize).map(\.credential) == [nil])
        }
    }

    @Test("a person who says so lets the bot keep their card, with what the bot asked for")
    func ownCardByConsent() async throws {
        try await withFlorin { florin, _ in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin) { $0.texts.setOfPayment(DetailFields.futureUsage, "off_session") }
            #expect(try await tap(florin, id, as: .person(person), kept: card, saves: true) == .done)
            let customer = try #require(try await stored(florin, id).customer)
            let kept = try #require(try await used(florin, id).first)
            #expect(kept.holder == .customer(customer) && kept.id != card)
            let mandates = try await florin.now.store.read { try $0.mandates(of: kept.id) }
            #expect(mandates.map(\.usage) == [.offSession])
        }
    }

    @Test(
        "a card that was typed and not charged is nobody's to keep or to charge",
        arguments: [CheckoutRole.buyer, .friend],
        [Outcome.declined(Decline(reason: .insufficientFunds, isSoft: true)), .requiresAction(bank)])
    func typedCard(_ role: CheckoutRole, _ outcome: Outcome) async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request)
            processor.script.script(.authorize, outcome)
            #expect(try await tap(florin, id, role: role) == .done)
            #expect(try await stored(florin, id).state != .complete)
            try await expectNobodysCard(florin, id)
        }
    }

    @Test("a typed card that waited for its bank is charged when its holder is back")
    func typedCardGoesOn() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            processor.script.script(.authorize, .requiresAction(Self.bank))
            #expect(try await tap(florin, id) == .done)
            try await florin.now.checkoutDesk.goOn(id, request: florin.caller().request)
            #expect(try await stored(florin, id).state == .complete)
        }
    }

    @Test("a card that was typed before the bot said no is nobody's either")
    func typedBeforeNo() async throws {
        try await withFlorin { florin, _ in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("no sold-out")
            #expect(try await tap(florin, id) == .done)
            try await expectNobodysCard(florin, id)
        }
    }

    // MARK: - What a link's holder may do

    @Test("an address that somebody else put in since the page showed it is not what is paid for")
    func addressSwapped() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin) { new in
                new.terms.collection = CheckoutCollection(shippingCountries: [])
                new.buyer["name"] = "Ada"
                new.buyer["address.line1"] = "Via Roma 1"
                new.buyer["address.country"] = "IT"
            }
            let shown = try await stored(florin, id).priceVersion
            var change = CheckoutChange()
            change.details["address.line1"] = "Elsewhere 9"
            _ = try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request)
            #expect(try await tap(florin, id, version: shown) == .stale)
            #expect(processor.sent(.authorize).isEmpty)
            #expect(try await tap(florin, id, 2, version: try await stored(florin, id).priceVersion) == .done)
        }
    }

    @Test("no card is listed that could not pay: the session is somebody else's")
    func listedCards() async throws {
        try await withFlorin { florin, _ in
            let (card, customer) = try await florin.savedCard()
            let other = try await florin.customer()
            let theirs = try await made(florin) { $0.customer = other }
            let view = try #require(try await florin.now.checkoutDesk.view(theirs, .customer(customer)))
            #expect(view.methods.isEmpty && !view.canRemember)
            let own = try await made(florin) { $0.customer = customer }
            #expect(try await florin.now.checkoutDesk.view(own, .customer(customer))?.methods.map(\.id) == [card])
        }
    }

    @Test(
        "of two recognised customers of one session the second reads how it stands, and not that it is gone",
        arguments: [false, true])
    func secondCustomer(_ asks: Bool) async throws {
        try await withFlorin { florin, processor in
            let ((first, one), (second, two)) = (try await florin.savedCard(), try await florin.savedCard())
            let id = try await made(florin, asks: asks)
            florin.callbacks.plan("yes", "yes")
            #expect(try await florin.now.checkoutDesk.view(id, .customer(two))?.methods.map(\.id) == [second])
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            #expect(try await tap(florin, id, 1, as: .customer(one), kept: first) == .done)
            #expect(try await tap(florin, id, 2, as: .customer(two), kept: second) == .stale)
            #expect(try await stored(florin, id).state == .open)
            #expect(try await tap(florin, id, 3, as: .customer(one), kept: first) == .done)
            #expect(processor.sent(.authorize).count == 2)
        }
    }

    @Test("what a recognised visitor said, and what they paid with, is shown to them alone", arguments: [false, true])
    func hiddenDetails(_ isPerson: Bool) async throws {
        try await withFlorin { florin, _ in
            let (card, visitor): (PaymentMethodID, CheckoutVisitor)
            if isPerson {
                let (person, own) = try await florin.person(card: 3)
                (card, visitor) = (own, .person(person))
            } else {
                let (own, customer) = try await florin.savedCard()
                (card, visitor) = (own, .customer(customer))
            }
            let others: [CheckoutVisitor] = [.guest, .customer(try await florin.customer())]
            let id = try await made(florin) { $0.terms.collection.email = true }
            let desk = try florin.now.checkoutDesk
            var change = CheckoutChange()
            change.details["email"] = "ada@example.com"
            change.visitor = visitor
            _ = try await desk.change(id, change, request: florin.caller().request)
            #expect(try await desk.view(id, visitor)?.showsDetails == true)
            for other in others { #expect(try await desk.view(id, other)?.showsDetails == false) }
            let version = try await stored(florin, id).priceVersion
            #expect(try await tap(florin, id, version: version, as: visitor, kept: card) == .done)
            #expect(try await desk.view(id, visitor)?.paidWith != nil)
            for other in others {
                let view = try #require(try await desk.view(id, other))
                #expect(view.status == .complete && view.paidWith == nil && !view.showsDetails)
            }
        }
    }

    @Test("who cannot see what was said begins anew; what a guest typed stays visible to the link")
    func anew() async throws {
        try await withFlorin { florin, _ in
            let desk = try florin.now.checkoutDesk
            let id = try await made(florin) { $0.terms.collection = CheckoutCollection(shippingCountries: []) }
            var change = CheckoutChange()
            (change.details["name"], change.details["address.line1"]) = ("Ada", "Via Roma 1")
            change.details["address.country"] = "IT"
            change.visitor = .customer(try await florin.customer())
            _ = try await desk.change(id, change, request: florin.caller().request)
            // Somebody else pays for what is filled in already, without seeing it.
            var guest = CheckoutChange()
            guest.choice.tip = 100
            _ = try await desk.change(id, guest, request: florin.caller().request)
            #expect(try await desk.view(id, .guest)?.opened.missingDetail() == nil)
            guest.details["name"] = "Mallory"
            _ = try await desk.change(id, guest, request: florin.caller().request)
            let view = try #require(try await desk.view(id, .guest))
            #expect(view.showsDetails && view.opened.buyer.ofBuyer.allNames == ["name"])
            #expect(view.opened.missingDetail() != nil)
            try await expectAnyRefusal {
                _ = try await tap(florin, id, version: view.checkout.priceVersion)
                return Answer(body: [])
            }
        }
    }

    @Test("nobody remembers for themself what somebody else said")
    func remembersOwnOnly() async throws {
        try await withFlorin { florin, _ in
            let desk = try florin.now.checkoutDesk
            let ((person, _), (card, customer)) = (try await florin.person(card: 3), try await florin.savedCard())
            for (number, (teller, isTheirs)) in [(CheckoutVisitor.person(person), false), (.customer(customer), true)]
                .enumerated()
            {
                let id = try await made(florin)
                var change = CheckoutChange()
                (change.details["email"], change.visitor) = ("ada@example.com", teller)
                _ = try await desk.change(id, change, request: florin.caller().request)
                var tap = CheckoutTap(
                    .kept(card), keepsCard: false, priceVersion: 2,
                    confirmation: [UInt8](repeating: UInt8(number), count: 16))
                tap.remembersDetails = true
                #expect(try await desk.pay(id, tap, .customer(customer), request: florin.caller().request) == .done)
                let next = try #require(try await desk.view(try await made(florin), .customer(customer)))
                #expect((next.remembered["email"] != nil) == isTheirs)
            }
        }
    }

    @Test("a bot's words about the buyer are read by the buyer, and those about a friend's attempt by the friend")
    func problemAudience() async throws {
        try await withFlorin { florin, _ in
            let desk = try florin.now.checkoutDesk
            let id = try await made(florin, asks: true)
            try await desk.askFriend(id, request: florin.caller().request)
            var change = CheckoutChange()
            change.choice.quantities = [Self.line: 3]
            florin.callbacks.plan("no not-to-Via-Roma")
            _ = try await desk.change(id, change, request: florin.caller().request)
            #expect(try await desk.view(id, .guest)?.problem?.message == "not-to-Via-Roma")
            #expect(try await desk.view(id, .guest, as: .friend)?.problem == nil)
            florin.callbacks.plan("no friend")
            _ = try await tap(florin, id, role: .friend)
            #expect(try await desk.view(id, .guest, as: .friend)?.problem?.message == "friend")
            #expect(try await desk.view(id, .guest)?.problem == nil)
            // Of somebody whom their chat recognises, a stranger with the link reads nothing.
            let customer = CheckoutVisitor.customer(try await florin.customer())
            (change.visitor, change.choice.quantities) = (customer, [Self.line: 4])
            florin.callbacks.plan("no to-Ada")
            _ = try await desk.change(id, change, request: florin.caller().request)
            #expect(try await desk.view(id, customer)?.problem?.message == "to-Ada")
            #expect(try await desk.view(id, .guest)?.problem == nil)
        }
    }

    // MARK: - Currencies

    @Test(
        "in a currency with three decimals nothing is charged whose third is not 0; one without decimals takes any amount",
        arguments: [(Currency.kwd, false), (.jpy, true)])
    func exponents(_ currency: Currency, _ takesAnything: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true) { new in
                new.currency = currency
                new.terms.lines[0].flexible = FlexibleAmount(range: 500...9_999)
                new.terms.tip = TipOffer(maximum: 3_000, suggested: [])
            }
            let desk = try florin.now.checkoutDesk
            florin.callbacks.plan("tax 80", "tax 84")
            var change = CheckoutChange()
            change.choice.amounts = [Self.line: 1_230]
            _ = try await desk.change(id, change, request: florin.caller().request)
            #expect(try await stored(florin, id).amount.minorUnits == 2_540)
            // Its bot's price is no price.
            change.choice.amounts = [Self.line: 1_240]
            _ = try await desk.change(id, change, request: florin.caller().request)
            #expect((try await desk.view(id, .guest)?.opened.problem != nil) == !takesAnything)
            for wish in [\CheckoutChoice.tip, nil] {
                var change = CheckoutChange()
                if let wish { change.choice[keyPath: wish] = 1_234 } else { change.choice.amounts = [Self.line: 1_234] }
                florin.callbacks.plan("tax 80")
                let found = try await refusal {
                    _ = try await desk.change(id, change, request: florin.caller().request)
                    return Answer(body: [])
                }
                #expect((found == nil) == takesAnything)
            }
            #expect((try await stored(florin, id).amount.minorUnits % 10 == 0) == !takesAnything)
            florin.callbacks.plan("yes")
            let stored = try await stored(florin, id)
            #expect(try await tap(florin, id, version: stored.priceVersion) == .done)
            #expect(processor.sent(.authorize).map(\.amount) == [stored.amount])
        }
    }

    @Test(
        "a checkout is not made of amounts that a currency's cards cannot take",
        arguments: [
            { $0.lines[0].unitAmount = 1_001 }, { $0.discounts = [CheckoutPart(label: "x", amount: 11)] },
            { $0.shipping = [ShippingOption(id: "a", label: "a", amount: 101)] }, { $0.tax = 7 },
            { $0.tip = TipOffer(maximum: 300, suggested: [55]) },
            { $0.lines[0].flexible = FlexibleAmount(range: 500...900, preset: 505) },
        ] as [@Sendable (inout CheckoutTerms) -> Void])
    func roundAmounts(_ change: @escaping @Sendable (inout CheckoutTerms) -> Void) async throws {
        try await withFlorin { florin, _ in
            _ = try await made(florin) { change(&$0.terms) }
            try await expectAnyRefusal {
                _ = try await made(florin) { new in
                    new.currency = .kwd
                    change(&new.terms)
                }
                return Answer(body: [])
            }
        }
    }

    // MARK: - The bot's say, over time and crashes

    @Test("a bot has as long to answer as the configuration says")
    func deadline() async throws {
        try await withFlorin({ $0.answerDeadline = .seconds(20) }) { florin, _ in
            let (first, second) = (try await made(florin, asks: true), try await made(florin, asks: true))
            florin.callbacks.plan("yes", "yes")
            florin.callbacks.whileAsked { florin.clock.advance(by: .seconds(19)) }
            #expect(try await tap(florin, first) == .done)
            #expect(try await stored(florin, first).state == .complete)
            florin.callbacks.whileAsked { florin.clock.advance(by: .seconds(26)) }
            #expect(try await tap(florin, second) == .done)
            #expect(try await stored(florin, second).state == .open)
            #expect(florin.callbacks.deadlines == [.seconds(20), .seconds(20)])
        }
    }

    @Test("once the bot's yes is stored with the charge, neither a crash nor anything it says later takes it back")
    func noRefusalAfterCharge() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("yes", "no too-late")
            let gate = processor.script.hold(.authorize)
            let buyer = Task { try await tap(florin, id) }
            await gate.reached()
            // The yes and the payment are stored, the answer is not: the daemon dies.
            try await florin.crash()
            let paying = try await stored(florin, id)
            #expect(paying.state == .paying && paying.payment != nil)
            // Nobody asks again while the outcome is open: a "no" would have nothing to refuse.
            try await expectRefusal(.outcomeUnknown) {
                _ = try await tap(florin, id, 2)
                return Answer(body: [])
            }
            // Nor is an answer to the old question heard any more.
            for event in [CheckoutEvent.answered(question: 1, isYes: false), .answered(question: 1, isYes: true)] {
                #expect(paying.step(event, .underway, at: florin.clock.now()) == .ignored)
            }
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            try await florin.resolve()
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            gate.release()
            _ = try? await buyer.value
            #expect(try await stored(florin, id).state == .complete)
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.opened.problem == nil)
            #expect(processor.sent(.authorize).count == 1)
            #expect(florin.callbacks.questions == ["checkout.session.approve"])
            #expect(try await florin.events(about: id.bits) == ["checkout.session.completed"])
            try await florin.expectSoundLedger()
        }
    }
}
