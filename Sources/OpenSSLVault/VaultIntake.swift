import Payments
package import Ports
import Primitives
import Synchronization

/// Cards that were sealed in a browser, opened by key pairs that live for a day.
///
/// A page seals ``SealedCardText`` by RSA-OAEP with SHA-256 (`RSA-OAEP` of WebCrypto, `RSA-OAEP-256` of JOSE) to the newest
/// key. The key pair opens for an hour longer than it is published and is then destroyed: whoever takes the root key and
/// the database later cannot open what was sealed before. A backup keeps the pairs it holds, sealed.
///
/// Run ``keep()`` from time to time, as a service.
package final class VaultIntake: CardIntake {
    /// How long pages are given a key.
    package static let publication = Duration.seconds(24 * 3_600)
    /// How long after that it still opens.
    package static let grace = Duration.seconds(3_600)
    /// How old a sealed card may be.
    package static let freshness = Duration.seconds(15 * 60)
    /// How far ahead the page's time may be. Pages are told the time with the key, so a device's own clock does not matter.
    package static let clockSkew = Duration.seconds(60)

    private let vault: OpenSSLVault
    private let store: any IntakeKeyStore
    private let clock: any WallClock
    private let randomness: any Randomness
    /// The newest first.
    private let pairs = Mutex<[IntakeKeyPair]>([])
    private let maker = Maker()

    /// Reads nothing yet.
    package init(vault: OpenSSLVault, store: any IntakeKeyStore, clock: any WallClock, randomness: any Randomness) {
        self.vault = vault
        self.store = store
        self.clock = clock
        self.randomness = randomness
    }

    package func publicKey() async throws(CardIntakeError) -> IntakePublicKey {
        if let pair = current { return published(pair) }
        do { try await keep() } catch { throw .unavailable }
        guard let pair = current else { throw .unavailable }
        return published(pair)
    }

    package func open(_ sealed: SealedCard, for checkout: String) async throws(CardIntakeError) -> IntakeCard {
        if pair(sealed.key) == nil {
            // Another machine may have made it. A key that nobody made costs one small read.
            do { try await load() } catch { throw .unavailable }
        }
        guard let pair = pair(sealed.key) else { throw .unknownKey }
        let now = clock.now()
        return try pair.withOpened(sealed.ciphertext) { clear in
            Result { () throws(CardIntakeError) in
                guard let clear, let text = SealedCardText(clear) else { throw .unreadable }
                guard text.isFor(checkout) else { throw .otherCheckout }
                let age = now.duration(since: Timestamp(seconds: text.issued))
                guard age <= Self.freshness, age >= .zero - Self.clockSkew else { throw .tooOld }
                return try text.card()
            }
        }.get()
    }

    /// Makes a new key pair when the newest is a day old, and destroys the ones that have ended.
    package func keep() async throws {
        try await maker.alone {
            let now = self.clock.now()
            _ = try await self.store.deleteIntakeKeys(endedBefore: now)
            try await self.load()
            guard self.current == nil else { return }
            let pair = try IntakeKeyPair(
                id: self.randomness.identifier(at: now), created: now,
                ends: now.advanced(by: Self.publication + Self.grace))
            _ = try await self.store.insert(
                pair.stored(by: self.vault), unlessOneSince: now.advanced(by: .zero - Self.publication))
            try await self.load()
        }
    }

    /// The key that pages seal to, while it is published.
    private var current: IntakeKeyPair? {
        let now = clock.now()
        return pairs.withLock { $0.first }.flatMap { now < $0.created.advanced(by: Self.publication) ? $0 : nil }
    }

    private func pair(_ id: IntakeKeyID) -> IntakeKeyPair? {
        let now = clock.now()
        return pairs.withLock { $0.first { $0.id == id } }.flatMap { now < $0.ends ? $0 : nil }
    }

    private func published(_ pair: IntakeKeyPair) -> IntakePublicKey {
        IntakePublicKey(
            id: pair.id, modulus: pair.modulus, exponent: pair.exponent,
            expires: pair.created.advanced(by: Self.publication))
    }

    /// Takes over what is stored. Pairs that are in memory already stay as they are.
    private func load() async throws {
        let known = pairs.withLock { $0 }
        let loaded = try await store.loadIntakeKeys().map { stored in
            try known.first { $0.id == stored.id } ?? IntakeKeyPair(stored, vault)
        }
        pairs.withLock { $0 = loaded }
    }

    /// Of several who find no key, one makes it.
    private actor Maker {
        private var work: Task<Void, any Error>?

        func alone(_ body: @escaping @Sendable () async throws -> Void) async throws {
            if let work { return try await work.value }
            let task = Task { try await body() }
            work = task
            defer { work = nil }
            try await task.value
        }
    }
}
