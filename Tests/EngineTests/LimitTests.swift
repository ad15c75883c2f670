import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Sending limits of single people")
struct LimitTests {
    private func pair(_ florin: Florin) async throws -> (PersonID, PersonID) {
        let (alice, card) = try await florin.person(card: 10)
        let (bob, _) = try await florin.person(card: 20)
        _ = try await florin.topUp(alice, card, 10_000)
        return (alice, bob)
    }

    private func limits(_ florin: Florin) throws -> LimitCommands {
        LimitCommands(
            store: try florin.now.store, clock: florin.clock, settings: EngineSettings(florin.configuration))
    }

    private func isLimited(_ florin: Florin, _ from: PersonID, _ to: PersonID, _ amount: Int64) async throws -> Bool {
        guard case .limitExceeded? = try await refusal({ try await florin.send(from, to, amount) }) else {
            return false
        }
        return true
    }

    @Test("a person's own limits stand in place of everybody's, up and down, and go away again")
    func override() async throws {
        try await withFlorin({ $0.dailySendingLimits[.usd] = 500 }) { florin, _ in
            let (alice, bob) = try await pair(florin)
            let commands = try limits(florin)
            #expect(try await isLimited(florin, alice, bob, 501))
            let raised = SendingLimitOverride(person: alice, currency: .usd, perDay: .most(1_000))
            #expect(try await commands.set(raised, also: { _ in }))
            #expect(try await !isLimited(florin, alice, bob, 900))
            #expect(try await isLimited(florin, alice, bob, 101))
            let standing = try #require(try await commands.standing(of: alice)?.first)
            #expect(standing.limits == SendingLimits(perDay: 1_000) && standing.sentToday == 900)
            #expect(standing.standard == SendingLimits(perDay: 500))
            let lifted = SendingLimitOverride(
                person: alice, currency: .usd, perTransfer: .most(200), perDay: .unlimited)
            #expect(try await commands.set(lifted, also: { _ in }))
            #expect(try await isLimited(florin, alice, bob, 201))
            #expect(try await !isLimited(florin, alice, bob, 200))
            #expect(try await commands.set(SendingLimitOverride(person: alice, currency: .usd), also: { _ in }))
            #expect(try await florin.now.store.read { try $0.sendingLimits(of: alice) } == [])
            #expect(try await isLimited(florin, alice, bob, 1))
        }
    }

    @Test("nothing may be sent under a limit of nothing, and only in that currency")
    func frozen() async throws {
        try await withFlorin { florin, _ in
            let (alice, bob) = try await pair(florin)
            let commands = try limits(florin)
            let euro = SendingLimitOverride(person: alice, currency: .eur, perTransfer: .most(0))
            #expect(try await commands.set(euro, also: { _ in }))
            #expect(try await !isLimited(florin, alice, bob, 100))
            let frozen = SendingLimitOverride(person: alice, currency: .usd, perTransfer: .most(0))
            #expect(try await commands.set(frozen, also: { _ in }))
            #expect(try await isLimited(florin, alice, bob, 1))
        }
    }

    @Test("a week is seven days that move on by one each day")
    func week() async throws {
        try await withFlorin({ $0.weeklySendingLimits[.usd] = 700 }) { florin, _ in
            let (alice, bob) = try await pair(florin)
            for _ in 0..<7 {
                #expect(try await !isLimited(florin, alice, bob, 100))
                florin.clock.advance(by: .seconds(24 * 3_600))
            }
            // The first of the seven sends is now a week ago.
            #expect(try await !isLimited(florin, alice, bob, 100))
            #expect(try await isLimited(florin, alice, bob, 1))
            florin.clock.advance(by: .seconds(24 * 3_600))
            #expect(try await isLimited(florin, alice, bob, 101))
            #expect(try await !isLimited(florin, alice, bob, 100))
        }
    }

    @Test("what is recorded with a change stands or falls with it, and nobody's limits are nobody's")
    func recorded() async throws {
        struct Full: Error {}
        try await withFlorin { florin, _ in
            let (alice, _) = try await pair(florin)
            let commands = try limits(florin)
            let limit = SendingLimitOverride(person: alice, currency: .usd, perDay: .most(1))
            await #expect(throws: Full.self) { try await commands.set(limit, also: { _ in throw Full() }) }
            #expect(try await florin.now.store.read { try $0.sendingLimits(of: alice) } == [])
            let nobody = SendingLimitOverride(person: PersonID(high: 1, low: 1), currency: .usd, perDay: .most(1))
            #expect(try await !commands.set(nobody, also: { _ in }))
            #expect(try await commands.standing(of: PersonID(high: 1, low: 1)) == nil)
        }
    }
}
