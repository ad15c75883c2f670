import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

extension CheckoutTests {
    @Test("a friend who was asked pays; both roles are known, and the friend sees nothing of the buyer")
    func friendPays() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin) {
                $0.buyer["email"] = "ada@example.com"
                $0.texts[DetailFields.offersToSave] = "enabled"
            }
            // Nobody was asked yet.
            try await expectRefusal(.noSuchCheckout) {
                _ = try await tap(florin, id, role: .friend)
                return Answer(body: [])
            }
            try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request)
            let friend = try #require(try await florin.now.checkoutDesk.view(id, .guest, as: .friend))
            #expect(!friend.showsDetails && friend.remembered.isEmpty && friend.status == .open)
            // What a friend types is never kept for the buyer.
            #expect(try await tap(florin, id, saves: true, role: .friend, friendName: "Ben") == .done)
            let checkout = try await stored(florin, id)
            #expect(checkout.state == .complete && checkout.customer == nil)
            let buyer = try #require(try await florin.now.checkoutDesk.view(id, .guest))
            #expect(buyer.opened.payer == .friend && buyer.opened.friendName == "Ben")
            #expect(buyer.paidWith == nil, "the buyer sees the friend's card")
            #expect(try await florin.now.checkoutDesk.view(id, .guest, as: .friend)?.paidWith != nil)
            try await expectRefusal(.checkoutOver) {
                _ = try await tap(florin, id, 2)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).count == 1)
        }
    }

    @Test("of buyer and friend the first payment is the only one, and a decline is shown to whom it happened")
    func friendOrBuyer() async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin)
            try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request)
            processor.script.script(.authorize, .declined(Decline(reason: .insufficientFunds, isSoft: true)))
            #expect(try await tap(florin, id, role: .friend) == .done)
            let desk = try florin.now.checkoutDesk
            #expect(try await desk.view(id, .guest, as: .friend)?.decline?.reason == .insufficientFunds)
            #expect(try await desk.view(id, .guest)?.decline == nil)
            #expect(try await tap(florin, id, 2) == .done)
            let view = try #require(try await desk.view(id, .guest, as: .friend))
            #expect(view.status == .complete && view.opened.payer == .buyer && view.paidWith == nil)
        }
    }

    @Test("a person who pays for a friend lends their card, and their erasure leaves the buyer alone")
    func friendLends() async throws {
        try await withFlorin { florin, _ in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin) { $0.buyer["email"] = "ada@example.com" }
            try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request)
            #expect(try await tap(florin, id, as: .person(person), kept: card, role: .friend) == .done)
            #expect(try await florin.now.store.write { try $0.forgetBuyers(lending: person) } == 0)
            #expect(try await stored(florin, id).buyer != nil)
        }
    }

    @Test("nobody is asked to pay what the buyer has not said yet, or where the seller keeps the card")
    func friendNotPossible() async throws {
        try await withFlorin { florin, _ in
            let changes: [@Sendable (inout NewCheckout) -> Void] = [
                { $0.terms.collection.email = true },
                { $0.texts.setOfPayment(DetailFields.futureUsage, "off_session") },
                { $0.terms.lines[0].flexible = FlexibleAmount(range: 1_500...2_000) },
            ]
            for change in changes {
                let id = try await made(florin) { change(&$0) }
                try await expectAnyRefusal {
                    try await florin.now.checkoutDesk.askFriend(id, request: florin.caller().request)
                    return Answer(body: [])
                }
                #expect(try await florin.now.checkoutDesk.view(id, .guest)?.opened.askedFriend == nil)
            }
        }
    }

    @Test(
        "what is said of a bot's availability refuses when it is made, on the page and at pay time, before anything is charged",
        arguments: [
            (AvailabilityRule(feature: .checkout, author: .bot, isOn: false), Unavailability.Reason.seller, true),
            (AvailabilityRule(feature: .web, author: .platform, isOn: false), .seller, true),
            (AvailabilityRule(feature: .checkout, author: .bot, currencies: ["EUR"]), .currency, true),
            (AvailabilityRule(feature: .checkout, author: .platform, countries: ["IT"]), .country, false),
            (AvailabilityRule(feature: .checkout, author: .bot, testersOnly: true), .testers, false),
        ])
    func rules(_ rule: AvailabilityRule, _ reason: Unavailability.Reason, _ stopsMaking: Bool) async throws {
        try await withFlorin { florin, processor in
            let id = try await made(florin) { $0.buyer["address.country"] = "DE" }
            try await florin.now.store.write { try $0.set(rule, of: Florin.bot, mode: .test) }
            if stopsMaking {
                try await expectAnyRefusal {
                    _ = try await made(florin)
                    return Answer(body: [])
                }
            } else {
                _ = try await made(florin)
            }
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.unavailable?.reason == reason)
            try await expectAnyRefusal {
                _ = try await tap(florin, id)
                return Answer(body: [])
            }
            #expect(processor.sent(.authorize).isEmpty)
            #expect(try await stored(florin, id).state == .open)
            try await florin.now.store.write {
                try $0.removeAvailability(of: Florin.bot, mode: .test, rule.feature, rule.author)
            }
            #expect(try await tap(florin, id, 2) == .done)
        }
    }

    @Test("a rule about something else stops nobody, and a tester pays")
    func otherRules() async throws {
        try await withFlorin { florin, _ in
            let (person, card) = try await florin.person(card: 3)
            let id = try await made(florin)
            try await florin.now.store.write { transaction in
                for rule in [
                    AvailabilityRule(feature: .telegram, author: .bot, isOn: false),
                    AvailabilityRule(feature: .paymentLinks, author: .bot, isOn: false),
                    AvailabilityRule(feature: .checkout, author: .bot, countries: ["IT"]),
                    AvailabilityRule(
                        feature: .checkout, author: .platform, testersOnly: true, testers: [person.text]),
                ] { try transaction.set(rule, of: Florin.bot, mode: .test) }
            }
            #expect(try await florin.now.checkoutDesk.view(id, .guest)?.unavailable == .onlyTesters)
            #expect(try await tap(florin, id, as: .person(person), kept: card) == .done)
        }
    }
}
