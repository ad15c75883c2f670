package import Payments

/// A part of a command's way whose time is worth knowing.
package enum CommandStage: Int, Hashable, Sendable, CaseIterable {
    /// Who presents the key.
    case authentication = 0
    /// Until the first commit is on disk: the wait for the writer, the body, the sync.
    case firstCommit
    /// Between the first commit and the second: the message to the processor and its answer.
    case processor
    /// Until the second commit is on disk.
    case secondCommit
    /// Making the objects that callers see.
    case rendering
}

/// What came of one attempt to deliver a webhook, in as many words as there are.
package enum DeliveryResult: Int, Hashable, Sendable, CaseIterable {
    case delivered = 0
    /// An answer that is not 2xx.
    case refused
    /// No answer, or an address that is not allowed.
    case failed
    /// The last attempt: the endpoint was disabled.
    case givenUp
}

/// Told by the engine what it does, to be counted. Called on the way of every payment: it must not block, allocate or
/// throw.
package protocol EngineObserver: Sendable {
    /// A moment for the `since` of the other calls, in nanoseconds of a clock that never goes back.
    func moment() -> UInt64
    /// A stage has ended.
    func ended(_ stage: CommandStage, since: UInt64)
    /// A processor has answered a message, or has been silent for too long.
    func answered(_ outcome: Outcome, to purpose: OperationPurpose, at connection: ConnectionID, since: UInt64)
    /// A processor was asked what became of a message.
    func lookedUp(_ answer: LookupAnswer, at connection: ConnectionID)
    func delivered(_ result: DeliveryResult, since: UInt64)
}

/// Counts nothing.
package struct NoObserver: EngineObserver {
    package init() {}

    package func moment() -> UInt64 { 0 }
    package func ended(_: CommandStage, since _: UInt64) {}
    package func answered(_: Outcome, to _: OperationPurpose, at _: ConnectionID, since _: UInt64) {}
    package func lookedUp(_: LookupAnswer, at _: ConnectionID) {}
    package func delivered(_: DeliveryResult, since _: UInt64) {}
}
