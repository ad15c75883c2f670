package import Ports
package import Primitives
import ProcessorKit

// What PayPal has settled: the account's transactions, with their fees. PayPal shows what was executed up to three hours later
// and says up to when its list is complete; a period beyond that is not read, since what is not there yet would look missing.
// A question covers 31 days at most, and finds 10,000 transactions at most: the periods that are asked for are no longer, and are
// halved when they hold more.
// Source: PayPal's published description of Transaction Search v1.
extension PayPal: SettlementReportingProcessor {
    package func settlement(
        from start: Timestamp, to end: Timestamp, after cursor: String?
    ) async -> SettlementPage {
        guard let place = PayPalReportPlace(cursor, from: start, to: end) else {
            return .unavailable("the place to go on from is none of PayPal's")
        }
        let until = min(end, place.end)
        switch await wire.perform(codec.transactions(from: place.start, to: until, page: place.page)) {
        case .unavailable: return .unavailable("PayPal did not give its list of transactions")
        case .refused:
            return .unavailable("PayPal does not let this application read transactions: give it that permission there")
        case .unreadable(let name): return .unavailable("PayPal's transaction \(name) cannot be read")
        case .tooMany:
            guard let shorter = place.halved else { return .unavailable("PayPal has too many transactions at once") }
            return .page([], next: shorter.text)
        case .page(let rows, let pages, let refreshed):
            guard let refreshed, refreshed >= until else {
                let limit = refreshed.map { "before \($0)" } ?? "earlier"
                return .unavailable(
                    "PayPal's list is not complete up to \(until) yet, which takes up to three hours; "
                        + "let the period end \(limit)")
            }
            var lines: [SettlementLine] = []
            for row in rows where row.occurred >= place.start && row.occurred < until {
                guard let line = await line(row) else {
                    return .unavailable("PayPal did not give what its transaction \(row.name) is about")
                }
                lines.append(line)
            }
            if place.page < pages { return .page(lines, next: place.turned.text) }
            return .page(lines, next: until < end ? PayPalReportPlace(start: until).text : nil)
        }
    }

    /// The line of a row. Money of a dispute may name the payment and not our reference: the payment is asked for it.
    private func line(_ row: PayPalReportRow) async -> SettlementLine? {
        guard row.reference == nil, row.isAboutDispute, let payment = row.related else { return row.line() }
        switch await self.payment(payment) {
        case .payment(let payment): return row.line(reference: payment.reference)
        case .absent, .fact: return row.line()
        case .unavailable: return nil
        }
    }
}

/// Where a report is read: a period, how long it may be, and the page.
struct PayPalReportPlace: Hashable, Sendable {
    let start: Timestamp
    var length: Int64 = 31 * 86_400
    var page: Int64 = 1

    /// - Returns: nil for what is no place within that time.
    init?(_ cursor: String?, from start: Timestamp, to end: Timestamp) {
        guard let cursor else {
            self.init(start: start)
            return
        }
        let parts = cursor.split(separator: ":").map { Int64($0) }
        guard parts.count == 3, let micros = parts[0], let length = parts[1], let page = parts[2],
            (1...31 * 86_400).contains(length), (1...10_000).contains(page)
        else { return nil }
        self.init(start: Timestamp(microseconds: micros))
        (self.length, self.page) = (length, page)
        guard self.start >= start, self.start < end else { return nil }
    }

    init(start: Timestamp) { self.start = start }

    var end: Timestamp { start.advanced(by: .seconds(length)) }

    var text: String { "\(start.microseconds):\(length):\(page)" }

    /// The next page.
    var turned: PayPalReportPlace {
        var next = self
        next.page += 1
        return next
    }

    /// Half of it; nil when it is but a second.
    var halved: PayPalReportPlace? {
        guard length > 1 else { return nil }
        var half = self
        (half.length, half.page) = (length / 2, 1)
        return half
    }
}

enum PayPalDeniedAnswer: Sendable {
    case denied([String])
    case unavailable
}

enum PayPalTransactionsAnswer: Sendable {
    case page([PayPalReportRow], pages: Int64, refreshed: Timestamp?)
    /// More than PayPal counts in one question.
    case tooMany
    /// The application lacks the permission.
    case refused
    case unreadable(String)
    case unavailable
}

extension PayPalCodec {
    /// The movements of the account's balance in a period.
    func transactions(
        from start: Timestamp, to end: Timestamp, page: Int64
    ) -> WireExchange<PayPalTransactionsAnswer> {
        var query = FormBody()
        query.field("start_date", start.description)
        query.field("end_date", end.description)
        query.field("fields", "transaction_info")
        query.field("balance_affecting_records_only", "Y")
        query.field("page_size", 100)
        query.field("page", page)
        return WireExchange(reports(query)) { PayPalTransactionsAnswer($0) }
    }

    /// Refunds of a period that were denied after they had been accepted: the first hundred.
    func deniedRefunds(from start: Timestamp, to end: Timestamp) -> WireExchange<PayPalDeniedAnswer> {
        var query = FormBody()
        query.field("transaction_type", "T1107")
        query.field("transaction_status", "D")
        query.field("start_date", start.description)
        query.field("end_date", end.description)
        query.field("fields", "transaction_info")
        query.field("balance_affecting_records_only", "N")
        query.field("page_size", 100)
        query.field("page", 1)
        return WireExchange(reports(query)) { result in
            guard let body = PayPalReading.document(result) else { return .unavailable }
            let names = (body["transaction_details"]?.elements ?? []).compactMap {
                $0["transaction_info"]?["transaction_id"]?.text
            }
            return .denied(names.filter(PayPalCodec.isName))
        }
    }

    private func reports(_ query: FormBody) -> WireRequest {
        WireRequest(method: "GET", path: "/v1/reporting/transactions?\(query.text)", headers: [PayPalCodec.json])
    }
}

extension PayPalTransactionsAnswer {
    init(_ result: WireResult) {
        if case .answered(let answer) = result, let error = PayPalError(answer) {
            let isTooMuch = ([error.name] + error.issues).contains("RESULTSET_TOO_LARGE")
            self = isTooMuch ? .tooMany : answer.status == 403 ? .refused : .unavailable
            return
        }
        guard let body = PayPalReading.document(result), let pages = body["total_pages"]?.integer else {
            self = .unavailable
            return
        }
        var rows: [PayPalReportRow] = []
        for detail in body["transaction_details"]?.elements ?? [] {
            let info = detail["transaction_info"]
            switch info.map(PayPalReportRow.read) {
            case .row(let row)?: rows.append(row)
            case .passedOver?: continue
            case .unreadable?, nil:
                let name = info?["transaction_id"]?.text
                self = .unreadable(name.flatMap { PayPalCodec.isName($0) ? $0 : nil } ?? "without a name")
                return
            }
        }
        let refreshed = body["last_refreshed_datetime"]?.text
        self = .page(rows, pages: pages, refreshed: refreshed.flatMap { PayPalTime.parse($0) })
    }
}
