import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/surface_accounts`: a bot's accounts at chat platforms, with whose token it calls Florin in the platform's words.
struct SurfaceAccountEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/surface_accounts", .bot(.write(.surfaceAccounts)), createSurfaceAccount),
            Endpoint(.get, "/v1/surface_accounts", .bot(.read(.surfaceAccounts)), listSurfaceAccounts),
            Endpoint(.get, "/v1/surface_accounts/{id}", .bot(.read(.surfaceAccounts)), retrieveSurfaceAccount),
            Endpoint(.post, "/v1/surface_accounts/{id}", .bot(.write(.surfaceAccounts)), updateSurfaceAccount),
            Endpoint(.delete, "/v1/surface_accounts/{id}", .bot(.write(.surfaceAccounts)), deleteSurfaceAccount),
        ]
    }

    private enum Kind: String, CaseIterable { case telegram, messenger, web }
    private enum Credential: String, CaseIterable { case charge, token }

    private func createSurfaceAccount(_ call: APICall<BotPrincipal>) async throws -> Answer {
        guard let kind = try call.parameters.enumeration("type", Kind.self),
            let surface = SurfaceName(text: kind.rawValue)
        else { throw APIError.missing("type") }
        var new = NewSurfaceAccount(surface: surface)
        new.account = try account(call.parameters)
        new.token = try call.parameters.optionalString("token", max: 512).map { Redacted($0) }
        new.secret = try call.parameters.optionalString("app_secret", max: 512).map { Redacted($0) }
        new.webhook = try webhook(call.parameters)
        new.kinds = try kinds(call.parameters)
        new.givesTokens = try call.parameters.enumeration("credential", Credential.self) == .token
        new.verifyToken = try call.parameters.optionalString("verify_token", max: 256).map { Redacted($0) }
        new.eventsToken = try call.parameters.optionalString("events_verify_token", max: 256).map { Redacted($0) }
        new.needsProof = try call.parameters.bool("require_appsecret_proof") ?? false
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.surfaces.accounts.create(
            new, for: call.bot, call.caller(expanding: expansions), rendering)
    }

    private func updateSurfaceAccount(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: SurfaceAccountID = try call.identifier(of: "surface_account")
        var change = SurfaceAccountChange()
        change.token = try call.parameters.optionalString("token", max: 512).map { Redacted($0) }
        change.secret = try call.parameters.optionalString("app_secret", max: 512).map { Redacted($0) }
        change.webhook = try webhook(call.parameters)
        change.kinds = try kinds(call.parameters)
        change.givesTokens = try call.parameters.enumeration("credential", Credential.self).map { $0 == .token }
        change.verifyToken = try call.parameters.optionalString("verify_token", max: 256).map { Redacted($0) }
        change.eventsToken = try call.parameters.optionalString("events_verify_token", max: 256).map { Redacted($0) }
        change.needsProof = try call.parameters.bool("require_appsecret_proof")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.surfaces.accounts.change(
            id, change, call.caller(expanding: expansions), rendering)
    }

    private func deleteSurfaceAccount(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: SurfaceAccountID = try call.identifier(of: "surface_account")
        try call.finish()
        let body = JSONWriter.object(capacity: 100) { json in
            json.field("id", id)
            json.field("object", "surface_account")
            json.field("deleted", true)
        }
        return try await services.useCases.surfaces.accounts.delete(id, answering: body, call.caller())
    }

    private func retrieveSurfaceAccount(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: SurfaceAccountID = try call.identifier(of: "surface_account")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            guard let account = try reader.surfaceAccount(id), account.bot == bot, account.mode == mode else {
                throw APIError.noSuch("surface_account", id: id.text)
            }
            return renderer.surfaceAccount(try renderer.sealing.open(account), showsSecrets: false)
        }
    }

    /// There are at most sixteen: all of them, newest first, as one page.
    private func listSurfaceAccounts(_ call: APICall<BotPrincipal>) async throws -> Answer {
        try call.finish()
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            let accounts = try reader.surfaceAccounts(of: bot, mode: mode).reversed()
            return try JSONWriter.object { json in
                json.field("object", "list")
                try json.array("data") { json in
                    for account in accounts {
                        json.raw(renderer.surfaceAccount(try renderer.sealing.open(account), showsSecrets: false))
                    }
                }
                json.field("has_more", false)
                json.field("url", "/v1/surface_accounts")
            }
        }
    }

    private var rendering: SurfaceAccounts.Rendering {
        let renderer = services.renderer
        return { renderer.surfaceAccount($0, showsSecrets: $1) }
    }

    private func account(_ parameters: Parameters) throws(APIError) -> String? {
        guard let account = try parameters.optionalString("account", max: 64) else { return nil }
        guard account.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 }) else {
            throw .invalid("account", "Invalid account: letters and digits only.")
        }
        return account
    }

    /// Empty unsets it.
    private func webhook(_ parameters: Parameters) throws(APIError) -> String? {
        switch try parameters.change("webhook_url", max: 2_048) {
        case .unchanged: nil
        case .cleared: ""
        case .set(let url): try WebhookEndpoints.checked(url, named: "webhook_url", services.options)
        }
    }

    /// nil when it was not sent.
    private func kinds(_ parameters: Parameters) throws(APIError) -> Set<SurfaceUpdateKind>? {
        guard parameters.has("updates") else {
            _ = try parameters.strings("updates")
            return nil
        }
        var kinds: Set<SurfaceUpdateKind> = []
        for (index, name) in try parameters.strings("updates", maxCount: 10, max: 40).enumerated() {
            guard let kind = SurfaceUpdateKind.allCases.first(where: { "\($0.text)" == name }) else {
                let known = SurfaceUpdateKind.allCases.map { "\($0.text)" }.joined(separator: ", ")
                throw .invalid("updates[\(index)]", "Invalid updates[\(index)]: must be one of \(known).")
            }
            kinds.insert(kind)
        }
        return kinds
    }
}

extension SurfaceUpdateKind {
    /// As callers write it.
    var text: StaticString {
        switch self {
        case .shipping: "shipping"
        case .verdict: "pre_checkout"
        case .paid: "payment"
        case .refunded: "refund"
        }
    }
}
