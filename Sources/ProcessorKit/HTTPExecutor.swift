import AsyncHTTPClient
import Glibc
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Payments
import Primitives
import Synchronization

/// The one place that talks HTTP to processors.
///
/// Set up for money: HTTP/1.1 only, no redirects, no decompression, no second try of any kind. A request is on the wire
/// at most once per call. One executor for each account: pools, limits and certificates are not shared.
package final class HTTPExecutor: Sendable {
    private let client: HTTPClient
    private let limits: ExecutorLimits
    private let logger: Logger
    private let underWay = Mutex(0)

    /// - Parameter logger: is told method, host, status and time of each exchange at level debug. Never a path, a header or
    ///   a body: they name customers and hold secrets.
    package init(limits: ExecutorLimits = ExecutorLimits(), logger: Logger = HTTPExecutor.silent) {
        self.client = HTTPExecutor.client(limits, tls: nil)
        self.limits = limits
        self.logger = logger
    }

    /// The same with certificates of one's own.
    /// - Throws: when a file cannot be read or holds something else.
    package init(
        limits: ExecutorLimits = ExecutorLimits(), tls: ExecutorTLS, logger: Logger = HTTPExecutor.silent
    ) throws(ExecutorSetupError) {
        self.client = HTTPExecutor.client(limits, tls: try tls.configuration())
        self.limits = limits
        self.logger = logger
    }

    /// Logs nothing.
    package static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }

    private static func client(_ limits: ExecutorLimits, tls: TLSConfiguration?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .microseconds(limits.connect.wholeMicroseconds)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.connections
        return HTTPClient(eventLoopGroup: oneLoop(), configuration: configuration)
    }

    /// One loop for everything that a client does. Were its connections and its requests on different ones, async-http-client
    /// 1.37 would trap when a server answers and hangs up before the request is quite over: it releases a connection that it
    /// has forgotten meanwhile. Any server that is talked to could then stop the daemon.
    static func oneLoop() -> any EventLoop { MultiThreadedEventLoopGroup.singleton.next() }

    /// Sends the request once and waits for the whole answer.
    /// - Parameter deadline: replaces ``ExecutorLimits/total``. Ignores cancellation.
    package func execute(_ exchange: HTTPExchange, deadline: Duration? = nil) async -> WireResult {
        guard enter() else { return .notSent(.full) }
        defer { underWay.withLock { $0 -= 1 } }
        let began = ContinuousClock.now
        let result = await send(exchange, deadline: deadline ?? limits.total)
        log(result, of: exchange, after: ContinuousClock.now - began)
        return result
    }

    /// Closes all connections. Exchanges that still run end as unknown.
    package func shutdown() async {
        try? await client.shutdown()
    }

    private func enter() -> Bool {
        underWay.withLock { count in
            guard count < limits.requests else { return false }
            count += 1
            return true
        }
    }

    private func send(_ exchange: HTTPExchange, deadline: Duration) async -> WireResult {
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
            return .notSent(.badAddress)
        }
        let collector = AnswerCollector(limits: limits)
        let limit = NIODeadline.now() + .microseconds(deadline.wholeMicroseconds)
        let task = client.execute(request: request, delegate: collector, deadline: limit)
        do {
            return .answered(try await task.futureResult.get())
        } catch {
            guard let sent = collector.sent else { return .notSent(HTTPExecutor.notSentReason(error)) }
            return .unknown(HTTPExecutor.unknownReason(error), sent: sent)
        }
    }

    private func log(_ result: WireResult, of exchange: HTTPExchange, after time: Duration) {
        logger.debug("exchange with a processor", metadata: HTTPExecutor.metadata(result, exchange, time))
    }

    private static func metadata(
        _ result: WireResult, _ exchange: HTTPExchange, _ time: Duration
    ) -> Logger.Metadata {
        let outcome =
            switch result {
            case .notSent(let reason): "not sent: \(reason.rawValue)"
            case .answered(let answer): "\(answer.status)"
            case .unknown(let reason, let sent): "unknown: \(reason), sent: \(sent)"
            }
        return [
            "method": "\(exchange.method)", "host": "\(host(of: exchange.url))", "result": "\(outcome)",
            "milliseconds": "\(time.wholeMicroseconds / 1_000)",
        ]
    }

    /// Scheme, host and port: what stands before the path.
    private static func host(of url: String) -> Substring {
        guard let start = url.firstRange(of: "://")?.upperBound else { return "" }
        return url[start...].prefix { $0 != "/" && $0 != "?" }
    }
}

// MARK: - Reasons

extension HTTPExecutor {
    private static func unknownReason(_ error: any Error) -> UnknownReason {
        switch error {
        case is AnswerCollector.TooLarge: .contractViolation
        case is AnswerCollector.TooSlow: .timedOut
        // An answer that ends in the middle is a cut connection, however well it began.
        case let error as HTTPParserError where error != .invalidEOFState: .contractViolation
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: .timedOut
        default: .connectionCut
        }
    }

    private static func notSentReason(_ error: any Error) -> NotSentReason {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout: .connectTimedOut
            case .tlsHandshakeTimeout: .tlsFailed
            case .deadlineExceeded, .getConnectionFromPoolTimeout: .noFreeConnection
            case .alreadyShutdown, .cancelled: .stopped
            case .invalidURL, .emptyHost, .emptyScheme: .badAddress
            default: .other
            }
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: .tlsFailed
        case let error as NIOConnectionError:
            error.connectionErrors.isEmpty && (error.dnsAError != nil || error.dnsAAAAError != nil)
                ? .nameUnknown : .connectFailed
        case is ChannelError, is IOError: .connectFailed
        default: .other
        }
    }
}

extension ExecutorTLS {
    fileprivate func configuration() throws(ExecutorSetupError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorityFile {
            let found = try? NIOSSLCertificate.fromPEMFile(authorityFile)
            guard let found, !found.isEmpty else {
                throw ExecutorSetupError(description: "\(authorityFile) holds no certificate in PEM form.")
            }
            tls.trustRoots = .certificates(found)
        }
        switch (certificateFile, keyFile) {
        case (nil, nil): break
        case (let certificateFile?, let keyFile?):
            guard let chain = try? NIOSSLCertificate.fromPEMFile(certificateFile), !chain.isEmpty else {
                throw ExecutorSetupError(description: "\(certificateFile) holds no certificate in PEM form.")
            }
            guard let key = try? NIOSSLPrivateKey(file: keyFile, format: .pem) else {
                throw ExecutorSetupError(description: "\(keyFile) holds no private key in PEM form.")
            }
            tls.certificateChain = chain.map { .certificate($0) }
            tls.privateKey = .privateKey(key)
        default:
            throw ExecutorSetupError(description: "Give the client certificate and its key, or neither.")
        }
        return tls
    }
}
