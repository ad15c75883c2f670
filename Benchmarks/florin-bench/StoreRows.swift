import Payments
import SQLStore
import SQLiteDriver

/// The rows that the store writes for one friend transfer and for one card charge, on the store's own schema, without
/// anything around them: no reads, no engine, no sealing. Keep in step with Sources/SQLStore/Repositories and the flows in
/// Sources/Engine.
final class StoreRows: RowWrites {
    private let database: BareDatabase
    private var random = BenchRandom()
    private let accounts: Int
    private let insertIdempotency, finishIdempotency, insertTransfer, insertPosting, changeAccount: BareStatement
    private let insertEvent, insertPayment, insertCharge, insertOperation: BareStatement
    private let changeCharge, changePayment, deleteOperation: BareStatement
    private let payload = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4_096)
    private var operations = 0
    private let owner: BenchID
    private let customer: BenchID
    private let card: BenchID

    /// - Parameter overwrites: whether what is deleted or replaced is overwritten, as the daemon has it.
    init(path: String, accounts: Int, overwrites: Bool = true) throws {
        let made = try BareDatabase(path: path)
        try made.run("PRAGMA secure_delete = \(overwrites ? "ON" : "OFF")")
        database = made
        self.accounts = accounts
        for migration in Schema.migrations { try made.run(SQLiteDatabase.schemaMarkers.fill(migration.sql)) }
        payload.initialize(repeating: 0x5a)
        owner = .timed(&random)
        customer = .timed(&random)
        card = .random(&random)
        insertIdempotency = try made.prepare("INSERT INTO idempotency VALUES (NULL, ?, ?, 0, ?, ?, ?, ?, NULL, NULL)")
        finishIdempotency = try made.prepare("UPDATE idempotency SET state = 3, status = 200, event = ?2 WHERE id = ?1")
        insertTransfer = try made.prepare(
            """
            INSERT INTO friend_transfer VALUES (?, ?, 0, ?, ?, 100, 840, NULL, 1, ?, ?, 3, NULL, NULL, NULL, NULL, NULL,
                NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL)
            """)
        insertPosting = try made.prepare(
            "INSERT INTO posting VALUES (NULL, ?, 1, ?, ?, 100, ?, ?, ?, ?, ?)")
        changeAccount = try made.prepare(
            "UPDATE account SET balance = ?2, held = 0, last_posting = ?3, version = version + 1 WHERE number = ?1")
        insertEvent = try made.prepare("INSERT INTO event VALUES (?, 2, ?, 0, ?, ?, ?, 3, ?, ?)")
        insertPayment = try made.prepare(
            """
            INSERT INTO payment VALUES (?, ?, 0, ?, 100, 840, 1, ?, ?, NULL, NULL, 4, NULL, NULL, NULL, 0, 0, 0, 0, ?,
                NULL, NULL, NULL, NULL, 0, NULL, NULL)
            """)
        insertCharge = try made.prepare(
            """
            INSERT INTO charge VALUES (?, ?, ?, 0, ?, 1, 1, 100, 840, ?, ?, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, ?)
            """)
        insertOperation = try made.prepare(
            "INSERT INTO open_operation VALUES (?, 1, ?, 0, ?, ?, ?, ?, NULL, 0, ?, NULL, NULL, NULL, 0)")
        changeCharge = try made.prepare(
            """
            UPDATE charge SET state = 2, approval_reference = ?2, approval_code = ?3, approval_network_id = ?4,
                approval_amount = 100, posting = ?5
            WHERE id = ?1
            """)
        changePayment = try made.prepare(
            "UPDATE payment SET state = 7, authorized = 100, captured = 100, version = version + 1 WHERE id = ?1 AND version = 0"
        )
        deleteOperation = try made.prepare("DELETE FROM open_operation WHERE id = ?1")
        try addParties()
    }

    func close() {
        for statement in [
            insertIdempotency, finishIdempotency, insertTransfer, insertPosting, changeAccount, insertEvent,
            insertPayment, insertCharge, insertOperation, changeCharge, changePayment, deleteOperation,
        ] { statement.finalize() }
        database.close()
        payload.deallocate()
    }

    private func addParties() throws {
        try database.run("INSERT INTO platform VALUES (zeroblob(16), 'bench', 0)")
        let bot = try database.prepare(
            "INSERT INTO bot VALUES (?, zeroblob(16), 'b', 'b', 0, 'DE', 'B', 1, 0)")
        try bot.id(owner).step()
        let customer = try database.prepare(
            "INSERT INTO customer VALUES (?, ?, 0, NULL, zeroblob(16), NULL, NULL, 0, 0)")
        try customer.id(self.customer).id(owner).step()
        let card = try database.prepare(
            """
            INSERT INTO payment_method VALUES (?, 2, ?, 0, 1, ?, 1, 4242, 12, 2030, 1, zeroblob(32), 1, zeroblob(44),
                zeroblob(16), NULL, NULL, 0, 0, 0, 1)
            """)
        try card.id(self.card).id(owner).id(self.customer).step()
        let account = try database.prepare("INSERT INTO account VALUES (NULL, 2, ?, 840, 0, 1000000000, 0, NULL, 0)")
        try database.transaction {
            for _ in 0..<accounts { try account.id(.timed(&random)).step() }
        }
        for statement in [bot, customer, card, account] { statement.finalize() }
    }

    func transfers(_ count: Int) throws {
        try database.transaction {
            for _ in 0..<count {
                let (transfer, event) = (BenchID.timed(&random), BenchID.timed(&random))
                try insertTransfer.id(transfer).id(owner).id(customer).id(card).integer(1).integer(2).step()
                _ = try post(transfer, among: accounts)
                try append(event, .friendTransferAccepted, about: transfer, bytes: 480)
                try started(.random(&random), event: event)
            }
        }
    }

    /// Two commits, as the processor is called between them. Every charge moves the same two accounts: the processor's
    /// clearing account and the bot's.
    func charges(_ count: Int) throws {
        var open: [(payment: BenchID, charge: BenchID, key: BenchID)] = []
        try database.transaction {
            for _ in 0..<count {
                let (payment, charge) = (BenchID.timed(&random), BenchID.timed(&random))
                let key = BenchID.random(&random)
                try insertPayment.id(payment).id(owner).integer(1).id(customer).id(card).id(charge).step()
                try insertCharge.id(charge).id(payment).id(owner).id(owner).id(card).integer(1).id(customer).step()
                try insertOperation.id(charge).id(payment).id(owner).integer(1).integer(2).id(key).integer(3).step()
                try started(key, event: nil)
                open.append((payment, charge, key))
            }
        }
        try database.transaction {
            for (payment, charge, key) in open {
                let posting = try post(charge, among: 2)
                try changeCharge.id(charge).text("sbx_0123456789abcdef0123456789abcdef").text("123456")
                    .text("123456789012345").integer(posting).step()
                try changePayment.id(payment).step()
                try append(.timed(&random), .chargeSucceeded, about: charge, bytes: 1_500)
                let event = BenchID.timed(&random)
                try append(event, .paymentIntentSucceeded, about: payment, bytes: 1_300)
                try deleteOperation.id(charge).step()
                try finishIdempotency.id(key).id(event).step()
            }
        }
    }

    private func started(_ key: BenchID, event: BenchID?) throws {
        insertIdempotency.id(key).bytes(UnsafeBufferPointer(rebasing: payload[..<32])).integer(1)
        if let event {
            insertIdempotency.integer(3).integer(200).id(event)
        } else {
            insertIdempotency.integer(1).null(2)
        }
        try insertIdempotency.step()
    }

    private func append(_ event: BenchID, _ type: EventType, about subject: BenchID, bytes: Int) throws {
        try insertEvent.id(event).id(owner).integer(type.rawValue).id(subject).integer(1)
            .bytes(UnsafeBufferPointer(rebasing: payload[..<bytes])).id(subject).step()
    }

    /// - Returns: the posting's number.
    private func post(_ source: BenchID, among accounts: Int) throws -> Int64 {
        let debit = Int64(random.next() % UInt64(accounts)) + 1
        let credit = debit % Int64(accounts) + 1
        operations += 1
        let number = Int64(operations)
        try insertPosting.id(source).integer(debit).integer(credit).integer(number).integer(number).integer(number)
            .integer(number).integer(1).step()
        for account in [debit, credit] {
            try changeAccount.integer(account).integer(1_000_000_000 + number).integer(number).step()
        }
        return number
    }
}
