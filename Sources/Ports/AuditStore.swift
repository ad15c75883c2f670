package import Primitives

/// Somebody at the admin socket, as the kernel says.
package struct Operator: Hashable, Sendable {
    package let uid: UInt32
    /// The user who logged in, which survives `sudo` (/proc/PID/loginuid); nil when the kernel does not say.
    package let loginUID: UInt32?
    package let pid: Int32
    /// The login name of ``uid``, or its number.
    package let name: String
    /// `viewer`, `operator`, `admin`, `daemon` for what the daemon records of itself; `none` for who was refused.
    package let role: String
    /// The daemon is kept from seeing who logged in (a hidden /proc): nobody can be told from anybody then. Not stored.
    package let isLoginHidden: Bool

    package init(
        uid: UInt32, loginUID: UInt32? = nil, pid: Int32, name: String, role: String, isLoginHidden: Bool = false
    ) {
        self.isLoginHidden = isLoginHidden
        self.uid = uid
        self.loginUID = loginUID
        self.pid = pid
        self.name = name
        self.role = role
    }

    /// Whether the two may be one person: the same user, or one who logged in as the other. Root is nobody in
    /// particular: only a login says who it is, and without one it may be anybody.
    package func isSamePerson(as other: Operator) -> Bool {
        let mine = Set([uid, loginUID].compactMap(\.self).filter { $0 != 0 })
        let theirs = Set([other.uid, other.loginUID].compactMap(\.self).filter { $0 != 0 })
        return uid == other.uid || mine.isEmpty || theirs.isEmpty || !mine.isDisjoint(with: theirs)
    }
}

/// What is to be recorded of one call, before it has a place in the chain.
package struct AuditDraft: Hashable, Sendable {
    /// Which part of a call a row stands for. Raw values are stored.
    package enum Phase: Int64, Hashable, Sendable, CaseIterable {
        /// The work is about to begin; a row of phase `ended` follows unless the daemon died.
        case begun = 1
        /// What became of the row that ``AuditDraft/refersTo`` names.
        case ended = 2
        /// The whole call: stored in the same commit as its change, or before a read was answered.
        case done = 3
        /// The caller's role did not allow it.
        case refused = 4
    }
    package var time: Timestamp
    package var who: Operator
    package var phase: Phase
    /// Method and path of the call, with the names of its parameters: `POST /v1/keys/{id}/revoke`.
    package var route: String
    /// What it was about: an identifier out of the path.
    package var subject: String?
    /// `name=value` for what the call named; no secrets, no personal data.
    package var parameters: String
    /// The answer's HTTP status; nil when the work begins.
    package var status: Int64?
    package var refersTo: Int64?

    package init(
        time: Timestamp, who: Operator, phase: Phase, route: String, subject: String?, parameters: String,
        status: Int64?, refersTo: Int64? = nil
    ) {
        self.time = time
        self.who = who
        self.phase = phase
        self.route = route
        self.subject = subject
        self.parameters = parameters
        self.status = status
        self.refersTo = refersTo
    }
}

/// One row of the audit log. Rows are numbered from 1 without a gap; each is sealed over the one before it.
package struct AuditEntry: Hashable, Sendable {
    package let number: Int64
    package let draft: AuditDraft
    /// The seal of the row before; 32 zeros in the first.
    package let previous: [UInt8]
    /// Keyed hash over ``previous`` and everything this row says, 32 bytes.
    package let seal: [UInt8]

    package init(number: Int64, draft: AuditDraft, previous: [UInt8], seal: [UInt8]) {
        self.number = number
        self.draft = draft
        self.previous = previous
        self.seal = seal
    }
}

/// Where the audit log ends, so that rows that are missing at its end are noticed.
package struct AuditHead: Hashable, Sendable {
    package let number: Int64
    /// The last row's.
    package let seal: [UInt8]
    /// Keyed hash over both, 32 bytes.
    package let proof: [UInt8]

    package init(number: Int64, seal: [UInt8], proof: [UInt8]) {
        self.number = number
        self.seal = seal
        self.proof = proof
    }
}

/// Which rows of the audit log are wanted.
package struct AuditFilter: Hashable, Sendable {
    package var subject: String?
    package var name: String?
    /// Without what was only read.
    package var onlyChanges: Bool

    package init(subject: String? = nil, name: String? = nil, onlyChanges: Bool = false) {
        self.subject = subject
        self.name = name
        self.onlyChanges = onlyChanges
    }
}

/// Questions about the audit log.
package protocol AuditReading {
    /// Nil before the first row.
    func auditHead() throws -> AuditHead?
    func auditEntry(_ number: Int64) throws -> AuditEntry?
    /// Newest first.
    /// - Parameter before: only rows with a smaller number.
    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> Page<AuditEntry>
    /// Oldest first, from the row after `number`: for verification.
    func auditEntries(after number: Int64, limit: Int) throws -> [AuditEntry]
}

/// The audit log only grows: the store refuses to change or delete its rows.
package protocol AuditWriting: AuditReading {
    /// The head, locked until the transaction ends, so that numbers have no gaps with many writers.
    func lockAuditHead() throws -> AuditHead?
    /// Adds the next row and moves the head to it.
    func append(_ entry: AuditEntry, head: AuditHead) throws
}
