package import AdminContract
package import Primitives

/// One call that changes something, for the audit log. It is written twice: before the work begins, without a status, and
/// after it ended.
package struct AdminAuditRecord: Hashable, Sendable {
    package let time: Timestamp
    /// User and process of the caller, as the kernel says.
    package let uid: UInt32
    package let pid: Int32
    /// Nil for somebody without a role, who was refused.
    package let role: AdminRole?
    package let route: AdminRoute
    /// What the path names. No body is recorded.
    package let parameters: [String]
    /// The answer's HTTP status; nil when the work begins.
    package let status: Int?

    package init(
        time: Timestamp, uid: UInt32, pid: Int32, role: AdminRole?, route: AdminRoute, parameters: [String],
        status: Int?
    ) {
        self.time = time
        self.uid = uid
        self.pid = pid
        self.role = role
        self.route = route
        self.parameters = parameters
        self.status = status
    }
}

/// Stores a record before it returns. If it throws, the call is refused and nothing is changed.
package typealias AdminAudit = @Sendable (AdminAuditRecord) async throws -> Void
