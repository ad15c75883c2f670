package import Primitives

/// What a key may do. Raw values are stored.
package enum APIKeyKind: Int64, Hashable, Sendable {
    /// `sk_`: everything its owner may do.
    case secret = 1
    /// `rk_`: only the scopes it names.
    case restricted = 2
    /// `pk_`: tokenize a card, and pay one payment whose client secret is known.
    case publishable = 3
}

/// A credential. The key itself is shown once and kept only as a keyed hash.
package struct APIKey: Hashable, Sendable {
    package let id: APIKeyID
    package let owner: Owner
    package let kind: APIKeyKind
    package let mode: Mode
    /// Keyed hash of the whole key, 32 bytes.
    package let hash: [UInt8]
    /// The last four characters, to tell keys apart.
    package let hint: String
    package let label: String
    package let created: Timestamp
    /// When it stops working, for a roll with overlap; nil means never.
    package var expires: Timestamp?
    package var revoked: Timestamp?
    /// What a restricted key may do; empty for the other kinds, which need none.
    package let scopes: ScopeSet
    /// When it was last used, to the minute; written some time later. Nil when it never was.
    package var lastUsed: Timestamp?

    package init(
        id: APIKeyID, owner: Owner, kind: APIKeyKind, mode: Mode, hash: [UInt8], hint: String, label: String,
        created: Timestamp, expires: Timestamp? = nil, revoked: Timestamp? = nil, scopes: ScopeSet = ScopeSet(),
        lastUsed: Timestamp? = nil
    ) {
        self.id = id
        self.owner = owner
        self.kind = kind
        self.mode = mode
        self.hash = hash
        self.hint = hint
        self.label = label
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.scopes = scopes
        self.lastUsed = lastUsed
    }

    /// Whether the key opens anything at `time`: not revoked, and not expired.
    package func isUsable(at time: Timestamp) -> Bool {
        guard revoked == nil else { return false }
        guard let expires else { return true }
        return time < expires
    }
}
