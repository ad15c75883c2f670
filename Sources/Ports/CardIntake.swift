package import Payments
package import Primitives

package enum IntakeKeyKind: IdentifierKind { package static var prefix: String { "ik" } }
/// One of the key pairs that pages seal cards to.
package typealias IntakeKeyID = Identifier<IntakeKeyKind>

/// A card as a page sealed it: nothing between the page and the vault can read it.
package struct SealedCard: Hashable, Sendable {
    /// Which public half it was sealed to.
    package let key: IntakeKeyID
    /// RSA-OAEP; as long as the key's modulus.
    package let ciphertext: [UInt8]

    package init(key: IntakeKeyID, ciphertext: [UInt8]) {
        self.key = key
        self.ciphertext = ciphertext
    }
}

/// What was in a ``SealedCard``. The number is of a supported brand, with a valid length and check digit; the code has as
/// many digits as the brand prints.
package struct IntakeCard: Sendable {
    package let number: CardNumber
    package let expiry: CardExpiry
    package let securityCode: SecurityCode

    package init(number: CardNumber, expiry: CardExpiry, securityCode: SecurityCode) {
        self.number = number
        self.expiry = expiry
        self.securityCode = securityCode
    }
}

/// The half of a key pair that is published to pages.
package struct IntakePublicKey: Hashable, Sendable {
    package let id: IntakeKeyID
    /// Big-endian, without leading zeros.
    package let modulus: [UInt8]
    package let exponent: [UInt8]
    /// Pages fetch the key anew after this; what was sealed just before still opens for a while.
    package let expires: Timestamp

    package init(id: IntakeKeyID, modulus: [UInt8], exponent: [UInt8], expires: Timestamp) {
        self.id = id
        self.modulus = modulus
        self.exponent = exponent
        self.expires = expires
    }
}

/// Why a sealed card was refused. No case carries anything that was inside.
package enum CardIntakeError: Error, Hashable, Sendable {
    /// The key pair is not known, or was destroyed: the page fetches the key and seals again.
    case unknownKey
    /// It does not open, or is not what a page seals.
    case unreadable
    /// It was sealed more than 15 minutes ago, or after now: the page seals again.
    case tooOld
    /// It was sealed for another checkout.
    case otherCheckout
    case number(CardNumberError)
    case expiry
    case securityCode
    /// The vault or its store failed; nothing was learnt about the card.
    case unavailable
}

/// Receives cards that were sealed in a browser. ``VaultIntake`` in OpenSSLVault says how they are sealed.
package protocol CardIntake: Sendable {
    /// The key that pages seal to now.
    /// - Throws: `.unavailable`.
    func publicKey() async throws(CardIntakeError) -> IntakePublicKey
    /// Opens a card that was sealed for the checkout with this identifier (`cs_…`), within 15 minutes. Whether it was used
    /// before is the checkout's to know.
    func open(_ sealed: SealedCard, for checkout: String) async throws(CardIntakeError) -> IntakeCard
}

/// A gateway without hosted pages: nothing can be sealed to it.
package struct NoCardIntake: CardIntake {
    package init() {}
    package func publicKey() async throws(CardIntakeError) -> IntakePublicKey { throw .unavailable }
    package func open(_ sealed: SealedCard, for checkout: String) async throws(CardIntakeError) -> IntakeCard {
        throw .unknownKey
    }
}

/// A key pair as it is stored.
package struct StoredIntakeKey: Hashable, Sendable {
    package let id: IntakeKeyID
    package let created: Timestamp
    /// From then on it opens nothing and is destroyed.
    package let ends: Timestamp
    /// The private half, sealed by the vault.
    package let sealed: SealedBytes

    package init(id: IntakeKeyID, created: Timestamp, ends: Timestamp, sealed: SealedBytes) {
        self.id = id
        self.created = created
        self.ends = ends
        self.sealed = sealed
    }
}

/// Where intake key pairs are kept. Implemented by the store.
package protocol IntakeKeyStore: Sendable {
    /// All of them, the newest first.
    func loadIntakeKeys() async throws -> [StoredIntakeKey]
    /// Stores a new pair, durably, unless one was created after `time`: of two daemons that rotate at once, one does.
    /// - Returns: whether it was stored.
    func insert(_ key: StoredIntakeKey, unlessOneSince time: Timestamp) async throws -> Bool
    /// Deletes the pairs that ended before `time`.
    /// - Returns: how many.
    func deleteIntakeKeys(endedBefore time: Timestamp) async throws -> Int
}
