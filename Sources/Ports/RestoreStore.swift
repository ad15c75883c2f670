package import Payments
package import Primitives

/// One restore of the book from a backup. The book is read-only until the newest one has been opened.
package struct Restoration: Hashable, Sendable {
    /// 1 for the first restore in the book's life.
    package let generation: Int64
    package let backup: BackupID
    package let backupCreated: Timestamp
    package let restored: Timestamp
    /// The last posting of the backup; what follows was made after the restore.
    package let lastPosting: Int64
    /// When, by whom and why the book was opened; nil while it is read-only.
    package var opening: Opening?

    /// An operator's decision to let the book move money again.
    package struct Opening: Hashable, Sendable {
        package let time: Timestamp
        package let operators: String
        package let reason: String

        package init(time: Timestamp, operators: String, reason: String) {
            self.time = time
            self.operators = operators
            self.reason = reason
        }
    }

    package init(
        generation: Int64, backup: BackupID, backupCreated: Timestamp, restored: Timestamp, lastPosting: Int64,
        opening: Opening? = nil
    ) {
        self.generation = generation
        self.backup = backup
        self.backupCreated = backupCreated
        self.restored = restored
        self.lastPosting = lastPosting
        self.opening = opening
    }
}

/// How far the comparison with one processor has come after a restore.
package struct Reconciliation: Hashable, Sendable {
    /// Whether the processor has told everything.
    package enum State: Int64, Hashable, Sendable, CaseIterable {
        /// It is being asked, or did not answer to the end yet.
        case unfinished = 1
        case complete = 2
        /// Its adapter cannot list operations: somebody has to compare by hand.
        case cannotBeAsked = 3
    }
    package let generation: Int64
    package let connection: ConnectionID
    package var state: State
    package var updated: Timestamp
    /// Operations that the processor told of, and those of them that the book did not know.
    package var seen: Int64
    package var recovered: Int64
    /// The newest reference that the processor knows.
    package var newest: OperationID?

    package init(
        generation: Int64, connection: ConnectionID, state: State, updated: Timestamp, seen: Int64 = 0,
        recovered: Int64 = 0, newest: OperationID? = nil
    ) {
        self.generation = generation
        self.connection = connection
        self.state = state
        self.updated = updated
        self.seen = seen
        self.recovered = recovered
        self.newest = newest
    }
}

/// An operation that a processor carried out and that the restored book knew nothing of.
package struct RecoveredOperation: Hashable, Sendable {
    /// What became of it in the book.
    package enum State: Int64, Hashable, Sendable, CaseIterable {
        /// Its money lies in `suspense`: a person must decide, or the request that caused it comes again.
        case open = 1
        /// Its subject was known; it was booked as if its answer had just arrived.
        case booked = 2
        /// The request that caused it came again and took it over.
        case claimed = 3
        /// An operator has dealt with it.
        case closed = 4
        /// No money moved and none is held.
        case harmless = 5
    }
    package let reference: OperationID
    package let generation: Int64
    package let connection: ConnectionID
    package let mode: Mode
    package let kind: ProcessorOperation.Kind
    package let amount: Money
    /// What it acts on, by its reference.
    package let original: OperationID?
    package let made: Timestamp
    package var state: State
    /// The posting against `suspense`.
    package let posting: Int64?
    /// What was found or decided, for people; no personal data.
    package var note: String

    package init(
        reference: OperationID, generation: Int64, connection: ConnectionID, mode: Mode,
        kind: ProcessorOperation.Kind, amount: Money, original: OperationID?, made: Timestamp, state: State,
        posting: Int64?, note: String
    ) {
        self.reference = reference
        self.generation = generation
        self.connection = connection
        self.mode = mode
        self.kind = kind
        self.amount = amount
        self.original = original
        self.made = made
        self.state = state
        self.posting = posting
        self.note = note
    }
}

/// Questions about restores.
package protocol RestoreReading {
    /// The newest restore; nil for a book that never was restored.
    func restoration() throws -> Restoration?
    func reconciliations(generation: Int64) throws -> [Reconciliation]
    func recoveredOperation(_ reference: OperationID) throws -> RecoveredOperation?
    /// Oldest first.
    /// - Parameter state: only those in this state.
    func recoveredOperations(
        state: RecoveredOperation.State?, after: OperationID?, limit: Int
    ) throws -> [RecoveredOperation]
    /// Those that are open or booked and whose reference carries this witness; at most 10.
    func recoveredOperations(witness: Int64) throws -> [RecoveredOperation]
    func countRecoveredOperations(state: RecoveredOperation.State) throws -> Int64
}

/// Changes around restores.
package protocol RestoreWriting {
    func insert(_ restoration: Restoration) throws
    func update(_ restoration: Restoration) throws
    /// Stores it, in place of an earlier one of the same generation and connection.
    func put(_ reconciliation: Reconciliation) throws
    /// - Returns: false when the reference is there already; nothing was stored.
    func insert(_ operation: RecoveredOperation) throws -> Bool
    func update(_ operation: RecoveredOperation) throws
    /// Moves every endpoint's next number ahead, so that no number is given twice.
    func skipDeliveryNumbers(by count: Int64) throws
}
