import Ledger
import Payments
import Ports
import Primitives

/// What all accounts of one kind did on a day, in one currency.
private struct KindDay {
    var now: Int64 = 0
    /// What was posted after the day, and on it.
    var after: Int64 = 0
    var onDay: Int64 = 0
    var reasons: [PostingReason: Int64] = [:]
}

private struct KindKey: Hashable {
    let kind: AccountKind
    let currency: Currency
}

extension ReportMaker {
    /// The whole book of one mode. It is read from the beginning of the day to its end in pages, below a number that is taken
    /// together with the balances: whatever is posted meanwhile does not matter.
    func write(
        _ platform: PlatformID, _ mode: Mode, _ day: ReportDay, _ writers: [ReportType: ReportWriter]
    ) async throws {
        let (totals, newest) = try await store.read { reader in
            guard try reader.platform(platform) != nil else { throw ReportRefusal.noSuchOwner }
            return (try reader.kindTotals(), try reader.lastPostingNumber())
        }
        var kinds: [KindKey: KindDay] = [:]
        for total in totals where total.mode == mode {
            kinds[KindKey(kind: total.kind, currency: total.currency), default: KindDay()].now = total.balance
        }
        var cursor = try await lastNumber(before: day.start.advanced(by: .zero - ReportDay.slack))
        while cursor < newest {
            let after = cursor
            let page = try await store.read {
                try $0.postings(after: after, through: newest, limit: Self.page)
            }
            for posting in page where posting.debit.mode == mode {
                note(posting, day, &kinds)
                if day.holds(posting.created) { try await list(posting, writers) }
            }
            report(Int64(page.count))
            guard let last = page.last else { break }
            cursor = last.number
        }
        try await balance(kinds, writers)
    }

    private func note(_ posting: BookedPosting, _ day: ReportDay, _ kinds: inout [KindKey: KindDay]) {
        for (key, amount) in [(posting.debit, -posting.amount), (posting.credit, posting.amount)] {
            let kind = KindKey(kind: key.kind, currency: key.currency)
            if posting.created >= day.end {
                kinds[kind, default: KindDay()].after += amount
            } else if day.holds(posting.created) {
                kinds[kind, default: KindDay()].onDay += amount
                kinds[kind, default: KindDay()].reasons[posting.reason, default: 0] += amount
            }
        }
    }

    private func list(_ posting: BookedPosting, _ writers: [ReportType: ReportWriter]) async throws {
        var line = CSVLine()
        line.add(posting.number)
        line.add(posting.created.description)
        line.add(posting.reason.name)
        line.add(posting.reason.sourceText(posting.source))
        line.add(posting.debit.kind.name)
        line.add(posting.credit.kind.name)
        line.add(Money(minorUnits: posting.amount, currency: posting.debit.currency))
        try await writers[.transactions]?.add(line)
        try await listApart(
            ReportedEntry(
                posting: posting.number, source: posting.source, reason: posting.reason, account: posting.debit.kind,
                amount: posting.amount, currency: posting.debit.currency, created: posting.created),
            posting.reason.name, writers)
    }

    private func balance(
        _ kinds: [KindKey: KindDay], _ writers: [ReportType: ReportWriter]
    ) async throws {
        var (openings, closings): ([Currency: Int64], [Currency: Int64]) = ([:], [:])
        let order = kinds.keys.sorted { ($0.currency.code, $0.kind.rawValue) < ($1.currency.code, $1.kind.rawValue) }
        for key in order {
            guard let found = kinds[key] else { continue }
            let closing = found.now - found.after
            let opening = closing - found.onDay
            openings[key.currency, default: 0] += opening
            closings[key.currency, default: 0] += closing
            // An account that came into being later must not change an earlier day's file.
            guard opening != 0 || closing != 0 || !found.reasons.isEmpty else { continue }
            var lines = [("opening", opening)]
            for reason in found.reasons.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
                lines.append((reason.name, found.reasons[reason] ?? 0))
            }
            lines.append(("closing", closing))
            for (name, amount) in lines {
                var line = CSVLine()
                line.add(key.kind.name)
                line.add(key.currency.lowercaseCode)
                line.add(name)
                line.add(amount)
                try await writers[.balance]?.add(line)
            }
        }
        for (currency, sum) in openings.merging(closings, uniquingKeysWith: { $0 != 0 ? $0 : $1 }) where sum != 0 {
            throw ReportRefusal.doesNotTie("all accounts in \(currency.code) come to \(sum) instead of 0")
        }
    }
}

extension AccountKind {
    /// As `florinctl ledger` has it.
    var name: String {
        "\(self)".map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }
}
