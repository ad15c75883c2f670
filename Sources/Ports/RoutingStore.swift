package import Payments
package import Primitives

/// Whose charges a routing table is for.
package struct RoutingScope: Hashable, Sendable {
    package let platform: PlatformID
    package let mode: Mode

    package init(platform: PlatformID, mode: Mode) {
        self.platform = platform
        self.mode = mode
    }
}

/// One version of a routing table as it was set. Never edited: going back to old rules makes a new version.
package struct StoredRoutingTable: Hashable, Sendable {
    package let scope: RoutingScope
    /// 1 and up, without gaps. The highest is in force.
    package let version: Int64
    package let created: Timestamp
    /// The login name of the operator who set it.
    package let author: String
    package let authorUID: UInt32
    /// Why, in the operator's words.
    package let reason: String
    /// The rules as they were written, comments included: ``RoutingText`` reads them.
    package let text: String

    package init(
        scope: RoutingScope, version: Int64, created: Timestamp, author: String, authorUID: UInt32, reason: String,
        text: String
    ) {
        self.scope = scope
        self.version = version
        self.created = created
        self.author = author
        self.authorUID = authorUID
        self.reason = reason
        self.text = text
    }
}

/// Questions about routing.
package protocol RoutingReading {
    /// The table in force; nil when none was ever set.
    func routingTable(of scope: RoutingScope) throws -> StoredRoutingTable?
    func routingTable(of scope: RoutingScope, version: Int64) throws -> StoredRoutingTable?
    /// Newest first, at most `limit`, older than version `before`.
    func routingTables(of scope: RoutingScope, before: Int64, limit: Int) throws -> [StoredRoutingTable]
    /// Why the message went where it went; nil when there was nothing to choose.
    func routingDecision(of operation: OperationID) throws -> RoutingDecision?
    /// Attempts of all bots, newest first, older than `before`.
    func newestCharges(before: ChargeID, limit: Int) throws -> [Charge]
}

/// Changes to routing.
package protocol RoutingWriting: RoutingReading {
    /// - Returns: false when somebody else has stored this version; nothing was stored then.
    func insert(_ table: StoredRoutingTable) throws -> Bool
    /// Stored in the commit that opens the operation, once.
    func insert(_ decision: RoutingDecision, of operation: OperationID) throws
}
