import Payments
package import Ports
import Primitives

/// Stores events in the commit that makes them true.
package struct Outbox: Sendable {
    let sealing: SealedFields
    let randomness: any Randomness
    let clocks: TestClocks

    package init(sealing: SealedFields, randomness: any Randomness, clocks: TestClocks) {
        self.sealing = sealing
        self.randomness = randomness
        self.clocks = clocks
    }

    /// Appends one event about `subject` with its JSON object.
    /// - Returns: the event's id, so that an answer that is the same object can point at it.
    @discardableResult
    func emit<Kind>(
        _ type: EventType, about subject: Identifier<Kind>, to owner: Owner, mode: Mode, at time: Timestamp,
        request: RequestID?, object: [UInt8], in transaction: any StoreTransaction
    ) throws -> EventID {
        let id: EventID = randomness.identifier(at: time)
        let event = Event(
            id: id, owner: owner, mode: mode, type: type, subject: SIMD2(subject.high, subject.low), created: time,
            payload: try sealing.seal(payload: object, of: id, mode: mode), request: request)
        try transaction.append(event, deliveredFrom: clocks.now(of: owner, mode, at: time))
        return id
    }
}
