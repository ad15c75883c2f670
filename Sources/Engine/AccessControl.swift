package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Who calls, proved by a key.
package struct Principal: Hashable, Sendable {
    package let key: APIKeyID
    package let kind: APIKeyKind
    package let owner: Owner
    /// The owner itself, or the platform its bot belongs to.
    package let platform: PlatformID
    package let mode: Mode

    package init(key: APIKeyID, kind: APIKeyKind, owner: Owner, platform: PlatformID, mode: Mode) {
        self.key = key
        self.kind = kind
        self.owner = owner
        self.platform = platform
        self.mode = mode
    }
}

/// Issues, checks and revokes API keys. Keys are shown once and kept as keyed hashes.
package final class AccessControl: Sendable {
    private let store: any Store
    private let vault: any Vault
    private let clock: any WallClock
    private let randomness: any Randomness
    private let cache = Mutex(Cache())

    private struct Cache {
        var keys: [Digest256: Cached] = [:]
        /// Raised by each revocation: what was read before it is not remembered after it.
        var revocations: UInt64 = 0
    }

    private struct Cached {
        let principal: Principal
        let expires: Timestamp?
        let read: Timestamp
    }

    /// A key read from the store is trusted this long, so that a revocation on another machine takes hold.
    private static let cacheLifetime = Duration.seconds(5)
    private static let cacheLimit = 10_000

    package init(store: any Store, vault: any Vault, clock: any WallClock, randomness: any Randomness) {
        self.store = store
        self.vault = vault
        self.clock = clock
        self.randomness = randomness
    }

    /// - Parameter key: the whole key as presented.
    /// - Returns: nil for a key that does not exist, has expired or was revoked.
    package func principal(for key: [UInt8]) async throws -> Principal? {
        guard key.count <= 256 else { return nil }
        let hash = vault.hash(key, .apiKey)
        let now = clock.now()
        let (known, revocations) = cache.withLock { ($0.keys[hash], $0.revocations) }
        if let cached = known, now.duration(since: cached.read) < Self.cacheLifetime,
            cached.read <= now
        {
            if let expires = cached.expires, expires <= now { return nil }
            return cached.principal
        }
        guard let found = try await load(hash), found.0.isUsable(at: now) else {
            cache.withLock { $0.keys[hash] = nil }
            return nil
        }
        cache.withLock { cache in
            guard cache.revocations == revocations else { return }
            if cache.keys.count >= Self.cacheLimit { cache.keys.removeAll() }
            cache.keys[hash] = Cached(principal: found.1, expires: found.0.expires, read: now)
        }
        return found.1
    }

    private func load(_ hash: Digest256) async throws -> (APIKey, Principal)? {
        try await store.read { reader in
            guard let key = try reader.apiKey(hash: hash.bytes) else { return nil }
            let platform: PlatformID
            switch key.owner {
            case .platform(let id): platform = id
            case .bot(let id):
                guard let bot = try reader.bot(id), bot.isActive else { return nil }
                platform = bot.platform
            }
            return (
                key,
                Principal(key: key.id, kind: key.kind, owner: key.owner, platform: platform, mode: key.mode)
            )
        }
    }

    /// Makes a key. The text is returned here and nowhere else.
    package func issue(
        _ kind: APIKeyKind, owner: Owner, mode: Mode, label: String
    ) async throws -> (key: APIKey, text: Redacted<String>) {
        let now = clock.now()
        let prefix =
            switch kind {
            case .secret: "sk"
            case .restricted: "rk"
            case .publishable: "pk"
            }
        let text = "\(prefix)_\(mode == .live ? "live" : "test")_\(Hex.encode(randomness.bytes(24)))"
        let key = APIKey(
            id: randomness.identifier(at: now), owner: owner, kind: kind, mode: mode,
            hash: vault.hash(Array(text.utf8), .apiKey).bytes, hint: String(text.suffix(4)), label: label, created: now)
        try await store.write { try $0.insert(key) }
        return (key, Redacted(text))
    }

    /// Stops a key from working, at once on this machine and within seconds on others.
    /// - Returns: nil when there is no such key.
    package func revoke(_ id: APIKeyID) async throws -> APIKey? {
        let now = clock.now()
        let revoked = try await store.write { transaction -> APIKey? in
            guard var key = try transaction.apiKey(id) else { return nil }
            if key.revoked == nil {
                key.revoked = now
                try transaction.update(key)
            }
            return key
        }
        cache.withLock { cache in
            cache.keys.removeAll()
            cache.revocations += 1
        }
        return revoked
    }
}
