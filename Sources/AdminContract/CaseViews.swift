/// A disagreement between the book and a processor.
package struct CaseView: Codable, Hashable, Sendable {
    package let id: String
    /// What disagrees: `unknown_here`, `missing_at_processor`, `mismatch`, `payout_differs` and so on.
    package let kind: String
    /// `open`, `assigned` or `closed`.
    package let state: String
    package let mode: String
    package let connection: String
    /// What it is about: our reference, a line of a settlement, a payout.
    package let subject: String
    /// Our reference of the message concerned.
    package let reference: String?
    package let processorReference: String?
    /// What the book says.
    package let booked: MoneyView?
    /// What the processor says.
    package let reported: MoneyView?
    /// What was found, in words.
    package let finding: String
    package let opened: String
    package let ageSeconds: Int64
    package let lastSeen: String
    /// How often it was found.
    package let seen: Int64
    package let assignee: PersonOnDutyView?
    /// Only of a closed one: `explained`, `adjusted`, `corrected` or `settled`.
    package let resolution: String?
    package let closed: String?
    /// Nil when Florin found it settled.
    package let closer: PersonOnDutyView?
    /// Why it was closed, as the operator wrote it; only when one case is shown.
    package let reason: String?
    /// The adjustment that corrected the book.
    package let proposal: String?
    /// The command that is meant for it, when there is one.
    package let next: String?

    package init(
        id: String, kind: String, state: String, mode: String, connection: String, subject: String, reference: String?,
        processorReference: String?, booked: MoneyView?, reported: MoneyView?, finding: String, opened: String,
        ageSeconds: Int64, lastSeen: String, seen: Int64, assignee: PersonOnDutyView?, resolution: String?,
        closed: String?, closer: PersonOnDutyView?, reason: String?, proposal: String?, next: String?
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.mode = mode
        self.connection = connection
        self.subject = subject
        self.reference = reference
        self.processorReference = processorReference
        self.booked = booked
        self.reported = reported
        self.finding = finding
        self.opened = opened
        self.ageSeconds = ageSeconds
        self.lastSeen = lastSeen
        self.seen = seen
        self.assignee = assignee
        self.resolution = resolution
        self.closed = closed
        self.closer = closer
        self.reason = reason
        self.proposal = proposal
        self.next = next
    }
}

/// Closes a case for good.
package struct CaseClosingRequest: Codable, Hashable, Sendable {
    /// `explained`, `adjusted` or `corrected`.
    package let resolution: String
    package let reason: String
    /// The approved adjustment; with `adjusted` only.
    package let proposal: String?

    package init(resolution: String, reason: String, proposal: String?) {
        self.resolution = resolution
        self.reason = reason
        self.proposal = proposal
    }
}

/// Begins a reconciliation, or goes on with one that was not finished.
package struct StartSettlementRequest: Codable, Hashable, Sendable {
    package let connection: String
    /// `processor` or `file`.
    package let source: String
    /// The period, in UTC: `2026-11-01` or `2026-11-01T00:00:00Z`; both ends or, for a file, neither.
    package let from: String?
    package let to: String?
    /// Instead of them: a whole day in UTC, `2026-11-01` or `yesterday`.
    package let day: String?

    package init(connection: String, source: String, from: String?, to: String?, day: String? = nil) {
        self.day = day
        self.connection = connection
        self.source = source
        self.from = from
        self.to = to
    }
}

/// Some records of a settlement file.
package struct SettlementRecordsRequest: Codable, Hashable, Sendable {
    /// The file's first line.
    package let header: String
    /// Whole records, at most 200.
    package let records: String
    /// How many records of the file come before these.
    package let first: Int64

    package init(header: String, records: String, first: Int64) {
        self.header = header
        self.records = records
        self.first = first
    }
}

/// How far a reconciliation has come, and what it found.
package struct SettlementView: Codable, Hashable, Sendable {
    package let id: String
    package let connection: String
    package let mode: String
    /// `processor` or `file`.
    package let source: String
    package let from: String?
    package let to: String?
    package let created: String
    /// `unfinished` or `complete`.
    package let state: String
    /// `reading`, `waiting lines`, `payouts`, `book` or `done`.
    package let stage: String
    package let percent: Int64
    /// How many records of a file were taken; only for an unfinished one.
    package let taken: Int64?
    package let lines: Int64
    /// Those that no earlier report had.
    package let newLines: Int64
    package let matched: Int64
    /// Cases that it opened.
    package let cases: Int64
    package let finished: String?
    /// Until when everything that the book posted was looked for in the settlement.
    package let checkedUntil: String?
    /// What the book says lies at the processor now: 0 when everything was paid out.
    package let clearing: [AccountView]
    /// The oldest open cases of the connection, at most 20.
    package let open: [CaseView]

    package init(
        id: String, connection: String, mode: String, source: String, from: String?, to: String?, created: String,
        state: String, stage: String, percent: Int64, taken: Int64?, lines: Int64, newLines: Int64, matched: Int64,
        cases: Int64, finished: String?, checkedUntil: String?, clearing: [AccountView], open: [CaseView]
    ) {
        self.id = id
        self.connection = connection
        self.mode = mode
        self.source = source
        self.from = from
        self.to = to
        self.created = created
        self.state = state
        self.stage = stage
        self.percent = percent
        self.taken = taken
        self.lines = lines
        self.newLines = newLines
        self.matched = matched
        self.cases = cases
        self.finished = finished
        self.checkedUntil = checkedUntil
        self.clearing = clearing
        self.open = open
    }
}
