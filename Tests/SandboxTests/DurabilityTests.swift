import FlorinTesting
import Foundation
import Payments
import Ports
import Primitives
import ProcessorKit
import SandboxAcquirer
import SandboxProcessor
import Testing

@Suite struct DurabilityTests {
    private func directory() throws -> String {
        let path = NSTemporaryDirectory() + "sandbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test("the sandbox with its book on disk behaves as a processor has to", arguments: ProcessorConformance.all)
    func onDisk(_ conformance: ProcessorConformance) async throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let clock = LeapingClock()
        let acquirer = try await SandboxAcquirer.open(path: directory + "/book.sqlite", clock: clock)
        defer { acquirer.close() }
        let transport = InProcessTransport(acquirer: acquirer, clock: clock)
        let findings = await conformance.findings(SandboxSubject(transport: transport, clock: clock))
        #expect(findings.isEmpty)
    }

    @Test("what the process answered is still so after SIGKILL, and is not done again")
    func killed() async throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let executor = HTTPExecutor()
        var known: [(reference: WireReference, outcome: Outcome)] = []
        // The subject's clock only makes names here; the process has the machine's.
        let clock = LeapingClock(Timestamp(seconds: Int64(Date().timeIntervalSince1970)))
        let names = SandboxSubject(transport: SilentTransport(), clock: clock)
        for _ in 0..<3 {
            let process = try SandboxProcess(state: directory)
            let transport = try #require(SandboxHTTPTransport(baseURL: process.baseURL, executor: executor))
            let sandbox = Sandbox(transport: transport)
            for (reference, outcome) in known {
                #expect(await sandbox.lookUp(reference) == .found(outcome))
                #expect(await sandbox.authorize(try charge(reference)) == outcome)
            }
            for _ in 0..<10 {
                let reference = names.reference()
                let outcome = await sandbox.authorize(try charge(reference))
                guard case .approved = outcome else {
                    Issue.record("not approved: \(outcome)")
                    continue
                }
                known.append((reference, outcome))
            }
            process.kill()
        }
        let process = try SandboxProcess(state: directory)
        let totals = HTTPExchange(method: "GET", url: process.baseURL + "/totals?currency=usd")
        guard case .answered(let answer) = await executor.execute(totals, deadline: .seconds(5)) else {
            Issue.record("no totals")
            return
        }
        #expect(String(decoding: answer.body, as: UTF8.self).contains("\"captured\":30000,"))
        #expect(process.stop() == 0)
        await executor.shutdown()
    }

    @Test("a second process over the same book refuses to start")
    func secondProcess() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try SandboxProcess(state: directory)
        #expect(throws: SandboxProcess.NotServing.self) { try SandboxProcess(state: directory) }
        #expect(first.stop() == 0)
    }

    private func charge(_ reference: WireReference) throws -> AuthorizeRequest {
        let card = try #require(credentials("4242424242424242"))
        return AuthorizeRequest(reference: reference, amount: usd(1_000), card: card, capture: true)
    }

    private struct SilentTransport: SandboxTransport {
        func send(_ message: [UInt8]) async -> TransportResult { .notSent }
    }
}

/// The built program, running.
private final class SandboxProcess {
    let baseURL: String
    private let process = Process()

    struct NotServing: Error {}

    init(state: String) throws {
        process.executableURL = SandboxProcess.binary
        process.arguments = ["--state", state, "--port", "0"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw NotServing() }
            line += String(decoding: data, as: UTF8.self)
        }
        guard let start = line.range(of: "\"base_url\":\""), let end = line[start.upperBound...].firstIndex(of: "\"")
        else { throw NotServing() }
        baseURL = String(line[start.upperBound..<end])
    }

    deinit { if process.isRunning { kill() } }

    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -1
    }

    /// Next to the test bundle, where the package's build puts it: the test target depends on it.
    private static var binary: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("florin-sandbox")
    }
}
