package import Payments
package import Ports
package import Primitives
internal import Synchronization

/// Issues, checks, rolls and revokes API keys. Keys are shown once and kept as keyed hashes.
package final class AccessControl: Sendable {
    private let store: any Store
    private let vault: any Vault
    private let clock: any WallClock
    private let randomness: any Randomness
    private let state = Mutex(State())

    private struct State {
        var cache = CredentialCache<Principal>(limit: AccessControl.cacheLimit)
        /// Uses that are not stored yet, as minutes since 1970.
        var uses: [APIKeyID: Int64] = [:]

        /// Bounded by the number of keys that exist: only those that work are noted.
        mutating func noteUse(of principal: Principal, at now: Timestamp) {
            guard let key = principal.key else { return }
            let minute = now.seconds / 60
            if uses[key] != minute { uses[key] = minute }
        }
    }

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
        let (known, generation) = state.withLock { state in
            let entry = state.cache[hash, at: now]
            if let entry, entry.isUsable(at: now) { state.noteUse(of: entry.credential, at: now) }
            return (entry, state.cache.generation)
        }
        if let known { return known.isUsable(at: now) ? known.credential : nil }
        guard let (key, principal) = try await load(hash), key.isUsable(at: now) else {
            state.withLock { $0.cache.forget(hash) }
            return nil
        }
        state.withLock { state in
            state.cache.remember(principal, hash, expires: key.expires, at: now, generation: generation)
            state.noteUse(of: principal, at: now)
        }
        return principal
    }

    private func load(_ hash: Digest256) async throws -> (APIKey, Principal)? {
        try await store.read { reader in
            guard let key = try reader.apiKey(hash: hash.bytes) else { return nil }
            return try AccessControl.principal(key, reader).map { (key, $0) }
        }
    }

    /// - Returns: nil for every key of a bot that is not active.
    private static func principal(_ key: APIKey, _ reader: any StoreReader) throws -> Principal? {
        let bot: Bot?
        switch key.owner {
        case .platform: bot = nil
        case .bot(let id):
            bot = try reader.bot(id)
            guard bot?.isActive == true else { return nil }
        }
        let grants: Grants
        switch key.kind {
        case .secret: grants = .everything
        case .restricted: grants = .only(key.scopes)
        case .publishable: return .browser(BrowserPrincipal(key: key.id, owner: key.owner, mode: key.mode))
        }
        switch (key.owner, bot) {
        case (.platform(let id), _):
            return .platform(PlatformPrincipal(key: key.id, platform: id, mode: key.mode, grants: grants))
        case (.bot(let id), let bot?):
            return .bot(BotPrincipal(key: key.id, bot: id, platform: bot.platform, mode: key.mode, grants: grants))
        case (.bot, nil): return nil
        }
    }
}

extension CredentialCache.Entry {
    func isUsable(at now: Timestamp) -> Bool { expires.map { now < $0 } ?? true }
}

// MARK: - Issuing and ending

extension AccessControl {
    /// Makes a key. The text is returned here and nowhere else.
    /// - Parameter scopes: what a restricted key may do; of no meaning for other kinds.
    package func issue(
        _ kind: APIKeyKind, owner: Owner, mode: Mode, label: String, scopes: ScopeSet = ScopeSet()
    ) async throws -> (key: APIKey, text: Redacted<String>) {
        let made = make(kind, owner, mode, label, scopes, at: clock.now())
        try await store.write { try $0.insert(made.key) }
        return made
    }

    private func make(
        _ kind: APIKeyKind, _ owner: Owner, _ mode: Mode, _ label: String, _ scopes: ScopeSet, at now: Timestamp
    ) -> (key: APIKey, text: Redacted<String>) {
        let prefix =
            switch kind {
            case .secret: "sk"
            case .restricted: "rk"
            case .publishable: "pk"
            }
        let text = "\(prefix)_\(mode == .live ? "live" : "test")_\(Hex.encode(randomness.bytes(24)))"
        let key = APIKey(
            id: randomness.identifier(at: now), owner: owner, kind: kind, mode: mode,
            hash: vault.hash(Array(text.utf8), .apiKey).bytes, hint: String(text.suffix(4)), label: label, created: now,
            scopes: kind == .restricted ? scopes : ScopeSet())
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
        state.withLock { $0.cache.forgetAll() }
        return revoked
    }

    /// A key that takes the place of another one.
    package struct Rolled: Sendable {
        /// The one that ends; ``APIKey/expires`` says when.
        package let old: APIKey
        package let new: APIKey
        /// The text of the new one, for the only time.
        package let text: Redacted<String>

        package init(old: APIKey, new: APIKey, text: Redacted<String>) {
            self.old = old
            self.new = new
            self.text = text
        }
    }

    /// Why a key was not rolled. Nothing was changed.
    package enum RollRefusal: Error, Hashable, Sendable {
        case noSuchKey
        /// It was revoked or has expired.
        case ended
        /// It ends already: its successor is to be rolled.
        case endsAlready(Timestamp)
    }

    /// The longest that an old key may go on beside its successor.
    package static let longestOverlap = Duration.seconds(7 * 24 * 3_600)

    /// Makes a key of the same owner, kind, mode, label and scopes, and lets the old one end after `overlap` (held to
    /// ``longestOverlap``; zero ends it now).
    /// - Throws: ``RollRefusal``.
    package func roll(_ id: APIKeyID, overlap: Duration) async throws -> Rolled {
        let now = clock.now()
        let ends = now.advanced(by: min(max(overlap, .zero), Self.longestOverlap))
        let rolled = try await store.write { [self] transaction -> Rolled in
            guard var old = try transaction.apiKey(id) else { throw RollRefusal.noSuchKey }
            guard old.isUsable(at: now) else { throw RollRefusal.ended }
            if let expires = old.expires { throw RollRefusal.endsAlready(expires) }
            let made = make(old.kind, old.owner, old.mode, old.label, old.scopes, at: now)
            old.expires = ends
            try transaction.update(old)
            try transaction.insert(made.key)
            return Rolled(old: old, new: made.key, text: made.text)
        }
        state.withLock { $0.cache.forgetAll() }
        return rolled
    }
}

// MARK: - When keys were last used

extension AccessControl {
    /// Stores the uses since the last call, in one transaction. Called every minute and when the daemon stops: what is
    /// stored is to the minute, and a crash loses at most the last minute's uses.
    /// - Returns: how many keys' uses were stored.
    @discardableResult
    package func storeUses() async throws -> Int {
        let uses = state.withLock { state in
            defer { state.uses.removeAll(keepingCapacity: true) }
            return state.uses
        }
        guard !uses.isEmpty else { return 0 }
        do {
            try await store.write { transaction in
                for (key, minute) in uses.sorted(by: { $0.key < $1.key }) {
                    try transaction.noteUse(of: key, at: Timestamp(seconds: minute * 60))
                }
            }
        } catch {
            state.withLock { $0.uses.merge(uses) { max($0, $1) } }
            throw error
        }
        return uses.count
    }
}

extension Principal {
    /// The key that proved it; nil for a session.
    package var key: APIKeyID? {
        switch self {
        case .platform(let platform): platform.key
        case .bot(let bot): bot.key
        case .browser(let browser): browser.key
        case .person: nil
        }
    }
}
