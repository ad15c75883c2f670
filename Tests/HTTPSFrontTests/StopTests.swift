import AsyncHTTPClient
import HTTPSFront
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPListener

@Suite("Overload and stop", .timeLimit(.minutes(1)))
struct StopTests {
    /// A route that waits until the test lets it go.
    private final class Held: Sendable {
        let started: AsyncStream<Void>
        private let startedInput: AsyncStream<Void>.Continuation
        private let released: AsyncStream<Void>
        private let release: AsyncStream<Void>.Continuation

        init() {
            (started, startedInput) = AsyncStream.makeStream()
            (released, release) = AsyncStream.makeStream()
        }

        func letGo() { release.finish() }
        var route: Route {
            Route(.get, "/v1/held") { [self] _ in
                startedInput.yield()
                for await _ in released {}
                return .text(.ok, "done")
            }
        }
    }

    @Test("answers 503 with Retry-After beyond the maximum of requests, but still says that it is alive")
    func overload() async throws {
        let held = Held()
        var limits = ListenerLimits()
        limits.requestsInFlight = 1
        try await TestServer.run(limits: limits, routes: TestServer.routes + [held.route]) { server in
            async let first = server.get("/v1/held")
            var started = held.started.makeAsyncIterator()
            await started.next()
            let refused = try await server.get("/v1/hello")
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "1")
            #expect(refused.body.contains(#""code":"overloaded""#))
            #expect(try await server.get("/healthz").status == 200)
            held.letGo()
            #expect(try await first.body == "done")
            #expect(try await server.get("/v1/hello").status == 200)
        }
    }

    @Test("a refusal that waits to be sent leaves its place to others, and does not keep a stop from ending")
    func pausedRefusal() async throws {
        let held = Held()
        var limits = ListenerLimits()
        limits.requestsInFlight = 1
        limits.refusalPause = .seconds(3_600)
        limits.drainTime = .milliseconds(100)
        limits.closeTime = .milliseconds(100)
        try await TestServer.run(limits: limits, routes: TestServer.routes + [held.route]) { server in
            async let first = server.get("/v1/held")
            var started = held.started.makeAsyncIterator()
            await started.next()
            let refused = Task { try await server.get("/v1/hello") }
            while server.requestsInFlight < 2 { try await Task.sleep(for: .milliseconds(1)) }
            held.letGo()
            let answer = try await first
            #expect(answer.body == "done")
            // The refusal has no answer yet, and no place either.
            #expect(server.requestsInFlight == 1)
            let next = try await server.get("/v1/hello")
            #expect(next.status == 200)
            server.stop()
            _ = await refused.result
        }
    }

    @Test("refusals wait up to a number, count until they are answered, and none waits once the listener stops")
    func aside() async {
        let gate = RequestGate(limit: 2, aside: 1)
        for _ in 0..<3 { _ = gate.enter() }
        #expect(gate.setAside())
        #expect(!gate.setAside(), "one waits already")
        gate.leave()
        gate.leave()
        #expect(gate.inFlight == 1)
        let admission = gate.enter()
        guard case .admitted = admission else {
            Issue.record("the one that waits took a place")
            return
        }
        gate.leave()
        gate.close()
        async let drained: Void = gate.drained()
        gate.takeBack()
        #expect(!gate.setAside(), "the listener stops")
        gate.leave()
        await drained
    }

    @Test("a stop lets a request in flight finish and refuses new ones on open connections", arguments: [false, true])
    func drain(http1Only: Bool) async throws {
        let held = Held()
        try await TestServer.run(routes: TestServer.routes + [held.route], http1Only: http1Only) { server in
            // With HTTP/1.1 the second connection has to be open before the stop.
            let other = try await RawConnection.open(port: server.port, tls: server.certificate)
            try await other.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async let first = server.get("/v1/held")
            var started = held.started.makeAsyncIterator()
            await started.next()
            server.stop()
            while try await connects(to: server.port) {}  // until the listening socket is closed
            try await other.send("GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let received = try await other.received.get()
            #expect(received.contains("HTTP/1.1 200"))
            #expect(received.contains("HTTP/1.1 503"))
            #expect(received.contains("stopping"))
            held.letGo()
            #expect(try await first.body == "done")
        }
    }

    @Test("a stop does not wait longer than it may for a request that never ends, nor for a silent connection")
    func boundedDrain() async throws {
        let held = Held()
        var limits = ListenerLimits()
        limits.drainTime = .milliseconds(100)
        limits.closeTime = .milliseconds(100)
        limits.firstRequestTime = .milliseconds(100)
        limits.handshakeTime = .seconds(600)
        let clock = ContinuousClock()
        let start = clock.now
        try await TestServer.run(limits: limits, routes: [held.route]) { server in
            let silent = try await RawConnection.open(port: server.port)
            async let first = server.get("/v1/held")
            var started = held.started.makeAsyncIterator()
            await started.next()
            server.stop()
            #expect(try await silent.received.get().isEmpty)
            _ = try? await first
            held.letGo()
        }
        #expect(clock.now - start < .seconds(20))
    }

    @Test("a stop answers whoever had connected before it and asks only then", arguments: [false, true])
    func newcomer(isGreeted: Bool) async throws {
        var limits = ListenerLimits()
        limits.firstRequestTime = .seconds(600)
        limits.handshakeTime = .seconds(600)
        try await TestServer.run(limits: limits) { server in
            let other = try await RawConnection.open(port: server.port, tls: isGreeted ? server.certificate : nil)
            while server.service.openConnections < 1 { try await Task.sleep(for: .milliseconds(1)) }
            server.stop()
            while !server.service.connections.isWaitingForSilent { try await Task.sleep(for: .milliseconds(1)) }
            if !isGreeted { try await other.greet(server.certificate) }
            try await other.send("GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await other.received.get().hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a stop does not wait for connections that have asked before, nor for one that leaves without a question")
    func quiet() async throws {
        var limits = ListenerLimits()
        limits.firstRequestTime = .seconds(600)
        limits.handshakeTime = .seconds(600)
        try await TestServer.run(limits: limits) { server in
            _ = try await server.get("/v1/hello")  // stays open
            let gone = try await RawConnection.open(port: server.port)
            while server.service.openConnections < 2 { try await Task.sleep(for: .milliseconds(1)) }
            server.stop()
            while !server.service.connections.isWaitingForSilent { try await Task.sleep(for: .milliseconds(1)) }
            try await gone.channel.close()
        }
    }

    private func connects(to port: Int) async throws -> Bool {
        guard let connection = try? await RawConnection.open(port: port) else { return false }
        try? await connection.channel.close()
        return true
    }
}
