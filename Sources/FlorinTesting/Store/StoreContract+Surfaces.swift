import Payments
import Ports
import Primitives

/// Bots' accounts at chat platforms, and what they are told there.
extension StoreContract {
    static var surfaceRules: [StoreRule] {
        [
            StoreRule(
                "accounts at chat platforms read back, are found by their token and keep their versions", surfaces),
            StoreRule(
                "notices are numbered without gaps, read in order, and end when their time is over", surfaceNotices),
            StoreRule("accounts with something to post come in the order of the moments", surfacesDue),
            StoreRule("somebody of a chat platform is one customer, the last that was set", surfaceCustomers),
            StoreRule("of what led somebody to an account the latest counts, until it expires", surfaceReferrals),
        ]
    }

    private static func account(
        _ subject: StoreUnderTest, token: UInt8, mode: Mode = .test
    ) -> SurfaceAccount {
        let (samples, time) = (subject.samples, StoreSamples.time(Int64(token)))
        return SurfaceAccount(
            id: samples.random.identifier(at: time), bot: samples.bot.id, mode: mode, surface: .telegram, created: time,
            tokenHash: [UInt8](repeating: token, count: 32), account: "4711", credentials: samples.sealed(),
            kinds: [.verdict, .paid])
    }

    private static func notice(
        _ subject: StoreUnderTest, _ account: SurfaceAccount, number: Int64, expires: Int64
    ) -> StoredSurfaceNotice {
        let time = StoreSamples.time(1)
        return StoredSurfaceNotice(
            id: subject.samples.random.identifier(at: time), account: account.id, mode: account.mode, number: number,
            kind: .paid, created: time, expires: StoreSamples.time(expires), body: subject.samples.sealed())
    }

    private static func surfaces(_ subject: StoreUnderTest) async throws {
        let (first, other, live) = (
            account(subject, token: 1), account(subject, token: 2), account(subject, token: 3, mode: .live)
        )
        for one in [first, other, live] { try require(try await subject.write { try $0.insert(one) }, "not stored") }
        let twin = account(subject, token: 1)
        try require(try await !subject.write { try $0.insert(twin) }, "two accounts have one token")
        let found = try await subject.read { reader in
            (
                try reader.surfaceAccount(first.id), try reader.surfaceAccount(tokenHash: other.tokenHash),
                try reader.surfaceAccounts(of: subject.samples.bot.id, mode: .test)
            )
        }
        try requireEqual(found.0, Optional(first), "by its name")
        try requireEqual(found.1, Optional(other), "by its token")
        try requireEqual(found.2, [first, other], "of the bot")
        var next = first
        (next.tokenHash, next.kinds) = ([UInt8](repeating: 9, count: 32), [.refunded])
        next.credentials = subject.samples.sealed()
        (next.isOff, next.givesTokens) = (true, true)
        let changed = next
        try await subject.write { try $0.update(changed) }
        next.version += 1
        try requireEqual(try await subject.read { try $0.surfaceAccount(first.id) }, Optional(next), "changed")
        let all = try await subject.read { try $0.surfaceAccounts(ofAny: nil, PageRequest(limit: 2)) }
        try requireEqual(all.items.map(\.id), [live.id, other.id], "for operators")
        try require(all.hasMore, "there are three")
        let own = try await subject.read { try $0.surfaceAccounts(ofAny: subject.samples.bot.id, PageRequest()) }
        try requireEqual(own.items.map(\.id), [live.id, other.id, first.id], "of a bot, for operators")
        let none = try await subject.read { try $0.surfaceAccounts(ofAny: subject.samples.otherBot.id, PageRequest()) }
        try require(none.items.isEmpty, "another bot's")
        let error = try await requireThrown("an old version") { try await subject.write { try $0.update(changed) } }
        try require(error is StoreConflict, "it threw \(error)")
        let told = notice(subject, other, number: 1, expires: 100)
        try await subject.write { transaction in
            try transaction.insert(told)
            try transaction.deleteSurfaceAccount(other.id)
        }
        try requireEqual(try await subject.read { try $0.surfaceAccount(other.id) }, nil, "deleted")
        try requireEqual(
            try await subject.read { try $0.countSurfaceNotices(of: other.id, at: StoreSamples.time(0)) }, 0,
            "its notices")
    }

    private static func surfaceNotices(_ subject: StoreUnderTest) async throws {
        let account = account(subject, token: 1)
        _ = try await subject.write { try $0.insert(account) }
        var numbers: [Int64?] = []
        for _ in 0..<3 { numbers.append(try await subject.write { try $0.nextSurfaceNumber(of: account.id) }) }
        try requireEqual(numbers, [1, 2, 3], "numbers")
        let nobody = SurfaceAccountID(high: 1, low: 1)
        try requireEqual(try await subject.write { try $0.nextSurfaceNumber(of: nobody) }, nil, "nobody's number")
        let notices = [(3, 30), (1, 10), (2, 20)].map { notice(subject, account, number: $0.0, expires: $0.1) }
        try await subject.write { transaction in for one in notices { try transaction.insert(one) } }
        func found(from number: Int64, at second: Int64, limit: Int = 10) async throws -> [Int64] {
            try await subject.read {
                try $0.surfaceNotices(of: account.id, from: number, at: StoreSamples.time(second), limit: limit).map(
                    \.number)
            }
        }
        try requireEqual(try await found(from: 1, at: 5), [1, 2, 3], "all")
        try requireEqual(try await found(from: 2, at: 5, limit: 1), [2], "from the second, one")
        try requireEqual(try await found(from: 1, at: 10), [2, 3], "without the one whose time is over")
        let read = try await subject.read {
            try $0.surfaceNotices(of: account.id, from: 2, at: StoreSamples.time(5), limit: 1)
        }
        try requireEqual(read, [notices[2]], "as stored")
        try await subject.write {
            try $0.deleteSurfaceNotices(of: account.id, before: 2, at: StoreSamples.time(5))
        }
        try requireEqual(try await found(from: 1, at: 5), [2, 3], "after those before the second were taken")
        try requireEqual(
            try await subject.write { try $0.deleteSurfaceNotices(expiredBy: StoreSamples.time(20)) }, 1, "expired")
        try requireEqual(try await found(from: 1, at: 5), [3], "what is left")
    }

    private static func surfaceReferrals(_ subject: StoreUnderTest) async throws {
        let (account, other) = (account(subject, token: 1), account(subject, token: 2))
        let (ada, ben) = ([UInt8](repeating: 5, count: 32), [UInt8](repeating: 6, count: 32))
        func led(_ person: [UInt8], _ second: Int64, at place: SurfaceAccountID? = nil) -> StoredSurfaceReferral {
            StoredSurfaceReferral(
                id: subject.samples.random.identifier(at: StoreSamples.time(second)), account: place ?? account.id,
                mode: .test, personHash: person, happened: StoreSamples.time(second),
                expires: StoreSamples.time(second + 10), details: subject.samples.sealed())
        }
        let (first, same, later, friend) = (led(ada, 2), led(ada, 2), led(ada, 3), led(ben, 1, at: other.id))
        try await subject.write { transaction in
            for one in [account, other] { _ = try transaction.insert(one) }
        }
        func keep(_ one: StoredSurfaceReferral) async throws -> Bool { try await subject.write { try $0.keep(one) } }
        func found(_ place: SurfaceAccount, _ person: [UInt8], _ second: Int64) async throws -> StoredSurfaceReferral? {
            try await subject.read {
                try $0.surfaceReferral(of: place.id, personHash: person, at: StoreSamples.time(second))
            }
        }
        try require(try await keep(first), "the first was not kept")
        try require(try await !keep(same), "it was kept twice")
        try requireEqual(try await found(account, ada, 5), first, "the first")
        try require(try await keep(later), "a later one was not kept")
        try require(try await !keep(led(ada, 1)), "an earlier one was kept")
        try requireEqual(try await found(account, ada, 5), later, "the later")
        try require(try await keep(friend), "somebody else's was not kept")
        try requireEqual(try await found(account, ben, 5), nil, "at another account")
        try requireEqual(try await found(account, ada, 13), nil, "expired")
        try requireEqual(
            try await subject.write { try $0.deleteSurfaceReferrals(expiredBy: StoreSamples.time(11)) }, 1, "swept")
        try requireEqual(try await found(other, ben, 5), nil, "swept away")
        try await subject.write { try $0.deleteSurfaceAccount(account.id) }
        try requireEqual(
            try await subject.write { try $0.deleteSurfaceReferrals(expiredBy: StoreSamples.time(99)) }, 0,
            "left by an account that is gone")
    }

    private static func surfacesDue(_ subject: StoreUnderTest) async throws {
        let accounts = (1...3).map { account(subject, token: $0) }
        try await subject.write { transaction in
            for one in accounts { _ = try transaction.insert(one) }
            try transaction.setSurfaceDue(StoreSamples.time(9), failures: 2, of: accounts[0].id)
            try transaction.setSurfaceDue(StoreSamples.time(4), failures: 0, of: accounts[1].id)
        }
        func due(by second: Int64, limit: Int = 10) async throws -> [SurfaceAccountID] {
            try await subject.read { try $0.surfaceAccountsDue(by: StoreSamples.time(second), limit: limit) }
        }
        try requireEqual(try await due(by: 9), [accounts[1].id, accounts[0].id], "both")
        try requireEqual(try await due(by: 9, limit: 1), [accounts[1].id], "one")
        try requireEqual(try await due(by: 3), [], "none yet")
        try requireEqual(try await subject.read { try $0.surfaceAccount(accounts[0].id)?.failures }, 2, "failures")
        try await subject.write { try $0.setSurfaceDue(nil, failures: 0, of: accounts[0].id) }
        try requireEqual(try await due(by: 9), [accounts[1].id], "without the one that has nothing to post")
    }

    private static func surfaceCustomers(_ subject: StoreUnderTest) async throws {
        let (person, samples) = ([UInt8](repeating: 5, count: 32), subject.samples)
        try requireEqual(try await subject.read { try $0.surfaceCustomer(personHash: person) }, nil, "nobody yet")
        for customer in [samples.customer.id, samples.otherCustomer.id] {
            try await subject.write { try $0.setSurfaceCustomer(customer, personHash: person) }
            try requireEqual(
                try await subject.read { try $0.surfaceCustomer(personHash: person) }, Optional(customer), "the last")
        }
    }
}
