import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

/// What bots that sell in a chat platform's words are told of a purchase.
@Suite("News of purchases in a platform's words")
struct SurfaceNewsTests {
    private static let anna = Operator(uid: 501, loginUID: 501, pid: 1, name: "anna", role: "operator")
    private let page = CheckoutTests()

    private func told(_ florin: Florin, _ page: OpenedSurface) async throws -> [String] {
        try await florin.now.surfaces.notices.updates(of: page.account, from: 1, limit: 20, wait: .zero)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "a purchase that an operator looks at is told when its money is taken, and never when it is not",
        arguments: [true, false])
    func underReview(isApproved: Bool) async throws {
        let holdsLarge: @Sendable (inout EngineConfiguration) -> Void = { configuration in
            var rule = RiskRule(name: "large", action: .review)
            (rule.currency, rule.amountAbove) = (.usd, 300)
            configuration.riskRules = RiskRules([rule])
        }
        try await withFlorin(holdsLarge) { florin, _ in
            let account = try await florin.page()
            let id = try await florin.tapped(account)
            #expect(try await page.tap(florin, id) == .done)
            let payment = try #require(try await page.stored(florin, id).payment)
            #expect(try await page.stored(florin, id).state == .complete)
            #expect(try await told(florin, account) == [], "nothing is paid yet")
            _ = try await florin.now.operators.reviews.decide(
                payment.bits, isApproved: isApproved, reason: "we called them", by: Self.anna, also: { _ in })
            try await florin.untilQuiet()
            florin.clock.advance(by: .seconds(61))
            _ = try await florin.now.checkoutKeeper.lookAtDue()
            #expect(try await told(florin, account) == (isApproved ? ["paid"] : []))
            try await florin.expectSoundLedger()
        }
    }
}
