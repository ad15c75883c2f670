import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// What was sent to a webhook endpoint, and sending it again; also a new signing secret.
struct WebhookDeliveries: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/webhook_endpoints/{id}/roll_secret", .owner(.write(.webhookEndpoints)), rollSecret),
            Endpoint(.get, "/v1/webhook_endpoints/{id}/deliveries", .owner(.read(.webhookEndpoints)), list),
            Endpoint(.post, "/v1/webhook_endpoints/{id}/replay", .owner(.write(.webhookEndpoints)), replay),
            Endpoint(.post, "/v1/events/{id}/resend", .owner(.write(.webhookEndpoints)), resend),
        ]
    }

    private enum StatusChoice: String, CaseIterable {
        case pending, delivered
        case givenUp = "given_up"

        var state: WebhookDelivery.State {
            switch self {
            case .pending: .pending
            case .delivered: .delivered
            case .givenUp: .givenUp
            }
        }
    }

    private func rollSecret(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        let longest = WebhookCommands.longestOverlap.components.seconds
        let overlap = try call.parameters.optionalInteger("expires_in", in: 0...longest) ?? 86_400
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.webhooks.rollSecret(
            id, overlap: .seconds(overlap), call.caller(expanding: expansions))
    }

    private func replay(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        let sequence = try call.parameters.integer("from_sequence", in: 1...Int64.max)
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.webhookLog.replay(
            id, from: sequence,
            answering: { count in
                JSONWriter.object(capacity: 160) { json in
                    json.field("object", "webhook_replay")
                    json.field("webhook_endpoint", id)
                    json.field("from_sequence", sequence)
                    json.field("deliveries", Int64(count))
                    json.field("has_more", count == WebhookLog.mostReplayed)
                }
            }, call.caller(expanding: expansions))
    }

    private func resend(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: EventID = try call.identifier(of: "event")
        let endpoint: WebhookEndpointID? = try call.parameters.optionalIdentifier(
            "webhook_endpoint", of: "webhook_endpoint")
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.useCases.webhookLog.resend(
            id, to: endpoint,
            answering: { event, deliveries in
                Page(items: deliveries, hasMore: false).rendered(url: "/v1/events/\(event.id.text)/resend") {
                    $1.write($0, type: event.type)
                }
            }, call.caller(expanding: expansions))
    }

    /// By sequence number, which is what `starting_after` and `ending_before` name.
    private func list(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: WebhookEndpointID = try call.identifier(of: "webhook_endpoint")
        let limit = try call.pageLimit()
        let cursor: ListCursor<DeliveryKind>? = try call.cursor(of: "webhook_delivery")
        let status = try call.parameters.enumeration("status", StatusChoice.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode) = (call.owner, call.mode)
        return try await call.read { reader in
            guard let endpoint = try reader.webhookEndpoint(id), endpoint.owner == owner, endpoint.mode == mode else {
                throw APIError.noSuch("webhook_endpoint", id: id.text)
            }
            let number = cursor.map { Int64(clamping: $0.id.low) }
            if let cursor, let number {
                // Its neighbour from above, without a limit to it, is the delivery itself when it is there.
                let found = try reader.deliveries(of: id, nil, before: nil, after: number &- 1, limit: 1).items.first
                guard cursor.id.high == 0, number > 0, found?.sequence == number else {
                    throw cursor.unknown("webhook_delivery")
                }
            }
            let page = try reader.deliveries(
                of: id, status?.state, before: cursor?.isAfter == true ? number : nil,
                after: cursor?.isAfter == false ? number : nil, limit: limit)
            return try page.rendered(url: "/v1/webhook_endpoints/\(id.text)/deliveries") {
                $1.write($0, type: try reader.event($0.event)?.type)
            }
        }
    }
}

extension JSONWriter {
    /// - Parameter type: the event's.
    fileprivate mutating func write(_ delivery: WebhookDelivery, type: EventType?) {
        object { json in
            json.field("id", DeliveryID(high: 0, low: UInt64(clamping: delivery.sequence)))
            json.field("object", "webhook_delivery")
            json.field("webhook_endpoint", delivery.endpoint)
            json.field("sequence", delivery.sequence)
            json.field("event", delivery.event)
            if let type { json.field("type", type.name) } else { json.null("type") }
            json.field("status", delivery.state.name)
            json.field("attempts", delivery.attempts)
            if let status = delivery.lastStatus {
                json.field("response_status", status)
            } else {
                json.null("response_status")
            }
            if delivery.state == .pending {
                json.field("next_attempt", delivery.nextAttempt)
            } else {
                json.null("next_attempt")
            }
            json.field("created", delivery.created)
        }
    }
}

extension WebhookDelivery.State {
    fileprivate var name: StaticString {
        switch self {
        case .pending: "pending"
        case .delivered: "delivered"
        case .givenUp: "given_up"
        }
    }
}
