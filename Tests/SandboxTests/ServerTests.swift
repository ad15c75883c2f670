import FlorinTesting
import Hummingbird
import Payments
import Ports
import Primitives
import ProcessorKit
import SandboxAcquirer
import SandboxProcessor
import Testing

@testable import florin_sandbox

/// The whole way over a socket: adapter, executor, server, acquirer; only the clock is the test's.
@Suite struct ServerTests {
    /// Serves an acquirer with an in-memory book while `body` runs.
    private func serving(
        silence: Duration = .seconds(30), deadline: Duration = .seconds(5), plan: FaultPlan = .none,
        _ body: @escaping @Sendable (SandboxSubject, SandboxAcquirer, HTTPExecutor, String) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock)
        let line = FaultyAcquirer(acquirer, clock: clock, plan: plan, seed: 7)
        let server = SandboxServer(acquirer: acquirer, line: line, clock: clock, silence: silence)
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = server.application(port: 0) { found.yield($0) }
        let executor = HTTPExecutor()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            let port = await ports.first { _ in true } ?? 0
            let base = "http://127.0.0.1:\(port)"
            let transport = try #require(
                SandboxHTTPTransport(baseURL: base, executor: executor, deadline: deadline))
            let subject = SandboxSubject(transport: transport, clock: clock)
            do {
                try await body(subject, acquirer, executor, base)
            } catch {
                Issue.record(error)
            }
            await executor.shutdown()
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
    }

    // The clock leaps, so silence ends at once with a cut connection here; real silence is the next test.
    @Test(
        "the sandbox over HTTP behaves as a processor has to",
        arguments: ProcessorConformance.all.filter { !$0.name.hasPrefix("silence") && !$0.name.contains(" meets ") })
    func conformance(_ conformance: ProcessorConformance) async throws {
        try await serving { subject, _, _, _ in
            let findings = await conformance.findings(subject)
            #expect(findings.isEmpty)
        }
    }

    @Test("a silence that outlasts the deadline counts as timed out, with and without money")
    func silence() async throws {
        let clock = LeapingClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock)
        let line = FaultyAcquirer(acquirer, clock: clock)
        // A clock that nobody turns: what sleeps on it sleeps until the server stops.
        let server = SandboxServer(acquirer: acquirer, line: line, clock: ManualClock(), silence: .seconds(30))
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = server.application(port: 0) { found.yield($0) }
        let executor = HTTPExecutor()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            let port = await ports.first { _ in true } ?? 0
            func reached(within deadline: Duration) throws -> SandboxSubject {
                let transport = try #require(
                    SandboxHTTPTransport(baseURL: "http://127.0.0.1:\(port)", executor: executor, deadline: deadline))
                return SandboxSubject(transport: transport, clock: clock)
            }
            let subject = try reached(within: .milliseconds(200))
            // Whoever looks up waits for the answer, however busy the machine is.
            let patient = try reached(within: .seconds(30))
            let before = subject.reference()
            #expect(try await subject.authorize("4000009900001101", as: before) == .unknown(.timedOut))
            #expect(await patient.sandbox.lookUp(before) == .notFoundYet)
            let after = subject.reference()
            #expect(try await subject.authorize("4000009900001200", as: after) == .unknown(.timedOut))
            guard case .found(.approved) = await patient.sandbox.lookUp(after) else {
                Issue.record("the money was taken")
                return
            }
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        await executor.shutdown()
    }

    @Test("nobody listening means that nothing was sent")
    func refused() async throws {
        // Port 1 of the loopback address: nothing serves there.
        let executor = HTTPExecutor()
        let transport = try #require(SandboxHTTPTransport(baseURL: "http://127.0.0.1:1", executor: executor))
        let subject = SandboxSubject(transport: transport, clock: LeapingClock())
        #expect(try await subject.authorize("4242424242424242") == .notProcessed(.notSent))
        #expect(await subject.sandbox.lookUp(subject.reference()) == .unavailable)
        await executor.shutdown()
    }

    @Test(
        "only a loopback address is taken",
        arguments: [
            "http://example.com:80", "https://127.0.0.1:80", "http://127.0.0.1", "http://127.0.0.1:0",
            "http://127.0.0.1:80@example.com:80", "http://127.0.0.1:99999", "", "http://127.0.0.1:80/x",
        ])
    func loopbackOnly(_ url: String) async {
        let executor = HTTPExecutor()
        #expect(SandboxHTTPTransport(baseURL: url, executor: executor) == nil)
        await executor.shutdown()
    }

    @Test("a cardholder answers on the page that the charge names")
    func page() async throws {
        try await serving { subject, _, executor, base in
            guard case .requiresAction(let action) = try await subject.authorize("4000002760003184") else {
                Issue.record("no action")
                return
            }
            #expect(action.redirectURL.hasPrefix("\(base)/sandbox/authenticate/"))
            func fetch(_ exchange: HTTPExchange) async -> (Int, String)? {
                guard case .answered(let answer) = await executor.execute(exchange, deadline: .seconds(5)) else {
                    return nil
                }
                return (answer.status, String(decoding: answer.body, as: UTF8.self))
            }
            let page = await fetch(HTTPExchange(method: "GET", url: action.redirectURL))
            #expect(page?.0 == 200)
            #expect(page?.1.contains("10.00 USD") == true)
            let odd = await fetch(HTTPExchange(url: action.redirectURL, body: Array("result=maybe".utf8)))
            #expect(odd?.0 == 400)
            let pass = await fetch(HTTPExchange(url: action.redirectURL, body: Array("result=pass".utf8)))
            #expect(pass?.0 == 200)
            let gone = await fetch(HTTPExchange(method: "GET", url: action.redirectURL))
            #expect(gone?.0 == 404)
            let charge = try await subject.authorize("4000002760003184", authenticated: action.processorReference)
            guard case .approved = charge else {
                Issue.record("not approved: \(charge)")
                return
            }
        }
    }

    @Test("faults are counted and can be switched off while the server runs")
    func faults() async throws {
        try await serving(plan: try FaultPlan(parsing: "error:1")) { subject, _, executor, base in
            #expect(try await subject.authorize("4242424242424242") == .unknown(.serverError))
            let refusal = await executor.execute(
                HTTPExchange(url: base + "/faults", body: Array("rob:1".utf8)), deadline: .seconds(5))
            guard case .answered(let refused) = refusal else {
                Issue.record("no answer")
                return
            }
            #expect(refused.status == 400)
            #expect(String(decoding: refused.body, as: UTF8.self).contains("there is no fault 'rob'"))
            _ = await executor.execute(HTTPExchange(url: base + "/faults"), deadline: .seconds(5))
            guard case .approved = try await subject.authorize("4242424242424242") else {
                Issue.record("the faults are still on")
                return
            }
            let counts = await executor.execute(
                HTTPExchange(method: "GET", url: base + "/faults"), deadline: .seconds(5))
            guard case .answered(let counted) = counts else {
                Issue.record("no answer")
                return
            }
            #expect(String(decoding: counted.body, as: UTF8.self) == "{\"error\":1}\n")
        }
    }

    @Test("a body past the limit is refused and the book is dumped whole, in order")
    func bookDump() async throws {
        try await serving { subject, _, executor, base in
            let long = HTTPExchange(url: base + "/v1/message", body: [UInt8](repeating: 0x61, count: 5_000))
            guard case .answered(let refusal) = await executor.execute(long, deadline: .seconds(5)) else {
                Issue.record("no answer")
                return
            }
            #expect(refusal.status == 413)
            for _ in 0..<1_100 { _ = try await subject.authorize("4242424242424242", usd(1)) }
            let dump = HTTPExchange(method: "GET", url: base + "/book")
            guard case .answered(let answer) = await executor.execute(dump, deadline: .seconds(5)) else {
                Issue.record("no answer")
                return
            }
            let lines = answer.body.split(separator: UInt8(ascii: "\n"))
            #expect(lines.count == 1_100)
            #expect(lines == lines.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }
}
