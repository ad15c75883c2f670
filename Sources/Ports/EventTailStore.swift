package import Payments
import Primitives

/// Events of everybody, without their objects: for operators.
package protocol EventTailReading {
    /// From the one after `id` on, in the order of their identifiers.
    func eventHeads(after id: SIMD2<UInt64>, limit: Int) throws -> [EventHead]
    /// Newest first.
    func eventHeads(_ page: PageRequest) throws -> Page<EventHead>
    /// Events that the request caused within `time` of its arrival, oldest first: its identifier says when that was. Looks
    /// through everybody's events of that time, so that no index has to be kept for a question that only people ask.
    func eventHeads(causedBy request: RequestID, within time: Duration, limit: Int) throws -> [EventHead]
    func eventHead(_ id: EventID) throws -> EventHead?
    /// The deliveries of one event, at most 100. Looks through the deliveries since the event was stored.
    func deliveries(ofEvent event: EventHead) throws -> [WebhookDelivery]
}
