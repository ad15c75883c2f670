import Ledger
import Payments
import Ports
import Primitives

/// What is looked at once all lines are taken: what waited, whether payouts are the sum of their lines, and whether the
/// settlement shows everything that the book has posted.
extension SettlementCommands {
    private static let batch = 100
    /// Postings are made in the order of their numbers, and their times nearly so.
    private static let disorder = Duration.seconds(3600)

    func matchWaiting(_ report: SettlementReport, after cursor: SettlementLineID?) async throws -> SettlementProgress {
        try await step(report) { transaction, booking, report in
            let lines = try transaction.unmatchedLines(of: report.connection, after: cursor, limit: Self.batch)
            for line in lines {
                let result = try booking.judgeAgain(line)
                report.matched += result.isMatched ? 1 : 0
                report.cases += result.hasNewCase ? 1 : 0
            }
            return lines.count == Self.batch ? .waiting(after: lines.last?.id) : .payouts(after: nil)
        }
    }

    func checkPayouts(_ report: SettlementReport, after name: String?) async throws -> SettlementProgress {
        try await step(report) { transaction, booking, report in
            let payouts = try transaction.payouts(of: report.id, after: name, limit: Self.batch)
            for payout in payouts {
                for sum in try transaction.payoutSums(payout, of: report.connection) where sum.lines > 0 {
                    if try booking.compare(payout, sum) { report.cases += 1 }
                }
            }
            return payouts.count == Self.batch ? .payouts(after: payouts.last) : .book(account: 0, before: nil)
        }
    }

    func checkBook(
        _ report: SettlementReport, _ index: Int, before posting: Int64?
    ) async throws -> SettlementProgress {
        try await step(report) { transaction, booking, report in
            guard let from = report.from, let to = report.to else { return nil }
            let lower = try transaction.checkedUntil(by: from, of: report.connection) ?? from
            let upper = to.advanced(by: .zero - Self.margin)
            report.checkedUntil = max(lower, upper)
            let accounts = try booking.clearingAccounts()
            guard accounts.indices.contains(index), lower < upper else { return nil }
            let page = try transaction.entries(of: accounts[index], before: posting, limit: Self.batch)
            for entry in page.items where entry.created >= lower && entry.created < upper {
                if try booking.lookFor(entry) { report.cases += 1 }
            }
            guard let last = page.items.last, page.hasMore, last.created >= lower.advanced(by: .zero - Self.disorder)
            else { return .book(account: index + 1, before: nil) }
            return .book(account: index, before: last.posting)
        }
    }

    /// One commit: `work` says where to go on; nil when that was all.
    private func step(
        _ report: SettlementReport,
        _ work:
            @escaping @Sendable (any StoreTransaction, SettlementBooking, inout SettlementReport) throws ->
            SettlementPlace?
    ) async throws -> SettlementProgress {
        let (now, tools) = (clock.now(), tools)
        let stored = try await store.writeRetryingConflicts { transaction -> SettlementReport in
            guard var current = try transaction.settlementReport(report.id), current.cursor == report.cursor,
                current.state == .unfinished, let connection = try transaction.connection(report.connection)
            else { throw SettlementRefusal.unavailable("Somebody else goes on with this reconciliation. Try again.") }
            let booking = try SettlementBooking(transaction, now, tools, connection, report.id)
            if let next = try work(transaction, booking, &current) {
                current.cursor = next.text
            } else {
                (current.state, current.finished) = (.complete, now)
            }
            try transaction.update(current)
            return current
        }
        return SettlementProgress(stored)
    }
}

extension SettlementBooking {
    /// - Returns: whether a new case was opened.
    fileprivate func compare(_ payout: String, _ sum: PayoutSum) throws -> Bool {
        guard let paid = sum.paid, paid != .min else { return false }
        let subject = "\(payout)/\(sum.currency.lowercaseCode)"
        guard sum.carried != -paid else {
            try transaction.settleCase(.payoutDiffers, subject, of: connection.id, at: now)
            return false
        }
        return try transaction.open(
            Case(
                id: tools.randomness.identifier(at: now), kind: .payoutDiffers, connection: connection.id,
                mode: connection.mode, subject: subject, processorReference: payout,
                booked: Money(minorUnits: sum.carried, currency: sum.currency),
                reported: Money(minorUnits: -paid, currency: sum.currency),
                finding: "the payout is not what its \(sum.lines) lines come to", opened: now))
    }

    fileprivate func clearingAccounts() throws -> [AccountKey] {
        try transaction.accounts(of: connection.id.bits, mode: connection.mode).map(\.key)
            .filter { $0.kind == .processorClearing || $0.kind == .directClearing }
            .sorted { ($0.kind.rawValue, $0.currency.numeric) < ($1.kind.rawValue, $1.currency.numeric) }
    }

    /// Looks for the settlement's line of a posting.
    /// - Returns: whether a new case was opened.
    fileprivate func lookFor(_ entry: AccountEntry) throws -> Bool {
        guard let (reference, kind) = try message(behind: entry), try !isShown(reference, kind) else { return false }
        return try transaction.open(
            Case(
                id: tools.randomness.identifier(at: now), kind: .missingAtProcessor, connection: connection.id,
                mode: connection.mode, subject: BookedMovement.subject(reference, kind), reference: reference,
                booked: Money(minorUnits: -entry.amount, currency: entry.currency),
                finding: "posted at \(entry.created), and not in the settlement", opened: now))
    }

    private func isShown(_ reference: OperationID, _ kind: SettlementLine.Kind) throws -> Bool {
        if try hasLine(reference, kind) { return true }
        if kind == .refund,
            let refund = try transaction.refund(reference.retyped()) ?? transaction.refund(replacedBy: reference)
        {
            return try hasLine(refund.charge.retyped(), kind)
        }
        guard kind == .charge, let charge = try transaction.charge(reference.retyped()) else { return false }
        return try transaction.references(of: charge).contains { try hasLine($0, kind) }
    }

    /// Which message moved the money, and what a settlement calls that; nil for postings that no message made.
    private func message(behind entry: AccountEntry) throws -> (OperationID, SettlementLine.Kind)? {
        let source = OperationID(bits: entry.source)
        switch entry.reason {
        case .charge, .transferFunding, .topUp: return (source, .charge)
        case .cashOut, .botPayoutPaid: return (source, .push)
        case .refund:
            guard let refund = try transaction.refund(source.retyped()) else { return nil }
            return (refund.operation ?? refund.id.retyped(), .refund)
        case .transferReturned:
            guard case .returned(_, let refund?)? = try transaction.friendTransfer(source.retyped())?.state else {
                return nil
            }
            return (refund, .refund)
        case .refundReversal:
            guard let refund = try transaction.refund(source.retyped()) else { return nil }
            return (refund.operation ?? refund.id.retyped(), .refundFailure)
        default: return nil
        }
    }
}
