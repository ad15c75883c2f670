package import Payments
package import Primitives

/// When keys were last used. Written in batches, long after the use.
package protocol KeyUseWriting: AnyObject {
    /// Notes the last use of a key; an earlier moment than the stored one changes nothing, nor does a key that is gone.
    func noteUse(of key: APIKeyID, at time: Timestamp) throws
}
