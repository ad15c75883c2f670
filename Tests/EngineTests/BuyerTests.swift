import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Buyers who are nobody's customers")
struct BuyerTests {
    private func checkout(_ florin: Florin, _ number: UInt8, pays: Bool = true) async throws -> CheckoutID {
        let line = CheckoutLine(
            id: LineItemID(high: 7, low: UInt64(number)), label: "Soup", unitAmount: 500, quantity: 2)
        let new = NewCheckout(currency: .usd, terms: CheckoutTerms(lines: [line]))
        let answer = try await florin.now.checkouts.create(new, for: Florin.bot, florin.caller())
        let id = try CheckoutID(required: answer("id"))
        var change = CheckoutChange()
        change.details["name"] = "Zenobia Quux"
        change.details["email"] = "Zenobia@Example.com"
        change.details["phone"] = "+39 02 1234"
        _ = try await florin.now.checkoutDesk.change(id, change, request: florin.caller().request)
        guard pays, let expiry = CardExpiry(month: 12, year: 2060) else { return id }
        let card = NewCard(
            number: try Florin.cardNumber(1), expiry: expiry, securityCode: nil, billing: DetailFields())
        let tap = CheckoutTap(
            .card(card), keepsCard: false, priceVersion: 2, confirmation: [UInt8](repeating: number, count: 16))
        _ = try await florin.now.checkoutDesk.pay(id, tap, .guest, request: florin.caller().request)
        return id
    }

    private func isKept(_ florin: Florin, _ id: CheckoutID) async throws -> Bool {
        try await florin.now.store.read { try $0.checkout(id)?.buyer != nil }
    }

    @Test("they are found by what they left, whatever its case and spaces, until they are forgotten")
    func found() async throws {
        try await withFlorin { florin, _ in
            let id = try await checkout(florin, 1)
            let buyers = try florin.now.buyers
            #expect(try await buyers.checkouts(email: "zenobia@example.COM", phone: nil) == [id])
            #expect(try await buyers.checkouts(email: nil, phone: "+39021234") == [id])
            let card = try await florin.now.store.read { reader in
                try reader.checkout(id)?.payment.flatMap { try reader.charges(ofPayment: $0).first?.paymentMethod }
            }
            _ = try await florin.now.erasures.erase(id, by: "ada", also: { _ in })
            #expect(try await buyers.checkouts(email: "zenobia@example.com", phone: "+39021234").isEmpty)
            #expect(try await !isKept(florin, id))
            let used = try #require(card)
            let stored = try await florin.now.store.read { try $0.paymentMethod(used) }
            #expect(stored?.number.dataKey == 0)
            try await florin.expectSoundLedger()
        }
    }

    @Test("time forgets them when nothing needs them, and waits for what is open")
    func retention() async throws {
        try await withFlorin { florin, processor in
            let paid = try await checkout(florin, 1)
            processor.script.script(.authorize, .unknown(.timedOut))
            let unknown = try await checkout(florin, 2)
            florin.clock.advance(by: .seconds(179 * 86_400))
            #expect(try await florin.now.buyers.forgetOld() == 0)
            florin.clock.advance(by: .seconds(2 * 86_400))
            let young = try await checkout(florin, 3)
            #expect(try await florin.now.buyers.forgetOld() == 1)
            #expect(try await !isKept(florin, paid))
            #expect(try await isKept(florin, unknown))
            #expect(try await isKept(florin, young))
            #expect(try await florin.now.buyers.forgetOld() == 0)
        }
    }

    @Test("a restored backup forgets them again")
    func replay() async throws {
        try await withFlorin { florin, _ in
            let id = try await checkout(florin, 1)
            let now = florin.clock.now()
            let record = ErasureRecord(
                id: ErasureID(high: 1, low: 1), subject: .checkout(id), mode: .test, created: now)
            #expect(try await florin.now.erasures.replayErasures([record]) == 1)
            #expect(try await florin.now.erasures.replayErasures([record]) == 0)
            #expect(try await !isKept(florin, id))
        }
    }
}
