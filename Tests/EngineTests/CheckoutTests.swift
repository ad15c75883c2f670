import FlorinTesting
import OpenSSLVault
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Checkouts")
struct CheckoutTests {
    static let line = LineItemID(high: 7, low: 1)

    /// A checkout over 1000 that the bot wants to be asked about, or not.
    func made(
        _ florin: Florin, asks: Bool = false, _ change: (inout NewCheckout) -> Void = { _ in }
    ) async throws -> CheckoutID {
        var new = NewCheckout(
            currency: .usd,
            terms: CheckoutTerms(
                lines: [CheckoutLine(id: Self.line, label: "Soup", unitAmount: 500, quantity: 2, adjustable: 1...4)],
                tip: TipOffer(maximum: 300, suggested: [])))
        if asks { new.texts[DetailFields.callbackURL] = "https://bot.example/ask" }
        change(&new)
        let answer = try await florin.now.checkouts.create(new, for: Florin.bot, florin.caller())
        return try CheckoutID(required: answer("id"))
    }

    func stored(_ florin: Florin, _ id: CheckoutID) async throws -> Checkout {
        guard let checkout = try await florin.now.store.read({ try $0.checkout(id) }) else {
            throw Missing(what: "a checkout")
        }
        return checkout
    }

    func tap(
        _ florin: Florin, _ id: CheckoutID, _ number: UInt8 = 1, version: Int64 = 1,
        as visitor: CheckoutVisitor = .guest, kept: PaymentMethodID? = nil, saves: Bool = false,
        role: CheckoutRole = .buyer, friendName: String? = nil
    ) async throws -> CheckoutResult {
        let means: CheckoutTap.Means
        if let kept {
            means = .kept(kept)
        } else {
            guard let expiry = CardExpiry(month: 12, year: 2060) else { throw Missing(what: "an expiry") }
            let card = try Florin.cardNumber(1)
            means = .card(NewCard(number: card, expiry: expiry, securityCode: nil, billing: DetailFields()))
        }
        var tap = CheckoutTap(
            means, keepsCard: saves, priceVersion: version,
            confirmation: [UInt8](repeating: number, count: 16))
        (tap.role, tap.friendName) = (role, friendName)
        return try await florin.now.checkoutDesk.pay(id, tap, visitor, request: florin.caller().request)
    }

    private func problem(_ florin: Florin, _ id: CheckoutID) async throws -> CheckoutProblem? {
        try await florin.now.checkoutDesk.view(id, .guest)?.opened.problem
    }

    @Test("a card that is typed pays; the bot hears of it once, and a second tap changes nothing")
    func pays() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            #expect(try await tap(florin, id) == .done)
            let checkout = try await stored(florin, id)
            #expect(checkout.state == .complete && checkout.isSettled && checkout.due == nil)
            #expect(try await tap(florin, id) == .done)
            try await expectRefusal(.checkoutOver) {
                _ = try await tap(florin, id, 2)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).count == 1)
            #expect(try await florin.events(about: id.bits) == ["checkout.session.completed"])
            try await florin.expectSoundLedger()
        }
    }

    @Test("a declined card leaves the checkout open, and another card pays the same payment")
    func declined() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            #expect(try await tap(florin, id) == .done)
            let first = try await stored(florin, id)
            #expect(first.state == .open)
            let view = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(view.decline?.reason == .insufficientFunds && view.status == .open)
            #expect(try await tap(florin, id, 2) == .done)
            let second = try await stored(florin, id)
            #expect(second.state == .complete && second.payment == first.payment)
        }
    }

    @Test("while an outcome is unknown nothing else can be paid, changed or closed; the truth completes the checkout")
    func unknown() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            processor.script.script(.authorize, .unknown(.timedOut))
            #expect(try await tap(florin, id) == .done)
            #expect(try await stored(florin, id).state == .paying)
            for again in [2, 3] as [UInt8] {
                try await expectRefusal(.outcomeUnknown) {
                    _ = try await tap(florin, id, again)
                    return Answer(body: [])
                }
            }
            try await expectRefusal(.outcomeUnknown) { try await florin.now.checkouts.expire(id, florin.caller()) }
            florin.clock.advance(by: .seconds(2 * 86_400))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await stored(florin, id).state == .paying)
            processor.script.lookUpFallback = .found(
                .approved(Approval(processorReference: "p", amount: usd(1_000))))
            _ = try await florin.resolve()
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await stored(florin, id).state == .complete)
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("a price that has changed since the page showed it is not charged")
    func stale() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            var change = CheckoutChange()
            change.choice.tip = 200
            #expect(
                try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request) == .done)
            #expect(try await tap(florin, id, version: 1) == .stale)
            #expect(processor.sent(.authorize).isEmpty)
            #expect(try await tap(florin, id, version: 2) == .done)
            #expect(processor.sent(.authorize).first?.amount == usd(1_200))
        }
    }

    @Test("time ends a checkout, by the bot's clock or the machine's, and tells the bot")
    func expires() async throws {
        try await withFlorin { florin, _ in
            let id = try await made(florin)
            florin.clock.advance(by: .seconds(86_399))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await stored(florin, id).state == .open)
            florin.clock.advance(by: .seconds(2))
            #expect(try await florin.now.checkoutKeeper.lookAtDue() == 1)
            #expect(try await stored(florin, id).state == .expired)
            try await expectRefusal(.checkoutOver) {
                _ = try await tap(florin, id)
                return Answer(body: [])
            }
            #expect(try await florin.events(about: id.bits) == ["checkout.session.expired"])
            #expect(try await florin.now.checkoutKeeper.lookAtDue() == 0)
        }
    }

    // MARK: - The bot's say

    @Test("a bot that says no is not charged for: nothing is sent, and the buyer reads its words")
    func refuses() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("no sold-out")
            #expect(try await tap(florin, id) == .done)
            #expect(try await stored(florin, id).state == .open)
            #expect(try await problem(florin, id) == CheckoutProblem(.refused, "sold-out"))
            #expect(processor.sent(.authorize).isEmpty)
            florin.callbacks.plan("yes")
            #expect(try await tap(florin, id, 2) == .done)
            #expect(try await stored(florin, id).state == .complete)
            #expect(florin.callbacks.questions == ["checkout.session.approve", "checkout.session.approve"])
        }
    }

    @Test(
        "whatever is no clear yes refuses",
        arguments: [
            CallbackResult.failed("silence"), .refused("a private address"),
            .answered(status: 500, body: Array("yes".utf8)), .answered(status: 200, body: []),
            .answered(status: 200, body: Array("maybe".utf8)),
        ])
    func silent(_ result: CallbackResult) async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan(result)
            #expect(try await tap(florin, id) == .done)
            #expect(try await problem(florin, id)?.code == .silent)
            #expect(processor.sent(.authorize).isEmpty)
        }
    }

    @Test("the questions are signed with the bot's secret for callbacks, both ways")
    func signed() async throws {
        try await withFlorin { florin, _ in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("yes")
            _ = try await tap(florin, id)
            let headers = try #require(florin.callbacks.headers.first)
            let secret = try WebhookSigning(vault: florin.now.vault).secretOfCallbacks(Florin.bot, .test).exposed()
            let time = try #require(headers["webhook-timestamp"])
            let code = try florin.now.vault.sign(
                Array("\(time).checkout.session.approve".utf8), secret: Redacted(Array(secret.utf8)))
            #expect(headers["Stripe-Signature"] == "t=\(time),v1=\(Hex.encode(code.bytes))")
            #expect(headers["webhook-signature"]?.hasPrefix("v1,") == true)
        }
    }

    @Test(
        "while the bot is asked a second tap does not ask again, and the checkout can be closed: then a yes is too late"
    )
    func closedWhileAsked() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked {
                try await expectRefusal(.outcomeUnknown) {
                    _ = try await self.tap(florin, id, 2)
                    return Answer(body: [])
                }
                _ = try await florin.now.checkouts.expire(id, florin.caller())
            }
            #expect(try await tap(florin, id) == .done)
            #expect(try await stored(florin, id).state == .expired)
            #expect(processor.sent(.authorize).isEmpty)
            #expect(florin.callbacks.questions.count == 1)
        }
    }

    @Test("a yes that comes when its time is over charges nothing")
    func late() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked { florin.clock.advance(by: .seconds(20)) }
            #expect(try await tap(florin, id) == .done)
            #expect(try await problem(florin, id)?.code == .silent)
            #expect(processor.sent(.authorize).isEmpty)
        }
    }

    @Test("a crash while the bot is asked charges nothing; the question's time runs out and the buyer may try again")
    func crashWhileAsked() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            florin.callbacks.plan("yes")
            florin.callbacks.whileAsked { try await florin.crash() }
            do {
                _ = try await tap(florin, id)
                Issue.record("it was stored after all")
            } catch {}
            florin.callbacks.whileAsked(nil)
            guard case .asking = try await stored(florin, id).state else {
                Issue.record("the question is not stored")
                return
            }
            #expect(processor.sent(.authorize).isEmpty)
            florin.clock.advance(by: .seconds(16))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await problem(florin, id)?.code == .silent)
            florin.callbacks.plan("yes")
            #expect(try await tap(florin, id, 2) == .done)
            #expect(try await stored(florin, id).state == .complete)
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("another price is asked for where it may change, and shown before it is charged")
    func reprices() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin, asks: true)
            var change = CheckoutChange()
            change.choice.quantities = [Self.line: 3]
            florin.callbacks.plan("tax 77")
            #expect(
                try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request) == .done)
            #expect(try await stored(florin, id).amount == usd(1_577))
            // A tip is between the buyer and the sum.
            change = CheckoutChange()
            change.choice.tip = 100
            _ = try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request)
            #expect(florin.callbacks.questions == ["checkout.session.reprice"])
            change.choice.quantities = [Self.line: 4]
            _ = try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request)
            #expect(try await problem(florin, id)?.code == .silent)
            #expect(try await stored(florin, id).amount == usd(1_677))
            #expect(processor.sent(.authorize).isEmpty)
        }
    }

    // MARK: - Who may pay with what

    @Test("a person's card is lent to one checkout: the bot can charge it once and keeps nothing")
    func lent() async throws {
        try await withFlorin { florin, processor in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin)
            let view = try #require(try await florin.now.checkoutDesk.view(id, .person(person)))
            #expect(view.methods.map(\.id) == [card])
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.methods == [])
            #expect(try await tap(florin, id, as: .person(person), kept: card) == .done)
            let checkout = try await stored(florin, id)
            #expect(checkout.state == .complete)
            let payment = try await florin.payment(try #require(checkout.payment))
            let lent = try #require(payment.paymentMethod)
            #expect(lent != card)
            let method = try #require(try await florin.now.store.read { try $0.paymentMethod(lent) })
            #expect(method.isConsumed && method.holder == .nobody && method.owner == .bot(Florin.bot))
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("an erased person leaves neither the number of a card they lent nor what they said of themself")
    func erased() async throws {
        try await withFlorin { florin, _ in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin) { $0.buyer["name"] = "Ada Lovelace" }
            #expect(try await tap(florin, id, as: .person(person), kept: card) == .done)
            let payment = try await florin.payment(try #require(try await stored(florin, id).payment))
            let lent = try #require(payment.paymentMethod)
            _ = try await florin.now.erasures.erase(
                person, by: Operator(uid: 1_000, pid: 1, name: "ada", role: "admin"), also: { _ in })
            let method = try #require(try await florin.now.store.read { try $0.paymentMethod(lent) })
            #expect(method.number.dataKey == 0 && method.fingerprint.isEmpty)
            #expect(try await stored(florin, id).buyer == nil)
        }
    }

    @Test("nobody pays with a card that is not theirs: not a guest, not another person, not a bot's customer")
    func notTheirs() async throws {
        try await withFlorin { florin, processor in
            let (_, card) = try await florin.person(card: 3)
            let (other, _) = try await florin.person(card: 4)
            let (saved, customer) = try await florin.savedCard()
            let id = try await made(florin)
            let tries: [(CheckoutVisitor, PaymentMethodID)] = [
                (.guest, card), (.person(other), card), (.customer(customer), card), (.guest, saved),
                (.person(other), saved), (.customer(CustomerID(high: 1, low: 1)), saved),
            ]
            for (index, (visitor, card)) in tries.enumerated() {
                try await expectAnyRefusal {
                    _ = try await tap(florin, id, UInt8(index + 1), as: visitor, kept: card)
                    return Answer(body: [])
                }
            }
            #expect(processor.sent(.authorize).isEmpty)
            #expect(try await tap(florin, id, 99, as: .customer(customer), kept: saved) == .done)
            #expect(try await stored(florin, id).customer == customer)
        }
    }

    @Test("a payer's account pays only where the bot takes accounts")
    func accounts() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            try await expectAnyRefusal {
                let tap = CheckoutTap(
                    .account(.paypal), keepsCard: false, priceVersion: 1, confirmation: [UInt8](repeating: 1, count: 16)
                )
                _ = try await florin.now.checkoutDesk.pay(id, tap, .guest, request: florin.caller().request)
                return Answer(body: [])
            }
            #expect(try await stored(florin, id).state == .open)
            #expect(processor.script.calls.isEmpty)
        }
    }

    @Test("a recognised customer's token opens that customer for an hour, and no other")
    func recognised() async throws {
        try await withFlorin { florin, _ in
            let (desk, now) = (try florin.now.checkoutDesk, florin.clock.now())
            let customer = CustomerID(high: 5, low: 6)
            let token = desk.token(for: customer, at: now).exposed()
            #expect(desk.customer(in: token, at: now) == customer)
            #expect(desk.customer(in: token, at: now.advanced(by: .seconds(3_601))) == nil)
            let forged = token.replacing(customer.text, with: CustomerID(high: 5, low: 7).text)
            #expect(desk.customer(in: forged, at: now) == nil)
            for text in ["", "a_b_c_d", String(token.dropLast())] { #expect(desk.customer(in: text, at: now) == nil) }
        }
    }

    @Test("a card is kept with the bot only where the buyer said so, with a customer that is made of what they said")
    func kept() async throws {
        try await withFlorin { florin, _ in
            let id = try await made(florin) {
                $0.texts[DetailFields.offersToSave] = "enabled"
                $0.buyer["email"] = "ada@example.com"
            }
            #expect(try await tap(florin, id, saves: true) == .done)
            let customer = try #require(try await stored(florin, id).customer)
            let cards = try await florin.now.store.read {
                try $0.paymentMethods(of: .customer(customer), mode: .test, PageRequest())
            }
            #expect(cards.items.count == 1 && cards.items.first?.isConsumed == false)
            let other = try await made(florin)
            #expect(try await tap(florin, other, saves: true) == .done)
            #expect(try await stored(florin, other).customer == nil)
        }
    }

    @Test(
        "checkouts are open to those of the configuration only, and the others read why",
        arguments: [
            { (open: inout CheckoutAvailability) in open.countries = ["FR"] },
            { (open: inout CheckoutAvailability) in open.currencies = ["EUR"] },
            { (open: inout CheckoutAvailability) in open.bots = ["bot_0"] },
        ] as [@Sendable (inout CheckoutAvailability) -> Void])
    func availability(_ close: @Sendable (inout CheckoutAvailability) -> Void) async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            var configuration = florin.configuration
            close(&configuration.checkout)
            try florin.now.settings.change(to: configuration)
            try await expectAnyRefusal {
                _ = try await made(florin)
                return Answer(body: [])
            }
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.unavailable != nil)
            try await expectAnyRefusal {
                _ = try await tap(florin, id)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).isEmpty)
        }
    }

    @Test("while there are testers only they can pay")
    func testers() async throws {
        try await withFlorin { florin, _ in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin)
            var configuration = florin.configuration
            configuration.checkout.testers = [person.text]
            try florin.now.settings.change(to: configuration)
            try await expectAnyRefusal {
                _ = try await tap(florin, id)
                return Answer(body: [])
            }
            #expect(try await tap(florin, id, 2, as: .person(person), kept: card) == .done)
        }
    }

    @Test("a link that may be paid once is paid once, however many opened it")
    func paidOnce() async throws {
        try await withFlorin { florin, processor in
            let terms = CheckoutTerms(lines: [
                CheckoutLine(id: Self.line, label: "Painting", unitAmount: 900, quantity: 1)
            ])
            let answer = try await florin.now.paymentLinks.create(
                NewPaymentLink(currency: .usd, terms: terms, texts: DetailFields(), completedLimit: 1), for: Florin.bot,
                florin.caller())
            let link = try PaymentLinkID(required: answer("id"))
            var opened: [CheckoutID] = []
            for _ in 0..<2 {
                opened.append(
                    try await florin.now.paymentLinks.open(link, PaymentLinkVisit(), request: florin.caller().request))
            }
            processor.script.script(.authorize, .unknown(.timedOut))
            #expect(try await tap(florin, opened[0]) == .done)
            // The first may have been paid: that counts.
            try await expectRefusal(.linkUsedUp) {
                _ = try await tap(florin, opened[1])
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).count == 1)
        }
    }
}
