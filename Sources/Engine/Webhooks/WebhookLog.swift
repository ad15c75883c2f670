package import Payments
import Ports
import Primitives

/// Owners look through what was sent to their endpoints, and have it sent again.
package struct WebhookLog: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let dispatcher: WebhookDispatcher

    package init(commands: Commands, tools: SettlementTools, dispatcher: WebhookDispatcher) {
        self.commands = commands
        self.tools = tools
        self.dispatcher = dispatcher
    }

    /// The most deliveries that one replay makes due.
    package static let mostReplayed = 10_000

    /// Sends one event once more, now, to one endpoint or to each that it went to.
    /// A repeated Idempotency-Key gets the first answer and sends nothing. Should the daemon die before that answer is
    /// stored, the repetition sends once more, as every delivery may come twice.
    package func resend(
        _ id: EventID, to endpoint: WebhookEndpointID?,
        answering body: @escaping @Sendable (Event, [WebhookDelivery]) throws -> [UInt8], _ caller: Caller
    ) async throws -> Answer {
        if let earlier = try await commands.earlier(caller) { return earlier }
        let event = try await commands.store.read { reader -> Event in
            guard let event = try reader.event(id), event.owner == caller.owner, event.mode == caller.mode else {
                throw Refusal.notFound(kind: "event", id: id.text, parameter: nil)
            }
            return event
        }
        let sent = try await deliveries(of: event, to: endpoint)
        guard !sent.isEmpty else {
            throw Refusal.invalid(
                parameter: endpoint == nil ? nil : "webhook_endpoint", code: "event_not_delivered_there",
                message: "This event was not meant for such an endpoint: it was not enabled then, or wants other types."
            )
        }
        for delivery in sent { try await dispatcher.resend(delivery) }
        let answer = Answer(body: try body(event, try await deliveries(of: event, to: endpoint)))
        return try await commands.once(caller) { _, _ in .answered(answer) }
    }

    private func deliveries(of event: Event, to endpoint: WebhookEndpointID?) async throws -> [WebhookDelivery] {
        let head = EventHead(
            id: event.id, owner: event.owner, mode: event.mode, type: event.type, subject: event.subject,
            created: event.created)
        return try await commands.store.read { try $0.deliveries(ofEvent: head) }
            .filter { endpoint == nil || $0.endpoint == endpoint }
    }

    /// Makes everything that was sent to an endpoint from a sequence number on due again: for a receiver that lost it. The
    /// messages keep their numbers and events.
    package func replay(
        _ id: WebhookEndpointID, from sequence: Int64, answering body: @escaping @Sendable (Int) -> [UInt8],
        _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            guard let endpoint = try transaction.webhookEndpoint(id), endpoint.owner == caller.owner,
                endpoint.mode == caller.mode
            else { throw Refusal.notFound(kind: "webhook_endpoint", id: id.text, parameter: nil) }
            guard endpoint.isEnabled else {
                throw Refusal.unexpectedState(
                    code: "webhook_endpoint_disabled",
                    message: "The endpoint is disabled; enable it first, with disabled=false.")
            }
            let time = tools.clocks.now(of: caller.owner, caller.mode, at: now)
            let count = try transaction.replay(id, from: sequence, at: time, limit: Self.mostReplayed)
            return .answered(Answer(body: body(count)))
        }
    }
}
