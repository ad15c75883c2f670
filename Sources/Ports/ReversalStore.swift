package import Payments

/// Questions about reversals of partial approvals.
package protocol ReversalReading: AnyObject {
    /// Nil when there is none.
    func reversal(_ id: ReversalID) throws -> Reversal?
    /// What was given back because this attempt was approved in part; nil when it was not.
    func reversal(ofAttempt id: OperationID) throws -> Reversal?
}

/// Changes of reversals.
package protocol ReversalWriting: ReversalReading {
    func insert(_ reversal: Reversal) throws
    /// Stores its state.
    func update(_ reversal: Reversal) throws
}
