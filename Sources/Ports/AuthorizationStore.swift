package import Payments
package import Primitives

/// Held money is held for a time: until when, for payments that wait for their capture.
package protocol AuthorizationReading {
    /// Payments whose authorization ended at or before `time`, the oldest first.
    func endedAuthorizations(at time: Timestamp, limit: Int) throws -> [PaymentID]
    /// Until when the money of a payment is held for a capture; nil when it never waited for one.
    func authorizationEnd(of payment: PaymentID) throws -> Timestamp?
}

/// Changes of it.
package protocol AuthorizationWriting: AuthorizationReading {
    /// Notes until when the money is held; a later authorization of the same payment replaces it.
    func noteAuthorization(of payment: Payment, until end: Timestamp) throws
    /// Nothing has to be done at the end any more. What ``authorizationEnd(of:)`` says stays.
    func closeAuthorization(of payment: PaymentID) throws
}
