package import Primitives

/// Why an account cannot be used as it is configured. The text says what to change; it repeats no secret.
package struct BraintreeAccountError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// A pair of API keys. Its private half also signs the webhooks.
package struct BraintreeKeys: Sendable {
    /// Names the pair; stands in clear in every webhook's signature.
    package let publicKey: String
    package let privateKey: Redacted<String>

    /// - Returns: nil for what Braintree would not give: both halves are 8 to 128 letters, digits and underscores.
    package init?(publicKey: String, privateKey: Redacted<String>) {
        guard BraintreeAccount.isWord(publicKey), BraintreeAccount.isWord(privateKey.exposed()) else { return nil }
        self.publicKey = publicKey
        self.privateKey = privateKey
    }

    /// Reads `PUBLIC:PRIVATE`, the form in which the pair is handed over.
    /// - Returns: nil for anything else.
    package init?(pair: Redacted<String>) {
        let parts = pair.exposed().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(publicKey: String(parts[0]), privateKey: Redacted(String(parts[1])))
    }
}

/// One Braintree gateway account, checked: a value of this type has keys and an address of its own mode.
package struct BraintreeAccount: Sendable {
    /// The version of the API that this adapter speaks, a date. Sent with every request, so that later changes at Braintree do not
    /// reach it.
    package static let apiVersion = "2019-01-01"
    /// Where each mode's API is. The keys themselves do not tell their mode; a pair of the other one is not known there.
    package static func publicBase(_ mode: Mode) -> String {
        mode == .live ? "https://payments.braintree-api.com" : "https://payments.sandbox.braintree-api.com"
    }

    package let mode: Mode
    package let keys: BraintreeKeys
    package let base: String
    /// Which merchant account takes which currency: a merchant account settles in one. A currency that is not listed is not
    /// charged.
    package let merchantAccounts: [Currency: String]

    /// - Parameters:
    ///   - merchantAccounts: `USD=acme_usd,EUR=acme_eur`: a currency and the name of its merchant account, separated by
    ///     commas.
    ///   - base: an address other than Braintree's, which must be on this machine, in test mode.
    /// - Throws: when the address belongs to the other mode, or something makes no sense.
    package init(
        mode: Mode, keys: BraintreeKeys, merchantAccounts: String, base: String? = nil
    ) throws(BraintreeAccountError) {
        let base = base.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? BraintreeAccount.publicBase(mode)
        guard base == BraintreeAccount.publicBase(mode) || mode == .test && BraintreeAccount.isLocal(base) else {
            throw BraintreeAccountError(
                description: mode == .live
                    ? "A live connection speaks to \(BraintreeAccount.publicBase(.live)) only: leave the address out."
                    : "The address of a test connection is \(BraintreeAccount.publicBase(.test)), or a simulator on this "
                        + "machine such as http://127.0.0.1:9443.")
        }
        self.mode = mode
        self.keys = keys
        self.base = base
        self.merchantAccounts = try BraintreeAccount.accounts(merchantAccounts)
    }

    /// Whether it is played by a simulator on this machine.
    var isLocal: Bool { base != BraintreeAccount.publicBase(mode) }

    private static func accounts(_ text: String) throws(BraintreeAccountError) -> [Currency: String] {
        var found: [Currency: String] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let currency = Currency(code: pair[0]), isWord(String(pair[1]), shortest: 1),
                found.updateValue(String(pair[1]), forKey: currency) == nil
            else {
                throw BraintreeAccountError(
                    description:
                        "Merchant accounts are written USD=name,EUR=other: each currency once, with the name that "
                        + "Braintree's Control Panel shows.")
            }
            guard BraintreeAmounts.isSupported(currency) else {
                throw BraintreeAccountError(
                    description: "\(currency.code) is not charged through Braintree: leave it out.")
            }
        }
        guard !found.isEmpty else {
            throw BraintreeAccountError(
                description:
                    "Name at least one merchant account, such as USD=acme_usd: Braintree takes the currency from it."
            )
        }
        return found
    }

    static func isWord(_ text: String, shortest: Int = 8) -> Bool {
        (shortest...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")
                    || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "-")
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
