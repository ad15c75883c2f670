package import Payments
package import Primitives

/// A genuine message of a processor that was taken in. Kept to recognise repetitions, and until what it tells was checked.
package struct TakenNotice: Hashable, Sendable {
    /// How far it has come. Raw values are stored.
    package enum State: Int64, Hashable, Sendable, CaseIterable {
        /// The processor is still to be asked what is true.
        case waiting = 1
        case done = 2
        /// The processor could not be asked so often that it was left to the reconciliation of settlements.
        case givenUp = 3
    }
    package let connection: ConnectionID
    /// The processor's own number of the message.
    package let id: String
    /// The processor's word for what happened.
    package let type: String
    package let topic: ProcessorNotice.Topic
    package let processorReference: String?
    package let reference: OperationID?
    package let received: Timestamp
    package var state: State
    package var attempts: Int64
    /// When the processor is asked next; only while it waits.
    package var due: Timestamp

    package init(
        connection: ConnectionID, id: String, type: String, topic: ProcessorNotice.Topic, processorReference: String?,
        reference: OperationID?, received: Timestamp, state: State, attempts: Int64 = 0, due: Timestamp
    ) {
        self.connection = connection
        self.id = id
        self.type = type
        self.topic = topic
        self.processorReference = processorReference
        self.reference = reference
        self.received = received
        self.state = state
        self.attempts = attempts
        self.due = due
    }
}

/// Questions about processors' messages.
package protocol NoticeReading: AnyObject {
    /// Waiting ones that are due, the longest due first.
    func notices(dueBefore time: Timestamp, limit: Int) throws -> [TakenNotice]
    /// Whether there is a message to forget.
    func hasNotices(receivedBefore time: Timestamp) throws -> Bool
    /// How many wait.
    func waitingNotices() throws -> Int64
    /// Attempts that wait for their cardholder and were made before `time`, oldest first, only those after `cursor`.
    func chargesWaitingForCardholder(before time: Timestamp, after cursor: ChargeID?, limit: Int) throws -> [Charge]
}

/// Changes of processors' messages.
package protocol NoticeWriting: NoticeReading {
    /// - Returns: false when the connection's processor has sent this message before; nothing was stored.
    func insert(_ notice: TakenNotice) throws -> Bool
    /// Stores state, attempts and when it is due.
    func update(_ notice: TakenNotice) throws
    /// Forgets messages that were received before `time` and wait for nothing, at most `limit`.
    /// - Returns: how many.
    func deleteNotices(receivedBefore time: Timestamp, limit: Int) throws -> Int
}
