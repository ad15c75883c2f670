package import Payments
package import Primitives

/// Which cases a list shows.
package struct CaseFilter: Hashable, Sendable {
    /// Nil: both.
    package var isClosed: Bool?
    package var kind: CaseKind?
    package var connection: ConnectionID?

    package init(isClosed: Bool? = nil, kind: CaseKind? = nil, connection: ConnectionID? = nil) {
        self.isClosed = isClosed
        self.kind = kind
        self.connection = connection
    }
}

/// How many cases of one kind wait for a person.
package struct CaseCount: Hashable, Sendable {
    package let kind: CaseKind
    package let open: Int64
    package let oldest: Timestamp

    package init(kind: CaseKind, open: Int64, oldest: Timestamp) {
        self.kind = kind
        self.open = open
        self.oldest = oldest
    }
}

/// Questions about disagreements with processors.
package protocol CaseReading: AnyObject {
    /// Nil when there is none.
    func caseFile(_ id: CaseID) throws -> Case?
    /// The one case about this thing, open or closed.
    func caseFile(_ kind: CaseKind, _ subject: String, of connection: ConnectionID) throws -> Case?
    /// Newest first.
    func cases(_ filter: CaseFilter, _ page: PageRequest) throws -> Page<Case>
    /// Open ones of a kind, oldest first, only those after `cursor`.
    func openCases(_ kind: CaseKind, after cursor: CaseID?, limit: Int) throws -> [Case]
    /// One row for each kind that has open cases.
    func openCaseCounts() throws -> [CaseCount]
}

/// Changes of cases.
package protocol CaseWriting: CaseReading {
    /// Opens a case, or notes that what it is about was found again; a closed one stays closed.
    /// - Returns: true when the case is new.
    @discardableResult
    func open(_ found: Case) throws -> Bool
    /// Stores state and texts.
    func update(_ changed: Case) throws
}
