package import Payments

// What processors call operations that they have taken and decide later. Not every processor finds an operation by Florin's
// reference, and then this name is what it is asked about.

/// Questions about operations that are pending at their processors.
package protocol PendingReferenceReading {
    /// The processor's name for an operation that it has accepted and not decided; nil when it named none.
    func pendingReference(of operation: OperationID) throws -> String?
}

/// Changes to what is known of operations that are pending at their processors.
package protocol PendingReferenceWriting: PendingReferenceReading {
    /// Keeps the processor's name for an open operation; a newer one replaces it.
    func note(pendingReference: String, of operation: OperationID) throws
    /// The operation is over. Changes nothing when there is no name.
    func forgetPendingReference(of operation: OperationID) throws
}
