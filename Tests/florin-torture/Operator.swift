import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Looks at the daemon through its admin socket.
final class Operator: Sendable {
    private let socket: String
    private let http: HTTPClient

    init(socket: String) {
        self.socket = socket
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(2)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// As ``Gateway``'s.
    deinit { http.shutdown { _ in } }

    func shutdown() async { try? await http.shutdown() }

    struct Status: Sendable {
        let open: Int64
        let unknown: Int64
        let conflicts: Int64
        let pendingDeliveries: Int64
    }

    func status() async -> Status? {
        guard let json = await get("/v1/status"), let open = json["operations"]["open"].integer else { return nil }
        return Status(
            open: open, unknown: json["operations"]["unknown"].integer ?? 0,
            conflicts: json["operations"]["conflicts"].integer ?? 0,
            pendingDeliveries: json["deliveries"]["pending"].integer ?? 0)
    }

    /// - Returns: what the daemon's own check of its book found wrong; nil when it could not be asked.
    func verify() async -> [String]? {
        guard let json = await get("/v1/ledger/verification"), json["postings"].integer != nil else { return nil }
        return json["problems"].items.compactMap(\.text)
    }

    /// Open operations, as lines for people.
    func unknown() async -> [String] {
        await get("/v1/unknown")?["items"].items.map { item in
            "\(item["id"].text ?? "?") \(item["purpose"].text ?? "?") of \(item["subject"].text ?? "?"): "
                + "\(item["conflict"].text ?? item["unknown"].text ?? "sent"), asked \(item["lookups"].integer ?? 0) times"
        } ?? []
    }

    private func get(_ path: String) async -> JSON? {
        var request = HTTPClientRequest(
            url:
                "http+unix://\(socket.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F"))\(path)"
        )
        request.headers.add(name: "Host", value: "localhost")
        guard let response = try? await http.execute(request, deadline: .now() + .seconds(30)),
            response.status == .ok, let body = try? await response.body.collect(upTo: 16 << 20)
        else { return nil }
        return JSON(Array(body.readableBytesView))
    }
}
