import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// What operators do to API keys. The daemon's is ``Engine/AccessControl``.
protocol APIKeyAdministration: Sendable {
    func issue(
        _ kind: APIKeyKind, owner: Owner, mode: Mode, label: String, scopes: ScopeSet
    ) async throws -> (key: APIKey, text: Redacted<String>)
    func revoke(_ id: APIKeyID) async throws -> APIKey?
    /// - Throws: `AccessControl.RollRefusal`.
    func roll(_ id: APIKeyID, overlap: Duration) async throws -> AccessControl.Rolled
}

extension AccessControl: APIKeyAdministration {}

/// `keys list`, `keys create`, `keys roll` and `keys revoke`.
struct KeysFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let administration: any APIKeyAdministration

    private static let longestLabel = 80

    var handlers: [AdminRoute: AdminHandler] {
        [.keys: json(list), .createKey: json(create), .revokeKey: json(revoke), .rollKey: json(roll)]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<KeyView> {
        try request.allow("owner")
        var owner: Owner?
        if let text = request.text("owner") { owner = try Self.owner(text) }
        let now = clock.now()
        let keys = try await store.read { try $0.apiKeys() }
        return ListView(items: keys.filter { owner == nil || $0.owner == owner }.map { KeyView($0, at: now) })
    }

    private func create(_ request: AdminRequest) async throws -> CreatedKeyView {
        try request.allow()
        let wanted = try request.decoded(CreateKeyRequest.self)
        guard let kind = Names.keyKind(wanted.kind) else {
            throw AdminError(.invalid, "“kind” is “secret”, “restricted” or “publishable”.")
        }
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        guard wanted.label.count <= Self.longestLabel, !wanted.label.contains(where: \.isNewline) else {
            throw AdminError(.invalid, "“label” is one line of at most \(Self.longestLabel) characters.")
        }
        let owner = try Self.owner(wanted.owner)
        let scopes = try Self.scopes(wanted.scopes ?? [], kind, owner)
        try await refuseUnknown(owner)
        let issued = try await administration.issue(
            kind, owner: owner, mode: mode, label: wanted.label, scopes: scopes)
        return CreatedKeyView(key: KeyView(issued.key, at: clock.now()), secret: issued.text.exposed())
    }

    private func revoke(_ request: AdminRequest) async throws -> KeyView {
        try request.allow()
        let id: APIKeyID = try request.identifier("key")
        guard let revoked = try await administration.revoke(id) else { throw AdminError.noSuch("key", id.text) }
        return KeyView(revoked, at: clock.now())
    }

    private func roll(_ request: AdminRequest) async throws -> RolledKeyView {
        try request.allow()
        let id: APIKeyID = try request.identifier("key")
        let wanted = try request.decoded(RollKeyRequest.self)
        let longest = AccessControl.longestOverlap.components.seconds
        guard (0...longest).contains(wanted.overlapSeconds) else {
            throw AdminError(.invalid, "“overlap_seconds” is 0 to \(longest): at most seven days.")
        }
        do {
            let rolled = try await administration.roll(id, overlap: .seconds(wanted.overlapSeconds))
            let now = clock.now()
            return RolledKeyView(
                old: KeyView(rolled.old, at: now), key: KeyView(rolled.new, at: now), secret: rolled.text.exposed())
        } catch let refusal as AccessControl.RollRefusal {
            switch refusal {
            case .noSuchKey: throw AdminError.noSuch("key", id.text)
            case .ended: throw AdminError(.conflict, "\(id.text) works no more. Make a new key instead.")
            case .endsAlready(let time):
                throw AdminError(.conflict, "\(id.text) ends at \(time) already. Roll the key that took its place.")
            }
        }
    }

    /// A scope that a key of this owner could never use is refused, rather than given and never of use.
    private static func scopes(
        _ names: [String], _ kind: APIKeyKind, _ owner: Owner
    ) throws(AdminError) -> ScopeSet {
        guard kind == .restricted else {
            guard names.isEmpty else { throw AdminError(.invalid, "Only restricted keys have scopes.") }
            return ScopeSet()
        }
        let usable = Scope.all.filter { $0.family.owners.contains(owner.kind) }
        guard !names.isEmpty else {
            let list = usable.map(\.name).joined(separator: ", ")
            throw AdminError(.invalid, "A restricted key needs at least one scope: \(list).")
        }
        var scopes: [Scope] = []
        for name in names {
            guard let scope = Scope(name: name) else {
                let list = usable.map(\.name).joined(separator: ", ")
                throw AdminError(.invalid, "“\(name)” is no scope. There are: \(list).")
            }
            guard usable.contains(scope) else {
                let other = owner.kind == .bot ? "platforms" : "bots"
                throw AdminError(.invalid, "“\(name)” is for keys of \(other) only.")
            }
            scopes.append(scope)
        }
        return ScopeSet(scopes)
    }

    private func refuseUnknown(_ owner: Owner) async throws {
        let isKnown = try await store.read { reader in
            switch owner {
            case .platform(let id): try reader.platform(id) != nil
            case .bot(let id): try reader.bot(id) != nil
            }
        }
        guard isKnown else { throw AdminError.noSuch("platform or bot", owner.text) }
    }

    private static func owner(_ text: String) throws(AdminError) -> Owner {
        guard let owner = Owner(text: text) else {
            throw AdminError(.invalid, "“owner” is the id of a platform (plat_…) or a bot (bot_…).")
        }
        return owner
    }
}
