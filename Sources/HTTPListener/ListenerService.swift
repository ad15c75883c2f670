import HTTPTypes
package import HummingbirdCore
import HummingbirdHTTP2
import Instruments
package import Logging
package import NIOCore
package import NIOPosix
import NIOSSL
package import Primitives
import ServiceLifecycle

/// Answers one request. Called for refused ones too, see ``RequestArrival/admission``.
package typealias ListenerResponder = @Sendable (Request, RequestArrival) async -> Response

/// Takes connections on one address and answers their requests: HTTP/1.1 and HTTP/2 over TLS, or plain HTTP/1.1.
///
/// Each connection's tasks run on its event loop, so a responder must not block. `Date` is added to every answer.
/// A graceful shutdown accepts no further connection, answers those that were accepted and have not asked yet (bounded by
/// ``ListenerLimits/firstRequestTime``), closes the listening socket, lets requests in flight finish (bounded by
/// ``ListenerLimits/drainTime``) while new ones on open connections arrive as `.stopping`, and only then closes the
/// connections, so that no answer is lost.
package final class ListenerService: Service {
    /// What lies between the socket and HTTP.
    package enum Transport: Sendable {
        /// Only for Unix sockets and tests.
        case plain
        case tls(CertificateBox)
    }

    /// For log lines and errors: "https", "admin".
    package let name: String
    let address: ListenerAddress
    let transport: Transport
    let limits: ListenerLimits
    let group: MultiThreadedEventLoopGroup
    let logger: Logger
    let onListening: @Sendable (SocketAddress) async -> Void
    let respond: ListenerResponder
    let now: @Sendable () -> Timestamp

    /// What became of connections, for metrics.
    package let meter = ListenerMeter()
    let gate: RequestGate
    let connections: ConnectionRegistry
    let date = HTTPDate()

    /// - Parameters:
    ///   - seats: how connections are shared out; nil to let everybody in up to the limit. Only with `.plain`.
    ///   - now: the time of day.
    ///   - onListening: called once, when connections are accepted, with the address that was bound.
    package init(
        name: String, address: ListenerAddress, transport: Transport, limits: ListenerLimits = ListenerLimits(),
        seats: ConnectionSeats? = nil, group: MultiThreadedEventLoopGroup = .singleton, logger: Logger,
        now: @escaping @Sendable () -> Timestamp,
        onListening: @escaping @Sendable (SocketAddress) async -> Void = { _ in },
        respond: @escaping ListenerResponder
    ) {
        self.name = name
        self.address = address
        self.transport = transport
        self.limits = limits
        self.group = group
        self.logger = logger
        self.now = now
        self.onListening = onListening
        self.respond = respond
        gate = RequestGate(limit: limits.requestsInFlight, aside: limits.pausedRefusals)
        connections = ConnectionRegistry(limit: limits.connections, seats: seats)
    }

    /// Changes how many connections and requests there may be; nothing that is there is cut off.
    package func change(connections: Int, requestsInFlight: Int) {
        self.connections.setLimit(connections)
        gate.setLimit(requestsInFlight)
    }

    /// Requests being worked on, for metrics and status.
    package var requestsInFlight: Int { gate.inFlight }
    /// Open connections, for metrics and status.
    package var openConnections: Int { connections.count }

    /// Listens until the service group shuts down.
    /// - Throws: when the address cannot be bound or the certificate cannot be used.
    package func run() async throws {
        switch transport {
        case .plain:
            try await serve(HTTP1Channel(responder: answer, configuration: connectionConfiguration), isTLS: false)
        case .tls(let certificate):
            let configuration = HTTP2ChannelConfiguration(
                idleTimeout: limits.idleTime, gracefulCloseTimeout: limits.closeTime,
                streamConfiguration: connectionConfiguration)
            let channel = try HTTP2UpgradeChannel(
                tlsConfiguration: certificate.serverConfiguration(), configuration: configuration, responder: answer)
            try await serve(channel, isTLS: true)
        }
    }

    private var connectionConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: limits.idleTime.timeAmount,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerListBytes,
                maxHeaderFieldCount: limits.headerFieldCount))
    }

    /// One request from head to written answer. `@concurrent` as Hummingbird's responder is; the connection's task
    /// prefers its event loop, so it still runs there.
    @concurrent private func answer(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let admission = gate.enter()
        defer { gate.leave() }
        if case .overloaded = admission { meter.overloaded.increment() }
        let time = now()
        // Over HTTP/2 many requests share a connection, and its idle time does what the guard does.
        HeadGuard.current?.headArrived()
        let arrival = RequestArrival(
            channel: channel, admission: admission, receivedAt: time, limits: limits, gate: gate)
        var response = await respond(request, arrival)
        response.headers[.date] = date.text(at: time)
        if request.method == .head { response = response.createHeadResponse() }
        let closes = response.headers[.connection] != nil
        if closes, arrival.isStream { response.headers[.connection] = nil }  // not a header of HTTP/2
        try await writer.write(response: response.head, body: response.body)
        if !arrival.isStream { HeadGuard.current?.answered() }
        if closes, !arrival.isStream { closeSoon(channel) }
    }

    /// Gives the client a moment to read the answer: closing at once, with bytes of the client unread, would reset the
    /// connection and lose it.
    private func closeSoon(_ channel: any Channel) {
        channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }
}
