package import Payments
package import Primitives

/// Who calls, proved by a credential. Each case carries exactly what its kind may use: a handler that was declared for bots
/// is given a ``BotPrincipal`` and cannot be reached by anybody else.
package enum Principal: Hashable, Sendable {
    /// The chat app's own backend, with a secret or restricted key.
    case platform(PlatformPrincipal)
    /// A merchant, with a secret or restricted key.
    case bot(BotPrincipal)
    /// A page or app anywhere, with a publishable key: everybody has that.
    case browser(BrowserPrincipal)
    /// Somebody who chats, with the token of a session that the platform made for them.
    case person(PersonPrincipal)
}

/// What a credential may do of what its principal may do.
package enum Grants: Hashable, Sendable {
    case everything
    case only(ScopeSet)

    /// Whether `scope` is among them.
    package func allows(_ scope: Scope) -> Bool {
        switch self {
        case .everything: true
        case .only(let scopes): scopes.contains(scope)
        }
    }
}

/// A caller who owns objects, or acts on objects of an owner.
package protocol CallingPrincipal: Sendable {
    /// Whose objects the call is about. A person acts on objects of their platform; see ``person``.
    var owner: Owner { get }
    var mode: Mode { get }
    /// Who acts on these objects.
    var actor: Actor { get }
    /// Within which an Idempotency-Key means one thing (design invariant 3).
    var idempotencyScope: IdempotencyScope { get }
    /// Whether the credential includes `scope`; expansions ask it too.
    func allows(_ scope: Scope) -> Bool
}

extension CallingPrincipal {
    /// The person who calls, when it is one: they see and change only what is theirs.
    package var person: PersonID? { actor.person }
}

/// Idempotency keys of different scopes never meet. Publishable keys have one apart from their owner's, because everybody
/// has them: nobody can use up, or be answered with, what the owner's server asked.
package struct IdempotencyScope: Hashable, Sendable {
    package let bits: SIMD2<UInt64>
    package let isPublic: Bool

    package init(_ bits: SIMD2<UInt64>, isPublic: Bool = false) {
        self.bits = bits
        self.isPublic = isPublic
    }
}

/// See ``Principal/platform(_:)``.
package struct PlatformPrincipal: CallingPrincipal, Hashable {
    package let key: APIKeyID
    package let platform: PlatformID
    package let mode: Mode
    package let grants: Grants

    package init(key: APIKeyID, platform: PlatformID, mode: Mode, grants: Grants) {
        self.key = key
        self.platform = platform
        self.mode = mode
        self.grants = grants
    }

    package var owner: Owner { .platform(platform) }
    package var actor: Actor { .owner }
    package var idempotencyScope: IdempotencyScope { IdempotencyScope(owner.bits) }
    package func allows(_ scope: Scope) -> Bool { grants.allows(scope) }
}

/// See ``Principal/bot(_:)``.
package struct BotPrincipal: CallingPrincipal, Hashable {
    package let key: APIKeyID
    package let bot: BotID
    /// The platform it belongs to.
    package let platform: PlatformID
    package let mode: Mode
    package let grants: Grants

    package init(key: APIKeyID, bot: BotID, platform: PlatformID, mode: Mode, grants: Grants) {
        self.key = key
        self.bot = bot
        self.platform = platform
        self.mode = mode
        self.grants = grants
    }

    package var owner: Owner { .bot(bot) }
    package var actor: Actor { .owner }
    package var idempotencyScope: IdempotencyScope { IdempotencyScope(owner.bits) }
    package func allows(_ scope: Scope) -> Bool { grants.allows(scope) }
}

/// See ``Principal/browser(_:)``.
package struct BrowserPrincipal: CallingPrincipal, Hashable {
    package let key: APIKeyID
    package let owner: Owner
    package let mode: Mode

    package init(key: APIKeyID, owner: Owner, mode: Mode) {
        self.key = key
        self.owner = owner
        self.mode = mode
    }

    package var actor: Actor { .guest }
    package var idempotencyScope: IdempotencyScope { IdempotencyScope(owner.bits, isPublic: true) }
    /// What a publishable key may do is said by the routes that take one; it shows no object but the one it is about.
    package func allows(_ scope: Scope) -> Bool { false }
}

/// See ``Principal/person(_:)``.
package struct PersonPrincipal: CallingPrincipal, Hashable {
    package let session: PersonSessionID
    package let id: PersonID
    package let platform: PlatformID
    package let mode: Mode
    package let scopes: ScopeSet

    package init(session: PersonSessionID, id: PersonID, platform: PlatformID, mode: Mode, scopes: ScopeSet) {
        self.session = session
        self.id = id
        self.platform = platform
        self.mode = mode
        self.scopes = scopes
    }

    package var owner: Owner { .platform(platform) }
    package var actor: Actor { .person(id) }
    package var idempotencyScope: IdempotencyScope { IdempotencyScope(SIMD2(id.high, id.low)) }
    /// Every session may see and end the sessions of its own person.
    package func allows(_ scope: Scope) -> Bool { scopes.contains(scope) || scope.family == .personSessions }
}
