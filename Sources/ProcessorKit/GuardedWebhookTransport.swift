import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
package import Ports
import Primitives
import Synchronization

/// Posts webhooks through ``AddressGuard``: one address, no redirects, a deadline, a bounded answer.
package final class GuardedWebhookTransport: WebhookTransport {
    private let addressGuard: AddressGuard
    private let deadline: Duration
    private let clients = Mutex<[Pin: HTTPClient]>([:])

    private struct Pin: Hashable {
        let host: String
        let address: String
    }

    /// Connections are kept for this many pinned addresses.
    private static let maximumClients = 64
    private static let maximumAnswerBytes = 16 * 1_024

    package init(addressGuard: AddressGuard, deadline: Duration = .seconds(10)) {
        self.addressGuard = addressGuard
        self.deadline = deadline
    }

    package func post(url: String, headers: [(name: String, value: String)], body: [UInt8]) async -> WebhookResult {
        let resolved: GuardedAddress
        do {
            let addressGuard = addressGuard
            resolved = try await NIOThreadPool.singleton.runIfActive { try addressGuard.resolve(url) }
        } catch let refusal as AddressRefusal {
            return .refused(refusal.message)
        } catch {
            return .failed("the daemon is stopping")
        }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        request.headers.add(name: "User-Agent", value: "Florin/1.0 (+webhooks)")
        request.body = .bytes(body)
        return await send(request, through: client(for: resolved))
    }

    private func send(_ request: HTTPClientRequest, through client: HTTPClient) async -> WebhookResult {
        do {
            let response = try await client.execute(
                request, deadline: .now() + .microseconds(deadline.wholeMicroseconds))
            // The answer's body means nothing; reading it lets the connection be used again.
            _ = try? await response.body.collect(upTo: Self.maximumAnswerBytes)
            return .answered(status: Int64(response.status.code))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            return .failed("no answer in time")
        } catch {
            return .failed("the connection failed")
        }
    }

    private func client(for resolved: GuardedAddress) -> HTTPClient {
        let pin = Pin(host: resolved.host, address: resolved.address)
        let (client, dropped) = clients.withLock { clients -> (HTTPClient, [HTTPClient]) in
            if let existing = clients[pin] { return (existing, []) }
            let dropped = clients.count >= Self.maximumClients ? Array(clients.values) : []
            if !dropped.isEmpty { clients.removeAll() }
            let created = makeClient(pin)
            clients[pin] = created
            return (created, dropped)
        }
        for client in dropped { client.shutdown { _ in } }
        return client
    }

    private func makeClient(_ pin: Pin) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(3)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        configuration.dnsOverride = [pin.host: pin.address]
        return HTTPClient(eventLoopGroup: HTTPExecutor.oneLoop(), configuration: configuration)
    }

    /// Closes all connections.
    package func shutdown() async {
        let all = clients.withLock { clients in
            defer { clients.removeAll() }
            return Array(clients.values)
        }
        for client in all { try? await client.shutdown() }
    }
}
