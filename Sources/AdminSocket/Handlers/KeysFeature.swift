import AdminContract
import Payments
import Ports
import Primitives

/// `keys list`, `keys create` and `keys revoke`.
struct KeysFeature: AdminFeature {
    let store: any Store
    let clock: any WallClock
    let issue: @Sendable (APIKeyKind, Owner, Mode, String) async throws -> (key: APIKey, text: Redacted<String>)
    let revoke: @Sendable (APIKeyID) async throws -> APIKey?

    private static let longestLabel = 80

    var handlers: [AdminRoute: AdminHandler] {
        [.keys: json(list), .createKey: json(create), .revokeKey: json(revoke)]
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
        guard let kind = Names.keyKind(wanted.kind), kind != .restricted else {
            throw AdminError(.invalid, "“kind” is “secret” or “publishable”; restricted keys are not there yet.")
        }
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        guard wanted.label.count <= Self.longestLabel, !wanted.label.contains(where: \.isNewline) else {
            throw AdminError(.invalid, "“label” is one line of at most \(Self.longestLabel) characters.")
        }
        let owner = try Self.owner(wanted.owner)
        try await refuseUnknown(owner)
        let issued = try await issue(kind, owner, mode, wanted.label)
        return CreatedKeyView(key: KeyView(issued.key, at: clock.now()), secret: issued.text.exposed())
    }

    private func revoke(_ request: AdminRequest) async throws -> KeyView {
        try request.allow()
        let id: APIKeyID = try request.identifier("key")
        guard let revoked = try await revoke(id) else { throw AdminError.noSuch("key", id.text) }
        return KeyView(revoked, at: clock.now())
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
