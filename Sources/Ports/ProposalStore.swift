package import Payments
package import Primitives

/// Questions about proposals and the evidence on unknown outcomes.
package protocol ProposalReading {
    func proposal(_ id: ProposalID) throws -> Proposal?
    /// Newest first.
    /// - Parameter state: only those in this state.
    func proposals(_ state: ProposalState?, _ page: PageRequest) throws -> Page<Proposal>
    /// The one that waits, about an operation.
    func openProposal(about operation: OperationID) throws -> Proposal?
    /// Oldest first.
    func evidence(of operation: OperationID) throws -> [OperationEvidence]
}

/// Changes to proposals and evidence.
package protocol ProposalWriting: ProposalReading {
    /// - Returns: false when an open proposal about the same operation exists; nothing was stored.
    func insert(_ proposal: Proposal) throws -> Bool
    /// Stores state, decider and time of a proposal that is open.
    /// - Returns: false when it is not open any more; nothing was changed.
    func decide(_ proposal: Proposal) throws -> Bool
    /// Adds to the evidence on an operation: a text that equals the last one raises its count, and beyond 200 texts the
    /// last one is replaced.
    func addEvidence(_ text: String, on operation: OperationID, at time: Timestamp) throws
}
