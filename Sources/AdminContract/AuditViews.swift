/// Somebody at the admin socket.
package struct OperatorView: Codable, Hashable, Sendable {
    package let uid: UInt32
    /// The user who logged in, when the kernel says: it survives `sudo`.
    package let loginUid: UInt32?
    package let name: String
    package let role: String

    package init(uid: UInt32, loginUid: UInt32?, name: String, role: String) {
        self.uid = uid
        self.loginUid = loginUid
        self.name = name
        self.role = role
    }
}

/// One row of the audit log.
package struct AuditEntryView: Codable, Hashable, Sendable {
    /// From 1, without a gap.
    package let number: Int64
    package let time: String
    /// `begun`, `ended`, `done` (the whole call in one row) or `refused`.
    package let phase: String
    package let who: OperatorView
    package let pid: Int32
    /// Method and path, with the names of its parameters.
    package let route: String
    package let subject: String?
    /// `name=value`; no secrets, no personal data.
    package let parameters: String
    /// The answer's HTTP status.
    package let status: Int64?
    /// The row of phase `begun` that this one ends.
    package let refersTo: Int64?
    /// Hexadecimal.
    package let previous: String
    package let seal: String

    package init(
        number: Int64, time: String, phase: String, who: OperatorView, pid: Int32, route: String, subject: String?,
        parameters: String, status: Int64?, refersTo: Int64?, previous: String, seal: String
    ) {
        self.number = number
        self.time = time
        self.phase = phase
        self.who = who
        self.pid = pid
        self.route = route
        self.subject = subject
        self.parameters = parameters
        self.status = status
        self.refersTo = refersTo
        self.previous = previous
        self.seal = seal
    }
}

/// What a check of the whole audit log found.
package struct AuditVerificationView: Codable, Hashable, Sendable {
    package let isSound: Bool
    package let rows: Int64
    /// `number:seal` of the last row: note it elsewhere and give it to a later check.
    package let head: String?
    /// The number of the first row that is not as it was written.
    package let firstBroken: Int64?
    package let problem: String?

    package init(isSound: Bool, rows: Int64, head: String?, firstBroken: Int64?, problem: String?) {
        self.isSound = isSound
        self.rows = rows
        self.head = head
        self.firstBroken = firstBroken
        self.problem = problem
    }
}
