import Hummingbird
import Logging
import NIOCore
import Payments
import ProcessorKit
import Testing

@testable import florin_sandbox

/// The executor against a server that answers badly.
@Suite struct ExecutorTests {
    private func serving(
        maximumBodyBytes: Int = 1_000,
        _ body: @escaping @Sendable (HTTPExecutor, String) async throws -> Void
    ) async throws {
        let router = Router(context: ConnectionContext.self)
        router.post("/echo") { request, _ in
            Response(
                status: .ok, headers: [.contentType: "x/y"],
                body: .init(byteBuffer: try await request.body.collect(upTo: 100)))
        }
        router.get("/redirect") { _, _ in Response(status: .found, headers: [.location: "/echo"]) }
        router.get("/large") { _, _ in
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 0x61, count: 1_001)))
        }
        router.get("/cut") { _, context in
            context.channel.close(promise: nil)
            return Response(status: .ok)
        }
        router.get("/half") { _, context in
            Response(
                status: .ok,
                body: .init(contentLength: 100) { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    context.channel.close(promise: nil)
                })
        }
        router.get("/never") { _, _ in
            try await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: logger)
        var limits = ExecutorLimits()
        limits.answerBytes = maximumBodyBytes
        let executor = HTTPExecutor(limits: limits)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            let port = await ports.first { _ in true } ?? 0
            do {
                try await body(executor, "http://127.0.0.1:\(port)")
            } catch {
                Issue.record(error)
            }
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        await executor.shutdown()
    }

    @Test("a whole answer comes back with status, headers and body")
    func answered() async throws {
        try await serving { executor, base in
            let exchange = HTTPExchange(url: base + "/echo", body: Array("hello".utf8))
            guard case .answered(let answer) = await executor.execute(exchange, deadline: .seconds(5)) else {
                Issue.record("no answer")
                return
            }
            #expect(answer.status == 200)
            #expect(answer.header("Content-TYPE") == "x/y")
            #expect(answer.body == Array("hello".utf8))
        }
    }

    @Test("a redirect is an answer like any other and is not followed")
    func redirect() async throws {
        try await serving { executor, base in
            let exchange = HTTPExchange(method: "GET", url: base + "/redirect")
            guard case .answered(let answer) = await executor.execute(exchange, deadline: .seconds(5)) else {
                Issue.record("no answer")
                return
            }
            #expect(answer.status == 302)
        }
    }

    @Test(
        "after the request has left, everything but a whole answer is unknown",
        arguments: [
            ("/large", UnknownReason.contractViolation), ("/cut", .connectionCut), ("/half", .connectionCut),
            ("/never", .timedOut),
        ])
    func unknown(_ path: String, _ expected: UnknownReason) async throws {
        try await serving { executor, base in
            let exchange = HTTPExchange(method: "GET", url: base + path)
            let deadline = expected == .timedOut ? Duration.milliseconds(200) : .seconds(5)
            guard case .unknown(let reason, sent: .all) = await executor.execute(exchange, deadline: deadline) else {
                Issue.record("not unknown")
                return
            }
            #expect(reason == expected)
        }
    }

    @Test(
        "a request that cannot leave was not sent",
        arguments: ["http://127.0.0.1:1/", "not a url", "ftp://127.0.0.1/", "http://127.0.0.1:0/"])
    func notSent(_ url: String) async throws {
        let executor = HTTPExecutor()
        guard case .notSent = await executor.execute(HTTPExchange(url: url), deadline: .seconds(5)) else {
            Issue.record("it was sent")
            return
        }
        await executor.shutdown()
        // Nor does anything leave once the executor is closed.
        guard case .notSent = await executor.execute(HTTPExchange(url: url), deadline: .seconds(5)) else {
            Issue.record("it was sent")
            return
        }
    }
}
