import Glibc
import Instruments
import Logging
import Observability
import Primitives
import Testing

private enum PaymentKind: IdentifierKind { static var prefix: String { "pi" } }

@Suite("Lines of the log")
struct LogTests {
    private let id = Identifier<PaymentKind>(high: 1, low: 2)

    private struct Foreign: Error { let secret = "4242424242424242" }

    private func line(_ message: String, _ fields: [(name: String, value: String)] = []) -> LogLine {
        LogLine(time: 1_795_253_349_123_456, level: .warning, label: "florind", message: message, fields: fields)
    }

    private func text(_ format: LogFormat, _ line: LogLine, isColoured: Bool = false) -> String {
        String(decoding: format.bytes(line, isColoured: isColoured), as: UTF8.self)
    }

    @Test("an identifier in a report is in the text and a field of its own")
    func identifiers() {
        let report: Report = "\(id) was \("status", 402), \("tries", 3) tries"
        #expect(report.text == "\(id.text) was 402, 3 tries")
        #expect(report.fields.map(\.name) == ["payment", "status", "tries"])
        #expect(report.fields.map(\.value) == [id.text, "402", "3"])
    }

    @Test("of a foreign error only the type is told: its text may quote what a caller sent")
    func foreignErrors() {
        let report: Report = "failed: \(Foreign())"
        #expect(report.text == "failed: Foreign")
    }

    @Test("a line for people has time, level, words and fields")
    func people() {
        #expect(
            text(.text, line("it broke", [("status", "5"), ("payment", "pi_1")]))
                == "2026-11-21T09:29:09.123Z warning it broke payment=pi_1 status=5\n")
        #expect(text(.text, line("x"), isColoured: true).contains("\u{1B}[33mwarning\u{1B}[0m"))
    }

    @Test(
        "no format lets a value begin a line of its own or steer a terminal",
        arguments: [LogFormat.text, .json])
    func oneLine(format: LogFormat) {
        let bytes = format.bytes(line("a\nb\u{1B}[31m", [("x", "c\r\nd\u{7F}")]))
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 1 && bytes.last == UInt8(ascii: "\n"))
        #expect(!bytes.contains(0x1B) && !bytes.contains(0x7F) && !bytes.contains(0x0D))
    }

    @Test("JSON is escaped, and no field replaces the time or the level")
    func json() {
        #expect(
            text(.json, line("say \"no\"\t\\", [("level", "fake")]))
                == #"{"time":"2026-11-21T09:29:09.123Z","level":"warning","logger":"florind","#
                + #""message":"say \"no\"\u0009\\","_level":"fake"}"# + "\n")
    }

    @Test("the journal gets fields of its own, and a value with a line break goes with its length")
    func journal() {
        let bytes = LogFormat.journal.bytes(line("hi", [("payment-id", "pi_1"), ("two", "a\nb")]))
        let start = "MESSAGE=hi\nPRIORITY=4\nSYSLOG_IDENTIFIER=florind\nFLORIN_LOGGER=florind\nFLORIN_PAYMENT_ID=pi_1\n"
        #expect(
            bytes == Array(start.utf8) + Array("FLORIN_TWO\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("a\nb\n".utf8))
    }

    @Test("what is too long is cut", arguments: LogFormat.allCases)
    func bounded(format: LogFormat) {
        let long = String(repeating: "x", count: LogFormat.longest * 3)
        let fields = (0..<100).map { (name: "f\($0)", value: long) }
        #expect(format.bytes(line(long, fields)).count < LogFormat.longest * 36)
    }

    @Test("the journal is told apart by device and inode")
    func journalStream() throws {
        var facts = stat()
        try #require(fstat(STDERR_FILENO, &facts) == 0)
        #expect(LogFormat.isJournal(STDERR_FILENO, stream: "\(facts.st_dev):\(facts.st_ino)"))
        for other in ["\(facts.st_dev):\(facts.st_ino + 1)", "", "1", "x:y", "1:2:3"] {
            #expect(!LogFormat.isJournal(STDERR_FILENO, stream: other))
        }
    }

    @Test("a level that is changed holds for every copy of a logger")
    func level() throws {
        let pipe = try Pipe()
        let output = LogOutput(
            level: .warning, format: .text, sink: LogSink(.descriptor(pipe.input)), isColoured: false)
        let logger = output.logger("test")
        logger.say(.info, "hidden")
        output.level = .info
        logger.say(.info, "shown")
        output.sink.flush(withinMilliseconds: 10_000)
        let text = pipe.read()
        #expect(text.hasSuffix("info shown\n") && !text.contains("hidden"))
    }
}

@Suite("Where lines go")
struct LogSinkTests {
    @Test("lines arrive whole and in order")
    func order() throws {
        let pipe = try Pipe()
        let sink = LogSink(.descriptor(pipe.input))
        for number in 0..<200 { sink.write(Array("line \(number)\n".utf8)) }
        #expect(sink.flush(withinMilliseconds: 10_000))
        #expect(pipe.read() == (0..<200).map { "line \($0)\n" }.joined())
        #expect(sink.written.value == 200 && sink.dropped.value == 0)
    }

    @Test("a reader that is stuck holds nobody up: what does not fit is dropped and counted")
    func stuck() throws {
        let pipe = try Pipe()
        let sink = LogSink(.descriptor(pipe.input), byteLimit: 4_096)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1_023) + [UInt8(ascii: "\n")]
        // A pipe holds 64 KiB: far fewer lines than these fit into pipe and queue.
        for _ in 0..<1_000 { sink.write(line) }
        #expect(sink.dropped.value >= 1_000 - 64 - 8)
        #expect(sink.dropped.value < 1_000)
        pipe.hangUp()  // Ends the blocked write.
        sink.flush(withinMilliseconds: 10_000)
    }

    @Test("each line is a datagram of its own")
    func datagrams() throws {
        let receiver = try DatagramReceiver()
        let sink = LogSink(.datagrams(path: receiver.path))
        sink.write(Array("MESSAGE=one\n".utf8))
        sink.write(Array("MESSAGE=two\n".utf8))
        sink.flush(withinMilliseconds: 10_000)
        #expect(receiver.next() == "MESSAGE=one\n")
        #expect(receiver.next() == "MESSAGE=two\n")
    }

    @Test("a journal that is not there costs lines, not the daemon")
    func missing() {
        let sink = LogSink(.datagrams(path: "/nonexistent/journal"))
        sink.write(Array("x\n".utf8))
        sink.flush(withinMilliseconds: 10_000)
        #expect(sink.dropped.value == 1)
    }
}

/// A pipe whose reader may be slow.
private final class Pipe {
    let input: CInt
    private var output: CInt

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (output, input) = (ends[0], ends[1])
    }

    deinit {
        close(input)
        hangUp()
    }

    func hangUp() {
        if output >= 0 { close(output) }
        output = -1
    }

    /// What lies in it.
    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        let count = Glibc.read(output, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

/// Stands for the journal.
private final class DatagramReceiver {
    let path: String
    private let descriptor: CInt
    private let folder: String

    init() throws {
        var template = Array("/tmp/florin-log-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        path = folder + "/journal"
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
        rmdir(folder)
    }

    func next() -> String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
