import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("What led somebody to a bot")
struct SurfaceArrivalTests {
    private func florin(_ body: (Florin) async throws -> Void) async throws {
        try await withFlorin { florin, _ in try await body(florin) }
    }

    private func post(
        _ florin: Florin, _ text: String, to page: OpenedSurface, secret: String = "s3cret"
    ) async throws -> SurfaceArrivals.Reception {
        try await florin.now.surfaces.arrivals.take(
            Array(text.utf8), headers: [(name: "signature", value: secret)], for: page.account.id)
    }

    private func ref(_ florin: Florin, _ id: CheckoutID) async throws -> String? {
        try await texts(florin, id)[DetailFields.ref]
    }

    private func texts(_ florin: Florin, _ id: CheckoutID) async throws -> DetailFields {
        guard let checkout = try await florin.now.store.read({ try $0.checkout(id) }) else {
            throw Missing(what: "a checkout")
        }
        return try florin.now.tools.sealing.texts(of: checkout)
    }

    @Test("is carried by the next offers to them, and by nobody else's, to the payment")
    func carried() async throws {
        try await florin { florin in
            let page = try await florin.page()
            let second = florin.clock.now().seconds
            #expect(try await post(florin, "98 1254 \(second) summer", to: page) == .taken)
            let id = try await florin.tapped(page)
            let texts = try await texts(florin, id)
            #expect(texts[DetailFields.ref] == "summer")
            #expect(texts.ofPayment[DetailFields.metadataName("ref_source")] == "SHORTLINK")
            #expect(try await ref(florin, try await florin.tapped(page, by: "7")) == nil)
            var visit = PaymentLinkVisit()
            visit.ref = "forwarded"
            let forwarded = try await self.texts(florin, try await florin.tapped(page, by: "1254", visit))
            #expect(forwarded[DetailFields.ref] == "forwarded")
            #expect(forwarded.ofPayment[DetailFields.metadataName("ref_source")] == nil)
        }
    }

    @Test("an ad without a text of its own is summed by its number")
    func ads() async throws {
        try await florin { florin in
            let page = try await florin.page()
            #expect(try await post(florin, "98 1254 \(florin.clock.now().seconds) ad:77", to: page) == .taken)
            let texts = try await texts(florin, try await florin.tapped(page))
            #expect(texts[DetailFields.ref] == "ad:77")
            #expect(texts.ofPayment[DetailFields.metadataName("ref_ad")] == "77")
            let asked = SurfaceDemand.profile(of: "1254", [.mayPay, .lastAd])
            let told = try await florin.now.surfaces.perform(asked, for: page) { _ in }
            #expect(told == .profile(of: "1254", mayPay: true, lastAd: SurfaceReferral(source: "ADS", ad: "77")))
        }
    }

    @Test("the latest counts in whatever order they come, and the same again changes nothing")
    func latest() async throws {
        try await florin { florin in
            let page = try await florin.page()
            florin.clock.advance(by: .seconds(100))
            let second = florin.clock.now().seconds
            #expect(try await post(florin, "98 1 \(second - 5) late\n98 1 \(second - 9) early", to: page) == .taken)
            #expect(try await ref(florin, try await florin.tapped(page, by: "1")) == "late")
            #expect(try await post(florin, "98 1 \(second - 7) between", to: page) == .taken)
            #expect(try await post(florin, "98 1 \(second - 5) again", to: page) == .taken)
            #expect(try await ref(florin, try await florin.tapped(page, by: "1")) == "late")
            // A clock of the platform's that is ahead is not believed for long.
            #expect(try await post(florin, "98 1 \(second + 9_000) ahead", to: page) == .taken)
            florin.clock.advance(by: .seconds(1))
            #expect(try await post(florin, "98 1 \(florin.clock.now().seconds) now", to: page) == .taken)
            #expect(try await ref(florin, try await florin.tapped(page, by: "1")) == "now")
        }
    }

    @Test("is forgotten after a day, and what is older is not taken")
    func forgotten() async throws {
        try await florin { florin in
            let page = try await florin.page()
            let second = florin.clock.now().seconds
            #expect(try await post(florin, "98 1254 \(second) summer", to: page) == .taken)
            florin.clock.advance(by: .seconds(86_399))
            #expect(try await florin.now.surfaces.arrivals.forgetOld() == 0)
            #expect(try await ref(florin, try await florin.tapped(page)) == "summer")
            florin.clock.advance(by: .seconds(1))
            #expect(try await ref(florin, try await florin.tapped(page)) == nil)
            #expect(try await florin.now.surfaces.arrivals.forgetOld() == 1)
            #expect(try await post(florin, "98 1254 \(second) summer", to: page) == .taken)
            #expect(try await florin.now.surfaces.arrivals.forgetOld() == 0)
        }
    }

    @Test("is believed with the account's secret only, and for its pages")
    func believed() async throws {
        try await florin { florin in
            let page = try await florin.page()
            let now = florin.clock.now().seconds
            #expect(try await post(florin, "98 1 \(now) x", to: page, secret: "other") == .wrongSignature)
            #expect(try await post(florin, "not an envelope", to: page) == .unreadable)
            #expect(try await post(florin, "97 1 \(now) x", to: page) == .otherAccount)
            let nobody = SurfaceAccountID(high: 9, low: 9)
            #expect(try await florin.now.surfaces.arrivals.take([], headers: [], for: nobody) == .nobody)
            // Another page of the same app is heard at the same address; one of another app, or of another bot, is not.
            let sister = try await florin.page("97")
            _ = try await florin.page("96", secret: "another")
            _ = try await florin.page("95", of: Florin.directBot)
            #expect(try await post(florin, "97 1 \(now) x\n98 2 \(now) y", to: page) == .taken)
            #expect(try await ref(florin, try await florin.tapped(sister, by: "1")) == "x")
            #expect(try await ref(florin, try await florin.tapped(page, by: "2")) == "y")
            #expect(try await ref(florin, try await florin.tapped(page, by: "1")) == nil)
            for stranger in ["96", "95"] {
                #expect(try await post(florin, "\(stranger) 1 \(now) x", to: page) == .otherAccount)
            }
            _ = try await florin.now.surfaces.accounts.set(off: true, page.account.id) { _ in }
            #expect(try await post(florin, "98 1 \(now) x", to: page) == .nobody)
        }
    }

    @Test("a card number in a ref is not kept")
    func cards() async throws {
        try await florin { florin in
            let page = try await florin.page()
            let second = florin.clock.now().seconds
            #expect(try await post(florin, "98 1254 \(second) 4242424242424242", to: page) == .taken)
            #expect(try await ref(florin, try await florin.tapped(page)) == nil)
        }
    }

    @Test("the platform's question is answered for the account's own token")
    func challenge() async throws {
        try await florin { florin in
            let page = try await florin.page()
            let arrivals = try florin.now.surfaces.arrivals
            func answer(_ text: String, _ id: SurfaceAccountID) async throws -> String? {
                try await arrivals.answer(challenge: Array(text.utf8), of: id)
            }
            #expect(try await answer("verify-me 42", page.account.id) == "42")
            #expect(try await answer("verify-m 42", page.account.id) == nil)
            #expect(try await answer("nonsense", page.account.id) == nil)
            #expect(try await answer("verify-me 42", SurfaceAccountID(high: 9, low: 9)) == nil)
        }
    }

    @Test("is carried by a checkout of another kind once the platform has said who is there")
    func recognised() async throws {
        try await florin { florin in
            let page = try await florin.page()
            #expect(try await post(florin, "98 1254 \(florin.clock.now().seconds) summer", to: page) == .taken)
            let id = try await CheckoutTests().made(florin)
            _ = try await florin.now.recognition.customer(by: "1254", at: id, request: florin.caller().request)
            #expect(try await ref(florin, id) == "summer")
            #expect(try await CheckoutTests().tap(florin, id) == .done)
            let sums = try await florin.now.store.read {
                try $0.refSums(
                    of: Florin.bot, mode: .test, from: Timestamp(seconds: 0), to: Timestamp(seconds: 9_999_999_999),
                    limit: 9)
            }
            #expect(sums.map(\.completed) == [1] && sums.map(\.amount) == [1_000])
        }
    }
}
