package import Payments
package import Primitives

/// What a platform posted.
package struct SurfaceEnvelope: Hashable, Sendable {
    /// The accounts it is about, by the platform's identifiers.
    package let accounts: Set<String>
    package let arrivals: [SurfaceArrival]

    package init(accounts: Set<String>, arrivals: [SurfaceArrival]) {
        self.accounts = accounts
        self.arrivals = arrivals
    }
}

/// A dialect whose platform posts what happens in conversations, to the bot or to Florin.
package protocol ListeningDialect: SurfaceDialect {
    /// Reads the platform's question whether this address is the one that was meant.
    /// - Parameter query: without the question mark.
    /// - Returns: the token it was asked with, and what is to be answered when it is the right one; nil for anything else.
    func challenge(in query: [UInt8]) -> (token: Redacted<String>, answer: String)?

    /// Whether the platform signed this body for this account.
    func isSigned(_ body: [UInt8], headers: [(name: String, value: String)], for account: SurfaceCredentials) -> Bool

    /// Reads what was posted. Events that say nothing of what led somebody here are passed over.
    /// - Returns: nil for what is not of the documented form.
    func envelope(_ body: [UInt8]) -> SurfaceEnvelope?
}

/// A dialect whose bots may prove that they hold the account's secret, and not its token alone.
package protocol ProvingDialect: SurfaceDialect {
    /// - Parameters:
    ///   - token: with which the call came.
    ///   - isRequired: a call without a proof is refused.
    /// - Throws: ``SurfaceRefusal`` for a wrong proof, or none where one is required.
    func checkProof(
        in call: SurfaceCall, of token: String, for account: SurfaceCredentials, isRequired: Bool
    ) throws(SurfaceRefusal)
}

/// What a bot may ask about somebody.
package struct SurfaceProfileFields: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let mayPay = SurfaceProfileFields(rawValue: 1)
    package static let lastAd = SurfaceProfileFields(rawValue: 2)
}
