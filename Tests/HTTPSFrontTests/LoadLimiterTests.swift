import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPListener
@testable import HTTPSFront

@Suite("How much work is let in", .timeLimit(.minutes(1)))
struct LoadLimiterTests {
    private func limits(_ inFlight: Int, _ atWork: Int, _ waiting: Int) -> ChangeLimits {
        var limits = ChangeLimits()
        (limits.inFlight, limits.atWork, limits.waitingWrites) = (inFlight, atWork, waiting)
        return limits
    }

    @Test(
        "there is room until one of the three limits is reached",
        arguments: [
            // inFlight, atWork, waiting writes allowed; in flight, of these at processors, waiting writes; room?
            ((10, 5, 100), (4, 0, 0), true), ((10, 5, 100), (5, 0, 0), false), ((10, 5, 100), (9, 5, 0), true),
            ((10, 5, 100), (9, 4, 0), false), ((10, 5, 100), (10, 10, 0), false), ((10, 5, 100), (0, 0, 99), true),
            ((10, 5, 100), (0, 0, 100), false),
        ])
    func room(allowed: (Int, Int, Int), now: (Int, Int, Int), hasRoom: Bool) throws {
        let waiting = Mutex((processors: 0, writes: 0))
        let limiter = LoadLimiter(
            limits: limits(allowed.0, allowed.1, allowed.2),
            awaitingOthers: { waiting.withLock(\.processors) }, waitingWrites: { waiting.withLock(\.writes) })
        waiting.withLock { $0.processors = now.0 }  // so that all may enter
        for _ in 0..<now.0 { try limiter.enter() }
        waiting.withLock { $0 = (now.1, now.2) }
        let mayLook = Result { () throws(APIError) in try limiter.look() }
        let mayEnter = Result { () throws(APIError) in try limiter.enter() }
        if case .success = mayLook { #expect(hasRoom) } else { #expect(!hasRoom) }
        if case .success = mayEnter { #expect(hasRoom) } else { #expect(!hasRoom) }
        #expect(limiter.changesInFlight == now.0 + (hasRoom ? 1 : 0))
        #expect(limiter.shed == (hasRoom ? 0 : 2))
    }

    @Test("a place that is given back is free again")
    func again() throws {
        let limiter = LoadLimiter(limits: limits(1, 1, 1))
        try limiter.enter()
        let second = Result { () throws(APIError) in try limiter.enter() }
        guard case .failure = second else { Issue.record("two had one place"); return }
        limiter.leave()
        try limiter.enter()
    }

    @Test("when it is full, changes are told to come back before they are read, while reads and health go on")
    func doors() async throws {
        let limiter = LoadLimiter(limits: limits(1, 1, 100))
        try limiter.enter()
        try await TestServer.run(limiter: limiter) { server in
            var request = HTTPClientRequest(url: server.url("/v1/echo"))
            request.method = .POST
            // Never valid: it would be 400, had it been read.
            request.body = .bytes(ByteBuffer(string: "amount=nothing"))
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            let refused = try await server.send(request)
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "1")
            #expect(refused.body.contains(#""code":"overloaded""#) && refused.body.contains(#""type":"api_error""#))
            for path in ["/v1/hello", "/healthz", "/readyz"] {
                #expect(try await server.get(path).status == 200, "\(path)")
            }
            limiter.leave()
            #expect(try await server.send(request).status == 400)
        }
    }

    @Test("the limits leave room for reads below the listener's own")
    func roomForReads() {
        #expect(ChangeLimits().inFlight < ListenerLimits().requestsInFlight)
        #expect(ChangeLimits().atWork <= ChangeLimits().inFlight)
    }
}
