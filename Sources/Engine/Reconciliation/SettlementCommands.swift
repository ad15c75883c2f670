import Ledger
package import Payments
package import Ports
package import Primitives

/// Why a reconciliation was not begun or does not go on. The text tells the operator what to do.
package enum SettlementRefusal: Error, Hashable, Sendable {
    case noSuchConnection
    case invalid(String)
    /// The processor did not answer, or not as agreed: the same step again goes on.
    case unavailable(String)
}

/// Where a reconciliation stands after a step.
package struct SettlementProgress: Hashable, Sendable {
    package let report: SettlementReport
    /// How much of it is done, as far as that can be told: 0 to 100, 100 only when it is complete.
    package let percent: Int
    /// What the steps do now, in a word: `reading`, `waiting lines`, `payouts`, `book`, `done`.
    package let stage: String
    /// How many records of a file were taken, while more are expected.
    package let taken: Int64?
}

/// Compares the book with what a processor says it has settled: takes its lines in, posts fees and payouts, and opens a case
/// for each difference. Step by step: every step is one commit, and whoever asks for the steps may stop and go on later.
/// The same lines, by whatever way and however often they come, count once.
package struct SettlementCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let facts: ProcessorFacts

    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, directory: ConnectionDirectory,
        facts: ProcessorFacts
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.directory = directory
        self.facts = facts
    }

    package static let longestPeriod = Duration.seconds(92 * 24 * 3600)
    /// How many lines are taken in one commit.
    package static let mostLines = 200
    /// What the book posted in a report's last minutes is looked for in the next one: clocks differ, and an answer may have
    /// come late.
    package static let margin = Duration.seconds(15 * 60)

    /// Begins a reconciliation, or finds the one of the same source and period that was not finished.
    /// - Parameters:
    ///   - from: the period's beginning; with a file both ends may be left out, and nothing is then missed in it.
    ///   - also: runs in the same commit.
    /// - Throws: ``SettlementRefusal``.
    package func start(
        _ id: ConnectionID, _ source: SettlementReport.Source, from: Timestamp?, to: Timestamp?,
        also: @escaping @Sendable (any StoreTransaction, SettlementReportID) throws -> Void
    ) async throws -> SettlementProgress {
        guard let connection = try await store.read({ try $0.connection(id) }) else {
            throw SettlementRefusal.noSuchConnection
        }
        let now = clock.now()
        try check(connection, source, from, to, now)
        let fresh = SettlementReport(
            id: tools.randomness.identifier(at: now), connection: id, mode: connection.mode, source: source, from: from,
            to: to, created: now)
        let report = try await store.write { transaction in
            let unfinished = try transaction.unfinishedReport(of: id, source, from: from, to: to)
            if unfinished == nil { try transaction.insert(fresh) }
            try also(transaction, (unfinished ?? fresh).id)
            return unfinished ?? fresh
        }
        return SettlementProgress(report)
    }

    private func check(
        _ connection: Connection, _ source: SettlementReport.Source, _ from: Timestamp?, _ to: Timestamp?,
        _ now: Timestamp
    ) throws {
        switch (from, to) {
        case (let from?, let to?):
            guard from < to, to.duration(since: from) <= Self.longestPeriod, to <= now else {
                throw SettlementRefusal.invalid("The period ends after it begins, not in the future, within 92 days.")
            }
        case (nil, nil):
            guard source == .file else { throw SettlementRefusal.invalid("Name the period: from when to when.") }
        case (_?, nil), (nil, _?):
            throw SettlementRefusal.invalid("A period has two ends: give both “from” and “to”, or neither.")
        }
        guard source == .processor else { return }
        guard let processor = directory.processor(for: connection.id) else {
            throw SettlementRefusal.invalid("The connection has no adapter in this daemon.")
        }
        guard processor is any SettlementReportingProcessor else {
            throw SettlementRefusal.invalid(
                "The adapter “\(processor.name)” cannot ask for settlement reports. Give a file instead.")
        }
    }

    /// Does the next step.
    /// - Returns: nil when there is no such reconciliation.
    /// - Throws: ``SettlementRefusal``; what was done before stays done.
    package func advance(_ id: SettlementReportID) async throws -> SettlementProgress? {
        guard let report = try await store.read({ try $0.settlementReport(id) }) else { return nil }
        guard report.state == .unfinished else { return SettlementProgress(report) }
        switch SettlementPlace(report.cursor) {
        case .reading(let cursor):
            guard report.source == .processor else { return try await move(report, to: .waiting(after: nil)) }
            return try await read(report, cursor)
        case .taken: return try await move(report, to: .waiting(after: nil))
        case .waiting(let cursor): return try await matchWaiting(report, after: cursor)
        case .payouts(let name): return try await checkPayouts(report, after: name)
        case .book(let account, let posting): return try await checkBook(report, account, before: posting)
        }
    }

    private func read(_ report: SettlementReport, _ cursor: String?) async throws -> SettlementProgress {
        guard let from = report.from, let to = report.to,
            let processor = directory.processor(for: report.connection) as? any SettlementReportingProcessor
        else { throw SettlementRefusal.invalid("The connection's adapter does not report settlements any more.") }
        let lines: [SettlementLine]
        let next: String?
        switch await processor.settlement(from: from, to: to, after: cursor) {
        case .page(let part, let more): (lines, next) = (part, more)
        case .unavailable(let why):
            throw SettlementRefusal.unavailable("The next part of the report cannot be had: \(why). Try again.")
        }
        guard lines.count <= Self.mostLines, lines.allSatisfy(\.isUsable), next.map(Self.isCursor) ?? true,
            next == nil || next != cursor
        else { throw SettlementRefusal.unavailable("The processor's report cannot be read: too much, or odd names.") }
        let place: SettlementPlace = next.map { .reading($0) } ?? .waiting(after: nil)
        let share = lines.last.map { Self.share($0.occurred, from, to) }
        return try await take(lines, into: report, then: place, share: share)
    }

    /// Takes lines in and notes the place, in one commit.
    func take(
        _ lines: [SettlementLine], into report: SettlementReport, then place: SettlementPlace, share: Int?
    ) async throws -> SettlementProgress {
        for line in lines { try await tell(line, report.connection) }
        let (now, tools) = (clock.now(), tools)
        let stored = try await store.writeRetryingConflicts { transaction -> SettlementReport in
            guard var current = try transaction.settlementReport(report.id), current.cursor == report.cursor,
                current.state == .unfinished, let connection = try transaction.connection(report.connection)
            else { throw SettlementRefusal.unavailable("Somebody else goes on with this reconciliation. Try again.") }
            let booking = try SettlementBooking(transaction, now, tools, connection, report.id)
            for line in lines { current.add(try booking.take(line)) }
            current.cursor = place.text
            try transaction.update(current)
            return current
        }
        return SettlementProgress(stored, readingShare: share)
    }

    /// A refund that came back is a fact, by whatever way it is told: the book takes it in before the line is compared.
    private func tell(_ line: SettlementLine, _ connection: ConnectionID) async throws {
        let name = "settlement.\(line.name)"
        guard line.kind == .refundFailure, let operation = line.reference, name.utf8.count <= ProcessorFact.longestName,
            try await store.read({ try Self.isTakenForGivenBack(operation, $0) })
        else { return }
        let decline = Decline(reason: .genericDecline, isSoft: false, processorCode: "settlement")
        try await facts.record(
            ProcessorFact(id: name, operation: operation, kind: .refundFailed(decline)), from: connection)
    }

    private static func isTakenForGivenBack(_ operation: OperationID, _ reader: any StoreReader) throws -> Bool {
        if let refund = try reader.refund(operation.retyped()) ?? reader.refund(replacedBy: operation) {
            return refund.state == .succeeded
        }
        guard case .returned? = try reader.friendTransfer(returnedBy: operation)?.state else { return false }
        return true
    }

    func move(_ report: SettlementReport, to place: SettlementPlace) async throws -> SettlementProgress {
        try await take([], into: report, then: place, share: nil)
    }

    private static func isCursor(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Reports run forwards or backwards; the bar shows how far the time has come from the nearer end.
    private static func share(_ time: Timestamp, _ from: Timestamp, _ to: Timestamp) -> Int {
        let whole = max(1, to.duration(since: from).components.seconds)
        let passed = min(max(0, time.duration(since: from).components.seconds), whole)
        return Int((whole - passed) * 100 / whole)
    }
}

extension SettlementProgress {
    /// Where a stored reconciliation stands.
    package init(_ report: SettlementReport) { self.init(report, readingShare: nil) }

    init(_ report: SettlementReport, readingShare share: Int?) {
        self.report = report
        let isFile = report.source == .file
        guard report.state == .unfinished else {
            (percent, stage, taken) = (100, "done", nil)
            return
        }
        switch SettlementPlace(report.cursor) {
        case .reading: (percent, stage, taken) = (min(80, (share ?? 0) * 80 / 100), "reading", isFile ? 0 : nil)
        case .taken(let count): (percent, stage, taken) = (0, "reading", count)
        case .waiting: (percent, stage, taken) = (80, "waiting lines", nil)
        case .payouts: (percent, stage, taken) = (85, "payouts", nil)
        case .book: (percent, stage, taken) = (90, "book", nil)
        }
    }
}

/// How far a reconciliation has come, as its row keeps it.
enum SettlementPlace: Hashable, Sendable {
    /// Reading the processor's report, from this cursor on.
    case reading(String?)
    /// So many records of a file were taken.
    case taken(Int64)
    /// Looking at lines again that waited for an outcome, or that a case was opened for.
    case waiting(after: SettlementLineID?)
    case payouts(after: String?)
    /// Looking for what the book posted: which of the connection's accounts, and before which posting.
    case book(account: Int, before: Int64?)

    init(_ text: String?) {
        guard let text, let kind = text.first else {
            self = .reading(nil)
            return
        }
        let rest = String(text.dropFirst(2))
        switch kind {
        case "f": self = .taken(Int64(rest) ?? 0)
        case "w": self = .waiting(after: SettlementLineID(rest))
        case "p": self = .payouts(after: rest.isEmpty ? nil : rest)
        case "b":
            let parts = rest.split(separator: ":")
            self = .book(
                account: parts.first.flatMap { Int($0) } ?? 0, before: parts.count > 1 ? Int64(parts[1]) : nil)
        default: self = .reading(rest.isEmpty ? nil : rest)
        }
    }

    var text: String {
        switch self {
        case .reading(let cursor): "r:\(cursor ?? "")"
        case .taken(let count): "f:\(count)"
        case .waiting(let line): "w:\(line?.text ?? "")"
        case .payouts(let name): "p:\(name ?? "")"
        case .book(let account, let posting): "b:\(account)" + (posting.map { ":\($0)" } ?? "")
        }
    }
}

extension SettlementLine {
    /// More than any processor settles; far below what sums could overflow with.
    private static let mostMinorUnits: UInt64 = 1_000_000_000_000_000

    /// Whether it can be stored and counted.
    var isUsable: Bool {
        func isName(_ text: String) -> Bool {
            (1...Self.longestName).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        }
        return isName(name) && [processorReference, payout].allSatisfy { $0.map(isName) ?? true }
            && gross.minorUnits.magnitude <= Self.mostMinorUnits && fee.magnitude <= Self.mostMinorUnits
    }
}

extension SettlementReport {
    /// Adds what came of a line.
    mutating func add(_ result: SettlementBooking.Result) {
        lines += 1
        newLines += result.isNew ? 1 : 0
        matched += result.isMatched ? 1 : 0
        cases += result.hasNewCase ? 1 : 0
    }
}
