import Ports
import Primitives
import SQLStore
import SQLiteDriver

/// Holds Florin's database and the sandbox's book against each other, reference by reference. Reads the file itself, with
/// the daemon stopped, so that nothing the daemon says is taken on trust.
struct BookAudit: Sendable {
    let findings: Findings

    private enum OperationKind: IdentifierKind { static var prefix: String { "op" } }
    private enum PaymentName: IdentifierKind { static var prefix: String { "pi" } }

    /// What one reference came to: at the processor, and in Florin's postings.
    private struct Effect: Sendable, Equatable {
        var captured: Int64 = 0
        var refunded: Int64 = 0
        var pushed: Int64 = 0
        /// Taken back by disputes, with their fees.
        var disputed: Int64 = 0
        /// Authorized and neither taken nor let go.
        var held: Int64 = 0
    }

    private struct Entry: Sendable {
        var effect = Effect()
        var currency: String
        /// Approved, as far as Florin knows.
        var isApproved: Bool
        var what: String
    }

    /// - Parameter book: the lines of the sandbox's `GET /book`.
    func run(database path: String, book: String, _ expectation: Expectation) async throws {
        let database = try SQLiteDatabase.open(path: path)
        defer { database.close() }
        let verification = try await SQLBackedStore(database: database).read { try $0.verifyLedger() }
        verification.problems.forEach { findings.report("ledger: \($0)") }
        findings.count("postings verified", verification.postings)
        try await check(database, expectation)
        let florin = try await entries(database)
        compare(florin, JSONLines(book).rows)
        try await compareSums(database, florin, expectation)
    }

    // MARK: Florin's side

    /// Nothing may be left over, and nothing may be there that no client knows.
    private func check(_ database: SQLiteDatabase, _ expectation: Expectation) async throws {
        let counts: [(StaticString, String)] = [
            ("SELECT count(*) FROM open_operation", "operations are still open"),
            ("SELECT count(*) FROM idempotency WHERE state = 1", "requests have no stored answer"),
            ("SELECT count(*) FROM webhook_delivery WHERE state <> 2", "deliveries were not delivered"),
            ("SELECT count(*) FROM webhook_endpoint WHERE is_enabled = 0", "endpoints are disabled"),
            ("SELECT count(*) FROM payment WHERE refunding <> 0", "payments have refunds under way"),
            ("SELECT count(*) FROM account WHERE held <> 0", "accounts have money held"),
            ("SELECT count(*) FROM refund WHERE state = 1", "refunds are pending"),
            ("SELECT count(*) FROM reversal WHERE state <> 2", "partial approvals were not given back"),
            ("SELECT count(*) FROM processor_fact WHERE problem IS NOT NULL", "reports could not be carried out"),
            ("SELECT count(*) FROM wallet_movement WHERE state = 1", "top-ups or cash-outs are pending"),
            ("SELECT count(*) FROM pragma_foreign_key_check", "rows point at nothing"),
            (
                "SELECT count(*) FROM webhook_endpoint WHERE last_sequence <> (SELECT count(*) FROM webhook_delivery WHERE endpoint = webhook_endpoint.id)",
                "endpoints have gaps in their numbers"
            ),
        ]
        for (sql, what) in counts {
            let count = try await database.read { try BookAudit.integer($0, sql) }
            if count != 0 { findings.report("\(count) \(what)") }
        }
        let integrity = try await database.read { session in
            var answer = ""
            try session.rows("SELECT integrity_check FROM pragma_integrity_check", []) { row throws(StoreError) in
                answer += try row.text(0)
            }
            return answer
        }
        if integrity != "ok" { findings.report("integrity check: \(integrity)") }
        let payments = try await database.read { session in
            var found: Set<String> = []
            try session.rows("SELECT id FROM payment", []) { row throws(StoreError) in
                let (high, low) = try row.id(0)
                found.insert(Identifier<PaymentName>(high: high, low: low).text)
            }
            return found
        }
        for id in payments.symmetricDifference(expectation.payments).prefix(10) {
            findings.report(
                "payment \(id) is \(payments.contains(id) ? "known to no client" : "gone from the database")")
        }
    }

    private static func integer(_ session: any SQLSession, _ sql: StaticString) throws -> Int64 {
        var value: Int64 = 0
        try session.rows(sql, []) { row throws(StoreError) in value = try row.integer(0) }
        return value
    }

    /// Every reference Florin gave to a charge, pull or push, with what its postings say.
    private func entries(_ database: SQLiteDatabase) async throws -> [String: Entry] {
        try await database.read { session in
            var entries: [String: Entry] = [:]
            func add(_ sql: StaticString, _ what: String) throws {
                try session.rows(sql, []) { row throws(StoreError) in
                    let currency = Currency(numeric: try row.integer(2))?.lowercaseCode ?? "?"
                    var entry = Entry(currency: currency, isApproved: try row.integer(1) != 0, what: what)
                    entry.effect.held = try row.integer(3)
                    entries[try BookAudit.name(row, 0)] = entry
                }
            }
            try add(
                """
                SELECT charge.id, charge.state = 2, charge.currency,
                    CASE WHEN payment.state = 5 AND payment.latest_charge = charge.id THEN payment.authorized ELSE 0 END
                FROM charge JOIN payment ON payment.id = charge.payment
                """, "charge")
            try add(
                "SELECT id, state IN (2, 3, 4, 5), currency, 0 FROM friend_transfer WHERE card IS NOT NULL", "transfer")
            try add("SELECT id, state = 2, currency, 0 FROM wallet_movement", "wallet movement")
            var charges: [String: String] = [:]
            try session.rows("SELECT id, charge FROM refund", []) { row throws(StoreError) in
                charges[try BookAudit.name(row, 0)] = try BookAudit.name(row, 1)
            }
            try session.rows("SELECT id, subject FROM dispute WHERE subject_kind = 1", []) { row throws(StoreError) in
                charges[try BookAudit.name(row, 0)] = try BookAudit.name(row, 1)
            }
            try session.rows(
                """
                SELECT posting.source, posting.reason, posting.amount, debit.kind = 1 FROM posting
                JOIN account AS debit ON debit.number = posting.debit_account
                JOIN account AS credit ON credit.number = posting.credit_account
                WHERE debit.kind = 1 OR credit.kind = 1
                """, []
            ) { row throws(StoreError) in
                let source = try BookAudit.name(row, 0)
                let (reason, amount, isDebit) = (try row.integer(1), try row.integer(2), try row.integer(3) != 0)
                let root = charges[source] ?? source
                switch (reason, isDebit) {
                case (2, false), (9, false), (19, false): entries[root]?.effect.refunded += amount
                case (3, true): entries[root]?.effect.refunded -= amount
                case (11, false): entries[root]?.effect.pushed += amount
                case (13, false), (21, false): entries[root]?.effect.disputed += amount
                case (20, true), (22, true): entries[root]?.effect.disputed -= amount
                case (_, true): entries[root]?.effect.captured += amount
                default: findings.report("a posting for \(source) credits the processor for reason \(reason)")
                }
                if entries[root] == nil { findings.report("a posting names \(source), which is nothing Florin sent") }
            }
            return entries
        }
    }

    private static func name(_ row: any SQLRow, _ column: Int) throws(StoreError) -> String {
        let (high, low) = try row.id(column)
        return Identifier<OperationKind>(high: high, low: low).text
    }

    /// The sandbox's own number of the card that is disputed, and what it takes for a dispute (docs/sandbox.md).
    private static let disputedCard: Int64 = 50
    private static let disputeFee: Int64 = 1_500

    // MARK: Both sides

    private func compare(_ florin: [String: Entry], _ book: [JSON]) {
        var seen: Set<String> = []
        for row in book {
            guard let reference = row["ref"].text, let kind = row["kind"].text, let state = row["state"].text else {
                continue
            }
            findings.count("operations in the sandbox's book")
            seen.insert(reference)
            let isYes = state == "approved" || state == "partial"
            var effect = Effect()
            switch kind {
            case "authorize", "sale":
                effect.captured = isYes ? row["captured"].integer ?? 0 : 0
                effect.refunded = isYes ? row["refunded"].integer ?? 0 : 0
                // A card that is disputed is disputed for all that was taken, once.
                if row["card"].integer == Self.disputedCard, effect.captured > 0 {
                    effect.disputed = effect.captured + Self.disputeFee
                }
                effect.held =
                    isYes ? (row["amount"].integer ?? 0) - effect.captured - (row["released"].integer ?? 0) : 0
            case "push": effect.pushed = isYes ? row["amount"].integer ?? 0 : 0
            default: continue  // Captures, voids and refunds show on their charge.
            }
            guard let entry = florin[reference] else {
                findings.report("the sandbox knows \(kind) \(reference) (\(state)), Florin does not")
                continue
            }
            // All or nothing: what the sandbox gave in part, Florin has declined and given back.
            if entry.effect != effect || entry.isApproved != (state == "approved") {
                findings.report(
                    "\(entry.what) \(reference): the sandbox says \(state) \(effect), Florin "
                        + "\(entry.isApproved ? "approved" : "not approved") \(entry.effect)")
            }
        }
        for (reference, entry) in florin
        where !seen.contains(reference) && (entry.isApproved || entry.effect != Effect()) {
            findings.report("\(entry.what) \(reference) is approved in Florin, and the sandbox has never heard of it")
        }
        findings.count("references compared", Int64(florin.count))
    }

    /// Three books, one sum: Florin's clearing account, the sandbox, the clients.
    private func compareSums(
        _ database: SQLiteDatabase, _ florin: [String: Entry], _ expectation: Expectation
    ) async throws {
        let sums = try await database.read { session in
            var sums: [String: Sums] = [:]
            try session.rows("SELECT kind, currency, balance FROM account", []) { row throws(StoreError) in
                let currency = Currency(numeric: try row.integer(1))?.lowercaseCode ?? "?"
                sums["\(try row.integer(0))", default: [:]][currency, default: 0] += try row.integer(2)
            }
            return sums
        }
        var referenced: Sums = [:]
        for entry in florin.values {
            referenced[entry.currency, default: 0] +=
                entry.effect.captured - entry.effect.refunded - entry.effect.pushed - entry.effect.disputed
        }
        let (clearing, payable) = (sums["1"] ?? [:], sums["2"] ?? [:])
        let (wallets, inFlight) = (sums["3"] ?? [:], sums["4"] ?? [:])
        // What disputes took and a bot had not got: below zero.
        let debts = sums["7"] ?? [:]
        for currency in Set(clearing.keys).union(expectation.clearing.keys).sorted() {
            let florins = -(clearing[currency] ?? 0)
            let owed =
                (payable[currency] ?? 0) + (debts[currency] ?? 0) + (wallets[currency] ?? 0) + (inFlight[currency] ?? 0)
            let clients = expectation.clearing[currency] ?? 0
            findings.count("  \(currency) in Florin's clearing account", florins)
            guard florins != clients || florins != owed || florins != referenced[currency] ?? 0 else { continue }
            findings.report(
                "\(currency): \(florins) in clearing, \(referenced[currency] ?? 0) by reference, \(owed) owed to bots and people, "
                    + "\(clients) in the clients' books")
        }
        let waiting = inFlight["usd"] ?? 0
        if waiting != expectation.inFlight {
            findings.report("\(waiting) usd in flight, but \(expectation.inFlight) in the clients' books")
        }
    }
}

/// Lines of JSON.
struct JSONLines {
    let rows: [JSON]

    init(_ text: String) { rows = text.split(separator: "\n").map { JSON(Array($0.utf8)) } }
}
