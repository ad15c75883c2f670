import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/webhook_endpoints`: where the caller's events go.
struct WebhookEndpoints: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/webhook_endpoints", .owner(.write(.webhookEndpoints)), create),
            Endpoint(.get, "/v1/webhook_endpoints", .owner(.read(.webhookEndpoints)), list),
            Endpoint(.get, "/v1/webhook_endpoints/{id}", .owner(.read(.webhookEndpoints)), retrieve),
            Endpoint(.post, "/v1/webhook_endpoints/{id}", .owner(.write(.webhookEndpoints)), update),
            Endpoint(.delete, "/v1/webhook_endpoints/{id}", .owner(.write(.webhookEndpoints)), delete),
        ]
    }

    private func create(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let url = try checked(call.parameters.string("url", max: 2_048))
        guard let types = try types(call.parameters) else { throw APIError.missing("enabled_events") }
        let texts = try self.texts(call)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.webhooks.create(
            url: url, types: types, texts: texts.texts, call.caller(expanding: expansions))
    }

    private func texts(_ call: APICall<OwnerPrincipal>) throws(APIError) -> TextChanges {
        var texts = TextChanges()
        texts.note("description", try call.parameters.change("description", max: 5_000))
        texts.note(try call.parameters.metadata())
        return texts
    }

    private func update(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        let url = try call.parameters.optionalString("url", max: 2_048)
        if let url { _ = try checked(url) }
        let types = try types(call.parameters)
        let isDisabled = try call.parameters.bool("disabled")
        let texts = try self.texts(call)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.webhooks.update(
            id, url: url, types: types, isEnabled: isDisabled.map { !$0 }, texts: texts.texts,
            removals: texts.removals, call.caller(expanding: expansions))
    }

    private func delete(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        try call.finish()
        let body = JSONWriter.object(capacity: 100) { json in
            json.field("id", id)
            json.field("object", "webhook_endpoint")
            json.field("deleted", true)
        }
        return try await services.webhooks.delete(id, answering: body, call.caller())
    }

    private func retrieve(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let endpoint = try reader.webhookEndpoint(id), endpoint.owner == owner, endpoint.mode == mode else {
                throw APIError.noSuch("webhook_endpoint", id: id.text)
            }
            return try renderer.webhookEndpoint(endpoint, secret: nil)
        }
    }

    /// There are few, so a page is cut from all of them.
    private func list(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let page = try call.page(of: "webhook_endpoint", by: WebhookEndpointKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.webhookEndpoints(of: owner, mode: mode).page(page)
                .rendered(url: "/v1/webhook_endpoints") { try renderer.write($0, secret: nil, into: &$1) }
        }
    }

    /// `enabled_events`; empty stands for all, nil when it was not sent.
    private func types(_ parameters: Parameters) throws(APIError) -> Set<EventType>? {
        guard parameters.has("enabled_events") else {
            _ = try parameters.strings("enabled_events")
            return nil
        }
        var types: Set<EventType> = []
        let names = try parameters.strings("enabled_events", maxCount: 100, max: 100)
        for (index, name) in names.enumerated() where name != "*" {
            guard let type = EventType(name: name) else { throw EventType.unknown("enabled_events[\(index)]") }
            types.insert(type)
        }
        return names.contains("*") ? [] : types
    }

    /// The address is resolved and checked again at each delivery; here only its form is.
    private func checked(_ url: String) throws(APIError) -> String {
        try WebhookEndpoints.checked(url, named: "url", services.options)
    }

    /// As of an endpoint's address, for everything that Florin posts to.
    static func checked(_ url: String, named name: String, _ options: APIOptions) throws(APIError) -> String {
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        if isPlain, let host = WebhookEndpoints.host(of: url, scheme: "https://"), !host.isEmpty { return url }
        if isPlain, options.allowsLoopbackWebhooks,
            let host = WebhookEndpoints.host(of: url, scheme: "http://"),
            ["127.0.0.1", "localhost", "[::1]"].contains(host)
        {
            return url
        }
        throw .invalid(
            name, code: "url_invalid",
            "Invalid \(name): it must be a whole https:// URL without user name and password.")
    }

    /// - Returns: nil when the scheme is another, or there is a user name.
    private static func host(of url: String, scheme: String) -> Substring? {
        guard url.hasPrefix(scheme) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") {
            return authority.firstIndex(of: "]").map { authority[...$0] }
        }
        return authority.prefix { $0 != ":" }
    }
}

extension [WebhookEndpoint] {
    /// As a store cuts a page: newest first.
    fileprivate func page(_ request: PageRequest) -> Page<WebhookEndpoint> {
        let all = filter { endpoint in
            (request.createdFrom.map { endpoint.created >= $0 } ?? true)
                && (request.createdBefore.map { endpoint.created < $0 } ?? true)
        }.sorted { $0.id > $1.id }
        switch request.cursor {
        case .newest: return all[...].firstPage(request.limit)
        case .after(let bits):
            let cursor = WebhookEndpointID(high: bits[0], low: bits[1])
            return all.drop { $0.id >= cursor }.firstPage(request.limit)
        case .before(let bits):
            let cursor = WebhookEndpointID(high: bits[0], low: bits[1])
            let newer = all.prefix { $0.id > cursor }
            return Page(items: Array(newer.suffix(request.limit)), hasMore: newer.count > request.limit)
        }
    }
}

extension ArraySlice<WebhookEndpoint> {
    fileprivate func firstPage(_ limit: Int) -> Page<WebhookEndpoint> {
        Page(items: Array(prefix(limit)), hasMore: count > limit)
    }
}
