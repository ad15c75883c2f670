import Payments
import Ports
package import Primitives
package import SandboxProcessor

/// What the book says of one currency, for comparing it with another book.
package struct BookTotals: Hashable, Sendable {
    package var captured: Int64 = 0
    /// Pending refunds included, refunds that failed afterwards not.
    package var refunded: Int64 = 0
    package var pushed: Int64 = 0
    /// Authorized and neither captured nor released yet.
    package var held: Int64 = 0
    /// Taken in disputes, fees included, and not given back; as far as it was to be told by now.
    package var disputed: Int64 = 0

    /// Sums to compare with; everything is zero unless said.
    package init(
        captured: Int64 = 0, refunded: Int64 = 0, pushed: Int64 = 0, held: Int64 = 0, disputed: Int64 = 0
    ) {
        (self.captured, self.refunded, self.pushed, self.held) = (captured, refunded, pushed, held)
        self.disputed = disputed
    }
}

extension SandboxAcquirer {
    /// Sums over the whole book; reads it in pages, for audits only.
    package func totals(_ currency: Currency) async throws -> BookTotals {
        var totals = BookTotals()
        var last: SandboxReference?
        while true {
            let page = try await operations(after: last, limit: 1_000)
            for row in page where row.currency == Int64(currency.numeric) { totals.add(row) }
            guard let next = page.last?.reference else { break }
            last = next
        }
        totals.disputed = try await disputed(currency)
        return totals
    }

    private func disputed(_ currency: Currency) async throws -> Int64 {
        let now = clock.now()
        return try await read { session in
            var (sum, number): (Int64, Int64) = (0, 0)
            while let change = try session.change(after: number) {
                number = change.number
                guard let step = change.step, now >= change.due,
                    let dispute = try session.dispute(of: change.reference),
                    dispute.currency == Int64(currency.numeric)
                else { continue }
                switch step {
                case .withdrawn: sum += dispute.amount + dispute.fee
                case .reinstated: sum -= dispute.amount
                case .inquiry, .opened, .underReview, .inquiryClosed, .won, .lost: break
                }
            }
            return sum
        }
    }

    /// Up to `limit` operations in order of their references, from the first after `after`.
    package func operations(after: SandboxReference?, limit: Int) async throws -> [BookRow] {
        try await read { try $0.rows(after: after, limit: limit) }
    }
}

extension BookTotals {
    /// Sums stop at the ends of `Int64` instead of wrapping.
    fileprivate mutating func add(_ row: BookRow) {
        func plus(_ sum: inout Int64, _ value: Int64) {
            let (result, overflow) = sum.addingReportingOverflow(value)
            sum = overflow ? .max : result
        }
        guard row.status == .approved || row.status == .partial else { return }
        switch row.operation {
        case .authorize, .sale:
            plus(&captured, row.captured)
            plus(&refunded, row.refunded)
            plus(&held, row.amount - row.captured - row.released)
        case .push: plus(&pushed, row.amount)
        case .capture, .void, .refund, .lookUp, .changes, .list, .evidence, .accept, .verify, .increment: break
        }
    }
}

extension BookRow {
    /// One line of the dump: flat JSON without spaces, ended by a line feed. No value needs escaping. `ref` is the
    /// operation as Florin names it; `original` as the acquirer does (the same 26 characters for the same thing).
    package var jsonLine: String {
        let florin: OperationID = reference.retyped()
        var line = "{\"ref\":\"\(florin.text)\",\"kind\":\"\(operation.word)\""
        line += ",\"state\":\"\(status.word)\",\"amount\":\(amount),\"currency\":\"\(currencyCode)\""
        line += ",\"captured\":\(captured),\"refunded\":\(refunded),\"released\":\(released),\"card\":\(card)"
        if let original { line += ",\"original\":\"\(original.text)\"" }
        return line + ",\"made\":\(made.microseconds)}\n"
    }

    private var currencyCode: String { Currency(numeric: currency)?.lowercaseCode ?? "" }
}
