/// How often callers may ask. Each caller has a bucket of its own for reading and one for changing, and so has everything
/// that it is part of: all keys of a bot together, all sessions of a person, all browsers that use one publishable key.
package struct RateLimits: Hashable, Sendable {
    /// A bucket that is full at first, loses one for each request, and fills again steadily.
    package struct Rate: Hashable, Sendable {
        /// How many requests a second it takes for ever; at least 1.
        package let perSecond: Int64
        /// How many it takes at once after a pause; at least 1.
        package let burst: Int64

        /// Both are held to 1 to 1 000 000.
        package init(perSecond: Int64, burst: Int64) {
            self.perSecond = min(max(perSecond, 1), 1_000_000)
            self.burst = min(max(burst, 1), 1_000_000)
        }
    }

    /// Nil means no limit.
    package struct Rates: Hashable, Sendable {
        package var read: Rate?
        package var write: Rate?

        package init(read: Rate?, write: Rate?) {
            self.read = read
            self.write = write
        }
    }

    /// Each key of a bot.
    package var botKey = Rates(
        read: Rate(perSecond: 250, burst: 500), write: Rate(perSecond: 250, burst: 500))
    /// All keys of a bot together, publishable ones apart.
    package var bot = Rates(
        read: Rate(perSecond: 500, burst: 1_000), write: Rate(perSecond: 500, burst: 1_000))
    /// Each key of the platform, which speaks for all of its people.
    package var platformKey = Rates(
        read: Rate(perSecond: 5_000, burst: 10_000), write: Rate(perSecond: 5_000, burst: 10_000))
    /// All keys of the platform together.
    package var platform = Rates(
        read: Rate(perSecond: 10_000, burst: 20_000), write: Rate(perSecond: 10_000, burst: 20_000))
    /// Each session of a person.
    package var session = Rates(
        read: Rate(perSecond: 10, burst: 40), write: Rate(perSecond: 2, burst: 20))
    /// All sessions of a person together.
    package var person = Rates(
        read: Rate(perSecond: 20, burst: 80), write: Rate(perSecond: 4, burst: 40))
    /// One address with one publishable key (of an IPv6 address, the first 64 bits). Guests are among these.
    package var browser = Rates(
        read: Rate(perSecond: 10, burst: 50), write: Rate(perSecond: 5, burst: 20))
    /// All browsers with one publishable key together.
    package var publishableKey = Rates(
        read: Rate(perSecond: 250, burst: 500), write: Rate(perSecond: 250, burst: 500))
    /// One address without a credential, or with one that is not known.
    package var anonymous = Rates(
        read: Rate(perSecond: 2, burst: 20), write: Rate(perSecond: 2, burst: 20))

    /// One address at the page of one checkout, whose secret it has.
    package var page = Rates(
        read: Rate(perSecond: 10, burst: 50), write: Rate(perSecond: 5, burst: 20))
    /// One address at one payment link: many phones share one, and a link may be read out to a full hall.
    package var linkVisitor = Rates(
        read: Rate(perSecond: 20, burst: 200), write: Rate(perSecond: 20, burst: 200))
    /// All visitors of one payment link together: each is given a checkout.
    package var link = Rates(
        read: Rate(perSecond: 100, burst: 1_000), write: Rate(perSecond: 100, burst: 1_000))

    package init() {}

    /// No limits at all: for measurements.
    package static var none: RateLimits {
        var limits = RateLimits()
        let none = Rates(read: nil, write: nil)
        limits.botKey = none
        limits.bot = none
        limits.platformKey = none
        limits.platform = none
        limits.session = none
        limits.person = none
        limits.browser = none
        limits.publishableKey = none
        limits.anonymous = none
        limits.page = none
        limits.linkVisitor = none
        limits.link = none
        return limits
    }
}
