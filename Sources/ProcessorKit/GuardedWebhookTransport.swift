import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import Ports
import Primitives

/// Posts webhooks through ``AddressGuard``: one address, no redirects, a bounded answer, and a deadline that holds from the resolution of
/// the name to the last byte of the answer.
package final class GuardedWebhookTransport: WebhookTransport {
    private let names: NameLookups
    private let clients = PinnedClients()
    private let deadline: Duration

    private static let maximumAnswerBytes = 16 * 1_024

    /// - Parameter deadline: of a webhook; a question has its own.
    package init(addressGuard: AddressGuard, deadline: Duration = .seconds(10)) {
        names = NameLookups(addressGuard)
        self.deadline = deadline
    }

    package func post(url: String, headers: [(name: String, value: String)], body: [UInt8]) async -> WebhookResult {
        let end = NIODeadline.now() + .microseconds(deadline.wholeMicroseconds)
        do {
            return try await clients.use(try await pin(for: url, until: end)) { client in
                let response = try await client.execute(
                    Self.request(url, headers, body, agent: "webhooks"), deadline: end)
                // The answer's body means nothing; reading it lets the connection be used again.
                _ = try? await response.body.collect(upTo: Self.maximumAnswerBytes)
                return .answered(status: Int64(response.status.code))
            }
        } catch NameLookups.Failure.refused(let refusal) {
            return .refused(refusal.message)
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
        if error is NameLookups.Failure { return "the host name could not be looked up in time" }
        return switch error as? HTTPClientError {
        case .deadlineExceeded?, .connectTimeout?: "no answer in time"
        default: "the connection failed"
        }
    }

    private func pin(for url: String, until end: NIODeadline) async throws -> PinnedClients.Pin {
        let resolved = try await names.address(of: url, until: end)
        return PinnedClients.Pin(host: resolved.host, address: resolved.address)
    }

    /// Closes all connections.
    package func shutdown() async { await clients.shutdown() }
}

extension GuardedWebhookTransport: CallbackTransport {
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
        do {
            return try await clients.use(try await pin(for: request.url, until: end)) { client in
                try await Self.answer(of: client, to: request, until: end, maximumBytes)
            }
        } catch NameLookups.Failure.refused(let refusal) {
            return .refused(refusal.message)
        } catch {
            return .failed(Self.words(for: error))
        }
    }

    private static func answer(
        of client: HTTPClient, to request: HTTPClientRequest, until end: NIODeadline, _ maximumBytes: Int
    ) async throws -> CallbackResult {
        try await withThrowingTaskGroup(of: CallbackResult.self) { group in
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
    }
}
