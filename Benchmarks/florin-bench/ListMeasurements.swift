import Foundation
import Payments
import Primitives

/// Pages of lists in a small book and in a large one: the newest page, and one from the middle.
extension FurtherMeasurements {
    func lists(_ report: inout RunReport) async throws {
        let few = try await pages(try cursors())
        for (name, value) in few {
            report.figures.append(
                .init(topic: "lists", what: "\(name), a small book", value: value, unit: "a second"))
        }
        for count in stored.sorted() {
            let book = try StoredBook(state: state)
            note("lists: a book of \(count) payments")
            try book.fill(to: Int64(count))
            let held = try book.count()
            book.close()
            for (name, value) in try await pages(try cursors()) {
                let small = few.first { $0.name == name }?.rate
                report.figures.append(
                    .init(
                        topic: "lists", what: "\(name), \(held) payments", value: value, unit: "a second",
                        remark: small.map { String(format: "in a small book %.0f", $0) } ?? "", compared: small))
            }
        }
    }

    /// Identifiers from the middle of the book, as a cursor names them.
    private struct Cursors {
        let payment, charge, entry: String
    }

    private func cursors() throws -> Cursors {
        let database = try BareDatabase(path: "\(state)/florin.sqlite")
        defer { database.close() }
        func middle(_ table: String) throws -> (UInt64, UInt64) {
            try half(
                try database.texts(
                    "SELECT hex(id) FROM \(table) ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM \(table))"))
        }
        let (payment, charge) = (try middle("payment"), try middle("charge"))
        let posting = try database.integer(
            "SELECT posting FROM charge WHERE posting IS NOT NULL ORDER BY id LIMIT 1 "
                + "OFFSET (SELECT count(*) / 2 FROM charge)")
        let bot = try half(try database.texts("SELECT hex(bot) FROM payment LIMIT 1"))
        return Cursors(
            payment: PaymentID(high: payment.0, low: payment.1).text,
            charge: ChargeID(high: charge.0, low: charge.1).text,
            entry: BalanceTransactionID(high: bot.0, low: UInt64(bitPattern: posting)).text)
    }

    private func half(_ texts: [String]) throws -> (UInt64, UInt64) {
        guard let text = texts.first, text.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { throw BenchFailure("no identifier in the middle of the book") }
        return (high, low)
    }

    private func pages(_ cursors: Cursors) async throws -> [(name: String, rate: Double)] {
        var found: [(name: String, rate: Double)] = []
        try await withDaemon { daemon, generator in
            for (name, path) in [
                ("payments, newest", "/v1/payment_intents"),
                ("payments, middle", "/v1/payment_intents?starting_after=\(cursors.payment)"),
                ("charges, newest", "/v1/charges"),
                ("charges, middle", "/v1/charges?starting_after=\(cursors.charge)"),
                ("balance lines, newest", "/v1/balance_transactions"),
                ("balance lines, middle", "/v1/balance_transactions?starting_after=\(cursors.entry)"),
                ("balance lines, upwards", "/v1/balance_transactions?ending_before=\(cursors.entry)"),
                ("balance lines, refunds", "/v1/balance_transactions?type=refund"),
                ("events, a rare type", "/v1/events?type=customer.created"),
            ] {
                note("\(name): \(seconds) s")
                let result = try generator.measure(
                    [Request("GET", path, key: daemon.profile.botKey)], connections: 4, seconds: seconds, warmUp: 0.3)
                guard result.refused == 0 else { throw BenchFailure("\(name) is refused") }
                found.append((name, result.rate))
            }
        }
        return found
    }
}
