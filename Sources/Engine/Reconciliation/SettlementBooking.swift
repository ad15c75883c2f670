import Ledger
import Payments
import Ports
import Primitives

/// Takes settlement lines into the book, within one transaction. Fees and payouts are facts and posted once, when their
/// line is new; everything else only has to agree with what the book has posted already.
struct SettlementBooking {
    /// What came of a line.
    struct Result: Hashable, Sendable {
        var isNew = false
        var isMatched = false
        var hasNewCase = false
    }

    let transaction: any StoreTransaction
    let now: Timestamp
    let tools: SettlementTools
    let connection: Connection
    let report: SettlementReportID
    /// The account's settlement shows what was taken over any of them.
    let siblings: [ConnectionID]

    /// Every connection whose messages the account's settlement shows.
    var ofAccount: [ConnectionID] { [connection.id] + siblings }

    /// Whether a line of any connection of the account is about a message.
    func hasLine(_ reference: OperationID, _ kind: SettlementLine.Kind) throws -> Bool {
        try ofAccount.contains { try transaction.hasSettlementLine(reference, [kind], of: $0) }
    }

    init(
        _ transaction: any StoreTransaction, _ now: Timestamp, _ tools: SettlementTools, _ connection: Connection,
        _ report: SettlementReportID
    ) throws {
        self.transaction = transaction
        self.now = now
        self.tools = tools
        self.connection = connection
        self.report = report
        siblings = try transaction.siblings(of: connection)
    }

    /// Whether the book agrees with a line.
    enum Verdict {
        case matched
        /// The message that it belongs to has no outcome yet.
        case waiting
        case differs(CaseKind, booked: Money?, String)
    }

    func take(_ line: SettlementLine) throws -> Result {
        if let known = try transaction.settlementLine(line.name, of: connection.id) { return try again(line, known) }
        // What it does is posted once, whichever connection of the account was asked first.
        for sibling in siblings {
            guard let taken = try transaction.settlementLine(line.name, of: sibling) else { continue }
            return Result(isMatched: taken.state == .matched)
        }
        let accounts = try accounts(for: line)
        var verdict = try judge(line, isNew: true)
        if accounts == nil, case .matched = verdict {
            verdict = .differs(.unexplained, booked: nil, "nobody is known whose account it would be posted on")
        }
        let stored = StoredSettlementLine(
            id: tools.randomness.identifier(at: now), connection: connection.id, mode: connection.mode, report: report,
            line: line, state: verdict.state)
        guard try transaction.insert(stored) else { throw StoreConflict() }
        if let accounts { try post(stored, accounts) }
        var result = Result(isNew: true)
        if case .differs(let kind, let booked, let finding) = verdict {
            result.hasNewCase = try open(kind, line, booked, finding)
        } else {
            result.isMatched = stored.state == .matched
        }
        if let reference = line.reference {
            let subject = BookedMovement.subject(reference, line.kind)
            for id in ofAccount { try transaction.settleCase(.missingAtProcessor, subject, of: id, at: now) }
        }
        return result
    }

    /// A line that an earlier report had: it may know its payout by now, and the book may agree by now.
    private func again(_ line: SettlementLine, _ known: StoredSettlementLine) throws -> Result {
        var stored = known
        var result = Result()
        let old = known.line
        let isChanged =
            line.kind != old.kind || line.gross != old.gross || line.fee != old.fee
            || [(line.reference?.text, old.reference?.text), (line.payout, old.payout)].contains {
                $0.0 != nil && $0.1 != nil && $0.0 != $0.1
            }
        if isChanged {
            result.hasNewCase = try open(
                .changedLine, line, old.gross, "an earlier report had it with other figures; the first ones count")
        } else if old.payout == nil, let payout = line.payout {
            stored.line = old.paid(out: payout)
            stored.report = report
            try transaction.update(stored)
        }
        guard stored.state != .matched else {
            result.isMatched = !isChanged
            return result
        }
        return try judgeAgain(stored, result)
    }

    /// Looks again at a line that the book did not agree with.
    func judgeAgain(_ known: StoredSettlementLine, _ before: Result = Result()) throws -> Result {
        var (stored, result) = (known, before)
        // What the book has otherwise does not change by itself; what it lacked may have come.
        if known.state == .disputed,
            try transaction.caseFile(.mismatch, known.line.name, of: connection.id) != nil
        {
            return result
        }
        let verdict = try judge(known.line, isNew: false)
        switch verdict {
        case .matched:
            guard try known.state == .waiting || accounts(for: known.line) != nil else { return result }
            result.isMatched = true
            for kind in [CaseKind.unknownHere, .unbookedDispute] {
                try transaction.settleCase(kind, known.line.name, of: connection.id, at: now)
            }
        case .waiting: break
        case .differs(let kind, let booked, let finding):
            guard known.state == .waiting else { return result }
            if try open(kind, known.line, booked, finding) { result.hasNewCase = true }
        }
        guard verdict.state != known.state else { return result }
        stored.state = verdict.state
        try transaction.update(stored)
        return result
    }

    private func open(
        _ kind: CaseKind, _ line: SettlementLine, _ booked: Money?, _ finding: String
    ) throws -> Bool {
        try transaction.open(
            Case(
                id: tools.randomness.identifier(at: now), kind: kind, connection: connection.id, mode: connection.mode,
                subject: line.name, reference: line.reference, processorReference: line.processorReference,
                booked: booked, reported: line.gross, finding: "\(line.kind.name) of \(line.occurred): \(finding)",
                opened: now))
    }

    // MARK: Posting

    private func accounts(for line: SettlementLine) throws -> SettlementAccounts? {
        let platform: PlatformID?
        var bot: BotID?
        switch connection.owner {
        case .platform(let id): platform = id
        case .bot(let id): (platform, bot) = (try transaction.bot(id)?.platform, id)
        }
        if bot == nil, let reference = line.reference { bot = try transaction.charge(reference.retyped())?.bot }
        return SettlementAccounts(connection, platform: platform, bot: bot, currency: line.gross.currency)
    }

    private func post(_ stored: StoredSettlementLine, _ accounts: SettlementAccounts) throws {
        let line = stored.line
        var postings: [Posting] = []
        switch line.kind {
        case .fee where line.gross.minorUnits != 0:
            postings.append(try PostingPlans.processorFee(-line.gross.minorUnits, accounts))
        case .payout where line.gross.minorUnits != 0, .payoutFailure where line.gross.minorUnits != 0:
            postings.append(try PostingPlans.payout(-line.gross.minorUnits, accounts))
        case .charge, .refund, .refundFailure, .dispute, .disputeReversal, .fee, .payout, .payoutFailure, .push, .other:
            break
        }
        // What a dispute costs is booked with the dispute.
        if line.fee != 0, line.kind != .dispute, line.kind != .disputeReversal {
            postings.append(try PostingPlans.processorFee(line.fee, accounts))
        }
        guard !postings.isEmpty else { return }
        _ = try transaction.post(LedgerTransaction(source: stored.id, created: now, postings: postings))
    }
}

extension SettlementBooking.Verdict {
    fileprivate var state: StoredSettlementLine.State {
        switch self {
        case .matched: .matched
        case .waiting: .waiting
        case .differs: .disputed
        }
    }
}

extension SettlementLine {
    fileprivate func paid(out payout: String) -> SettlementLine {
        SettlementLine(
            name: name, kind: kind, reference: reference, processorReference: processorReference, gross: gross,
            fee: fee, payout: payout, occurred: occurred)
    }
}

extension StoreReader {
    /// Other connections of the same account at the processor, which tells each of them the same. Only those of the same owner
    /// and flow of funds, since what is booked depends on both.
    func siblings(of connection: Connection) throws -> [ConnectionID] {
        guard let account = try accountIdentity(of: connection.id) else { return [] }
        return try connections(ofAccount: account, at: connection.processor, mode: connection.mode).filter { id in
            guard id != connection.id, let other = try self.connection(id) else { return false }
            return other.owner == connection.owner && other.fundsFlow == connection.fundsFlow
        }
    }
}
