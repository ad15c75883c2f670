package import Payments
package import Primitives

package enum SettlementReportKind: IdentifierKind { package static var prefix: String { "rec" } }
/// One reconciliation of a connection with a settlement report.
package typealias SettlementReportID = Identifier<SettlementReportKind>
package enum SettlementLineKind: IdentifierKind { package static var prefix: String { "stl" } }
/// A stored line of a settlement; the source of the postings that it makes.
package typealias SettlementLineID = Identifier<SettlementLineKind>

/// One reading of a settlement report: how far it has come, and what was found.
package struct SettlementReport: Hashable, Sendable {
    /// Where the lines come from. Raw values are stored.
    package enum Source: Int64, Hashable, Sendable, CaseIterable {
        case processor = 1
        case file = 2
    }
    /// Raw values are stored.
    package enum State: Int64, Hashable, Sendable, CaseIterable {
        /// It goes on from its cursor when somebody asks.
        case unfinished = 1
        case complete = 2
    }
    package let id: SettlementReportID
    package let connection: ConnectionID
    package let mode: Mode
    package let source: Source
    /// What the report covers: at or after `from`, before `to`. Nil for a file of which nobody said it.
    package let from: Timestamp?
    package let to: Timestamp?
    package let created: Timestamp
    package var state: State
    /// For the processor's own: where the next part begins. For a file: the number of records that were taken.
    package var cursor: String?
    package var lines: Int64
    /// Those that no earlier report had.
    package var newLines: Int64
    package var matched: Int64
    package var cases: Int64
    package var finished: Timestamp?
    /// Until when everything that the book posted at the connection was looked for in the settlement; nil when it was not.
    package var checkedUntil: Timestamp?

    package init(
        id: SettlementReportID, connection: ConnectionID, mode: Mode, source: Source, from: Timestamp?, to: Timestamp?,
        created: Timestamp, state: State = .unfinished, cursor: String? = nil, lines: Int64 = 0, newLines: Int64 = 0,
        matched: Int64 = 0, cases: Int64 = 0, finished: Timestamp? = nil, checkedUntil: Timestamp? = nil
    ) {
        self.id = id
        self.connection = connection
        self.mode = mode
        self.source = source
        self.from = from
        self.to = to
        self.created = created
        self.state = state
        self.cursor = cursor
        self.lines = lines
        self.newLines = newLines
        self.matched = matched
        self.cases = cases
        self.finished = finished
        self.checkedUntil = checkedUntil
    }
}

/// A line as it was taken in.
package struct StoredSettlementLine: Hashable, Sendable {
    /// Whether the book agrees. Raw values are stored.
    package enum State: Int64, Hashable, Sendable, CaseIterable {
        /// It belongs to something of the book, with the same amount, or was posted by itself.
        case matched = 1
        /// The book cannot say yet: the message it belongs to has no outcome.
        case waiting = 2
        /// A case tells what is wrong.
        case disputed = 3
    }
    package let id: SettlementLineID
    package let connection: ConnectionID
    package let mode: Mode
    /// The report that told of it last.
    package var report: SettlementReportID
    package var line: SettlementLine
    package var state: State

    package init(
        id: SettlementLineID, connection: ConnectionID, mode: Mode, report: SettlementReportID, line: SettlementLine,
        state: State
    ) {
        self.id = id
        self.connection = connection
        self.mode = mode
        self.report = report
        self.line = line
        self.state = state
    }
}

/// Questions about settlements.
package protocol SettlementReading: AnyObject {
    func settlementReport(_ id: SettlementReportID) throws -> SettlementReport?
    /// Newest first.
    func settlementReports(of connection: ConnectionID?, _ page: PageRequest) throws -> Page<SettlementReport>
    /// The newest one of this source and period that is not finished.
    func unfinishedReport(
        of connection: ConnectionID, _ source: SettlementReport.Source, from: Timestamp?, to: Timestamp?
    ) throws -> SettlementReport?
    /// The latest moment up to which the book was compared, among complete reports that cover `time`.
    func checkedUntil(by time: Timestamp, of connection: ConnectionID) throws -> Timestamp?
    func settlementLine(_ name: String, of connection: ConnectionID) throws -> StoredSettlementLine?
    /// Whether the settlement shows a line of one of these kinds with our reference.
    func hasSettlementLine(
        _ reference: OperationID, _ kinds: [SettlementLine.Kind], of connection: ConnectionID
    ) throws -> Bool
    /// Lines that the book does not agree with yet, oldest first, only those after `cursor`.
    func unmatchedLines(
        of connection: ConnectionID, after cursor: SettlementLineID?, limit: Int
    ) throws -> [StoredSettlementLine]
    /// The payouts that a report named or added lines to, in order of their names, only those after `name`.
    func payouts(of report: SettlementReportID, after name: String?, limit: Int) throws -> [String]
    /// What the lines of a payout come to, net, and what left in it, both as the settlement signs them (what leaves is
    /// negative); one for each currency.
    func payoutSums(_ payout: String, of connection: ConnectionID) throws -> [PayoutSum]
}

/// What a payout is made of, in one currency.
package struct PayoutSum: Hashable, Sendable {
    package let currency: Currency
    /// How many lines it carries, the payout itself not counted.
    package let lines: Int64
    /// Their sum, net.
    package let carried: Int64
    /// What went to the bank: negative. Nil when the payout itself was not seen.
    package let paid: Int64?

    package init(currency: Currency, lines: Int64, carried: Int64, paid: Int64?) {
        self.currency = currency
        self.lines = lines
        self.carried = carried
        self.paid = paid
    }
}

/// Changes of settlements.
package protocol SettlementWriting: SettlementReading {
    func insert(_ report: SettlementReport) throws
    /// Stores how far it has come and what was found.
    func update(_ report: SettlementReport) throws
    /// - Returns: false when the connection has a line of that name; nothing was stored.
    func insert(_ line: StoredSettlementLine) throws -> Bool
    /// Stores state, payout and report.
    func update(_ line: StoredSettlementLine) throws
}
