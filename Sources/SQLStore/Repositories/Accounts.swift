import Ledger
import Ports
import Primitives

/// An account as it lies in the store.
struct StoredAccount {
    let number: Int64
    var state: AccountState
    var lastPosting: Int64?
}

extension SQLTransaction {
    func account(_ key: AccountKey) throws -> AccountBalance? {
        try one(
            "SELECT * FROM account WHERE owner = ?1 AND kind = ?2 AND currency = ?3 AND mode = ?4",
            [.of(key.owner), .of(key.kind), .of(key.currency), .of(key.mode)]
        ) { (row) throws(StoreError) in try AccountRow(row).balance }
    }

    func accounts(of owner: SIMD2<UInt64>, mode: Mode) throws -> [AccountBalance] {
        try all(
            "SELECT * FROM account WHERE owner = ?1 AND mode = ?2 ORDER BY kind, currency", [.of(owner), .of(mode)]
        ) { (row) throws(StoreError) in try AccountRow(row).balance }
    }

    func accounts() throws -> [AccountBalance] {
        try all("SELECT * FROM account ORDER BY number", []) { (row) throws(StoreError) in try AccountRow(row).balance }
    }

    func hold(_ amount: Int64, on account: AccountKey) throws {
        var stored = try load([account])
        // An account that was never posted to holds nothing, and is not made for a refusal.
        guard var found = stored[account] else {
            var empty = AccountState(kind: account.kind, balance: 0, held: 0)
            try empty.hold(amount)
            stored = try load([account], creating: true)
            guard var made = stored[account] else { throw Self.lost }
            made.state = empty
            return try save(made, account)
        }
        try found.state.hold(amount)
        try save(found, account)
    }

    func release(_ amount: Int64, on account: AccountKey) throws {
        guard var found = try load([account])[account] else { throw LedgerError.holdExceeded(account.kind) }
        try found.state.release(amount)
        try save(found, account)
    }

    /// Reads accounts in order to change them, and locks them against everybody else where the engine needs that.
    func load(
        _ keys: Set<AccountKey>, creating: Bool = false
    ) throws(StoreError) -> [AccountKey: StoredAccount] {
        var found: [AccountKey: StoredAccount] = [:]
        var locking: [(number: Int64, key: AccountKey)] = []
        for key in keys {
            if let known = loaded[key] {
                found[key] = known
            } else if let account = try find(key) {
                found[key] = account
                locking.append((account.number, key))
            } else if creating {
                let account = try create(key)
                found[key] = account
                locking.append((account.number, key))
            }
        }
        if session.locksRows {
            // In the order of their numbers, so that two transactions never wait for each other.
            for (number, key) in locking.sorted(by: { $0.number < $1.number }) { found[key] = try lock(number, key) }
        }
        for (key, account) in found { loaded[key] = account }
        return found
    }

    /// Stores what became of an account.
    func save(_ account: StoredAccount, _ key: AccountKey) throws(StoreError) {
        try change(
            """
            UPDATE account SET balance = ?2, held = ?3, last_posting = ?4, version = version + 1 WHERE number = ?1
            """,
            [
                .integer(account.number), .integer(account.state.balance), .integer(account.state.held),
                .of(account.lastPosting),
            ])
        loaded[key] = account
    }

    /// An account that was written a moment ago cannot be found again.
    static var lost: StoreError { .corrupt("table account: a row that was just written is not there") }

    private func find(_ key: AccountKey) throws(StoreError) -> StoredAccount? {
        try one(
            "SELECT * FROM account WHERE owner = ?1 AND kind = ?2 AND currency = ?3 AND mode = ?4",
            [.of(key.owner), .of(key.kind), .of(key.currency), .of(key.mode)]
        ) { (row) throws(StoreError) in try AccountRow(row).stored }
    }

    private func create(_ key: AccountKey) throws(StoreError) -> StoredAccount {
        try session.run(
            """
            INSERT INTO account (kind, owner, currency, mode, balance, held, last_posting, version)
            VALUES (?1, ?2, ?3, ?4, 0, 0, NULL, 0)
            ON CONFLICT (owner, kind, currency, mode) DO NOTHING
            """, [.of(key.kind), .of(key.owner), .of(key.currency), .of(key.mode)])
        guard let account = try find(key) else { throw Self.lost }
        return account
    }

    /// What the row holds once nobody else can change it.
    private func lock(_ number: Int64, _ key: AccountKey) throws(StoreError) -> StoredAccount {
        let locked = try one(
            """
            UPDATE account SET version = version + 1 WHERE number = ?1
            RETURNING number, kind, owner, currency, mode, balance, held, last_posting
            """, [.integer(number)]
        ) { (row) throws(StoreError) in try AccountRow(row).stored }
        guard let locked else { throw Self.lost }
        return locked
    }
}

/// The row mapping of `account`.
struct AccountRow {
    let key: AccountKey
    let stored: StoredAccount

    var balance: AccountBalance {
        AccountBalance(key: key, balance: stored.state.balance, held: stored.state.held)
    }

    init(_ row: any SQLRow, from first: Int = 0) throws(StoreError) {
        var columns = Columns(row, "account", from: first)
        let number = try columns.integer()
        key = AccountKey(
            try columns.value(), owner: try columns.bits(), currency: try columns.currency(),
            mode: try columns.value())
        stored = StoredAccount(
            number: number,
            state: AccountState(
                kind: key.kind, balance: try columns.integer(), held: try columns.integer()),
            lastPosting: try columns.optionalInteger())
    }
}
