package import Ledger
package import Payments
package import Primitives

/// A posting with both its sides.
package struct BookedPosting: Hashable, Sendable {
    package let number: Int64
    package let source: SIMD2<UInt64>
    package let reason: PostingReason
    package let debit: AccountKey
    package let credit: AccountKey
    package let amount: Int64
    package let created: Timestamp

    package init(
        number: Int64, source: SIMD2<UInt64>, reason: PostingReason, debit: AccountKey, credit: AccountKey,
        amount: Int64, created: Timestamp
    ) {
        self.number = number
        self.source = source
        self.reason = reason
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.created = created
    }
}

/// What all accounts of one kind, currency and mode come to.
package struct KindTotal: Hashable, Sendable {
    package let kind: AccountKind
    package let currency: Currency
    package let mode: Mode
    package let balance: Int64

    package init(kind: AccountKind, currency: Currency, mode: Mode, balance: Int64) {
        self.kind = kind
        self.currency = currency
        self.mode = mode
        self.balance = balance
    }
}

/// Questions that reports ask.
package protocol ReportReading: AnyObject {
    /// The number of the newest posting; 0 for an empty book.
    func lastPostingNumber() throws -> Int64
    /// When the newest posting was made that has this number or a smaller one; nil when there is none.
    func postingTime(atOrBefore number: Int64) throws -> Timestamp?
    /// Postings with a number above `after`, not above `through`, in their order.
    func postings(after: Int64, through: Int64, limit: Int) throws -> [BookedPosting]
    func kindTotals() throws -> [KindTotal]
    func reportRun(_ id: ReportRunID) throws -> ReportRun?
    func reportRun(of owner: Owner, mode: Mode, _ type: ReportType, day: Int64) throws -> ReportRun?
    /// - Parameter owner: nil for all.
    func reportRuns(of owner: Owner?, mode: Mode?, _ page: PageRequest) throws -> Page<ReportRun>
}

/// Changes that reports make.
package protocol ReportWriting: ReportReading {
    /// - Returns: false when this report was made already; nothing was stored.
    func insert(_ run: ReportRun) throws -> Bool
}
