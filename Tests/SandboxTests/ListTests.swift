import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite("The list of what the acquirer has done")
struct ListTests {
    private static let time = Timestamp(seconds: 1_800_000_000)

    private static func operation(
        _ number: UInt64, _ kind: ProcessorOperation.Kind, _ result: ProcessorOperation.Result,
        original: OperationID? = nil
    ) -> ProcessorOperation {
        ProcessorOperation(
            reference: OperationID(at: time, random: (number, .max - number)), kind: kind, result: result,
            amount: Money(minorUnits: .max - Int64(number), currency: .kwd), original: original, made: time)
    }

    @Test("survives the wire, a full page of the longest lines too", arguments: [0, 1, SandboxList.pageLimit])
    func roundTrip(count: Int) {
        let results: [ProcessorOperation.Result] = [.executed, .pending, .nothing]
        let kinds = ProcessorOperation.Kind.allCases
        let operations = (0..<count).map { number in
            Self.operation(
                UInt64(number), kinds[number % kinds.count], results[number % 3],
                original: number.isMultiple(of: 2) ? OperationID(high: .max, low: 3) : nil)
        }
        for hasMore in [true, false] {
            let bytes = SandboxList.encode(operations, hasMore: hasMore)
            #expect(bytes.count <= SandboxLines.maximumBytes)
            #expect(SandboxList.read(.answered(status: 200, body: bytes)) == .page(operations, hasMore: hasMore))
        }
    }

    @Test("teaches nothing when it is cut off, garbled or silent")
    func broken() {
        let bytes = SandboxList.encode(
            [Self.operation(1, .sale, .executed), Self.operation(2, .refund, .pending)], hasMore: false)
        for count in 0..<bytes.count {
            let found = SandboxList.read(.answered(status: 200, body: Array(bytes[..<count])))
            #expect(found == .unavailable, "\(count) of \(bytes.count) bytes")
        }
        for result: TransportResult in [
            .notSent, .silent(.timedOut), .answered(status: 500, body: bytes), .answered(status: 200, body: [0xFF]),
        ] {
            #expect(SandboxList.read(result) == .unavailable)
        }
    }
}
