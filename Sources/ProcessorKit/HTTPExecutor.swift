import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import Payments
import Primitives

/// The one place that talks HTTP to processors.
///
/// Set up for money: HTTP/1.1 only, no redirects, no decompression, no second try of any kind. A request is on the wire
/// at most once per call.
package final class HTTPExecutor: Sendable {
    private let client: HTTPClient
    private let maximumBodyBytes: Int

    /// - Parameters:
    ///   - connections: how many requests to one host run at once; the rest wait for theirs until their deadline.
    ///   - maximumBodyBytes: a longer answer is cut off and counts as a contract violation.
    package init(
        connectTimeout: Duration = .seconds(3), connections: Int = 64, maximumBodyBytes: Int = 1 << 20
    ) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .microseconds(connectTimeout.wholeMicroseconds)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// Sends the request once and waits for the whole answer, at most until `deadline` has passed from now.
    /// Ignores cancellation.
    package func execute(_ exchange: HTTPExchange, deadline: Duration) async -> HTTPResult {
        var body = ByteBuffer(bytes: exchange.body)
        // Once the exchange is over nobody else holds these bytes, and this overwrites them in place.
        defer {
            body.withVeryUnsafeMutableBytes { bytes in _ = bytes.baseAddress.map { explicit_bzero($0, bytes.count) } }
        }
        let request: HTTPClient.Request
        do {
            request = try HTTPClient.Request(
                url: exchange.url, method: HTTPMethod(rawValue: exchange.method),
                headers: HTTPHeaders(exchange.headers.map { ($0.name, $0.value) }),
                body: exchange.body.isEmpty ? nil : .byteBuffer(body))
        } catch {
            return .notSent
        }
        let collector = AnswerCollector(limit: maximumBodyBytes)
        let limit = NIODeadline.now() + .microseconds(deadline.wholeMicroseconds)
        let task = client.execute(request: request, delegate: collector, deadline: limit)
        do {
            return .answered(try await task.futureResult.get())
        } catch {
            return collector.wasSent ? .unknown(HTTPExecutor.reason(error)) : .notSent
        }
    }

    /// Closes all connections. Exchanges that still run end as unknown.
    package func shutdown() async {
        try? await client.shutdown()
    }

    private static func reason(_ error: any Error) -> UnknownReason {
        switch error {
        case is AnswerCollector.TooLarge: .contractViolation
        // An answer that ends in the middle is a cut connection, however well it began.
        case let error as HTTPParserError where error != .invalidEOFState: .contractViolation
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: .timedOut
        default: .connectionCut
        }
    }
}
