package import Payments
package import Primitives

/// A processor's report as it was taken note of.
package struct StoredFact: Hashable, Sendable {
    package let connection: ConnectionID
    /// The processor's own name for it.
    package let id: String
    package let operation: OperationID
    package let kind: Kind
    package let recorded: Timestamp
    /// Why it could not be carried out and a person must look; nil when all is well.
    package let problem: String?

    /// Raw values are stored.
    package enum Kind: Int64, Hashable, Sendable, CaseIterable {
        case refundFailed = 1
        case disputeInquiry = 2
        case disputeOpened = 3
        case disputeFundsWithdrawn = 4
        case disputeFundsReinstated = 5
        case disputeFeeTaken = 6
        case disputeFeeReturned = 7
        case disputeUnderReview = 8
        case disputeInquiryClosed = 9
        case disputeWon = 10
        case disputeLost = 11
    }

    package init(
        connection: ConnectionID, id: String, operation: OperationID, kind: Kind, recorded: Timestamp, problem: String?
    ) {
        self.connection = connection
        self.id = id
        self.operation = operation
        self.kind = kind
        self.recorded = recorded
        self.problem = problem
    }
}

/// Questions about what processors have reported.
package protocol FactReading: AnyObject {
    /// Nil when it was never reported.
    func fact(_ id: String, of connection: ConnectionID) throws -> StoredFact?
    /// Facts that a person must look at, newest first, at most `limit`.
    func troublingFacts(limit: Int) throws -> [StoredFact]
    /// Where the next look into a connection's reports begins; nil before the first.
    func reportCursor(of connection: ConnectionID) throws -> String?
    /// The refund that this message brought about, if it was not its first one.
    func refund(replacedBy operation: OperationID) throws -> Refund?
    /// The reversal that this message brought about, if it was not its first one.
    func reversal(replacedBy operation: OperationID) throws -> Reversal?
    /// The transfer that this message brought back to a card.
    func friendTransfer(returnedBy operation: OperationID) throws -> FriendTransfer?
    /// The transfer whose money the card did not take from this message, at once or later.
    func refusedReturn(_ operation: OperationID) throws -> RefusedReturn?
}

/// Changes of what processors have reported.
package protocol FactWriting: FactReading {
    /// - Returns: false when the fact is known; nothing was stored.
    func insert(_ fact: StoredFact) throws -> Bool
    func setReportCursor(_ cursor: String, of connection: ConnectionID) throws
    /// The card did not take what this message was to bring back. Once for each message.
    func insert(_ refused: RefusedReturn) throws
}

/// A message that was to bring a friend transfer back to its card, and did not: the money is in the sender's wallet.
package struct RefusedReturn: Hashable, Sendable {
    package let operation: OperationID
    package let transfer: FriendTransferID
    /// The card had taken it, and it came back later; else it was declined at once.
    package let cameBack: Bool

    package init(operation: OperationID, transfer: FriendTransferID, cameBack: Bool) {
        self.operation = operation
        self.transfer = transfer
        self.cameBack = cameBack
    }
}
