/// How the daemon is.
package struct StatusView: Codable, Hashable, Sendable {
    package let version: String
    package let started: String
    package let uptimeSeconds: Int64
    package let role: AdminRole
    /// What the database syncs: `full` in everything that is meant to last, `off` under `--volatile`.
    package let synchronous: String
    /// Why not everything is taken; see ``ServiceView``.
    package let holds: [String]
    package let operations: OperationCounts
    package let deliveries: DeliveryCounts
    package let writer: WriterCounts
    package let front: FrontCounts
    package let connections: [ConnectionView]
    /// Nil from a daemon that does not tell.
    package let storage: StorageView?

    package init(
        version: String, started: String, uptimeSeconds: Int64, role: AdminRole, synchronous: String,
        holds: [String],
        operations: OperationCounts, deliveries: DeliveryCounts, writer: WriterCounts, front: FrontCounts,
        connections: [ConnectionView], storage: StorageView? = nil
    ) {
        self.version = version
        self.started = started
        self.uptimeSeconds = uptimeSeconds
        self.role = role
        self.synchronous = synchronous
        self.holds = holds
        self.operations = operations
        self.deliveries = deliveries
        self.writer = writer
        self.front = front
        self.connections = connections
        self.storage = storage
    }
}

/// How the disk under the database does.
package struct StorageView: Codable, Hashable, Sendable {
    /// `working`, `failing` (writes are refused until the disk takes them again) or `corrupt`.
    package let state: String
    /// What the disk said.
    package let message: String?
    package let lastCommitMicroseconds: Int64
    package let slowestCommitMicroseconds: Int64
    package let failedSyncs: Int64

    package init(
        state: String, message: String?, lastCommitMicroseconds: Int64, slowestCommitMicroseconds: Int64,
        failedSyncs: Int64
    ) {
        self.state = state
        self.message = message
        self.lastCommitMicroseconds = lastCommitMicroseconds
        self.slowestCommitMicroseconds = slowestCommitMicroseconds
        self.failedSyncs = failedSyncs
    }
}

/// Messages to processors.
package struct OperationCounts: Codable, Hashable, Sendable {
    /// Without a stored outcome, those that are being sent right now included.
    package let open: Int64
    /// Of these, the ones whose outcome is unknown.
    package let unknown: Int64
    /// Of these, the ones where the processor contradicts the book: a person must decide.
    package let conflicts: Int64
    package let oldestOpen: String?
    /// Being sent or settled by this process.
    package let inFlight: Int

    package init(open: Int64, unknown: Int64, conflicts: Int64, oldestOpen: String?, inFlight: Int) {
        self.open = open
        self.unknown = unknown
        self.conflicts = conflicts
        self.oldestOpen = oldestOpen
        self.inFlight = inFlight
    }
}

/// Webhooks that wait.
package struct DeliveryCounts: Codable, Hashable, Sendable {
    package let pending: Int64
    package let oldestPending: String?

    package init(pending: Int64, oldestPending: String?) {
        self.pending = pending
        self.oldestPending = oldestPending
    }
}

/// The database's writer since the start.
package struct WriterCounts: Codable, Hashable, Sendable {
    package let commits: Int
    /// Transactions in these commits.
    package let transactions: Int
    package let largestGroup: Int
    package let failedCommits: Int
    package let waitingWrites: Int
    package let waitingReads: Int
    package let logPages: Int

    package init(
        commits: Int, transactions: Int, largestGroup: Int, failedCommits: Int, waitingWrites: Int, waitingReads: Int,
        logPages: Int
    ) {
        self.commits = commits
        self.transactions = transactions
        self.largestGroup = largestGroup
        self.failedCommits = failedCommits
        self.waitingWrites = waitingWrites
        self.waitingReads = waitingReads
        self.logPages = logPages
    }
}

/// The HTTPS front right now.
package struct FrontCounts: Codable, Hashable, Sendable {
    package let address: String
    package let openConnections: Int
    package let requestsInFlight: Int
    /// When the certificate that new connections get runs out.
    package let certificateExpires: String?
    /// Whole days until then, negative once it is over.
    package let certificateDaysLeft: Int64?

    package init(
        address: String, openConnections: Int, requestsInFlight: Int, certificateExpires: String? = nil,
        certificateDaysLeft: Int64? = nil
    ) {
        self.address = address
        self.openConnections = openConnections
        self.requestsInFlight = requestsInFlight
        self.certificateExpires = certificateExpires
        self.certificateDaysLeft = certificateDaysLeft
    }
}

/// A configured account at a processor.
package struct ConnectionView: Codable, Hashable, Sendable {
    package let id: String
    package let processor: String
    package let mode: String
    package let owner: String
    package let isEnabled: Bool
    /// An adapter serves it in this process.
    package let isLive: Bool

    package init(id: String, processor: String, mode: String, owner: String, isEnabled: Bool, isLive: Bool) {
        self.id = id
        self.processor = processor
        self.mode = mode
        self.owner = owner
        self.isEnabled = isEnabled
        self.isLive = isLive
    }
}
