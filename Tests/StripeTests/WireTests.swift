import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import StripeProcessor
import Testing

/// The parts of the kit that every adapter stands on.
@Suite struct WireTests {
    @Test(
        "a document is read exactly, or not at all",
        arguments: [
            ("{\"a\":1}", true), (" [ ] ", true), ("\"\\u00e9\\ud83d\\ude00\"", true), ("-0.5e+3", true),
            ("null", true),
            ("", false), ("{\"a\":1,\"a\":2}", false), ("01", false), ("1.", false), ("+1", false), ("[1,]", false),
            ("{\"a\":1}x", false), ("\"\\ud83d\"", false), ("\"\u{1}\"", false), ("nul", false), ("\"abc", false),
            ("{a:1}", false), ("\"\\x\"", false), ("1e", false),
        ])
    func documents(_ text: String, _ isRead: Bool) {
        let value = JSONValue(parsing: Array(text.utf8))
        #expect((value != nil) == isRead)
        if let value { #expect(JSONValue(parsing: value.encoded) == value) }
    }

    @Test("numbers keep every digit, and only integers that fit are integers")
    func numbers() {
        let value = JSONValue(parsing: Array("[9223372036854775807,9223372036854775808,1.0,1e2]".utf8))
        #expect(value?.elements.map(\.integer) == [.max, nil, nil, nil])
        #expect(value?.elements[1] == .number("9223372036854775808"))
    }

    @Test("what is not UTF-8, too deep or too much is refused")
    func limits() {
        #expect(JSONValue(parsing: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")]) == nil)
        #expect(
            JSONValue(parsing: Array((String(repeating: "[", count: 31) + String(repeating: "]", count: 31)).utf8))
                != nil)
        #expect(
            JSONValue(parsing: Array((String(repeating: "[", count: 33) + String(repeating: "]", count: 33)).utf8))
                == nil)
        #expect(JSONValue(parsing: Array(("[" + String(repeating: "0,", count: 50_000) + "0]").utf8)) == nil)
    }

    @Test("noise never traps the reader")
    func noise() {
        var randomness = SeededGenerator(seed: 4_711)
        let alphabet = Array("{}[]\",:\\u0123456789abcdeftrunl -+.\n".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int(randomness.next() % 40)).map { _ in
                alphabet[Int(randomness.next() % UInt64(alphabet.count))]
            }
            if let value = JSONValue(parsing: bytes) { #expect(JSONValue(parsing: value.encoded) == value) }
        }
    }

    @Test("a form is escaped byte by byte, and read back by the other side")
    func forms() {
        var form = FormBody()
        form.field("a[b]", "x&y=z é")
        form.field("n", 7 as Int64)
        form.field("t", true)
        #expect(form.text == "a%5Bb%5D=x%26y%3Dz%20%C3%A9&n=7&t=true")
        let fields = FormFields(parsing: form.bytes)
        #expect(fields["a[b]"] == "x&y=z é" && fields["n"] == "7")
        #expect(fields.map("a").map(\.key) == ["b"])
    }

    @Test("the trace is the operation's, in the form W3C describes")
    func trace() {
        let operation = OperationID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        #expect(
            HTTPWire.traceparent(operation) == "00-0123456789abcdeffedcba9876543210-fedcba9876543210-01")
    }

    @Test("each phase ends in its own time: an answer that trickles, a vendor that thinks too long")
    func phases() async throws {
        var limits = Stage.limits
        limits.body = .milliseconds(300)
        limits.firstByte = .milliseconds(1_500)
        try await Stage.run(limits: limits) { stage in
            for fault in [SimulatedFault.slowBody, .stallBefore, .stallAfter] {
                stage.faults.add(.init(fault, path: "/v1/balance"))
                guard case .unreachable = await stage.stripe.probe() else {
                    Issue.record("\(fault) was not noticed")
                    return
                }
            }
            stage.faults.add(.init(.cutInside, path: "/v1/balance"))
            guard case .unreachable = await stage.stripe.probe() else {
                Issue.record("half an answer was taken for one")
                return
            }
        }
    }

    @Test("one request more than may wait is not sent")
    func full() async throws {
        var limits = Stage.limits
        limits.requests = 0
        try await Stage.run(limits: limits) { stage in
            #expect(await stage.stripe.probe() == .unreachable(NotSentReason.full.rawValue))
        }
    }

    @Test(
        "certificates that are not there are refused by name",
        arguments: [
            ExecutorTLS(authorityFile: "/nowhere/ca.pem"), ExecutorTLS(certificateFile: "/nowhere/c.pem"),
            ExecutorTLS(certificateFile: "/nowhere/c.pem", keyFile: "/nowhere/k.pem"),
        ])
    func certificates(_ tls: ExecutorTLS) {
        #expect(throws: ExecutorSetupError.self) { try HTTPExecutor(tls: tls) }
    }
}
