/// A merchant.
package struct BotView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let platform: String
    package let name: String
    package let legalName: String
    package let merchantCategory: String
    package let country: String
    package let statementDescriptor: String
    package let isActive: Bool
    /// Empty in lists.
    package let accounts: [AccountView]

    package init(
        id: String, created: String, platform: String, name: String, legalName: String, merchantCategory: String,
        country: String, statementDescriptor: String, isActive: Bool, accounts: [AccountView]
    ) {
        self.id = id
        self.created = created
        self.platform = platform
        self.name = name
        self.legalName = legalName
        self.merchantCategory = merchantCategory
        self.country = country
        self.statementDescriptor = statementDescriptor
        self.isActive = isActive
        self.accounts = accounts
    }
}

/// Somebody who chats, without anything that says who: names and addresses stay sealed.
package struct PersonView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let platform: String
    package let mode: String
    /// Something is known of them; false after an erasure.
    package let hasProfile: Bool
    /// Empty in lists.
    package let accounts: [AccountView]

    package init(
        id: String, created: String, platform: String, mode: String, hasProfile: Bool, accounts: [AccountView]
    ) {
        self.id = id
        self.created = created
        self.platform = platform
        self.mode = mode
        self.hasProfile = hasProfile
        self.accounts = accounts
    }
}

/// An API key; not the key itself.
package struct KeyView: Codable, Hashable, Sendable {
    package let id: String
    package let created: String
    package let owner: String
    package let kind: String
    package let mode: String
    /// The last four characters.
    package let hint: String
    package let label: String
    /// `active`, `expired` or `revoked`.
    package let state: String
    package let expires: String?
    package let revoked: String?
    /// What a restricted key may do, such as `payment_intents:write`; empty for other kinds.
    package let scopes: [String]
    /// To the minute, and up to a minute late; nil when it was never used.
    package let lastUsed: String?

    package init(
        id: String, created: String, owner: String, kind: String, mode: String, hint: String, label: String,
        state: String, expires: String?, revoked: String?, scopes: [String], lastUsed: String?
    ) {
        self.id = id
        self.created = created
        self.owner = owner
        self.kind = kind
        self.mode = mode
        self.hint = hint
        self.label = label
        self.state = state
        self.expires = expires
        self.revoked = revoked
        self.scopes = scopes
        self.lastUsed = lastUsed
    }
}

/// A key to be made.
package struct CreateKeyRequest: Codable, Hashable, Sendable {
    /// `plat_…` or `bot_…`.
    package let owner: String
    /// `secret`, `restricted` or `publishable`.
    package let kind: String
    /// `test` or `live`.
    package let mode: String
    /// At most 80 characters.
    package let label: String
    /// For a restricted key, and only for one: what it may do.
    package let scopes: [String]?

    package init(owner: String, kind: String, mode: String, label: String, scopes: [String]? = nil) {
        self.owner = owner
        self.kind = kind
        self.mode = mode
        self.label = label
        self.scopes = scopes
    }
}

/// How a key is to be replaced.
package struct RollKeyRequest: Codable, Hashable, Sendable {
    /// How long the old key goes on beside the new one: 0 to 604 800.
    package let overlapSeconds: Int64

    package init(overlapSeconds: Int64) { self.overlapSeconds = overlapSeconds }
}

/// The key that ends and the one that takes its place.
package struct RolledKeyView: Codable, Hashable, Sendable {
    package let old: KeyView
    package let key: KeyView
    /// Of the new key. Shown once; only a keyed hash is kept.
    package let secret: String

    package init(old: KeyView, key: KeyView, secret: String) {
        self.old = old
        self.key = key
        self.secret = secret
    }
}

/// With ``RolledKeyView``, the only answer that ever carries a key.
package struct CreatedKeyView: Codable, Hashable, Sendable {
    package let key: KeyView
    /// Shown once; only a keyed hash is kept.
    package let secret: String

    package init(key: KeyView, secret: String) {
        self.key = key
        self.secret = secret
    }
}
