import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("What checkouts leave behind")
struct LeftoversTests {
    private let checkouts = CheckoutTests()

    private func link(_ florin: Florin, limit: Int64?) async throws -> PaymentLinkID {
        let terms = CheckoutTerms(lines: [
            CheckoutLine(id: CheckoutTests.line, label: "Painting", unitAmount: 900, quantity: 1)
        ])
        let answer = try await florin.now.paymentLinks.create(
            NewPaymentLink(currency: .usd, terms: terms, texts: DetailFields(), completedLimit: limit),
            for: Florin.bot, florin.caller())
        return try PaymentLinkID(required: answer("id"))
    }

    private func opened(_ florin: Florin, _ link: PaymentLinkID, ref: String? = nil) async throws -> CheckoutID {
        var visit = PaymentLinkVisit()
        visit.ref = ref
        return try await florin.now.paymentLinks.open(link, visit, request: florin.caller().request)
    }

    private func expiredEvents(_ florin: Florin) async throws -> Int {
        try await florin.now.store.read {
            try $0.events(
                of: .bot(Florin.bot), mode: .test, types: [.checkoutSessionExpired], PageRequest(limit: 100)
            ).items.count
        }
    }

    @Test("whoever was sent to their bank by a link that is paid once, and pays otherwise, is not told that it is sold")
    func ownAttempt() async throws {
        try await withFlorin { florin, processor in
            let id = try await opened(florin, try await link(florin, limit: 1))
            processor.script.script(.authorize, .requiresAction(ContinuedPaymentTests.action))
            #expect(try await checkouts.tap(florin, id) == .done)
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.status == .requiresAction)
            #expect(try await checkouts.tap(florin, id, 2) == .done)
            #expect(try await checkouts.stored(florin, id).state == .complete)
        }
    }

    @Test(
        "a checkout that somebody made by following a link, and left, ends without an event and is deleted a week later"
    )
    func untouched() async throws {
        try await withFlorin { florin, _ in
            let link = try await link(florin, limit: nil)
            let left = try await opened(florin, link)
            let counted = try await opened(florin, link, ref: "ad-7")
            let touched = try await opened(florin, link)
            var change = CheckoutChange()
            change.details["name"] = "Zenobia Quux"
            _ = try await florin.now.checkoutDesk.change(touched, change, request: florin.caller().request)
            florin.clock.advance(by: CheckoutCommands.usualLifetime + .seconds(1))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            for id in [left, counted, touched] {
                #expect(try await checkouts.stored(florin, id).state == .expired)
            }
            #expect(try await expiredEvents(florin) == 2)
            florin.clock.advance(by: Checkout.keptUntouched + .seconds(1))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            let there = try await florin.now.store.read { reader in
                try [left, counted, touched].map { try reader.checkout($0) != nil }
            }
            #expect(there == [false, true, true])
            #expect(try await florin.now.checkoutDesk.view(left, .guest) == nil)
            #expect(try await florin.now.checkoutKeeper.lookAtDue() == 0)
        }
    }

    private func isDestroyed(_ florin: Florin, _ card: PaymentMethodID) async throws -> Bool {
        try await florin.now.store.read { try $0.paymentMethod(card)?.number.dataKey == 0 }
    }

    private func typedCard(_ florin: Florin, at id: CheckoutID) async throws -> PaymentMethodID {
        try #require(try await florin.now.store.read { try $0.cardsUsed(at: id).first })
    }

    @Test("a card that was typed and declined is destroyed in time, also where nobody said who they are")
    func typedByNobody() async throws {
        try await withFlorin { florin, processor in
            processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: false)))
            let id = try await checkouts.made(florin)
            _ = try await checkouts.tap(florin, id)
            let card = try await typedCard(florin, at: id)
            florin.clock.advance(by: .seconds(181 * 86_400))
            #expect(try await florin.now.buyers.forgetTypedCards() == 0, "it is still open")
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await florin.now.buyers.forgetTypedCards() == 1)
            #expect(try await isDestroyed(florin, card))
            #expect(try await florin.now.buyers.forgetTypedCards() == 0)
        }
    }

    @Test("an erased customer leaves no card that they typed, no open checkout, and nobody at a chat platform")
    func customer() async throws {
        try await withFlorin { florin, processor in
            let customer = try await florin.customer()
            let hash = [UInt8](repeating: 9, count: 32)
            try await florin.now.store.write { try $0.setSurfaceCustomer(customer, personHash: hash) }
            processor.script.script(.authorize, .declined(Decline(reason: .genericDecline, isSoft: false)))
            let over = try await checkouts.made(florin) { $0.customer = customer }
            _ = try await checkouts.tap(florin, over)
            let card = try await typedCard(florin, at: over)
            _ = try await florin.now.checkouts.expire(over, florin.caller())
            let open = try await checkouts.made(florin) { $0.customer = customer }
            _ = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            while try await florin.now.operators.erasures.workOnUnfinished() > 0 {}
            #expect(try await isDestroyed(florin, card))
            #expect(try await florin.now.store.read { try $0.surfaceCustomer(personHash: hash) } == nil)
            #expect(try await checkouts.stored(florin, open).customer == nil)
        }
    }
}
