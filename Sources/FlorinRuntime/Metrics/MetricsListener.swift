import HTTPListener
import HTTPTypes
import HummingbirdCore
import NIOCore
import Observability
import ServiceLifecycle

extension Daemon {
    /// Serves the page for Prometheus over plain HTTP, when a port is configured or systemd passed a socket for it.
    ///
    /// Nobody is asked who he is, so the configuration takes loopback addresses only, unless told otherwise by name.
    func metricsListener(_ socket: CInt?) -> ListenerService? {
        let configured = configuration.metrics
        guard configured.port > 0 || socket != nil else { return nil }
        let address =
            socket.map { ListenerAddress.inherited(descriptor: $0) }
            ?? .tcp(host: configured.address, port: configured.port)
        let page = metrics.page
        var limits = ListenerLimits()
        limits.connections = 16
        limits.requestsInFlight = 4
        limits.bodyBytes = 0
        limits.idleTime = .seconds(120)
        limits.drainTime = .seconds(1)
        return ListenerService(
            name: "metrics", address: address, transport: .plain, limits: limits, logger: logger, now: clock.now
        ) { request, arrival in
            guard case .admitted = arrival.admission else { return Self.answer(.serviceUnavailable, "busy\n") }
            guard request.uri.path == "/metrics" else { return Self.answer(.notFound, "The page is /metrics.\n") }
            guard request.method == .get || request.method == .head else {
                return Self.answer(.methodNotAllowed, "Allowed: GET, HEAD.\n")
            }
            return Response(
                status: .ok, headers: [.contentType: MetricPage.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: await page())))
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .connection: "close"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
