/// The least rows that still remember a transfer or a charge, as the bound S of the aims was measured: the idempotency key
/// with its digest, the transfer, two entries, two balances, an event of 300 bytes; 16-byte keys, entries appended in one
/// place, no secondary indexes, no checks. What the store writes beyond this is the price of lists, checks and whole
/// answers.
///
/// Keys grow with time, as the store's own do; the same rows with random keys, which dirty a page of their own each time,
/// are measured beside them. The idempotency key is random in both: the client chooses it.
final class LeanRows: RowWrites {
    private let database: BareDatabase
    private var random = BenchRandom()
    private let accounts: Int
    private let insertKey, finishKey, insertTransfer, insertEntry, changeAccount, insertEvent: BareStatement
    private let insertPayment, insertAttempt, changePayment, changeAttempt: BareStatement
    private let payload = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1_024)
    private var entries: Int64 = 0
    private let hasTimedKeys: Bool

    private static let schema = """
        CREATE TABLE account (number INTEGER PRIMARY KEY, balance INTEGER NOT NULL, last_entry INTEGER) STRICT;
        CREATE TABLE entry (number INTEGER PRIMARY KEY, source BLOB NOT NULL, account INTEGER NOT NULL,
            amount INTEGER NOT NULL, balance INTEGER NOT NULL, previous INTEGER) STRICT;
        CREATE TABLE transfer (id BLOB PRIMARY KEY, sender BLOB NOT NULL, recipient BLOB NOT NULL,
            amount INTEGER NOT NULL, currency INTEGER NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE TABLE payment (id BLOB PRIMARY KEY, bot BLOB NOT NULL, card BLOB NOT NULL, amount INTEGER NOT NULL,
            currency INTEGER NOT NULL, state INTEGER NOT NULL, captured INTEGER NOT NULL, created INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE TABLE attempt (id BLOB PRIMARY KEY, payment BLOB NOT NULL, connection BLOB NOT NULL,
            state INTEGER NOT NULL, reference TEXT) STRICT, WITHOUT ROWID;
        CREATE TABLE event (number INTEGER PRIMARY KEY, type INTEGER NOT NULL, subject BLOB NOT NULL,
            payload BLOB NOT NULL) STRICT;
        CREATE TABLE request (id BLOB PRIMARY KEY, digest BLOB NOT NULL, subject BLOB NOT NULL, status INTEGER)
            STRICT, WITHOUT ROWID;
        """

    init(path: String, accounts: Int, timedKeys: Bool) throws {
        hasTimedKeys = timedKeys
        let made = try BareDatabase(path: path)
        database = made
        self.accounts = accounts
        try made.run(Self.schema)
        payload.initialize(repeating: 0x5a)
        insertKey = try made.prepare("INSERT INTO request VALUES (?, ?, ?, ?)")
        finishKey = try made.prepare("UPDATE request SET status = 200 WHERE id = ?1")
        insertTransfer = try made.prepare("INSERT INTO transfer VALUES (?, ?, ?, 100, 840, 3, ?)")
        insertEntry = try made.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)")
        changeAccount = try made.prepare("UPDATE account SET balance = ?2, last_entry = ?3 WHERE number = ?1")
        insertEvent = try made.prepare("INSERT INTO event VALUES (NULL, 1, ?, ?)")
        insertPayment = try made.prepare("INSERT INTO payment VALUES (?, ?, ?, 100, 840, 1, 0, ?)")
        insertAttempt = try made.prepare("INSERT INTO attempt VALUES (?, ?, ?, 1, NULL)")
        changePayment = try made.prepare("UPDATE payment SET state = 2, captured = 100 WHERE id = ?1")
        changeAttempt = try made.prepare("UPDATE attempt SET state = 2, reference = ?2 WHERE id = ?1")
        let account = try made.prepare("INSERT INTO account VALUES (NULL, 1000000000, NULL)")
        try made.transaction { for _ in 0..<accounts { try account.step() } }
        account.finalize()
    }

    func close() {
        for statement in [
            insertKey, finishKey, insertTransfer, insertEntry, changeAccount, insertEvent, insertPayment, insertAttempt,
            changePayment, changeAttempt,
        ] { statement.finalize() }
        database.close()
        payload.deallocate()
    }

    func transfers(_ count: Int) throws {
        try database.transaction {
            for _ in 0..<count {
                let id = newID()
                try insertKey.id(.random(&random)).bytes(bytes(32)).id(id).integer(200).step()
                try insertTransfer.id(id).id(id).id(id).integer(1).step()
                try post(id, among: accounts)
                try insertEvent.id(id).bytes(bytes(300)).step()
            }
        }
    }

    /// Two commits, as the processor is called between them, on two accounts.
    func charges(_ count: Int) throws {
        var open: [(payment: BenchID, attempt: BenchID, key: BenchID)] = []
        try database.transaction {
            for _ in 0..<count {
                let (payment, attempt) = (newID(), newID())
                let key = BenchID.random(&random)
                try insertKey.id(key).bytes(bytes(32)).id(payment).null().step()
                try insertPayment.id(payment).id(payment).id(payment).integer(1).step()
                try insertAttempt.id(attempt).id(payment).id(payment).step()
                open.append((payment, attempt, key))
            }
        }
        try database.transaction {
            for (payment, attempt, key) in open {
                try post(attempt, among: 2)
                try changeAttempt.id(attempt).text("sbx_0123456789abcdef0123456789abcdef").step()
                try changePayment.id(payment).step()
                try insertEvent.id(payment).bytes(bytes(300)).step()
                try finishKey.id(key).step()
            }
        }
    }

    private func newID() -> BenchID { hasTimedKeys ? .timed(&random) : .random(&random) }

    private func bytes(_ count: Int) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: payload[..<count]) }

    private func post(_ source: BenchID, among accounts: Int) throws {
        let debit = Int64(random.next() % UInt64(accounts)) + 1
        for (account, amount) in [(debit, Int64(-100)), (debit % Int64(accounts) + 1, 100)] {
            entries += 1
            try insertEntry.integer(entries).id(source).integer(account).integer(amount).integer(entries)
                .integer(entries).step()
            try changeAccount.integer(account).integer(1_000_000_000 + amount).integer(entries).step()
        }
    }
}
