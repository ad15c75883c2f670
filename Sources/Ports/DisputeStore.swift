package import Payments
package import Primitives

/// Which disputes operators want to see.
package struct DisputeQuery: Hashable, Sendable {
    package var owner: Owner?
    /// Only those that are not closed.
    package var isOpen: Bool
    /// Only those that await a response and take it until before this moment.
    package var dueBefore: Timestamp?

    package init(owner: Owner? = nil, isOpen: Bool = false, dueBefore: Timestamp? = nil) {
        self.owner = owner
        self.isOpen = isOpen
        self.dueBefore = dueBefore
    }
}

/// Questions about disputes.
package protocol DisputeReading: AnyObject {
    func dispute(_ id: DisputeID) throws -> Dispute?
    /// The dispute that a processor calls by this name.
    func dispute(named name: String, of connection: ConnectionID) throws -> Dispute?
    func disputes(
        of owner: Owner, mode: Mode, payment: PaymentID?, charge: ChargeID?, _ page: PageRequest
    ) throws -> Page<Dispute>
    /// Every dispute of one charge, transfer or top-up, oldest first.
    func disputes(about subject: DisputeSubject) throws -> [Dispute]
    /// For operators.
    func disputes(matching query: DisputeQuery, _ page: PageRequest) throws -> Page<Dispute>
    /// What money did in a dispute, oldest first.
    func movements(of dispute: DisputeID) throws -> [DisputeMovement]
    /// The charge that this capture took the money of.
    func charge(capturedBy operation: OperationID) throws -> Charge?
}

/// Changes of disputes.
package protocol DisputeWriting: DisputeReading {
    /// - Returns: false when the processor's name for it is taken; nothing was stored.
    func insert(_ dispute: Dispute) throws -> Bool
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ dispute: Dispute) throws
    func insert(_ movement: DisputeMovement) throws
}
