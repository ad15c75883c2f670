import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/events`: what happened to the caller's objects.
struct Events: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/events", .owner(.read(.events)), list),
            Endpoint(.get, "/v1/events/{id}", .owner(.read(.events)), retrieve),
        ]
    }

    private func retrieve(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let id: EventID = try call.identifier(of: "event")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read { reader in
            guard let event = try reader.event(id), event.owner == owner, event.mode == mode else {
                throw APIError.noSuch("event", id: id.text)
            }
            return try renderer.event(
                event, object: renderer.sealing.payload(of: event),
                pendingDeliveries: reader.countPendingDeliveries(of: event))
        }
    }

    private func list(_ call: APICall<OwnerPrincipal>) async throws -> Answer {
        let page = try call.page(of: "event", by: EventKind.self)
        let types = try types(call.parameters)
        let isDelivered = try call.parameters.bool("delivery_success")
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (owner, mode, renderer) = (call.owner, call.mode, services.renderer)
        return try await call.read(page) { reader, page in
            // Nobody walks past everything for what they are never told.
            let wanted = types.count == EventType.allCases.count ? [] : types
            let told = wanted.filter { $0.isTold(to: owner) }
            let events =
                told.isEmpty && !wanted.isEmpty
                ? Page(items: [], hasMore: false)
                : try reader.events(
                    matching: EventQuery(owner: owner, mode: mode, types: told, isDelivered: isDelivered), page)
            return try events.rendered(url: "/v1/events") { event, json in
                renderer.write(
                    event, object: try renderer.sealing.payload(of: event),
                    pendingDeliveries: try reader.countPendingDeliveries(of: event), into: &json)
            }
        }
    }

    /// `type`, in which `*` may stand for the end, or `types[]`; empty means all.
    private func types(_ parameters: Parameters) throws(APIError) -> Set<EventType> {
        var types: Set<EventType> = []
        if let name = try parameters.optionalString("type", max: 100) {
            let found = EventType.allCases.filter { type in
                name.hasSuffix("*") ? type.name.description.hasPrefix(name.dropLast()) : type.name.description == name
            }
            guard !found.isEmpty else { throw EventType.unknown("type") }
            types.formUnion(found)
        }
        for (index, name) in try parameters.strings("types", maxCount: 20, max: 100).enumerated() {
            guard let type = EventType(name: name) else { throw EventType.unknown("types[\(index)]") }
            types.insert(type)
        }
        return types
    }
}

extension EventType {
    /// Whether `owner` can be told of it, for those that come with nearly every charge or transfer.
    fileprivate func isTold(to owner: Owner) -> Bool {
        switch (self, owner) {
        case (.friendTransferAccepted, .bot), (.chargeSucceeded, .platform), (.paymentIntentSucceeded, .platform): false
        default: true
        }
    }

    static func unknown(_ parameter: String) -> APIError {
        .invalid(
            parameter, "Invalid \(parameter): there is no such event type. docs/openapi.yaml lists them.")
    }
}
