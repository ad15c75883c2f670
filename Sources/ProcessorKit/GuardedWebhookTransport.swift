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
        let client: HTTPClient
        do { client = try await self.client(for: url) } catch { return .init(error) }
        do {
            let response = try await client.execute(
                Self.request(url, headers, body, agent: "webhooks"),
                deadline: .now() + .microseconds(deadline.wholeMicroseconds))
            // The answer's body means nothing; reading it lets the connection be used again.
            _ = try? await response.body.collect(upTo: Self.maximumAnswerBytes)
            return .answered(status: Int64(response.status.code))
        } catch {
            return .failed(Self.words(for: error))
        }
    }

    private static func request(
        _ url: String, _ headers: [(name: String, value: String)], _ body: [UInt8], agent: StaticString
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        request.headers.add(name: "User-Agent", value: "Florin/1.0 (+\(agent))")
        request.body = .bytes(body)
        return request
    }

    private static func words(for error: any Error) -> String {
        switch error as? HTTPClientError {
        case .deadlineExceeded?, .connectTimeout?: "no answer in time"
        default: "the connection failed"
        }
    }

    /// Why an address cannot be reached at all.
    fileprivate enum Unreachable: Error {
        case refused(String)
        case stopping
    }

    private func client(for url: String) async throws(Unreachable) -> HTTPClient {
        let addressGuard = addressGuard
        do {
            return client(for: try await NIOThreadPool.singleton.runIfActive { try addressGuard.resolve(url) })
        } catch let refusal as AddressRefusal {
            throw .refused(refusal.message)
        } catch {
            throw .stopping
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

extension GuardedWebhookTransport: CallbackTransport {
    /// The deadline holds from the resolution of the name to the last byte of the answer.
    package func ask(
        url: String, headers: [(name: String, value: String)], body: [UInt8], deadline: Duration, maximumBytes: Int
    ) async -> CallbackResult {
        await answer(to: Self.request(url, headers, body, agent: "callbacks"), deadline, maximumBytes)
    }

    package func fetch(url: String, deadline: Duration, maximumBytes: Int) async -> CallbackResult {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: "Florin/1.0 (+callbacks)")
        return await answer(to: request, deadline, maximumBytes)
    }

    private func answer(
        to request: HTTPClientRequest, _ deadline: Duration, _ maximumBytes: Int
    ) async -> CallbackResult {
        let end = NIODeadline.now() + .microseconds(deadline.wholeMicroseconds)
        let client: HTTPClient
        do { client = try await self.client(for: request.url) } catch { return .init(error) }
        do {
            return try await withThrowingTaskGroup(of: CallbackResult.self) { group in
                group.addTask {
                    let response = try await client.execute(request, deadline: end)
                    let answer = try await response.body.collect(upTo: maximumBytes)
                    return .answered(status: Int64(response.status.code), body: Array(answer.readableBytesView))
                }
                // A body that drips is no answer either.
                group.addTask {
                    try await Task.sleep(for: .nanoseconds((end - .now()).nanoseconds))
                    return .failed("no answer in time")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .failed("no answer in time")
            }
        } catch {
            return .failed(Self.words(for: error))
        }
    }
}

extension WebhookResult {
    fileprivate init(_ error: GuardedWebhookTransport.Unreachable) {
        switch error {
        case .refused(let why): self = .refused(why)
        case .stopping: self = .failed("the daemon is stopping")
        }
    }
}

extension CallbackResult {
    fileprivate init(_ error: GuardedWebhookTransport.Unreachable) {
        switch error {
        case .refused(let why): self = .refused(why)
        case .stopping: self = .failed("the daemon is stopping")
        }
    }
}
