import ArgumentParser

/// The row writes of one kind of operation, `count` of them in one group.
protocol RowWrites {
    func transfers(_ count: Int) throws
    func charges(_ count: Int) throws
    func close()
}

/// How many a second.
struct RowsReport: Codable {
    var group: Int
    /// S of the aims: the least rows, with keys that grow with time.
    var leanTransfers: Int
    var leanCharges: Int
    /// The same rows with random keys.
    var randomTransfers: Int
    var randomCharges: Int
    /// The store's own rows.
    var storeTransfers: Int
    var storeCharges: Int
}

struct RowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "The same row writes as bare SQLite with group commit, synchronous=FULL: the bound S.")

    @Option(help: "Seconds for each of the six measurements.")
    var seconds = 3.0

    @Option(help: "Operations in one commit.")
    var group = 100

    @Option(help: "Accounts that the postings are spread over.")
    var accounts = 2_000

    @Option(help: "Directory for the databases; must be on the disk that is to be measured.")
    var directory: String?

    func run() async throws {
        try printJSON(try await measured())
    }

    func measured() async throws -> RowsReport {
        try await withTemporaryDirectory(in: directory) { path in
            note("bare rows: \(seconds) s each")
            let lean = try LeanRows(path: "\(path)/lean.sqlite", accounts: accounts, timedKeys: true)
            let (leanTransfers, leanCharges) = try (rate(lean.transfers), rate(lean.charges))
            lean.close()
            let random = try LeanRows(path: "\(path)/random.sqlite", accounts: accounts, timedKeys: false)
            let (randomTransfers, randomCharges) = try (rate(random.transfers), rate(random.charges))
            random.close()
            let store = try StoreRows(path: "\(path)/store.sqlite", accounts: accounts)
            let (storeTransfers, storeCharges) = try (rate(store.transfers), rate(store.charges))
            store.close()
            return RowsReport(
                group: group, leanTransfers: leanTransfers, leanCharges: leanCharges,
                randomTransfers: randomTransfers, randomCharges: randomCharges, storeTransfers: storeTransfers,
                storeCharges: storeCharges)
        }
    }

    func rate(_ write: (Int) throws -> Void) throws -> Int {
        for _ in 0..<10 { try write(group) }
        let start = monotonicNanoseconds()
        let end = start + UInt64(seconds * 1e9)
        var count = 0
        while monotonicNanoseconds() < end {
            try write(group)
            count += group
        }
        return perSecond(count, nanoseconds: monotonicNanoseconds() - start)
    }
}
