/// Whether the book was restored from a backup, and how far it is from being used again.
package struct RestoreView: Codable, Hashable, Sendable {
    /// Nothing that moves money is accepted.
    package let isReadOnly: Bool
    /// How often the book was restored; 0 for one that never was.
    package let generation: Int64
    package let backup: String?
    package let backupCreated: String?
    package let restored: String?
    package let opened: String?
    package let operators: String?
    package let reason: String?
    package let connections: [ReconciliationView]
    /// Operations that processors carried out and the book does not know the owner of.
    package let openCases: Int64
    /// Only in the answer to a wish to open it: what another admin has to approve.
    package let proposal: String?

    package init(
        isReadOnly: Bool, generation: Int64, backup: String?, backupCreated: String?, restored: String?,
        opened: String?,
        operators: String?, reason: String?, connections: [ReconciliationView], openCases: Int64,
        proposal: String? = nil
    ) {
        self.isReadOnly = isReadOnly
        self.generation = generation
        self.backup = backup
        self.backupCreated = backupCreated
        self.restored = restored
        self.opened = opened
        self.operators = operators
        self.reason = reason
        self.connections = connections
        self.openCases = openCases
        self.proposal = proposal
    }
}

/// How far the comparison with one processor is.
package struct ReconciliationView: Codable, Hashable, Sendable {
    package let connection: String
    package let processor: String
    /// `unfinished`, `complete`, `cannot_be_asked`.
    package let state: String
    package let updated: String?
    package let seen: Int64
    package let recovered: Int64

    package init(
        connection: String, processor: String, state: String, updated: String?, seen: Int64, recovered: Int64
    ) {
        self.connection = connection
        self.processor = processor
        self.state = state
        self.updated = updated
        self.seen = seen
        self.recovered = recovered
    }
}

/// An operation that a processor carried out and that the restored book knew nothing of.
package struct RecoveredView: Codable, Hashable, Sendable {
    package let reference: String
    package let connection: String
    package let kind: String
    package let amount: MoneyView
    package let original: String?
    package let made: String
    /// `open`, `booked`, `claimed`, `closed`, `harmless`.
    package let state: String
    package let posting: Int64?
    package let note: String

    package init(
        reference: String, connection: String, kind: String, amount: MoneyView, original: String?, made: String,
        state: String, posting: Int64?, note: String
    ) {
        self.reference = reference
        self.connection = connection
        self.kind = kind
        self.amount = amount
        self.original = original
        self.made = made
        self.state = state
        self.posting = posting
        self.note = note
    }
}

/// Why the book may move money again.
package struct OpenBookRequest: Codable, Hashable, Sendable {
    package let reason: String
    /// Somebody compared the books of connections that cannot be asked.
    package let comparedByHand: Bool

    package init(reason: String, comparedByHand: Bool) {
        self.reason = reason
        self.comparedByHand = comparedByHand
    }
}

/// How a case was dealt with.
package struct CloseCaseRequest: Codable, Hashable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}
