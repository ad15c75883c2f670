import Engine
import Payments
import Primitives

extension Renderer {
    func write(_ endpoint: WebhookEndpoint, secret: String?, into json: inout JSONWriter) throws {
        let texts = try sealing.fields(of: endpoint)
        json.object { json in
            json.field("id", endpoint.id)
            json.field("object", "webhook_endpoint")
            json.nulls("api_version", "application")
            json.field("created", endpoint.created)
            json.field("description", texts["description"])
            json.array("enabled_events") { json in
                if endpoint.types.isEmpty { json.value("*") }
                for type in EventType.allCases where endpoint.types.contains(type) { json.value(type.name) }
            }
            json.field("livemode", endpoint.mode == .live)
            json.metadata(texts)
            if let previous = endpoint.previousSecret { json.field("previous_secret_expires_at", previous.ends) }
            if let secret { json.field("secret", secret) }
            json.field("status", endpoint.isEnabled ? "enabled" : "disabled")
            json.field("url", endpoint.url)
        }
    }

    func write(_ clock: TestClock, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", clock.id)
            json.field("object", "test_helpers.test_clock")
            json.field("created", clock.created)
            json.field("deletes_after", clock.deletesAfter)
            json.field("frozen_time", clock.frozen)
            json.field("livemode", false)
            if let name = clock.name { json.field("name", name) } else { json.null("name") }
            json.field("status", clock.status.name)
            json.object("status_details") { json in
                guard let target = clock.target else { return }
                json.object("advancing") { $0.field("target_frozen_time", target) }
            }
        }
    }

    func write(_ event: Event, object: [UInt8], pendingDeliveries: Int64, into json: inout JSONWriter) {
        json.object { json in
            json.field("id", event.id)
            json.field("object", "event")
            json.field("api_version", Self.apiVersion)
            json.field("created", event.created)
            json.object("data") { $0.field("object", raw: object) }
            json.field("livemode", event.mode == .live)
            json.field("pending_webhooks", pendingDeliveries)
            json.object("request") { json in
                json.field("id", event.request)
                json.null("idempotency_key")
            }
            json.field("type", event.type.name)
        }
    }
}

extension TestClock.Status {
    fileprivate var name: StaticString {
        switch self {
        case .ready: "ready"
        case .advancing: "advancing"
        case .internalFailure: "internal_failure"
        }
    }
}
