package import Payments
package import Primitives

/// Questions about bots' accounts at chat platforms.
package protocol SurfaceReading: AnyObject {
    func surfaceAccount(_ id: SurfaceAccountID) throws -> SurfaceAccount?
    func surfaceAccount(tokenHash: [UInt8]) throws -> SurfaceAccount?
    /// There are few; the oldest first.
    func surfaceAccounts(of bot: BotID, mode: Mode) throws -> [SurfaceAccount]
    /// For operators: of both modes, newest first.
    /// - Parameter bot: nil for those of all bots.
    func surfaceAccounts(ofAny bot: BotID?, _ page: PageRequest) throws -> Page<SurfaceAccount>
    /// Accounts with something to post by `time`, the most urgent first.
    func surfaceAccountsDue(by time: Timestamp, limit: Int) throws -> [SurfaceAccountID]
    /// Notices from this number on that have not expired by `time`, in order.
    func surfaceNotices(
        of account: SurfaceAccountID, from number: Int64, at time: Timestamp, limit: Int
    ) throws -> [StoredSurfaceNotice]
    func countSurfaceNotices(of account: SurfaceAccountID, at time: Timestamp) throws -> Int64
    /// Which customer of a bot somebody of its chat platform is; they may have been deleted since.
    func surfaceCustomer(personHash: [UInt8]) throws -> CustomerID?
}

/// Changes to them.
package protocol SurfaceWriting: SurfaceReading {
    /// - Returns: false when another account has the same token; nothing was stored.
    func insert(_ account: SurfaceAccount) throws -> Bool
    /// Stores token, credentials, wanted kinds, and whether it is open and gives tokens.
    /// - Throws: ``StoreConflict`` when the stored version is another.
    func update(_ account: SurfaceAccount) throws
    /// Deletes an account with its notices.
    func deleteSurfaceAccount(_ id: SurfaceAccountID) throws
    /// Gives out the next number of an account.
    /// - Returns: nil when there is no such account.
    func nextSurfaceNumber(of account: SurfaceAccountID) throws -> Int64?
    func insert(_ notice: StoredSurfaceNotice) throws
    /// Deletes notices before this number, and those that have expired by `time`.
    func deleteSurfaceNotices(of account: SurfaceAccountID, before number: Int64, at time: Timestamp) throws
    /// Deletes notices of all accounts that have expired by `time`.
    /// - Returns: how many.
    func deleteSurfaceNotices(expiredBy time: Timestamp) throws -> Int
    /// Sets, or replaces, which customer somebody is.
    func setSurfaceCustomer(_ customer: CustomerID, personHash: [UInt8]) throws
    /// Forgets who a customer is at chat platforms.
    func forgetSurfaceCustomer(_ customer: CustomerID) throws
    /// Says when the account's oldest notice is to be posted, and how often that has failed.
    func setSurfaceDue(_ due: Timestamp?, failures: Int64, of account: SurfaceAccountID) throws
}
