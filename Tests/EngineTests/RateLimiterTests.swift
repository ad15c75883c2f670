import Engine
import FlorinTesting
import Payments
import Primitives
import Testing

@Suite("Rate limits")
struct RateLimiterTests {
    private let clock = ManualMonotonicClock()

    private func limiter(
        _ change: (inout RateLimits) -> Void, capacity: Int = 1_000
    ) -> RateLimiter {
        var limits = RateLimits.none
        change(&limits)
        return RateLimiter(limits, clock: clock, capacity: capacity)
    }

    private func rates(_ perSecond: Int64, _ burst: Int64) -> RateLimits.Rates {
        let rate = RateLimits.Rate(perSecond: perSecond, burst: burst)
        return RateLimits.Rates(read: rate, write: rate)
    }

    private func bot(_ key: UInt64 = 1, of bot: UInt64 = 1) -> Principal {
        .bot(
            BotPrincipal(
                key: APIKeyID(high: key, low: 1), bot: BotID(high: bot, low: 2), platform: PlatformID(high: 3, low: 3),
                mode: .test, grants: .everything))
    }

    private func browser(_ key: UInt64 = 1) -> Principal {
        .browser(
            BrowserPrincipal(key: APIKeyID(high: key, low: 9), owner: .bot(BotID(high: 1, low: 2)), mode: .test))
    }

    private func wait(
        _ limiter: RateLimiter, _ principal: Principal, isWrite: Bool = true, from address: UInt64 = 1
    ) -> Int? {
        limiter.secondsToWait(for: principal, isWrite: isWrite) { ClientAddress(SIMD2(address, 0)) }
    }

    @Test("a burst passes, the next waits as long as it is told, and then passes")
    func burst() {
        let limiter = limiter { $0.botKey = rates(1, 3) }
        for _ in 0..<3 { #expect(wait(limiter, bot()) == nil) }
        #expect(wait(limiter, bot()) == 1)
        clock.advance(by: .milliseconds(999))
        #expect(wait(limiter, bot()) == 1)
        clock.advance(by: .milliseconds(1))
        #expect(wait(limiter, bot()) == nil)
        #expect(wait(limiter, bot()) == 1)
        clock.advance(by: .seconds(3_600))
        for _ in 0..<3 { #expect(wait(limiter, bot()) == nil) }
        #expect(wait(limiter, bot()) == 1)
    }

    @Test("over a long time no more pass than the rate says, plus one burst")
    func steady() {
        let limiter = limiter { $0.botKey = rates(10, 5) }
        var passed = 0
        for _ in 0..<10_000 {
            if wait(limiter, bot()) == nil { passed += 1 }
            clock.advance(by: .milliseconds(7))
        }
        #expect((700...705).contains(passed))
    }

    @Test("reading and changing, and each key, have buckets of their own; an owner's keys share one")
    func buckets() {
        let limiter = limiter {
            $0.botKey = rates(1, 2)
            $0.bot = rates(1, 3)
        }
        for _ in 0..<2 { #expect(wait(limiter, bot(1)) == nil) }
        #expect(wait(limiter, bot(1)) == 1)
        #expect(wait(limiter, bot(1), isWrite: false) == nil)
        #expect(wait(limiter, bot(2)) == nil)
        #expect(wait(limiter, bot(2)) == 1)
        #expect(wait(limiter, bot(3, of: 9)) == nil)
    }

    @Test("a request that one bucket refuses is not counted in the other")
    func both() {
        let limiter = limiter {
            $0.botKey = rates(1, 100)
            $0.bot = rates(1, 1)
        }
        #expect(wait(limiter, bot(1)) == nil)
        for _ in 0..<500 { #expect(wait(limiter, bot(1)) != nil) }
        clock.advance(by: .seconds(1))
        #expect(wait(limiter, bot(1)) == nil)
    }

    @Test("one address with a publishable key does not use up another's share")
    func addresses() {
        let limiter = limiter { $0.browser = rates(1, 2) }
        for _ in 0..<2 { #expect(wait(limiter, browser(), from: 1) == nil) }
        #expect(wait(limiter, browser(), from: 1) == 1)
        #expect(wait(limiter, browser(), from: 2) == nil)
        #expect(wait(limiter, browser(2), from: 1) == nil)
    }

    @Test("memory is bounded: what is full again is forgotten, and when nothing is, newcomers share a bucket")
    func bounded() {
        let limiter = limiter({ $0.browser = rates(1, 2) }, capacity: 10)
        for address in 1...10 { #expect(wait(limiter, browser(), from: UInt64(address)) == nil) }
        // Nobody's bucket is full again: newcomers share one, which holds two.
        #expect(wait(limiter, browser(), from: 11) == nil)
        #expect(wait(limiter, browser(), from: 12) == nil)
        #expect(wait(limiter, browser(), from: 13) == 1)
        #expect(wait(limiter, browser(), from: 1) == nil)
        clock.advance(by: .seconds(5))
        for address in 20...24 { #expect(wait(limiter, browser(), from: UInt64(address)) == nil) }
    }

    @Test("limits can be replaced while it runs; no limit means none")
    func replaced() {
        let limiter = limiter { $0.botKey = rates(1, 1) }
        #expect(wait(limiter, bot()) == nil)
        #expect(wait(limiter, bot()) == 1)
        limiter.use(.none)
        for _ in 0..<1_000 { #expect(wait(limiter, bot()) == nil) }
    }
}
