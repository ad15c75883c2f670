import Ledger
import Payments
import Ports
import Primitives

// What lists ask beside their pages, and the lists that go along indexes of their own.
extension SQLTransaction {
    func home(of id: SIMD2<UInt64>, _ kind: ListedKind) throws -> ListedHome? {
        if kind == .bot {
            return try one("SELECT platform FROM bot WHERE id = ?1", [.of(id)]) { (row) throws(StoreError) in
                var columns = Columns(row, "bot")
                return ListedHome(owner: try columns.bits(), mode: nil)
            }
        }
        return try one(Self.home(of: kind), [.of(id)]) { (row) throws(StoreError) in
            var columns = Columns(row, "of an object that a list begins at")
            return ListedHome(owner: try columns.bits(), mode: try columns.value(Mode.self))
        }
    }

    private static func home(of kind: ListedKind) -> StaticString {
        switch kind {
        case .bot: "SELECT platform, 0 FROM bot WHERE id = ?1"
        case .charge: "SELECT bot, mode FROM charge WHERE id = ?1"
        case .checkout: "SELECT bot, mode FROM checkout WHERE id = ?1"
        case .customer: "SELECT bot, mode FROM customer WHERE id = ?1"
        case .dispute: "SELECT owner, mode FROM dispute WHERE id = ?1"
        case .event: "SELECT owner, mode FROM event WHERE id = ?1"
        case .friendTransfer: "SELECT platform, mode FROM friend_transfer WHERE id = ?1"
        case .payment: "SELECT bot, mode FROM payment WHERE id = ?1"
        case .paymentLink: "SELECT bot, mode FROM payment_link WHERE id = ?1"
        case .paymentMethod: "SELECT owner, mode FROM payment_method WHERE id = ?1"
        case .payout: "SELECT bot, mode FROM payout WHERE id = ?1"
        case .payoutDestination: "SELECT bot, mode FROM payout_destination WHERE id = ?1"
        case .person: "SELECT platform, mode FROM person WHERE id = ?1"
        case .personSession: "SELECT platform, mode FROM person_session WHERE id = ?1"
        case .refund: "SELECT bot, mode FROM refund WHERE id = ?1"
        case .report: "SELECT owner, mode FROM report_run WHERE id = ?1"
        case .setupIntent: "SELECT bot, mode FROM setup_intent WHERE id = ?1"
        case .testClock: "SELECT owner, 0 FROM test_clock WHERE id = ?1"
        case .walletMovement: "SELECT platform, mode FROM wallet_movement WHERE id = ?1"
        case .webhookEndpoint: "SELECT owner, mode FROM webhook_endpoint WHERE id = ?1"
        }
    }

    func charges(ofCustomer id: CustomerID, _ page: PageRequest) throws -> Page<Charge> {
        try self.page(
            page, [.of(id)],
            newestFirst: """
                SELECT * FROM charge WHERE customer = ?4 AND id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM charge WHERE customer = ?4 AND id > ?1 AND id < ?2 ORDER BY id LIMIT ?3
                """, Charge.init(row:))
    }

    func noteCustomer(of payment: Payment) throws {
        try session.run(
            "UPDATE charge SET customer = ?2 WHERE payment = ?1", [.of(payment.id), .of(payment.customer)])
    }
}

// MARK: - Entries of an account

extension SQLTransaction {
    func entries(of account: AccountKey, _ bounds: EntryBounds, limit: Int) throws -> Page<AccountEntry> {
        guard bounds.isOldestFirst else {
            let page = try entries(of: account, before: bounds.before == .max ? nil : bounds.before, limit: limit)
            let wanted = page.items.prefix { $0.posting > bounds.after }
            return Page(items: Array(wanted), hasMore: page.hasMore && wanted.count == page.items.count)
        }
        guard let account = try entryAccount(account), let last = account.lastPosting else {
            return Page(items: [], hasMore: false)
        }
        var found: [AccountEntry] = []
        var floor = bounds.after
        while floor < last, found.count <= limit {
            let top = try step(above: floor, account.number) ?? last
            found += try links(of: account.number, from: top, downTo: floor, limit: limit + 1 - found.count)
            floor = top
        }
        found.removeAll { $0.posting >= bounds.before }
        return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
    }

    /// The lowest posting above a number from which the account's chain can be entered: one of every sixty-four.
    private func step(above number: Int64, _ account: Int64) throws -> Int64? {
        let values: [SQLValue] = [.integer(account), .integer(number)]
        let debit = try one(
            """
            SELECT number FROM posting WHERE debit_account = ?1 AND number % 64 = 0 AND number > ?2
            ORDER BY number LIMIT 1
            """, values
        ) { (row) throws(StoreError) in try row.integer(0) }
        let credit = try one(
            """
            SELECT number FROM posting WHERE credit_account = ?1 AND number % 64 = 0 AND number > ?2
            ORDER BY number LIMIT 1
            """, values
        ) { (row) throws(StoreError) in try row.integer(0) }
        return [debit, credit].compactMap { $0 }.min()
    }

    /// The `limit` lowest entries above `floor` on the way down the chain from `top`, oldest first.
    private func links(of account: Int64, from top: Int64, downTo floor: Int64, limit: Int) throws -> [AccountEntry] {
        var passed: [PostingSide] = []
        var next = Int64?(top)
        while let number = next, number > floor {
            let side = try link(number, account)
            passed.append(side)
            if passed.count > 4_096 + limit { passed.removeFirst(4_096) }
            next = side.previous
        }
        return try passed.suffix(limit).reversed().map { try $0.entry(self) }
    }

    func entries(
        of account: AccountKey, for reason: PostingReason, _ bounds: EntryBounds, limit: Int
    ) throws -> Page<AccountEntry> {
        guard reason.isRare else { throw StoreError.constraint("a reason that no index holds") }
        guard let account = try entryAccount(account) else { return Page(items: [], hasMore: false) }
        let values: [SQLValue] = [
            .integer(account.number), .of(reason), .integer(bounds.after), .integer(bounds.before),
            .integer(Int64(limit) + 1),
        ]
        let read = { (row: any SQLRow) throws(StoreError) in try row.integer(0) }
        let numbers: [Int64]
        if bounds.isOldestFirst {
            let debits = try all(
                """
                SELECT number FROM posting WHERE debit_account = ?1 AND reason = ?2
                    AND reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11) AND number > ?3 AND number < ?4
                ORDER BY number LIMIT ?5
                """, values, read)
            let credits = try all(
                """
                SELECT number FROM posting WHERE credit_account = ?1 AND reason = ?2
                    AND reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11) AND number > ?3 AND number < ?4
                ORDER BY number LIMIT ?5
                """, values, read)
            numbers = (debits + credits).sorted()
        } else {
            let debits = try all(
                """
                SELECT number FROM posting WHERE debit_account = ?1 AND reason = ?2
                    AND reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11) AND number > ?3 AND number < ?4
                ORDER BY number DESC LIMIT ?5
                """, values, read)
            let credits = try all(
                """
                SELECT number FROM posting WHERE credit_account = ?1 AND reason = ?2
                    AND reason NOT IN (1, 4, 5, 6, 7, 8, 10, 11) AND number > ?3 AND number < ?4
                ORDER BY number DESC LIMIT ?5
                """, values, read)
            numbers = (debits + credits).sorted(by: >)
        }
        let items = try numbers.prefix(limit).map { try link($0, account.number).entry(self) }
        return Page(items: items, hasMore: numbers.count > limit)
    }
}
