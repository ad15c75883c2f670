import AsyncHTTPClient
import FlorinTesting
import Foundation
import HTTPListener
import HTTPSFront
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Primitives
import ServiceLifecycle

/// A directory with a self-signed certificate for localhost, made for this run and removed with it.
final class TestCertificate: Sendable {
    let directory: URL
    var chainFile: String { directory.appendingPathComponent("cert.pem").path }
    var keyFile: String { directory.appendingPathComponent("key.pem").path }

    init(commonName: String = "localhost") throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("florin-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try issue(commonName: commonName)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Writes a fresh key and certificate over the old ones.
    func issue(commonName: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=\(commonName)", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", keyFile,
            "-out",
            chainFile,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CertificateFailure(status: process.terminationStatus) }
    }

    /// Puts this certificate's key where `other`'s should be.
    func replaceKey(of other: TestCertificate) throws {
        try FileManager.default.removeItem(atPath: other.keyFile)
        try FileManager.default.copyItem(atPath: keyFile, toPath: other.keyFile)
    }

    struct CertificateFailure: Error { let status: Int32 }
}

/// A running listener on loopback with a client that trusts it.
struct TestServer {
    let port: Int
    let client: HTTPClient
    let certificate: TestCertificate
    let box: CertificateBox
    let service: ListenerService
    let stop: @Sendable () -> Void

    var requestsInFlight: Int { service.requestsInFlight }

    func url(_ path: String) -> String { "https://localhost:\(port)\(path)" }

    func get(_ path: String) async throws -> (status: Int, body: String, headers: [String: String]) {
        try await send(HTTPClientRequest(url: url(path)))
    }

    func send(_ request: HTTPClientRequest) async throws -> (status: Int, body: String, headers: [String: String]) {
        let response = try await client.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 1 << 20)
        let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        return (Int(response.status.code), String(buffer: body), headers)
    }

    /// Runs `body` against a listener with `routes`, then stops the listener and waits for its end.
    static func run(
        limits: ListenerLimits = ListenerLimits(), routes: [Route] = TestServer.routes, http1Only: Bool = false,
        isReady: @escaping @Sendable () async -> Bool = { true }, limiter: LoadLimiter = LoadLimiter(),
        _ body: @escaping (TestServer) async throws -> Void
    ) async throws {
        let certificate = try TestCertificate()
        let box = try CertificateBox(chainFile: certificate.chainFile, keyFile: certificate.keyFile)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let responder = FrontResponder(
            routes: RouteTable(routes), randomness: SeededRandomness(seed: 1), limiter: limiter, logger: logger,
            isReady: isReady)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let service = ListenerService(
            name: "test", address: .tcp(host: "127.0.0.1", port: 0), transport: .tls(box), limits: limits,
            logger: logger,
            now: { Timestamp(seconds: 1_784_610_545) },
            onListening: { address in listening.yield(address.port ?? 0) },
            respond: { request, arrival in await responder.respond(to: request, arrival) })
        let group = ServiceGroup(services: [service], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            let (stops, stopping) = AsyncStream.makeStream(of: Void.self)
            tasks.addTask {
                for await _ in stops { break }
                await group.triggerGracefulShutdown()
            }
            let client = try TestServer.client(trusting: certificate, http1Only: http1Only)
            let server = TestServer(
                port: port, client: client, certificate: certificate, box: box, service: service,
                stop: { stopping.yield() })
            let result = await Result { try await body(server) }
            stopping.finish()
            try? await client.shutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    static func client(trusting certificate: TestCertificate, http1Only: Bool) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(certificate.chainFile)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = http1Only ? .http1Only : .automatic
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(20))
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    static let routes = [
        Route(.get, "/v1/hello") { context in .json(.ok, Array("{\"path\":\"\(context.path)\"}".utf8)) },
        Route(.post, "/v1/echo") { context in
            let parameters = try await context.parameters()
            let amount = try parameters.integer("amount", in: 1...99_999_999)
            try parameters.finish()
            return .json(.ok, JSONWriter.object { $0.field("amount", amount) })
        },
        Route(.get, "/v1/broken") { _ in throw Unforeseen(secret: "4242424242424242") },
    ]

    struct Unforeseen: Error { let secret: String }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

extension Array where Element: Sendable {
    /// The elements one after the other, for a request body of unknown length.
    func async() -> AsyncStream<Element> {
        AsyncStream { continuation in
            for element in self { continuation.yield(element) }
            continuation.finish()
        }
    }
}

/// A bare TCP (or TLS) connection on which a test writes whatever it likes.
struct RawConnection {
    let channel: any Channel
    /// Everything the server sent, when it has closed the connection.
    let received: EventLoopFuture<String>

    static func open(port: Int, tls: TestCertificate? = nil) async throws -> RawConnection {
        let received = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(Self.handler(trusting: tls)) }
                try channel.pipeline.syncOperations.addHandler(Collector(received))
            }
        }
        return RawConnection(
            channel: try await bootstrap.connect(host: "127.0.0.1", port: port).get(), received: received.futureResult)
    }

    /// Begins TLS on a connection that was opened without.
    func greet(_ tls: TestCertificate) async throws {
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.addHandler(Self.handler(trusting: tls), position: .first)
        }.get()
    }

    private static func handler(trusting tls: TestCertificate) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(tls.chainFile)
        return try NIOSSLClientHandler(
            context: NIOSSLContext(configuration: configuration), serverHostname: "localhost")
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<String>
        private var text = ""

        init(_ promise: EventLoopPromise<String>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { promise.succeed(text) }
        func handlerRemoved(context: ChannelHandlerContext) { promise.succeed(text) }  // also when connecting failed
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
