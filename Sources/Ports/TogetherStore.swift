package import Payments
package import Primitives

/// Questions about checkouts that several people pay together. They are inserted and changed as every checkout.
package protocol TogetherReading: AnyObject {
    /// The shares of a checkout, the newest first: those of earlier attempts as well.
    func shares(of checkout: CheckoutID, limit: Int) throws -> [Checkout]
    /// Groups and shares that somebody has to look at by `time`, the most urgent first.
    func checkoutsTogetherDue(by time: Timestamp, limit: Int) throws -> [CheckoutID]
}
