import AsyncHTTPClient
import HTTPListener
import HTTPSFront
import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@Suite("The HTTPS listener", .timeLimit(.minutes(1)))
struct ListenerTests {
    @Test("answers over HTTP/2 and HTTP/1.1 with request id and date", arguments: [false, true])
    func answers(http1Only: Bool) async throws {
        try await TestServer.run(http1Only: http1Only) { server in
            let answer = try await server.get("/v1/hello?x=1")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"path":"/v1/hello"}"#)
            #expect(answer.headers["request-id"]?.hasPrefix("req_") == true)
            #expect(answer.headers["date"] == "Tue, 21 Jul 2026 05:09:05 GMT")
            #expect(answer.headers["content-type"] == "application/json")
            var post = HTTPClientRequest(url: server.url("/v1/echo"))
            post.method = .POST
            post.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            post.body = .bytes(ByteBuffer(string: "amount=2000"))
            #expect(try await server.send(post).body == #"{"amount":2000}"#)
        }
    }

    @Test("speaks HTTP/2 to a client that offers it")
    func http2() async throws {
        try await TestServer.run { server in
            let response = try await server.client.execute(
                HTTPClientRequest(url: server.url("/v1/hello")), timeout: .seconds(20))
            #expect(response.version == .http2)
            _ = try await response.body.collect(upTo: 1_024)
        }
    }

    @Test("names an unknown URL, a wrong method and a wrong parameter in Stripe's error shape")
    func errors() async throws {
        try await TestServer.run { server in
            let unknown = try await server.get("/v1/foo")
            #expect(unknown.status == 404)
            #expect(unknown.body.contains("Unrecognized request URL (GET: /v1/foo)."))
            #expect(unknown.headers["request-id"] != nil)
            let method = try await server.get("/v1/echo")
            #expect(method.status == 405)
            #expect(method.headers["allow"] == "POST")
            var post = HTTPClientRequest(url: server.url("/v1/echo"))
            post.method = .POST
            post.body = .bytes(ByteBuffer(string: "amount=-5"))
            let refused = try await server.send(post)
            #expect(refused.status == 400)
            #expect(refused.body.contains(#""param":"amount""#))
        }
    }

    @Test("turns an unforeseen error into a 500 that tells nothing")
    func unforeseen() async throws {
        try await TestServer.run { server in
            let answer = try await server.get("/v1/broken")
            #expect(answer.status == 500)
            #expect(answer.body.contains("api_error"))
            #expect(!answer.body.contains("4242"))
        }
    }

    @Test("tells health and readiness apart", arguments: [true, false])
    func health(isReady: Bool) async throws {
        try await TestServer.run(isReady: { isReady }) { server in
            #expect(try await server.get("/healthz").status == 200)
            #expect(try await server.get("/readyz").status == (isReady ? 200 : 503))
            var head = HTTPClientRequest(url: server.url("/healthz"))
            head.method = .HEAD
            let answer = try await server.send(head)
            #expect(answer.status == 200 && answer.body.isEmpty)
        }
    }

    @Test("refuses a body over the limit with 413, announced or not", arguments: [true, false])
    func bodyTooLarge(isAnnounced: Bool) async throws {
        var limits = ListenerLimits()
        limits.bodyBytes = 1_000
        try await TestServer.run(limits: limits, http1Only: true) { server in
            var post = HTTPClientRequest(url: server.url("/v1/echo"))
            post.method = .POST
            let body = ByteBuffer(string: "amount=1&pad=" + String(repeating: "x", count: 1_000))
            post.body = isAnnounced ? .bytes(body) : .stream([body].async(), length: .unknown)
            let answer = try await server.send(post)
            #expect(answer.status == 413)
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test("answers 408 to a body that does not come to its end, and closes")
    func bodyTimeOut() async throws {
        var limits = ListenerLimits()
        limits.bodyTime = .milliseconds(200)
        try await TestServer.run(limits: limits) { server in
            let connection = try await RawConnection.open(port: server.port, tls: server.certificate)
            try await connection.send(
                "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\namount=1")
            let received = try await connection.received.get()
            #expect(received.hasPrefix("HTTP/1.1 408"))
            #expect(received.lowercased().contains("connection: close"))
        }
    }

    @Test("never takes half a body for a whole one")
    func cutBody() async throws {
        let (seen, report) = AsyncStream.makeStream(of: String.self)
        let route = Route(.post, "/v1/cut") { context in
            do {
                _ = try await context.parameters()
                report.yield("accepted")
            } catch {
                report.yield("refused")
                throw error
            }
            return .text(.ok, "")
        }
        try await TestServer.run(routes: [route]) { server in
            let connection = try await RawConnection.open(port: server.port, tls: server.certificate)
            try await connection.send("POST /v1/cut HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\namount=1")
            try await connection.channel.close()
            var iterator = seen.makeAsyncIterator()
            #expect(await iterator.next() == "refused")
        }
    }

    @Test("refuses headers over the limit")
    func largeHeader() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port, tls: server.certificate)
            let pad = String(repeating: "x", count: 20_000)
            try await connection.send("GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nX-Pad: \(pad)\r\n\r\n")
            #expect(try await connection.received.get().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("closes a connection that never begins its handshake")
    func silence() async throws {
        var limits = ListenerLimits()
        limits.handshakeTime = .milliseconds(200)
        limits.idleTime = .seconds(600)
        try await TestServer.run(limits: limits) { server in
            let silent = try await RawConnection.open(port: server.port)
            #expect(try await silent.received.get().isEmpty)
        }
    }

    @Test("closes a connection that idles after its answer")
    func idleness() async throws {
        var limits = ListenerLimits()
        limits.handshakeTime = .seconds(600)
        limits.idleTime = .seconds(3)
        try await TestServer.run(limits: limits) { server in
            let idle = try await RawConnection.open(port: server.port, tls: server.certificate)
            try await idle.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await idle.received.get().hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("closes a connection that sends the head of a request byte by byte, however busy it looks")
    func slowHead() async throws {
        var limits = ListenerLimits()
        limits.headTime = .seconds(1)
        try await TestServer.run(limits: limits) { server in
            let slow = try await RawConnection.open(port: server.port, tls: server.certificate)
            try await slow.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            let drip = slow.channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in
                slow.channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            }
            #expect(try await slow.received.get().isEmpty)
            drip.cancel()
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("the time for a head begins anew with each request, and does not run while one is answered")
    func headTime() async throws {
        var limits = ListenerLimits()
        limits.headTime = .seconds(4)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let slow = Route(.get, "/v1/slow") { context in
            // Longer than the time for a head.
            context.arrival.channel.eventLoop.scheduleTask(in: .milliseconds(4_500)) { release.finish() }
            for await _ in released {}
            return .text(.ok, "slow")
        }
        try await TestServer.run(limits: limits, routes: TestServer.routes + [slow], http1Only: true) { server in
            let slow = try await server.get("/v1/slow")
            let next = try await server.get("/v1/hello")
            #expect(slow.body == "slow" && next.status == 200)
        }
    }

    @Test("closes connections beyond the maximum and serves the ones it has")
    func connectionMaximum() async throws {
        var limits = ListenerLimits()
        limits.connections = 1
        try await TestServer.run(limits: limits, http1Only: true) { server in
            #expect(try await server.get("/healthz").status == 200)  // its connection stays open
            let second = try await RawConnection.open(port: server.port)
            #expect(try await second.received.get().isEmpty)
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("answers new connections with a reloaded certificate, and keeps the old one when the new is unusable")
    func reload() async throws {
        try await TestServer.run(http1Only: true) { server in
            #expect(try await server.get("/healthz").status == 200)
            try server.certificate.issue(commonName: "fresh")
            try server.box.reload()
            let fresh = try TestServer.client(trusting: server.certificate, http1Only: true)
            let answer = await Result {
                try await fresh.execute(HTTPClientRequest(url: server.url("/healthz")), timeout: .seconds(20)).status
                    .code
            }
            let other = try TestCertificate()
            try other.replaceKey(of: server.certificate)
            #expect(throws: (any Error).self) { try server.box.reload() }
            let still = await Result {
                try await fresh.execute(HTTPClientRequest(url: server.url("/healthz")), timeout: .seconds(20)).status
                    .code
            }
            try await fresh.shutdown()
            #expect(try answer.get() == 200)
            #expect(try still.get() == 200)
        }
    }
}
