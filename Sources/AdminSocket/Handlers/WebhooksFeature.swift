import AdminContract
import Payments
import Ports
import Primitives

/// `webhooks list` and `webhooks resend`.
struct WebhooksFeature: AdminFeature {
    let store: any Store
    let deliver: @Sendable (WebhookDelivery) async throws -> Bool

    /// How many deliveries of each endpoint the list of endpoints shows.
    private static let recent = 3
    /// How far back a delivery can be found to be sent again.
    private static let reach = 10_000

    var handlers: [AdminRoute: AdminHandler] {
        [.webhooks: json(list), .deliveries: json(deliveries), .resend: json(resend)]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<EndpointView> {
        try request.allow("owner", "mode")
        var owner: Owner?
        if let text = request.text("owner") {
            owner = Owner(text: text)
            guard owner != nil else { throw AdminError(.invalid, "“owner” is the id of a platform or a bot.") }
        }
        let mode = try request.mode()
        return try await store.read { [owner] reader in
            let endpoints = try reader.webhookEndpoints(of: owner, mode: mode)
            return ListView(items: try endpoints.map { try Self.view($0, reader) })
        }
    }

    private static func view(_ endpoint: WebhookEndpoint, _ reader: any StoreReader) throws -> EndpointView {
        EndpointView(
            id: endpoint.id.text, created: endpoint.created.description, owner: endpoint.owner.text,
            mode: Names.of(endpoint.mode), url: endpoint.url, isEnabled: endpoint.isEnabled,
            types: endpoint.types.map(\.name.description).sorted(),
            recent: try reader.deliveries(of: endpoint.id, recent).map { try DeliveryView($0, reader) })
    }

    private func deliveries(_ request: AdminRequest) async throws -> ListView<DeliveryView> {
        try request.allow("limit")
        let id: WebhookEndpointID = try request.identifier("webhook endpoint")
        let limit = try request.limit()
        return try await store.read { reader in
            guard try reader.webhookEndpoint(id) != nil else { throw AdminError.noSuch("webhook endpoint", id.text) }
            let found = try reader.deliveries(of: id, limit + 1)
            return ListView(
                items: try found.prefix(limit).map { try DeliveryView($0, reader) }, hasMore: found.count > limit)
        }
    }

    /// Sends one delivery now, whether it was delivered, waits or was given up.
    private func resend(_ request: AdminRequest) async throws -> ResendView {
        try request.allow()
        let id: WebhookEndpointID = try request.identifier("webhook endpoint")
        guard request.parameters.count == 2, let sequence = Int64(request.parameters[1]), sequence > 0 else {
            throw AdminError(.invalid, "The sequence is the number of a delivery, from 1.")
        }
        let delivery = try await store.read { reader in
            guard let endpoint = try reader.webhookEndpoint(id) else {
                throw AdminError.noSuch("webhook endpoint", id.text)
            }
            guard endpoint.isEnabled else {
                throw AdminError(
                    .conflict, "\(id) is disabled. Its owner enables it: POST /v1/webhook_endpoints/\(id).")
            }
            return try Self.delivery(id, sequence, reader)
        }
        let wasDelivered = try await deliver(delivery)
        return try await store.read { reader in
            let view = try DeliveryView(try Self.delivery(id, sequence, reader), reader)
            return ResendView(wasDelivered: wasDelivered, delivery: view)
        }
    }

    private static func delivery(
        _ id: WebhookEndpointID, _ sequence: Int64, _ reader: any StoreReader
    ) throws -> WebhookDelivery {
        let newest = try reader.deliveries(of: id, 1).first?.sequence ?? 0
        // Numbers have no gaps, so the wanted one is this far from the newest.
        let distance = newest - sequence + 1
        guard distance >= 1, distance <= reach,
            let found = try reader.deliveries(of: id, Int(distance)).last, found.sequence == sequence
        else { throw AdminError.noSuch("delivery", "\(sequence) of \(id) among its newest \(reach)") }
        return found
    }
}
