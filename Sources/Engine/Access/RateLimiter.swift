package import Payments
package import Ports
import Primitives
internal import Synchronization

/// Where a request without a key came from, as 128 bits: an IPv4 address, or the first half of an IPv6 one.
package struct ClientAddress: Hashable, Sendable {
    package let bits: SIMD2<UInt64>

    package init(_ bits: SIMD2<UInt64>) { self.bits = bits }
}

/// Counts requests in buckets, in memory: limits hold on each machine by itself, and a restart fills all buckets.
///
/// A bucket is one number, the moment at which it will be full again ("theoretical arrival time" of the generic cell rate
/// algorithm, ITU-T I.371, annex A). What is full again is no different from what was never used, so that is forgotten when
/// the table is full; if that does not help, newcomers share one bucket.
package final class RateLimiter: Sendable {
    private let clock: any MonotonicClock
    private let capacity: Int
    private let state: Mutex<State>

    fileprivate struct State {
        var limits: RateLimits
        /// When each bucket is full again.
        var full: [Bucket: Int64] = [:]
        var lastSweep = Int64.min
    }

    fileprivate enum Kind: UInt8 {
        case botKey, bot, platformKey, platform, session, person, browser, publishableKey, anonymous, checkout,
            linkVisitor, link
    }

    fileprivate struct Bucket: Hashable {
        var bits: SIMD2<UInt64>
        let kind: Kind
        let isWrite: Bool
    }

    /// - Parameter capacity: the most buckets that are remembered.
    package init(_ limits: RateLimits, clock: any MonotonicClock, capacity: Int = 65_536) {
        self.clock = clock
        self.capacity = capacity
        state = Mutex(State(limits: limits))
    }

    /// Replaces the limits, from the next request on.
    package func use(_ limits: RateLimits) { state.withLock { $0.limits = limits } }

    /// Counts a request of a known caller.
    /// - Parameter address: asked only of browsers.
    /// - Returns: nil when it may go on; else after how many seconds to try again. Then it was not counted.
    package func secondsToWait(
        for principal: Principal, isWrite: Bool, address: () -> ClientAddress?
    ) -> Int? {
        switch principal {
        case .bot(let bot): take(bot.key.bits, .botKey, bot.bot.bits, .bot, isWrite)
        case .platform(let platform):
            take(platform.key.bits, .platformKey, platform.platform.bits, .platform, isWrite)
        case .person(let person): take(person.session.bits, .session, person.id.bits, .person, isWrite)
        case .browser(let browser):
            // No caller chooses the bits of a key, so the sum tells pairs of key and address apart.
            take(
                browser.key.bits &+ (address()?.bits ?? SIMD2()), .browser, browser.key.bits, .publishableKey, isWrite)
        }
    }

    /// Counts a bot's call in a chat platform's words. Same answer.
    package func secondsToWait(forSurface account: SurfaceAccount, isWrite: Bool) -> Int? {
        take(SIMD2(account.id.high, account.id.low), .botKey, SIMD2(account.bot.high, account.bot.low), .bot, isWrite)
    }

    /// Counts a request without a credential, or with one that nobody knows. Same answer.
    package func secondsToWait(forUnknown address: ClientAddress?, isWrite: Bool) -> Int? {
        take(address?.bits ?? SIMD2(), .anonymous, nil, .anonymous, isWrite)
    }

    /// Counts a request of somebody at the page of one checkout, whose secret they have: by checkout and address.
    package func secondsToWait(forCheckout id: CheckoutID, _ address: ClientAddress?, isWrite: Bool) -> Int? {
        take(id.bits &+ (address?.bits ?? SIMD2()), .checkout, nil, .checkout, isWrite)
    }

    /// Counts somebody who follows a payment link and is given a checkout: by link and address, and by link.
    package func secondsToWait(forLink id: PaymentLinkID, _ address: ClientAddress?) -> Int? {
        take(id.bits &+ (address?.bits ?? SIMD2()), .linkVisitor, id.bits, .link, true)
    }

    /// Takes one out of both buckets, or out of none.
    private func take(
        _ bits: SIMD2<UInt64>, _ kind: Kind, _ otherBits: SIMD2<UInt64>?, _ otherKind: Kind, _ isWrite: Bool
    ) -> Int? {
        let now = clock.nanoseconds()
        let capacity = capacity
        return state.withLock { state in
            let first = state.look(Bucket(bits: bits, kind: kind, isWrite: isWrite), now, capacity)
            let second = otherBits.flatMap {
                state.look(Bucket(bits: $0, kind: otherKind, isWrite: isWrite), now, capacity)
            }
            let wait = max(first?.wait ?? 0, second?.wait ?? 0)
            guard wait <= 0 else { return Int(clamping: (wait + 999_999_999) / 1_000_000_000) }
            if let first { state.full[first.bucket] = first.next }
            if let second { state.full[second.bucket] = second.next }
            return nil
        }
    }
}

extension RateLimiter.State {
    /// What taking one out of a bucket would mean; nil when there is no limit.
    fileprivate mutating func look(
        _ bucket: RateLimiter.Bucket, _ now: Int64, _ capacity: Int
    ) -> (bucket: RateLimiter.Bucket, next: Int64, wait: Int64)? {
        let rates = limits[bucket.kind]
        guard let rate = bucket.isWrite ? rates.write : rates.read else { return nil }
        var bucket = bucket
        var full = full[bucket]
        if full == nil, self.full.count >= capacity {
            makeRoom(for: &bucket, now, capacity)
            full = self.full[bucket]
        }
        let interval = 1_000_000_000 / rate.perSecond
        let next = max(full ?? now, now) + interval
        return (bucket, next, next - now - interval * rate.burst)
    }

    /// Forgets buckets that are full again, at most once a second; if there are none, the newcomer shares a bucket.
    private mutating func makeRoom(for bucket: inout RateLimiter.Bucket, _ now: Int64, _ capacity: Int) {
        if now - 1_000_000_000 >= lastSweep {
            lastSweep = now
            full = full.filter { $0.value > now }
        }
        if full.count >= capacity { bucket.bits = SIMD2(.max, .max) }
    }
}

extension RateLimits {
    fileprivate subscript(kind: RateLimiter.Kind) -> Rates {
        switch kind {
        case .botKey: botKey
        case .bot: bot
        case .platformKey: platformKey
        case .platform: platform
        case .session: session
        case .person: person
        case .browser: browser
        case .publishableKey: publishableKey
        case .anonymous: anonymous
        case .checkout: page
        case .linkVisitor: linkVisitor
        case .link: link
        }
    }
}
