import Ledger
import Payments
import Ports
import Primitives

/// The book: what is posted is all there or not at all, guarded accounts never go below zero, and the proof holds.
extension StoreContract {
    static var ledgerRules: [StoreRule] {
        [
            StoreRule("a posting moves both balances and makes the accounts it needs", posting),
            StoreRule("postings of one transaction build on each other", chainedPostings),
            StoreRule("a refused posting leaves nothing behind, not even an account", refusedPosting),
            StoreRule("a hold reserves, a release gives back, a posting from the hold uses it up", holds),
            StoreRule("more than is there cannot be held, more than is held cannot be released", holdLimits),
            StoreRule("of many who spend at once, only as many succeed as there is money for", concurrentSpending),
            StoreRule("an account's entries are its chain, newest first, from any posting on", entries),
            StoreRule("one posting is seen from the side of its owner", oneEntry),
            StoreRule("the accounts of an owner are listed in one mode", accountLists),
            StoreRule("after random operations every balance equals its sum and the book is proved", randomOperations),
        ]
    }

    private static func balance(_ key: AccountKey, _ subject: StoreUnderTest) async throws -> [Int64]? {
        try await subject.read { try $0.account(key) }.map { [$0.balance, $0.held] }
    }

    private static func posting(_ subject: StoreUnderTest) async throws {
        let (clearing, wallet) = (subject.samples.clearing(), subject.samples.wallet())
        let book = try subject.samples.book(500, from: clearing, to: wallet)
        let first = try await subject.write { try $0.post(book) }
        let second = try await subject.write { try $0.post(book) }
        try require(first.count == 1 && second.count == 1 && first[0] < second[0], "numbers: \(first), \(second)")
        try requireEqual(try await balance(clearing, subject), [-1_000, 0], "clearing")
        try requireEqual(try await balance(wallet, subject), [1_000, 0], "the wallet")
        try requireEqual(try await balance(subject.samples.wallet(nil, .jpy), subject), nil, "a wallet never used")
    }

    private static func chainedPostings(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (clearing, wallet, friend) = (samples.clearing(), samples.wallet(), samples.wallet(samples.friend))
        let book = try LedgerTransaction(
            source: samples.random.identifier(at: StoreSamples.time(1), ChargeKind.self), created: StoreSamples.time(1),
            postings: [
                Posting(debit: clearing, credit: wallet, amount: 90, reason: .topUp),
                Posting(debit: wallet, credit: samples.inFlight, amount: 90, reason: .transferSent),
                Posting(debit: samples.inFlight, credit: friend, amount: 40, reason: .transferReceived),
                Posting(debit: samples.inFlight, credit: wallet, amount: 50, reason: .transferReturned),
            ])
        let numbers = try await subject.write { try $0.post(book) }
        try requireEqual(numbers, numbers.sorted(), "the numbers in order")
        try requireEqual(Set(numbers).count, 4, "the numbers")
        try requireEqual(try await balance(wallet, subject), [50, 0], "the wallet")
        try requireEqual(try await balance(friend, subject), [40, 0], "the friend's wallet")
        try requireEqual(try await balance(samples.inFlight, subject), [0, 0], "what is in flight")
        let entries = try await subject.read { try $0.entries(of: wallet, before: nil, limit: 10).items }
        try requireEqual(entries.map(\.amount), [50, -90, 90], "the wallet's entries")
        try requireEqual(entries.map(\.balanceAfter), [50, 0, 90], "the wallet's balances")
    }

    private static func refusedPosting(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (payment, wallet, friend) = (samples.payment(at: 1), samples.wallet(), samples.wallet(samples.friend))
        let fund = try samples.book(100, from: samples.clearing(), to: wallet)
        try await subject.write { _ = try $0.post(fund) }
        let spend = try samples.book(101, from: wallet, to: friend)
        let error = try await requireThrown("spending more than there is") {
            try await subject.write {
                try $0.insert(payment)
                _ = try $0.post(spend)
            }
        }
        try require(
            error as? LedgerError == .insufficientFunds(.wallet, available: 100), "the posting threw \(error)")
        try requireEqual(try await balance(wallet, subject), [100, 0], "the wallet")
        try requireEqual(try await balance(friend, subject), nil, "the friend's wallet")
        try requireEqual(try await subject.read { try $0.payment(payment.id) }, nil, "the payment")
        let yen = try samples.book(1, from: samples.wallet(nil, .jpy), to: samples.wallet(samples.friend, .jpy))
        let second = try await requireThrown("spending from nothing") {
            try await subject.write { _ = try $0.post(yen) }
        }
        try require(second as? LedgerError == .insufficientFunds(.wallet, available: 0), "it threw \(second)")
        try requireEqual(try await subject.read { try $0.accounts().count }, 2, "the accounts")
    }

    private static func holds(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (clearing, payable) = (samples.clearing(), samples.payable())
        let charge = try samples.book(1_000, from: clearing, to: payable)
        try await subject.write {
            _ = try $0.post(charge)
            try $0.hold(600, on: payable)
            try $0.hold(300, on: payable)
        }
        try requireEqual(try await balance(payable, subject), [1_000, 900], "after two holds")
        try await subject.write { try $0.release(300, on: payable) }
        try requireEqual(try await balance(payable, subject), [1_000, 600], "after a release")
        let tooMuch = try samples.book(401, from: payable, to: clearing)
        let error = try await requireThrown("spending what is held") {
            try await subject.write { _ = try $0.post(tooMuch) }
        }
        try require(error as? LedgerError == .insufficientFunds(.botPayable, available: 400), "it threw \(error)")
        let refund = try samples.book(600, from: payable, to: clearing, fromHold: true)
        try await subject.write { _ = try $0.post(refund) }
        try requireEqual(try await balance(payable, subject), [400, 0], "after the refund")
    }

    private static func holdLimits(_ subject: StoreUnderTest) async throws {
        let (wallet, payable) = (subject.samples.wallet(), subject.samples.payable())
        let fund = try subject.samples.book(100, from: subject.samples.clearing(), to: wallet)
        try await subject.write {
            _ = try $0.post(fund)
            try $0.hold(100, on: wallet)
        }
        let refusals: [(String, LedgerError, @Sendable (any StoreTransaction) throws -> Void)] = [
            ("one more", .insufficientFunds(.wallet, available: 0), { try $0.hold(1, on: wallet) }),
            ("nothing", .amountNotPositive(0), { try $0.hold(0, on: wallet) }),
            ("less than nothing", .amountNotPositive(-1), { try $0.release(-1, on: wallet) }),
            ("back too much", .holdExceeded(.wallet), { try $0.release(101, on: wallet) }),
            ("on no account", .insufficientFunds(.botPayable, available: 0), { try $0.hold(1, on: payable) }),
            ("back on no account", .holdExceeded(.botPayable), { try $0.release(1, on: payable) }),
        ]
        for (name, expected, body) in refusals {
            let error = try await requireThrown(name) { try await subject.write(body) }
            try require(error as? LedgerError == expected, "\(name) threw \(error)")
        }
        try requireEqual(try await balance(wallet, subject), [100, 100], "the wallet")
        try requireEqual(try await balance(payable, subject), nil, "the account that was not made")
    }

    private static func concurrentSpending(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (wallet, friend) = (samples.wallet(), samples.wallet(samples.friend))
        let fund = try samples.book(1_000, from: samples.clearing(), to: wallet)
        try await subject.write { _ = try $0.post(fund) }
        let spend = try samples.book(100, from: wallet, to: friend)
        let succeeded = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        try await subject.write { _ = try $0.post(spend) }
                        return true
                    } catch LedgerError.insufficientFunds {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        try requireEqual(succeeded, 10, "those who succeeded")
        try requireEqual(try await balance(wallet, subject), [0, 0], "the wallet")
        try requireEqual(try await balance(friend, subject), [1_000, 0], "the friend's wallet")
        try requireEqual(try await subject.read { try $0.verifyLedger().problems }, [], "the proof")
    }

    private static func entries(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (clearing, wallet, friend) = (samples.clearing(), samples.wallet(), samples.wallet(samples.friend))
        let books = try (1...9).map { index in
            try samples.book(
                Int64(index), from: clearing, to: index % 3 == 0 ? friend : wallet, reason: .topUp)
        }
        let numbers = try await subject.write { transaction in try books.map { try transaction.post($0)[0] } }
        let own = [0, 1, 3, 4, 6, 7].map { numbers[$0] }
        func list(_ before: Int64?, _ limit: Int) async throws -> (numbers: [Int64], hasMore: Bool) {
            let page = try await subject.read { try $0.entries(of: wallet, before: before, limit: limit) }
            return (page.items.map(\.posting), page.hasMore)
        }
        for limit in 1...7 {
            let page = try await list(nil, limit)
            try requireEqual(page.numbers, Array(own.reversed().prefix(limit)), "the newest \(limit)")
            try requireEqual(page.hasMore, limit < 6, "whether there are more than \(limit)")
        }
        for (cursor, left) in [(numbers[4], 3), (numbers[5], 4), (numbers[0], 0), (numbers[8] + 1_000, 6), (0, 0)] {
            let page = try await list(cursor, 10)
            try requireEqual(page.numbers, Array(own.prefix(left).reversed()), "what is before \(cursor)")
        }
        let last = try await subject.read { try $0.entries(of: wallet, before: nil, limit: 1).items }
        try requireEqual(
            last,
            [
                AccountEntry(
                    posting: numbers[7], account: last.first?.account ?? 0, source: books[7].source, reason: .topUp,
                    amount: 8, balanceAfter: 1 + 2 + 4 + 5 + 7 + 8, counterpart: clearing, currency: .eur,
                    created: books[7].created)
            ], "the newest entry")
        let none = try await subject.read { try $0.entries(of: samples.payable(), before: nil, limit: 5) }
        try require(none.items.isEmpty && !none.hasMore, "an account that does not exist has entries")
    }

    private static func oneEntry(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (clearing, wallet) = (samples.clearing(), samples.wallet())
        let book = try samples.book(70, from: clearing, to: wallet)
        let number = try await subject.write { try $0.post(book)[0] }
        let seen = try await subject.read { reader in
            try [samples.person.id.bits, samples.connection.id.bits, samples.friend.id.bits].map {
                try reader.entry(posting: number, owner: $0)
            }
        }
        try requireEqual(seen.map { $0?.amount }, [70, -70, nil], "the amounts")
        try requireEqual(seen.map { $0?.counterpart }, [clearing, wallet, nil], "the counterparts")
        let none = try await subject.read { try $0.entry(posting: number + 1, owner: samples.person.id.bits) }
        try requireEqual(none, nil, "a posting that does not exist")
    }

    private static func accountLists(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let live = AccountKey(.wallet, of: samples.person.id, currency: .eur, mode: .live)
        let liveClearing = AccountKey(.processorClearing, of: samples.connection.id, currency: .eur, mode: .live)
        let books = try [
            samples.book(1, from: samples.clearing(), to: samples.wallet()),
            samples.book(2, from: samples.clearing(.jpy), to: samples.wallet(nil, .jpy)),
            samples.book(3, from: liveClearing, to: live),
        ]
        try await subject.write { transaction in for book in books { _ = try transaction.post(book) } }
        let found = try await subject.read { reader in
            try (
                reader.accounts(of: samples.person.id.bits, mode: .test),
                reader.accounts(of: samples.person.id.bits, mode: .live), reader.accounts().count
            )
        }
        let expected = Set([
            AccountBalance(key: samples.wallet(), balance: 1, held: 0),
            AccountBalance(key: samples.wallet(nil, .jpy), balance: 2, held: 0),
        ])
        try requireEqual(Set(found.0), expected, "the person's accounts in test mode")
        try requireEqual(found.1, [AccountBalance(key: live, balance: 3, held: 0)], "the person's live accounts")
        try requireEqual(found.2, 6, "all accounts")
    }

    /// A model in memory decides what must happen; the store must agree, with every refusal.
    private static func randomOperations(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var random = samples.random
        let keys = [
            samples.clearing(), samples.wallet(), samples.wallet(samples.friend), samples.payable(), samples.inFlight,
        ]
        var model = Dictionary(
            uniqueKeysWithValues: keys.map { ($0, AccountState(kind: $0.kind, balance: 0, held: 0)) })
        var (accepted, refused) = (0, 0)
        for _ in 0..<400 {
            let (from, to) = (
                Int.random(in: 0..<keys.count, using: &random), Int.random(in: 1..<keys.count, using: &random)
            )
            guard from != to else { continue }
            let amount = Int64.random(in: 1...200, using: &random)
            let book = try samples.book(amount, from: keys[from], to: keys[to])
            var next = model
            let isAllowed = (try? next[keys[from]]?.debit(amount)) != nil
            if isAllowed { try next[keys[to]]?.credit(amount) }
            do {
                try await subject.write { _ = try $0.post(book) }
                try require(isAllowed, "the store posted what the model refuses")
                model = next
                accepted += 1
            } catch LedgerError.insufficientFunds {
                try require(!isAllowed, "the store refused what the model posts")
                refused += 1
            }
        }
        try require(accepted > 50 && refused > 20, "\(accepted) accepted and \(refused) refused prove little")
        for (key, state) in model {
            let found = try await balance(key, subject) ?? [0, 0]
            try requireEqual(found, [state.balance, 0], "the balance of \(key.kind), seed \(samples.random.seed)")
            let entries = try await subject.read { try $0.entries(of: key, before: nil, limit: 1_000).items }
            try requireEqual(entries.reduce(0) { $0 + $1.amount }, state.balance, "the sum of its entries")
        }
        let proof = try await subject.read { try $0.verifyLedger() }
        try requireEqual(proof.problems, [], "the proof, seed \(samples.random.seed)")
        try requireEqual(proof.postings, Int64(accepted), "the postings")
    }
}
