import Ledger
import Payments
import Ports
import Primitives

/// Customers by keyed hashes, and the order of time in the book.
extension StoreContract {
    static var searchRules: [StoreRule] {
        [
            StoreRule("customers are found under all of several hashes, page by page", customerSearch),
            StoreRule("a customer is found under the newest hashes only", changedLookups),
            StoreRule("a moment leads to a number behind all postings before it", momentsInTheBook),
            StoreRule("an account's entries go on behind a posting of another account", entriesBehindOthers),
        ]
    }

    private static func hash(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 32) }

    private static func customers(_ subject: StoreUnderTest) async throws -> [Customer] {
        let samples = subject.samples
        let made = (0..<9).map { index in
            let created = StoreSamples.time(Int64(index))
            return Customer(
                id: samples.random.identifier(at: created), bot: index == 7 ? samples.otherBot.id : samples.bot.id,
                mode: index == 8 ? .live : .test, emailHash: nil, subjectSalt: [], profile: nil, isDeleted: index == 6,
                created: created)
        }
        try await subject.write { transaction in
            for (index, customer) in made.enumerated() {
                try transaction.insert(customer)
                let hashes = [hash(1)] + (index % 2 == 0 ? [hash(2)] : []) + (index == 4 ? [hash(3), hash(3)] : [])
                try transaction.setLookups(hashes, of: customer)
            }
        }
        return made
    }

    private static func customerSearch(_ subject: StoreUnderTest) async throws {
        let made = try await customers(subject)
        let bot = subject.samples.bot.id
        for (hashes, expected) in [
            ([hash(1)], [5, 4, 3, 2, 1, 0]), ([hash(2)], [4, 2, 0]), ([hash(1), hash(2)], [4, 2, 0]),
            ([hash(3), hash(1), hash(2)], [4]), ([hash(9)], []), ([hash(1), hash(9)], []),
            ([hash(1), hash(1), hash(1), hash(1), hash(2)], [4, 2, 0]),
        ] as [([[UInt8]], [Int])] {
            for limit in [1, 2, 9] {
                var (found, cursor): ([CustomerID], PageRequest.Cursor) = ([], .newest)
                while true {
                    let request = PageRequest(limit: limit, cursor: cursor)
                    let page = try await subject.read {
                        try $0.customers(of: bot, mode: .test, foundUnder: hashes, request)
                    }
                    found += page.items.map(\.id)
                    guard page.hasMore, let last = page.items.last else { break }
                    cursor = .after(last.id.bits)
                }
                try requireEqual(found, expected.map { made[$0].id }, "found \(limit) by \(limit)")
            }
        }
        let range = PageRequest(createdFrom: StoreSamples.time(1), createdBefore: StoreSamples.time(4))
        let cut = try await subject.read { try $0.customers(of: bot, mode: .test, foundUnder: [hash(1)], range) }
        try requireEqual(cut.items.map(\.id), [3, 2, 1].map { made[$0].id }, "found within a time")
        for hashes in [[], Array(repeating: hash(1), count: 6)] {
            _ = try await requireThrown("a search for \(hashes.count) texts") {
                try await subject.read { try $0.customers(of: bot, mode: .test, foundUnder: hashes, PageRequest()) }
            }
        }
    }

    private static func changedLookups(_ subject: StoreUnderTest) async throws {
        let made = try await customers(subject)
        func found(_ hash: [UInt8]) async throws -> [CustomerID] {
            try await subject.read {
                try $0.customers(of: subject.samples.bot.id, mode: .test, foundUnder: [hash], PageRequest(limit: 9))
            }.items.map(\.id)
        }
        try await subject.write { try $0.setLookups([hash(4)], of: made[4]) }
        try requireEqual(try await found(hash(3)), [], "what was left behind")
        try requireEqual(try await found(hash(4)), [made[4].id], "what is new")
        try await subject.write { try $0.setLookups([], of: made[4]) }
        try requireEqual(try await found(hash(4)), [], "what was forgotten")
        try requireEqual(try await found(hash(2)), [made[2].id, made[0].id], "the others")
    }

    private static func momentsInTheBook(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        try requireEqual(
            try await subject.read { try $0.postingNumber(around: StoreSamples.time(0)) }, 1, "an empty book")
        // An hour apart, so that the minute does not matter.
        let numbers = try await subject.write { transaction in
            try (0..<20).flatMap { hour in
                try transaction.post(
                    LedgerTransaction(
                        source: samples.random.identifier(at: StoreSamples.time(0), ChargeKind.self),
                        created: StoreSamples.time(Int64(hour) * 3_600),
                        postings: [
                            Posting(debit: samples.clearing(), credit: samples.payable(), amount: 1, reason: .charge)
                        ]))
            }
        }
        for hour in 0...20 {
            let moment = StoreSamples.time(Int64(hour) * 3_600 - 1_800)
            let found = try await subject.read { try $0.postingNumber(around: moment) }
            try requireEqual(numbers.filter { $0 < found }.count, hour, "the postings before hour \(hour)")
        }
    }

    private static func entriesBehindOthers(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        // One in forty belongs to the account, so that both ways to it are tried.
        let own = try await subject.write { transaction in
            var own: [Int64] = []
            for index in 0..<400 {
                let credit = index % 40 == 0 ? samples.payable(.usd) : samples.payable()
                let debit = index % 40 == 0 ? samples.clearing(.usd) : samples.clearing()
                let made = try transaction.post(samples.book(1, from: debit, to: credit, reason: .charge))
                if index % 40 == 0 { own += made }
            }
            return own
        }
        for before in [1, 2, 39, 40, 41, 42, 199, 200, 201, 360, 361, 362, 399, 400, 401, 1_000] as [Int64] {
            for limit in [1, 3, 100] {
                let page = try await subject.read {
                    try $0.entries(of: samples.payable(.usd), before: before, limit: limit)
                }
                let expected = own.filter { $0 < before }.reversed()
                try requireEqual(page.items.map(\.posting), Array(expected.prefix(limit)), "entries before \(before)")
                try requireEqual(page.hasMore, expected.count > limit, "whether there are more before \(before)")
            }
        }
    }
}
