import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `surfaces`: bots' accounts at chat platforms, without secrets.
struct SurfacesFeature: AdminFeature {
    let store: any Store
    let accounts: SurfaceAccounts

    var handlers: [AdminRoute: AdminHandler] {
        [.surfaces: json(surfaces), .enableSurface: json(enable), .disableSurface: json(disable)]
    }

    private func surfaces(_ request: AdminRequest) async throws -> ListView<SurfaceAccountView> {
        try request.allow("limit", "after", "bot")
        let page = try request.page(of: SurfaceAccountKind.self)
        let bot: BotID? = try request.identifier(query: "bot")
        let accounts = accounts
        return try await store.read { reader in
            let found = try reader.surfaceAccounts(ofAny: bot, page)
            return ListView(items: try found.items.map { try Self.view($0, accounts) }, hasMore: found.hasMore)
        }
    }

    private func enable(_ request: AdminRequest) async throws -> SurfaceAccountView {
        try await set(off: false, request)
    }

    private func disable(_ request: AdminRequest) async throws -> SurfaceAccountView {
        try await set(off: true, request)
    }

    private func set(off isOff: Bool, _ request: AdminRequest) async throws -> SurfaceAccountView {
        try request.allow()
        let id: SurfaceAccountID = try request.identifier("surface account")
        guard let changed = try await accounts.set(off: isOff, id, also: request.trail.hook) else {
            throw AdminError.noSuch("surface account", id.text)
        }
        return try Self.view(changed, accounts)
    }

    private static func view(_ account: SurfaceAccount, _ accounts: SurfaceAccounts) throws -> SurfaceAccountView {
        let opened = try accounts.opened(account)
        return SurfaceAccountView(
            id: account.id.text, bot: account.bot.text, mode: account.mode == .live ? "live" : "test",
            surface: account.surface.text, account: account.account, state: account.isOff ? "disabled" : "active",
            credential: account.givesTokens ? "token" : "charge", testers: Int64(opened.testers.count),
            hasWebhook: opened.webhook != nil, failures: account.failures, created: account.created.description)
    }
}
