import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Takes webhooks, notes what came with which number, and sometimes fails on purpose: with a 500, late, never, or by
/// hanging up. Only what it answered 200 counts as received.
final class Receiver: Sendable {
    private struct State {
        var dice: Dice
        var isPatient = false
        /// Events by endpoint and sequence number.
        var received: [String: [Int64: String]] = [:]
        var attempts: [String: Int] = [:]
    }
    private let state: Mutex<State>
    private let findings: Findings
    private let channel = Mutex<(any Channel)?>(nil)

    init(seed: UInt64, findings: Findings) {
        state = Mutex(State(dice: Dice(seed: seed, stream: 1_000_001)))
        self.findings = findings
    }

    /// - Returns: the port.
    func start() async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.channel.withLock { $0 = channel }
        return channel.localAddress?.port ?? 0
    }

    func stop() async { try? await channel.withLock { $0 }?.close() }

    /// From now on it fails no more.
    func bePatient() { state.withLock { $0.isPatient = true } }

    /// Sequence numbers and events that were taken, by endpoint.
    var received: [String: [Int64: String]] { state.withLock { $0.received } }

    fileprivate enum Reaction {
        case accept, fail, never, hangUp
        case acceptLate(TimeAmount)
    }

    fileprivate func take(_ head: HTTPRequestHead, _ body: [UInt8]) -> Reaction {
        guard let endpoint = head.headers.first(name: "Florin-Endpoint"),
            let event = head.headers.first(name: "webhook-id"),
            let sequence = head.headers.first(name: "Florin-Sequence").flatMap({ Int64($0) }),
            head.headers.contains(name: "Stripe-Signature"), JSON(body)["id"].text == event
        else {
            findings.report("a webhook came without its headers, or with another event inside: \(head.uri)")
            return .fail
        }
        return state.withLock { state in
            let attempt = state.attempts["\(endpoint) \(sequence)", default: 0]
            state.attempts["\(endpoint) \(sequence)"] = attempt + 1
            // A second failure in a row would mean half a minute's wait at the end of a short run.
            let reaction = state.isPatient || attempt > 0 ? Reaction.accept : react(&state.dice)
            switch reaction {
            case .fail, .never, .hangUp: findings.count("webhooks failed on purpose")
            case .accept, .acceptLate: note(endpoint, sequence, event, &state)
            }
            return reaction
        }
    }

    private func react(_ dice: inout Dice) -> Reaction {
        switch dice.number(0...999) {
        case 0..<50: .fail
        case 50..<60: .hangUp
        case 60..<75: .acceptLate(.milliseconds(dice.number(50...2_000)))
        case 75..<77: .never
        default: .accept
        }
    }

    private func note(_ endpoint: String, _ sequence: Int64, _ event: String, _ state: inout State) {
        findings.count("webhooks received")
        if let earlier = state.received[endpoint]?[sequence] {
            findings.count("webhooks received again")
            if earlier != event {
                findings.report("number \(sequence) of \(endpoint) stood for \(earlier), then for \(event)")
            }
        }
        state.received[endpoint, default: [:]][sequence] = event
    }
}

private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let receiver: Receiver
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(receiver: Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let part): body += part.readableBytesView
        case .end:
            guard let head else { return }
            switch receiver.take(head, body) {
            case .accept: answer(context, .ok)
            case .fail: answer(context, .internalServerError)
            case .hangUp: context.close(promise: nil)
            case .never: break
            case .acceptLate(let time):
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
                context.eventLoop.scheduleTask(in: time) { handler.value.answer(bound.value, .ok) }
            }
        }
    }

    private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
