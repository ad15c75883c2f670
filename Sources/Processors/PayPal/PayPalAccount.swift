package import Primitives

/// Why an account cannot be used as it is configured. The text says what to change; it repeats no secret.
package struct PayPalAccountError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// One PayPal REST application, checked: a value of this type has credentials, and an address of its own mode.
package struct PayPalAccount: Sendable {
    package static let liveBase = "https://api-m.paypal.com"
    package static let sandboxBase = "https://api-m.sandbox.paypal.com"

    package let mode: Mode
    package let clientID: String
    package let secret: Redacted<String>
    package let base: String
    /// Where payers come back to when the payment itself names no place.
    package let returnURL: String?

    /// Whether it speaks to a simulator.
    package var isLocal: Bool { base != PayPalAccount.liveBase && base != PayPalAccount.sandboxBase }

    /// Where a payer sees an order.
    func page(of order: String) -> String {
        let site =
            switch base {
            case PayPalAccount.liveBase: "https://www.paypal.com"
            case PayPalAccount.sandboxBase: "https://www.sandbox.paypal.com"
            default: base
            }
        return "\(site)/checkoutnow?token=\(order)"
    }

    /// - Parameters:
    ///   - clientID: the application's, printable ASCII without spaces.
    ///   - secret: the application's; PayPal's own text for it says nothing about its mode, the address does.
    ///   - base: an address other than PayPal's, which must be on this machine, in test mode.
    /// - Throws: when an address belongs to the other mode, or something makes no sense.
    package init(
        mode: Mode, clientID: String, secret: Redacted<String>, base: String? = nil, returnURL: String? = nil
    ) throws(PayPalAccountError) {
        guard PayPalAccount.isWord(clientID, 4...255), !clientID.contains(":") else {
            throw PayPalAccountError(description: "A PayPal client ID is one word of at most 255 characters.")
        }
        guard PayPalAccount.isWord(secret.exposed(), 4...255) else {
            throw PayPalAccountError(description: "A PayPal secret is one word of at most 255 characters.")
        }
        let own = mode == .live ? PayPalAccount.liveBase : PayPalAccount.sandboxBase
        let base = base.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? own
        guard base == own || mode == .test && PayPalAccount.isOnThisMachine(base) else {
            throw PayPalAccountError(
                description: mode == .live
                    ? "A live connection speaks to \(own) only."
                    : "A test connection speaks to \(own), or to a simulator on this machine.")
        }
        if let returnURL {
            guard returnURL.hasPrefix("https://") || mode == .test && returnURL.hasPrefix("http://"),
                (10...2_000).contains(returnURL.utf8.count)
            else {
                throw PayPalAccountError(description: "The return URL must begin with https://.")
            }
        }
        self.mode = mode
        self.clientID = clientID
        self.secret = secret
        self.base = base
        self.returnURL = returnURL
    }

    private static func isWord(_ text: String, _ length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static func isOnThisMachine(_ base: String) -> Bool {
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
