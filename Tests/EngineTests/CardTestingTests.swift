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

    @Test(
        "after so many declines no further attempt is made, whatever the cards and whoever pays with good ones is counted"
    )
    func declines() async throws {
        var rule = RiskRule(name: "burst", action: .block)
        rule.velocity = RiskVelocity(key: .address, most: 2, window: .seconds(600), counted: .declines)
        let rules = RiskRules([rule])
        try await withFlorin({ $0.riskRules = rules }) { florin, processor in
            let no = Outcome.declined(Decline(reason: .genericDecline, isSoft: false))
            for index in 1...5 { try await check(florin, card: index, from: "203.0.113.7", 200) }
            for index in 1...2 {
                processor.script.script(.authorize, no)
                try await check(florin, card: index, from: "203.0.113.7", 402)
            }
            try await check(florin, card: 6, from: "203.0.113.7", 200)
            processor.script.script(.authorize, no)
            try await check(florin, card: 7, from: "203.0.113.7", 402)
            // Three are more than two: nobody is asked any more, and being refused by the rule counts for nothing.
            let asked = processor.script.calls.count
            for index in 8...9 { try await check(florin, card: index, from: "203.0.113.7", 402) }
            #expect(processor.script.calls.count == asked)
            try await check(florin, card: 8, from: "203.0.113.8", 200)
            florin.clock.advance(by: .seconds(601))
            try await check(florin, card: 8, from: "203.0.113.7", 200)
        }
    }

    @Test("declines of cards that are only kept, and of cards that fund transfers, count as well")
    func otherDeclines() async throws {
        var rule = RiskRule(name: "burst", action: .block)
        rule.velocity = RiskVelocity(key: .card, most: 1, window: .seconds(600), counted: .declines)
        let rules = RiskRules([rule])
        try await withFlorin({ $0.riskRules = rules }) { florin, processor in
            let (ada, card) = try await florin.person(card: 1)
            let (ben, _) = try await florin.person(card: 2)
            let no = Outcome.declined(Decline(reason: .genericDecline, isSoft: false))
            var statuses: [Int64] = []
            for _ in 0..<3 {
                processor.script.script(.authorize, no)
                statuses.append(
                    try await florin.now.transfers.send(
                        NewFriendTransfer(sender: ada, recipient: ben, amount: usd(500), funding: .card(card)),
                        platform: Florin.platform, florin.caller(.platform(Florin.platform))
                    ).status)
            }
            #expect(statuses == [402, 402, 402])
            let fingerprint = try #require(try await florin.now.store.read { try $0.paymentMethod(card) }?.fingerprint)
            let seen = try await florin.now.store.read {
                try $0.riskDeclines(.card, fingerprint, after: Timestamp(seconds: 0))
            }
            #expect(seen == 2, "the third was refused by the rule")
        }
    }
}
