import Engine
import Yams

extension ConfigurationTable {
    static let rates = ConfigurationSection(
        "rates",
        """
        How many requests callers may send; beyond it they are told to come back (429). Each caller has a bucket that is full at \
        first, loses one for each request and fills again steadily. Counted in memory, from zero after a restart.
        """,
        [
            .init("rates.bot_key", \.rates.botKey, .rates, .reload, "Each key of a bot."),
            .init("rates.bot", \.rates.bot, .rates, .reload, "All keys of a bot together, publishable ones apart."),
            .init(
                "rates.platform_key", \.rates.platformKey, .rates, .reload,
                "Each key of the platform, which speaks for all of its people."),
            .init("rates.platform", \.rates.platform, .rates, .reload, "All keys of the platform together."),
            .init("rates.session", \.rates.session, .rates, .reload, "Each session of a person."),
            .init("rates.person", \.rates.person, .rates, .reload, "All sessions of a person together."),
            .init(
                "rates.browser", \.rates.browser, .rates, .reload,
                "One address with one publishable key, guests among them; of an IPv6 address the first 64 bits count."),
            .init(
                "rates.publishable_key", \.rates.publishableKey, .rates, .reload,
                "All browsers with one publishable key together."),
            .init(
                "rates.anonymous", \.rates.anonymous, .rates, .reload,
                "One address without a credential, or with one that is not known."),
            .init(
                "rates.page", \.rates.page, .rates, .reload,
                "One address at the page of one checkout whose secret it has. The key that cards are sealed to is not counted."
            ),
            .init(
                "rates.link_visitor", \.rates.linkVisitor, .rates, .reload,
                "One address that follows one payment link; many phones share an address."),
            .init("rates.link", \.rates.link, .rates, .reload, "All who follow one payment link."),
        ])
}

extension ValueKind where Value == RateLimits.Rates {
    /// Reads and writes apart, each as `250/s burst 500` or `none`.
    static var rates: Self {
        let name = "{read: RATE, write: RATE}, each RATE as 250/s burst 500 (up to 1000000), or none"
        return Self(
            name,
            parse: { (node) throws(BadValue) in
                guard case .mapping(let mapping) = node else { throw BadValue("takes \(name)") }
                var found: [String: RateLimits.Rate?] = [:]
                for (key, value) in mapping {
                    let kind = try key.scalarText(wanted: name, isQuotable: false)
                    guard kind == "read" || kind == "write" else {
                        throw BadValue("\(Excerpt.of(kind)) is neither read nor write", at: key.mark)
                    }
                    let text = try value.scalarText(wanted: name, isQuotable: false)
                    guard let rate = RateLimits.Rate.read(text) else {
                        throw BadValue("\(Excerpt.of(text)) is no rate; it takes \(name)", at: value.mark)
                    }
                    found.updateValue(rate, forKey: kind)
                }
                guard let read = found["read"], let write = found["write"] else { throw BadValue("takes \(name)") }
                return RateLimits.Rates(read: read, write: write)
            },
            text: { "{read: \(RateLimits.Rate.text($0.read)), write: \(RateLimits.Rate.text($0.write))}" })
    }
}

extension RateLimits.Rate {
    fileprivate static func text(_ rate: RateLimits.Rate?) -> String {
        rate.map { "\($0.perSecond)/s burst \($0.burst)" } ?? "none"
    }

    /// - Returns: nil when the text is no rate; a rate of nil for `none`.
    fileprivate static func read(_ text: String) -> RateLimits.Rate?? {
        if text == "none" { return .some(nil) }
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "burst", words[0].hasSuffix("/s"),
            let perSecond = number(words[0].dropLast(2)), let burst = number(words[2])
        else { return nil }
        return .some(RateLimits.Rate(perSecond: perSecond, burst: burst))
    }

    private static func number(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text) else { return nil }
        return (1...1_000_000).contains(value) ? value : nil
    }
}
