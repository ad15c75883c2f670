import Ledger
package import Payments
import Ports
package import Primitives

/// Why a report is not written.
package enum ReportRefusal: Error, Hashable, Sendable {
    case noSuchOwner
    /// It may be made from this moment on: what was begun on the day has been stored by then.
    case dayNotOver(until: Timestamp)
    /// What was found does not come to what the ledger holds. Nothing was written.
    case doesNotTie(String)
    /// The same report was made before, and was another one.
    case differs(ReportRunID)
    case filesUnusable(String)
}

/// One line of an owner's account, as a report reads it.
struct ReportedEntry: Hashable, Sendable {
    let posting: Int64
    let source: SIMD2<UInt64>
    let reason: PostingReason
    let account: AccountKind
    /// Signed: credits positive.
    let amount: Int64
    let currency: Currency
    let created: Timestamp
}

/// A day in UTC, from its first moment to the first of the next.
struct ReportDay: Hashable, Sendable {
    let day: Int64

    var start: Timestamp { Timestamp(day: day) }
    var end: Timestamp { Timestamp(day: day + 1) }
    /// Postings bear the time at which their commit was begun. Those that were begun before midnight have been stored well
    /// before this; and none lies further than this from where its time belongs in the order of their numbers.
    static let slack = Duration.seconds(3_600)

    func holds(_ time: Timestamp) -> Bool { time >= start && time < end }

    /// `2026-11-21`.
    var text: String { String(start.description.prefix(10)) }
}

/// What one account did on a day.
struct AccountDay: Sendable {
    let key: AccountKey
    var opening: Int64
    var closing: Int64
    /// The numbers of the day's postings, oldest first.
    var postings: [Int64]
}

extension ReportMaker {
    /// Walks an account back from its newest posting to the beginning of the day, a page at a time: no read lasts long.
    /// Every step is held to the balance that the posting left, so that what is reported is what the ledger holds.
    func read(_ account: AccountBalance, _ day: ReportDay) async throws -> AccountDay {
        var found = AccountDay(key: account.key, opening: 0, closing: 0, postings: [])
        var (expected, cursor): (Int64?, Int64?) = (nil, nil)
        var (closing, opening) = (Int64(0), Int64(0))
        let begin = day.start.advanced(by: .zero - ReportDay.slack)
        walk: while true {
            let before = cursor
            let (page, balance) = try await store.read { reader in
                (
                    try reader.entries(of: account.key, before: before, limit: Self.page),
                    try reader.account(account.key)?.balance ?? 0
                )
            }
            if expected == nil {
                // What was posted since the first look is later than the day.
                expected = page.items.first?.balanceAfter ?? balance
                (closing, opening) = (expected ?? 0, expected ?? 0)
            }
            for entry in page.items {
                guard entry.balanceAfter == expected else {
                    throw ReportRefusal.doesNotTie(
                        "posting \(entry.posting) left \(entry.balanceAfter) where the next one found \(expected ?? 0)")
                }
                let (earlier, overflow) = entry.balanceAfter.subtractingReportingOverflow(entry.amount)
                guard !overflow else { throw ReportRefusal.doesNotTie("posting \(entry.posting) leaves 64 bits") }
                expected = earlier
                if entry.created < begin { break walk }
                if entry.created >= day.end { closing -= entry.amount }
                if entry.created >= day.start { opening -= entry.amount }
                if day.holds(entry.created) { found.postings.append(entry.posting) }
            }
            report(Int64(page.items.count))
            guard page.hasMore, let last = page.items.last else {
                // The beginning of the account: before its first posting there was nothing.
                guard expected == 0 else {
                    throw ReportRefusal.doesNotTie("the account did not begin at 0 but at \(expected ?? 0)")
                }
                break
            }
            cursor = last.posting
        }
        found.postings.reverse()
        (found.opening, found.closing) = (opening, closing)
        return found
    }

    /// The postings of `numbers` as the owner of `accounts` sees them, in order, a page at a time.
    func entries(
        _ numbers: [Int64], of owner: Owner, _ body: (ReportedEntry) async throws -> Void
    ) async throws {
        for start in stride(from: 0, to: numbers.count, by: Self.page) {
            let part = Array(numbers[start..<min(start + Self.page, numbers.count)])
            let found = try await store.read { reader in
                try part.compactMap { try reader.entry(posting: $0, owner: owner.bits) }
            }
            guard found.count == part.count else { throw ReportRefusal.doesNotTie("a posting of the day is gone") }
            for entry in found {
                try await body(
                    ReportedEntry(
                        posting: entry.posting, source: entry.source, reason: entry.reason, account: .botPayable,
                        amount: entry.amount, currency: entry.currency, created: entry.created))
            }
            report(Int64(part.count))
        }
    }

    /// The highest number whose posting, and those before it, were made before `time`, give or take the slack.
    func lastNumber(before time: Timestamp) async throws -> Int64 {
        try await store.read { reader in
            var (low, high) = (Int64(0), try reader.lastPostingNumber())
            while low < high {
                let middle = low + (high - low + 1) / 2
                if let made = try reader.postingTime(atOrBefore: middle), made < time {
                    low = middle
                } else {
                    high = middle - 1
                }
            }
            return low
        }
    }
}
