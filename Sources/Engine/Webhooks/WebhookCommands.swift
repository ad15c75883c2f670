package import Payments
package import Ports
import Primitives

/// Owners say where their events go.
package struct WebhookCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let vault: any Vault

    package init(commands: Commands, tools: SettlementTools, vault: any Vault) {
        self.commands = commands
        self.tools = tools
        self.vault = vault
    }

    /// The most endpoints an owner may have in one mode.
    package static let maximumEndpoints = 16

    /// Creates an endpoint. Its signing secret is in this answer and never shown again.
    package func create(
        url: String, types: Set<EventType>, texts: DetailFields = DetailFields(), _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let existing = try transaction.webhookEndpoints(of: caller.owner, mode: caller.mode)
            guard existing.count < Self.maximumEndpoints else {
                throw Refusal.invalid(
                    parameter: nil, code: "resource_limit_exceeded",
                    message: "There may be \(Self.maximumEndpoints) webhook endpoints; delete one first.")
            }
            let id: WebhookEndpointID = tools.randomness.identifier(at: now)
            let secret = WebhookSecrets.new(tools.randomness)
            let endpoint = WebhookEndpoint(
                id: id, owner: caller.owner, mode: caller.mode, url: url, types: types,
                secret: try secrets.seal(secret, of: id, caller.mode), created: now,
                details: try tools.sealing.seal(texts, .webhookDetails, of: id, mode: caller.mode, salt: id.bytes))
            try transaction.insert(endpoint)
            return try showing(secret, endpoint)
        }
    }

    private var secrets: WebhookSecrets { WebhookSecrets(vault: vault) }

    private func showing(_ secret: String, _ endpoint: WebhookEndpoint) throws -> Prepared {
        .answeredWithSecret(
            Answer(body: try tools.renderer.webhookEndpoint(endpoint, secret: secret)),
            withoutSecret: try tools.renderer.webhookEndpoint(endpoint, secret: nil))
    }

    /// The longest overlap of a roll.
    package static let longestOverlap = Duration.seconds(3 * 86_400)

    /// Gives an endpoint a new secret. Until the overlap is over, messages are signed with both. A secret that was still
    /// overlapping from an earlier roll ends now.
    package func rollSecret(
        _ id: WebhookEndpointID, overlap: Duration, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var endpoint = try owned(id, caller, transaction)
            let secret = WebhookSecrets.new(tools.randomness)
            endpoint.previousSecret =
                overlap > .zero ? ExpiringSecret(endpoint.secret, ends: now.advanced(by: overlap)) : nil
            endpoint.secret = try secrets.seal(secret, of: id, caller.mode)
            try transaction.update(endpoint)
            return try showing(secret, endpoint)
        }
    }

    /// Nil leaves a thing as it is.
    /// - Parameter texts: merged over the stored ones, after those named in `removals` are gone.
    package func update(
        _ id: WebhookEndpointID, url: String?, types: Set<EventType>?, isEnabled: Bool?,
        texts: DetailFields = DetailFields(), removals: [String] = [], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            var endpoint = try owned(id, caller, transaction)
            if let url { endpoint.url = url }
            if let types { endpoint.types = types }
            if let isEnabled { endpoint.isEnabled = isEnabled }
            let fields = try tools.sealing.fields(of: endpoint).changed(by: texts, removing: removals)
            endpoint.details = try tools.sealing.seal(
                fields, .webhookDetails, of: id, mode: endpoint.mode, salt: id.bytes)
            try transaction.update(endpoint)
            return .answered(Answer(body: try tools.renderer.webhookEndpoint(endpoint, secret: nil)))
        }
    }

    /// Deletes an endpoint with its undelivered events.
    /// - Parameter body: what to answer.
    package func delete(_ id: WebhookEndpointID, answering body: [UInt8], _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            _ = try owned(id, caller, transaction)
            try transaction.deleteWebhookEndpoint(id)
            return .answered(Answer(body: body))
        }
    }

    private func owned(_ id: WebhookEndpointID, _ caller: Caller, _ reader: any StoreReader) throws -> WebhookEndpoint {
        guard let endpoint = try reader.webhookEndpoint(id), endpoint.owner == caller.owner,
            endpoint.mode == caller.mode
        else { throw Refusal.notFound(kind: "webhook_endpoint", id: id.text, parameter: nil) }
        return endpoint
    }
}
