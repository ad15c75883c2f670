import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import SQLStore
import SQLiteDriver
import Synchronization
import Testing

@testable import Engine

/// Reports in memory.
final class MemoryReports: ReportFiles {
    private let files = Mutex<[String: [UInt8]]>([:])

    var names: [String] { files.withLock { $0.keys.sorted() } }

    func text(_ name: String) -> String { files.withLock { String(decoding: $0[name] ?? [], as: UTF8.self) } }

    func begin(_ name: String) async throws -> any ReportFile { MemoryReport(name, self) }

    func read(_ name: String, from start: Int64, limit: Int) async throws -> [UInt8]? {
        files.withLock { $0[name].map { Array($0.dropFirst(Int(start)).prefix(limit)) } }
    }

    fileprivate func put(_ name: String, _ bytes: [UInt8]) { files.withLock { $0[name] = bytes } }
}

private actor MemoryReport: ReportFile {
    private let name: String
    private let files: MemoryReports
    private var bytes: [UInt8] = []

    init(_ name: String, _ files: MemoryReports) {
        self.name = name
        self.files = files
    }

    func append(_ more: [UInt8]) { bytes += more }

    /// A digest that tells texts apart is enough here.
    func finish() -> (size: Int64, digest: [UInt8]) {
        files.put(name, bytes)
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digest = (0..<32).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 8 * 8)) }
        return (Int64(bytes.count), digest)
    }

    func abandon() {}
}

extension Florin {
    func maker(_ files: MemoryReports) throws -> ReportMaker {
        ReportMaker(
            store: try now.store, clock: clock, randomness: randomness, files: files, sealing: try now.tools.sealing)
    }

    /// To an hour after the end of the day.
    func endDay() -> Int64 {
        let day = clock.now().day
        let end = Timestamp(day: day + 1).advanced(by: .seconds(3_600))
        clock.advance(by: end.duration(since: clock.now()))
        return day
    }
}

@Suite("Daily reports")
struct ReportTests {
    @Test("hold all of a day, come to what the ledger holds, and are the same whenever they are made")
    func whole() async throws {
        try await withFlorin { florin, processor in
            let fee = try #require(PlatformFee(currency: .usd, basisPoints: 0, fixed: 30))
            try await florin.now.store.write { try $0.set(fee, of: Florin.bot) }
            _ = try await florin.charge(5_000)
            try await florin.bankless()
            let opening = try await florin.balance(.botPayable, of: Florin.bot)
            let payment = try await florin.payment(try await florin.charge(1_000))
            _ = try await florin.refund(payment.id, 200)
            _ = try await florin.payOut(700, .instant)
            processor.script.script(.push, .declined(Decline(reason: .genericDecline, isSoft: false)))
            _ = try await florin.payOut(300, .instant)
            let closing = try await florin.balance(.botPayable, of: Florin.bot)
            let day = florin.endDay()
            // What comes after the day is in none of its files.
            _ = try await florin.charge(77)
            let files = MemoryReports()
            let runs = try await florin.maker(files).make(.bot(Florin.bot), mode: .test, day: day)
            #expect(runs.map(\.type) == ReportType.allCases)
            let text = files.text("test/\(ReportDay(day: day).text)/\(Florin.bot).balance.csv")
            #expect(
                text
                    == "currency,line,amount\r\nusd,opening,\(opening)\r\nusd,bot_payout,-1000\r\n"
                    + "usd,bot_payout_failed,300\r\nusd,charge,1000\r\nusd,platform_fee,-30\r\nusd,refund,-200\r\n"
                    + "usd,closing,\(closing)\r\n")
            #expect(runs.map(\.rows) == [7, 6, 1, 3, 0, 0])
            _ = try await florin.charge(1)
            let others = MemoryReports()
            let again = try await florin.maker(others).make(.bot(Florin.bot), mode: .test, day: day)
            #expect(again == runs)
            for name in files.names { #expect(files.text(name) == others.text(name)) }
        }
    }

    @Test("of the platform show every account at the beginning and end of the day, and come to zero")
    func platform() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(5_000)
            try await florin.bankless()
            _ = try await florin.payOut(700, .instant)
            let day = florin.endDay()
            let files = MemoryReports()
            _ = try await florin.maker(files).make(.platform(Florin.platform), mode: .test, day: day)
            let folder = "test/\(ReportDay(day: day).text)/\(Florin.platform)"
            let lines = files.text("\(folder).balance.csv").split(separator: "\r\n").dropFirst()
                .map { $0.split(separator: ",") }
            for line in ["opening", "closing"] {
                #expect(lines.filter { $0[2] == line }.reduce(0) { $0 + (Int64($1[3]) ?? 1) } == 0)
            }
            #expect(lines.contains { $0[0] == "bot_payable" && $0[2] == "closing" && $0[3] == "4300" })
            #expect(files.text("\(folder).payouts.csv").contains("bot_payout_paid"))
            #expect(
                !files.text("\(folder).payouts.csv").contains("-700"), "the platform's lines name amounts as posted")
        }
    }

    @Test("are not made before the day is over, nor for nobody")
    func refused() async throws {
        try await withFlorin { florin, _ in
            let maker = try florin.maker(MemoryReports())
            let today = florin.clock.now().day
            let ready = Timestamp(day: today + 1).advanced(by: .seconds(3_600))
            await #expect(throws: ReportRefusal.dayNotOver(until: ready)) {
                try await maker.make(.bot(Florin.bot), mode: .test, day: today)
            }
            await #expect(throws: ReportRefusal.noSuchOwner) {
                try await maker.make(.bot(BotID(high: 77, low: 7)), mode: .test, day: today - 2)
            }
        }
    }

    @Test("are not written when the book does not hold what they would say")
    func tampered() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            _ = try await florin.charge(500)
            let day = florin.endDay()
            let database = try florin.now.database
            try await database.write { session in
                try session.run("UPDATE posting SET amount = amount - 1 WHERE number = 1", [])
            }
            let files = MemoryReports()
            do {
                _ = try await florin.maker(files).make(.bot(Florin.bot), mode: .test, day: day)
                Issue.record("a report that does not tie was written")
            } catch let refusal as ReportRefusal {
                guard case .doesNotTie = refusal else {
                    Issue.record("\(refusal)")
                    return
                }
            }
            #expect(files.names.isEmpty)
        }
    }

    @Test("are refused when the same day was told otherwise before")
    func differs() async throws {
        try await withFlorin { florin, _ in
            _ = try await florin.charge(1_000)
            let day = florin.endDay()
            let runs = try await florin.maker(MemoryReports()).make(.bot(Florin.bot), mode: .test, day: day)
            let database = try florin.now.database
            try await database.write { session in
                try session.run(
                    "UPDATE report_run SET digest = ?1 WHERE type = 1", [.bytes(Array(repeating: 1, count: 32))])
            }
            let first = try #require(runs.first)
            await #expect(throws: ReportRefusal.differs(first.id)) {
                try await florin.maker(MemoryReports()).make(.bot(Florin.bot), mode: .test, day: day)
            }
        }
    }

    @Test(
        "write fields as RFC 4180 has them, and no formula",
        arguments: [
            ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("=a,b", "\"'=a,b\""),
            ("", ""),
        ])
    func field(text: String, written: String) {
        var line = CSVLine()
        line.add("first")
        line.add(text)
        line.add(Int64(-5))
        #expect(String(decoding: line.ended, as: UTF8.self) == "first,\(written),-5\r\n")
    }
}
