package import Payments
package import Primitives

/// Questions about what led people to bots.
package protocol SurfaceReferralReading: AnyObject {
    /// - Returns: nil for somebody of whom nothing was told, or nothing that has not expired by `time`.
    func surfaceReferral(
        of account: SurfaceAccountID, personHash: [UInt8], at time: Timestamp
    ) throws -> StoredSurfaceReferral?
    /// What each `ref` of the bot came to among checkouts that were completed in this time, in the order in which it is first found among
    /// them; ``RefSum/sessions`` are those alone.
    /// - Parameter after: the ``RefSum/example`` of the last one that was read.
    func completedRefs(
        of bot: BotID, mode: Mode, from: Timestamp, to: Timestamp, after: CheckoutID?, limit: Int
    ) throws -> [RefSum]
}

/// Changes to them.
package protocol SurfaceReferralWriting: SurfaceReferralReading {
    /// Stores what led somebody to a bot in the place of what did before.
    /// - Returns: false when this, or something later, is there already; nothing was stored.
    func keep(_ referral: StoredSurfaceReferral) throws -> Bool
    /// - Returns: how many had expired by `time`.
    func deleteSurfaceReferrals(expiredBy time: Timestamp) throws -> Int
}
