package import Primitives

/// Why an account cannot be used as it is configured. The text says what to change; it repeats no secret.
package struct StripeAccountError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// One Stripe account, checked: a value of this type has a key and an address of its own mode.
package struct StripeAccount: Sendable {
    /// How cards travel.
    package enum CardForm: String, Hashable, Sendable {
        /// The number itself. Stripe refuses it until it has enabled raw card data for the account (PCI DSS).
        case raw
        /// One of Stripe's own test payment methods in place of each known test number. Test mode only.
        case testTokens = "test-tokens"
    }

    /// The version whose field names this adapter speaks. Sent with every request, so that the account's own setting does
    /// not matter; requests are held to the description Stripe published for it.
    package static let apiVersion = "2023-08-16"
    /// The one address, for both modes: they differ by key.
    package static let publicBase = "https://api.stripe.com"

    package let mode: Mode
    package let key: Redacted<String>
    package let base: String
    package let cards: CardForm
    /// Where cardholders come back to after authentication when the payment itself names no place.
    package let returnURL: String?

    /// - Parameters:
    ///   - key: `sk_test_…`, `rk_test_…` for test; `sk_live_…`, `rk_live_…` for live.
    ///   - base: an address other than Stripe's, which must be on this machine, in test mode.
    /// - Throws: when key, address or card form belong to the other mode, or make no sense.
    package init(
        mode: Mode, key: Redacted<String>, base: String? = nil, cards: CardForm = .raw, returnURL: String? = nil
    ) throws(StripeAccountError) {
        try StripeAccount.check(key, mode)
        let base = base.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? StripeAccount.publicBase
        guard base == StripeAccount.publicBase || mode == .test && StripeAccount.isLocal(base) else {
            throw StripeAccountError(
                description: mode == .live
                    ? "A live connection speaks to \(StripeAccount.publicBase) only."
                    : "A test connection speaks to \(StripeAccount.publicBase), or to a simulator on this machine.")
        }
        guard cards == .raw || mode == .test else {
            throw StripeAccountError(description: "Test tokens are for test connections.")
        }
        if let returnURL {
            guard returnURL.hasPrefix("https://") || mode == .test && returnURL.hasPrefix("http://") else {
                throw StripeAccountError(description: "The return URL must begin with https://.")
            }
        }
        self.mode = mode
        self.key = key
        self.base = base
        self.cards = cards
        self.returnURL = returnURL
    }

    private static func check(_ key: Redacted<String>, _ mode: Mode) throws(StripeAccountError) {
        let text = key.exposed()
        let word = mode == .live ? "live" : "test"
        let other = mode == .live ? "test" : "live"
        if text.hasPrefix("sk_\(other)_") || text.hasPrefix("rk_\(other)_") {
            throw StripeAccountError(description: "This is a \(other) key, and the connection is a \(word) connection.")
        }
        guard text.hasPrefix("sk_\(word)_") || text.hasPrefix("rk_\(word)_"), (12...255).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw StripeAccountError(
                description: "A Stripe secret key begins with sk_\(word)_ or rk_\(word)_ and is one line of text.")
        }
    }

    private static func isLocal(_ base: String) -> Bool {
        for scheme in ["http://", "https://"] where base.hasPrefix(scheme) {
            let rest = base.dropFirst(scheme.count)
            guard let host = ["127.0.0.1", "localhost", "[::1]"].first(where: rest.hasPrefix) else { return false }
            let port = rest.dropFirst(host.count)
            return port.isEmpty
                || port.first == ":" && (Int(port.dropFirst()).map { (1...65_535).contains($0) } ?? false)
        }
        return false
    }
}
