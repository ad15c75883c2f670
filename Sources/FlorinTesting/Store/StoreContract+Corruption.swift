import Ledger
import Payments
import Ports
import Primitives
import SQLStore

/// What somebody changed behind the store's back is noticed, and never traps.
extension StoreContract {
    static var corruptionRules: [StoreRule] {
        let tampering = Tampering.all.map { tampering in
            StoreRule("the proof of the book finds \(tampering.name)") { subject in
                try await fillBook(subject)
                try requireEqual(try await subject.read { try $0.verifyLedger().problems }, [], "the untouched book")
                for sql in tampering.statements { try await subject.plant(sql) }
                let problems = try await subject.read { try $0.verifyLedger().problems }
                try require(
                    problems.contains { $0.contains(tampering.expected) },
                    "\(tampering.name) gave \(problems), not \"\(tampering.expected)\"")
            }
        }
        return tampering + [
            StoreRule("a stored value that means nothing is an error that names its table", meaningless),
            StoreRule("what is seen of the book before it is proved is refused where its chain is broken", brokenChain),
        ]
    }

    /// A way to damage a book that ``fillBook(_:)`` has filled, and a piece of what the proof must say of it.
    private struct Tampering: Sendable {
        let name: String
        let expected: String
        let statements: [StaticString]

        init(_ name: String, _ expected: String, _ statements: StaticString...) {
            self.name = name
            self.expected = expected
            self.statements = statements
        }

        static var all: [Tampering] {
            [
                Tampering(
                    "a raised balance", "its postings sum to",
                    "UPDATE account SET balance = balance + 1 WHERE kind = 3 AND held = 0"),
                Tampering(
                    "two balances that were raised and lowered alike", "its postings sum to",
                    "UPDATE account SET balance = balance + 1 WHERE kind = 3 AND held = 0",
                    "UPDATE account SET balance = balance - 1 WHERE kind = 1 AND currency = 978"),
                Tampering(
                    "a changed amount", "where the sum is", "UPDATE posting SET amount = amount + 1 WHERE number = 2"),
                Tampering(
                    "a changed balance inside the chain", "where the sum is",
                    "UPDATE posting SET credit_balance_after = credit_balance_after - 1 WHERE number = 2"),
                Tampering("a posting that was taken out", "where the sum is", "DELETE FROM posting WHERE number = 2"),
                Tampering(
                    "a last posting that was taken out", "ends its chain at",
                    "DELETE FROM posting WHERE number = (SELECT max(number) FROM posting)"),
                Tampering(
                    "a posting that was put in", "its postings sum to",
                    """
                    INSERT INTO posting (source, reason, debit_account, credit_account, amount, debit_balance_after,
                        credit_balance_after, debit_previous, credit_previous, created)
                    SELECT source, reason, debit_account, credit_account, amount, debit_balance_after,
                        credit_balance_after, debit_previous, credit_previous, created FROM posting WHERE number = 1
                    """),
                Tampering(
                    "a chain that skips a posting", "as the one before it",
                    """
                    UPDATE posting SET debit_previous = NULL
                    WHERE number = (SELECT max(number) FROM posting WHERE debit_previous IS NOT NULL)
                    """),
                Tampering(
                    "a chain that ends too early", "ends its chain at",
                    "UPDATE account SET last_posting = 1 WHERE kind = 1 AND currency = 978"),
                Tampering(
                    "an account that was taken out", "does not exist", "DELETE FROM account WHERE kind = 3 AND held = 0"
                ),
                Tampering(
                    "a posting to an account that never was", "which does not exist",
                    "UPDATE posting SET credit_account = 999 WHERE number = 2"),
                Tampering(
                    "a posting between two currencies", "mixes currencies",
                    "UPDATE account SET currency = 756 WHERE kind = 1 AND currency = 978"),
                Tampering(
                    "sums that are not zero", "instead of 0",
                    "UPDATE account SET currency = 756 WHERE kind = 1 AND currency = 978"),
                Tampering(
                    "a hold that nothing asked for", "is held on",
                    "UPDATE account SET held = 1 WHERE kind = 3 AND held = 0"),
                Tampering(
                    "a hold that was let go", "pending operations reserved",
                    "UPDATE account SET held = 0 WHERE kind = 2"),
                Tampering(
                    "a pending refund that reserved nothing", "pending operations reserved",
                    "UPDATE refund SET state = 2 WHERE state = 1"),
                Tampering(
                    "a pending cash-out that reserved nothing", "pending operations reserved",
                    "UPDATE wallet_movement SET amount = amount + 1 WHERE state = 1"),
            ]
        }
    }

    /// A charge with a pending refund, funded wallets with a pending cash-out, and a second currency.
    private static func fillBook(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payment = samples.payment(at: 1)
        let charge = samples.charge(of: payment, at: 2)
        let direct = samples.charge(of: payment, at: 2, flow: .toBot)
        let refunds = [samples.refund(of: charge, at: 3), samples.refund(of: direct, at: 3)]
        let cashOut = samples.movement(at: 4, .cashOut)
        let books = try [
            samples.book(1_000, from: samples.clearing(), to: samples.payable()),
            samples.book(500, from: samples.clearing(), to: samples.wallet()),
            samples.book(70, from: samples.wallet(), to: samples.wallet(samples.friend)),
            samples.book(80, from: samples.clearing(.jpy), to: samples.payable(.jpy)),
            samples.book(9, from: samples.wallet(), to: samples.inFlight),
        ]
        try await subject.write { transaction in
            try transaction.insert(payment)
            try transaction.insert(charge)
            try transaction.insert(direct)
            for book in books { _ = try transaction.post(book) }
            // Only the first refund reserves: of the second, the bot's own account pays.
            for refund in refunds { try transaction.insert(refund) }
            try transaction.hold(refunds[0].amount.minorUnits, on: samples.payable())
            try transaction.insert(cashOut)
            try transaction.hold(cashOut.amount.minorUnits, on: samples.wallet())
        }
    }

    private static func meaningless(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payment = samples.payment(at: 1)
        let (event, endpoint) = (samples.event(at: 1), samples.endpoint(at: 1, types: [.chargeFailed]))
        let operation = samples.operation(at: 1)
        try await subject.write {
            try $0.insert(payment)
            try $0.append(event)
            try $0.insert(endpoint)
            try $0.insert(operation)
        }
        let cases: [(String, StaticString, @Sendable (any StoreReader) throws -> Void)] = [
            ("payment", "UPDATE payment SET currency = 1", { _ = try $0.payment(payment.id) }),
            ("payment", "UPDATE payment SET currency = 978, state = 5", { _ = try $0.payment(payment.id) }),
            (
                "payment", "UPDATE payment SET state = 1, decline_reason = 999, decline_soft = 0",
                { _ = try $0.payment(payment.id) }
            ),
            (
                "payment", "UPDATE payment SET decline_reason = 1, decline_soft = NULL",
                { _ = try $0.payment(payment.id) }
            ),
            ("event", "UPDATE event SET type = 9999", { _ = try $0.event(event.id) }),
            (
                "webhook_endpoint", "UPDATE webhook_endpoint SET types = '11,x'",
                { _ = try $0.webhookEndpoint(endpoint.id) }
            ),
            (
                "open_operation", "UPDATE open_operation SET purpose = 99",
                { _ = try $0.openOperations(dueBefore: nil, limit: 1) }
            ),
        ]
        for (table, sql, read) in cases {
            try await subject.plant(sql)
            let error = try await requireThrown("\(sql)") { try await subject.read(read) }
            guard case .corrupt(let what)? = error as? StoreError, what.contains(table) else {
                throw ContractViolation("\(sql): reading threw \(error)")
            }
        }
    }

    private static func brokenChain(_ subject: StoreUnderTest) async throws {
        try await fillBook(subject)
        let clearing = subject.samples.clearing()
        try await subject.plant(
            "UPDATE posting SET debit_previous = number WHERE number = (SELECT min(number) FROM posting)")
        let error = try await requireThrown("a chain that turns in a circle") {
            try await subject.read { try $0.entries(of: clearing, before: nil, limit: 100) }
        }
        guard case .corrupt? = error as? StoreError else { throw ContractViolation("reading the chain threw \(error)") }
    }
}
