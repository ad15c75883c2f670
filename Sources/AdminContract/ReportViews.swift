/// A daily file that was made.
package struct ReportView: Codable, Hashable, Sendable {
    package let id: String
    /// The bot or the platform.
    package let owner: String
    package let mode: String
    /// `balance`, `transactions`, `fees`, `payouts`, `disputes` or `refs`.
    package let type: String
    /// In UTC, from midnight to midnight.
    package let day: String
    package let created: String
    /// Without the first line.
    package let rows: Int64
    package let size: Int64
    package let sha256: String
    /// Below the folder `reports` of the state directory.
    package let file: String

    package init(
        id: String, owner: String, mode: String, type: String, day: String, created: String, rows: Int64,
        size: Int64, sha256: String, file: String
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.type = type
        self.day = day
        self.created = created
        self.rows = rows
        self.size = size
        self.sha256 = sha256
        self.file = file
    }
}

/// Makes the files of one day.
package struct MakeReportsRequest: Codable, Hashable, Sendable {
    /// `2026-11-20`.
    package let day: String
    package let mode: String
    /// A bot or a platform; nil for all of them.
    package let owner: String?

    package init(day: String, mode: String, owner: String?) {
        self.day = day
        self.mode = mode
        self.owner = owner
    }
}

/// How far the making of reports is.
package struct ReportJobView: Codable, Hashable, Sendable {
    /// Whether it is over.
    package enum State: String, Codable, Hashable, Sendable {
        case running, succeeded, failed
    }
    package let state: State
    package let day: String
    package let mode: String
    package let started: String
    /// Owners whose files are made, of all.
    package let done: Int64
    package let total: Int64
    /// Rows of the book that were looked at.
    package let rows: Int64
    /// Why it failed, for people.
    package let message: String?
    /// At most the hundred newest of those that were made.
    package let reports: [ReportView]

    package init(
        state: State, day: String, mode: String, started: String, done: Int64, total: Int64, rows: Int64,
        message: String?, reports: [ReportView]
    ) {
        self.state = state
        self.day = day
        self.mode = mode
        self.started = started
        self.done = done
        self.total = total
        self.rows = rows
        self.message = message
        self.reports = reports
    }
}

/// A piece of a report's file.
package struct ReportPartView: Codable, Hashable, Sendable {
    package let text: String
    /// Where the next piece begins; nil at the end.
    package let next: Int64?

    package init(text: String, next: Int64?) {
        self.text = text
        self.next = next
    }
}

/// What one ref came to among a bot's checkouts in one currency.
package struct RefSumView: Codable, Hashable, Sendable {
    /// The ref; or the beginning of its keyed hash, when it is no plain label.
    package let ref: String
    /// Checkouts that were opened.
    package let sessions: Int64
    /// Those of them that are complete.
    package let completed: Int64
    /// What these came to; refunds are not taken off.
    package let amount: MoneyView

    package init(ref: String, sessions: Int64, completed: Int64, amount: MoneyView) {
        self.ref = ref
        self.sessions = sessions
        self.completed = completed
        self.amount = amount
    }
}
