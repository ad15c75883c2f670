import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Card testing")
struct CardTestingTests {
    private func rules(_ key: RiskCountKey) -> RiskRules {
        var rule = RiskRule(name: "burst", action: .block)
        rule.velocity = RiskVelocity(key: key, most: 3, window: .seconds(600), counted: .cards)
        return RiskRules([rule])
    }

    private func pay(_ florin: Florin, card index: Int, from address: String?) async throws -> Int64 {
        let card = try await florin.card(try Florin.cardNumber(index))
        return try await florin.now.payments.create(
            NewPayment(amount: usd(100), paymentMethod: card, confirm: true), for: Florin.bot,
            florin.caller().paying(from: address.flatMap { NetworkAddress($0) })
        ).status
    }

    private func check(_ florin: Florin, card index: Int, from address: String?, _ wanted: Int64) async throws {
        let status = try await pay(florin, card: index, from: address)
        #expect(status == wanted)
    }

    @Test("the fourth card from one address is refused, the same card again and other addresses are not")
    func byAddress() async throws {
        let rules = self.rules(.address)
        try await withFlorin({ $0.riskRules = rules }) { florin, _ in
            for index in [1, 2, 3, 3, 2] {
                try await check(florin, card: index, from: "203.0.113.7", 200)
            }
            try await check(florin, card: 4, from: "203.0.113.7", 402)
            try await check(florin, card: 4, from: "203.0.113.8", 200)
            try await check(florin, card: 5, from: nil, 200)
            florin.clock.advance(by: .seconds(601))
            try await check(florin, card: 6, from: "203.0.113.7", 200)
        }
    }

    @Test("a burst over one issuer's numbers is refused, whoever sends it")
    func byIssuer() async throws {
        let rules = self.rules(.issuer)
        try await withFlorin({ $0.riskRules = rules }) { florin, _ in
            for index in 1...3 {
                try await check(florin, card: index, from: nil, 200)
            }
            try await check(florin, card: 4, from: "203.0.113.7", 402)
        }
    }
}
