import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import Engine

@Suite("Settlement files")
struct SettlementFileTests {
    private static let header = "line,kind,reference,processor_reference,gross,fee,currency,payout,occurred\n"

    private func begin(_ florin: Florin) async throws -> SettlementReportID {
        try await florin.now.operators.settlements.start(Florin.connection, .file, from: nil, to: nil) { _, _ in }
            .report.id
    }

    @Test("the same file twice changes nothing, in whatever parts it comes")
    func twice() async throws {
        try await withFlorin { florin, _ in
            let charge = try await florin.taken(try await florin.charge(1_000))
            let records = [
                "t1,charge,\(charge.text),pi_1,10.00,0.59,USD,po_1,2026-11-21T05:09:05Z\n",
                "\"t2\",fee,,,-0.20,0,USD,\"po_1\",1795237745\r\n",
                "t3,payout,,po_1,-9.21,0.00,USD,po_1,2026-11-22\n",
            ]
            for parts in [[3], [1, 2], [2, 1]] {
                let id = try await begin(florin)
                var first = 0
                for count in parts {
                    let text = records[first..<first + count].joined()
                    let progress = try await florin.now.operators.settlements.take(
                        id, header: Self.header, records: text, first: Int64(first))
                    // A part that comes again after a lost answer is passed over.
                    let again = try await florin.now.operators.settlements.take(
                        id, header: Self.header, records: text, first: Int64(first))
                    #expect(progress?.taken == Int64(first + count) && again?.taken == progress?.taken)
                    first += count
                }
                let report = try await florin.finish(id)
                #expect(report.lines == 3 && report.matched == 3 && report.checkedUntil == nil)
                #expect(try await florin.balance(.processorClearing, of: Florin.connection) == 0)
                #expect(try await florin.balance(.bank, of: Florin.platform) == -921)
            }
            #expect(try await florin.openCases() == [])
        }
    }

    @Test(
        "a record that cannot be read is named with what is wrong, and nothing of its part is taken",
        arguments: [
            ("t1,charge,,,10.00,0,XXX,,2026-11-21\n", "Record 2: “currency”"),
            ("t1,charge,,,10.001,0,USD,,2026-11-21\n", "Record 2: “gross” and “fee”"),
            ("t1,gift,,,10.00,0,USD,,2026-11-21\n", "Record 2: “kind” is one of charge, refund"),
            ("t1,charge,ch_1,,10.00,0,USD,,2026-11-21\n", "Record 2: “reference”"),
            ("t1,charge,,,10.00,0,USD,,21.11.2026\n", "Record 2: “occurred”"),
            ("t1,charge,,,10.00,0,USD,2026-11-21\n", "Record 2: it has 8 fields, and the first line names 9"),
            (",charge,,,10.00,0,USD,,2026-11-21\n", "Record 2: “line” is empty"),
            ("\"t1,charge\n", "not comma-separated"),
        ])
    func unreadable(record: String, words: String) async throws {
        try await withFlorin { florin, _ in
            let id = try await begin(florin)
            let good = "t0,fee,,,-0.20,0,USD,,2026-11-21\n"
            do {
                _ = try await florin.now.operators.settlements.take(
                    id, header: Self.header, records: good + record, first: 0)
                Issue.record("it was taken")
            } catch let refusal as SettlementRefusal {
                guard case .invalid(let text) = refusal else { throw refusal }
                #expect(text.contains(words))
            }
            #expect(try await florin.balance(.processingFees, of: Florin.connection) == 0)
            #expect(try await florin.now.store.read { try $0.settlementReport(id)?.lines } == 0)
        }
    }

    @Test("records after a gap are refused, and so are columns that nobody knows")
    func refused() async throws {
        try await withFlorin { florin, _ in
            let id = try await begin(florin)
            let settlements = try florin.now.operators.settlements
            await #expect(throws: SettlementRefusal.self) {
                _ = try await settlements.take(id, header: Self.header, records: "", first: 5)
            }
            await #expect(throws: SettlementRefusal.self) {
                _ = try await settlements.take(id, header: "a,b,c\n", records: "1,2,3\n", first: 0)
            }
        }
    }

    @Test(
        "values in quotes may hold commas, quotes and line ends",
        arguments: [
            ("a,b\n", [["a", "b"]]), ("a,b", [["a", "b"]]), ("\"a,b\",c\n", [["a,b", "c"]]),
            ("\"say \"\"no\"\"\",\"two\nlines\"\n", [["say \"no\"", "two\nlines"]]),
            ("a,\n,b\n", [["a", ""], ["", "b"]]),
            ("\na\r\n\nb\n", [["a"], ["b"]]), ("", []), ("\"\"\n", [[""]]),
        ] as [(String, [[String]])])
    func separated(text: String, expected: [[String]]) {
        #expect(SeparatedValues.records(text) == expected)
    }

    @Test(
        "quotes that do not close, or stand within a value, are not read", arguments: ["\"a", "a\"b\"\n", "\"a\"b\n"])
    func broken(text: String) { #expect(SeparatedValues.records(text) == nil) }
}
