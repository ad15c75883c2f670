import Hummingbird
import Logging
import NIOCore
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import ServiceLifecycle
import Synchronization

/// Keeps hold of the connection, so that it can be cut.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// The acquirer over plain HTTP on the loopback address.
struct SandboxServer: Sendable {
    let acquirer: SandboxAcquirer
    let line: FaultyAcquirer
    let clock: any WallClock
    /// How long a request that is never to be answered is kept open.
    let silence: Duration

    private static let maximumHeld = 1_024

    /// - Parameter onRunning: is told the port once connections are taken.
    func application(port: Int, onRunning: @escaping @Sendable (Int) async -> Void) -> some ApplicationProtocol {
        var logger = Logger(label: "florin-sandbox")
        logger.logLevel = .critical  // A connection that is cut on purpose is no error.
        return Application(
            router: router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "florin-sandbox"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                acquirer.servePages(at: "http://127.0.0.1:\(port)")
                await onRunning(port)
            },
            logger: logger)
    }

    private func router() -> Router<ConnectionContext> {
        let router = Router(context: ConnectionContext.self)
        let held = Held(limit: SandboxServer.maximumHeld)
        router.post("/v1/message") { request, context in
            let body = try await request.body.collect(upTo: SandboxLines.maximumBytes)
            return await play(line.handle(Array(body.readableBytesView)), on: context.channel, held)
        }
        router.get("/healthz") { _, _ in text("ok\n") }
        router.get("/book") { _, _ in book() }
        router.get("/totals") { request, _ in try await totals(request) }
        router.post("/faults") { request, _ in
            let body = try await request.body.collect(upTo: 1_024)
            do {
                line.follow(try FaultPlan(parsing: trimmed(body)))
                return text("ok\n")
            } catch {
                return text("\(error)\n", status: .badRequest)
            }
        }
        router.get("/faults") { _, _ in
            let counts = line.counts.sorted { $0.key.rawValue < $1.key.rawValue }
            return json("{" + counts.map { "\"\($0.key.rawValue)\":\($0.value)" }.joined(separator: ",") + "}\n")
        }
        router.get("/sandbox/authenticate/:reference") { _, context in
            let reference = context.parameters.get("reference") ?? ""
            guard let amount = try await acquirer.waitingAuthentication(reference: reference) else {
                return html(AuthenticationPage.answer(.notFound), status: .notFound)
            }
            return html(AuthenticationPage.question(amount))
        }
        router.post("/sandbox/authenticate/:reference") { request, context in
            let body = try await request.body.collect(upTo: 1_024)
            guard let succeeded = AuthenticationPage.result(form: body.readableBytesView) else {
                return text("Send result=pass or result=fail.\n", status: .badRequest)
            }
            let reference = context.parameters.get("reference") ?? ""
            let result = try await acquirer.completeAuthentication(reference: reference, succeeded: succeeded)
            return html(AuthenticationPage.answer(result), status: result == .notFound ? .notFound : .ok)
        }
        return router
    }

    /// Brings the answer back, or not, as the acquirer wants it.
    private func play(_ answer: AcquirerAnswer, on channel: any Channel, _ held: Held) async -> Response {
        switch answer.delivery {
        case .atOnce: break
        case .after(let delay): await held.keep(for: delay, on: clock)
        case .never:
            await held.keep(for: silence, on: clock)
            channel.close(promise: nil)
        case .cut: channel.close(promise: nil)
        }
        return Response(
            status: .init(code: answer.status), headers: [.contentType: "text/plain"],
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// The whole book as JSON lines, read in pages.
    private func book() -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: .init { writer in
                var last: SandboxReference?
                while true {
                    let page = try await acquirer.operations(after: last, limit: 500)
                    guard let next = page.last?.reference else { break }
                    last = next
                    try await writer.write(ByteBuffer(string: page.map(\.jsonLine).joined()))
                }
                try await writer.finish(nil)
            })
    }

    private func totals(_ request: Request) async throws -> Response {
        let code = request.uri.queryParameters.get("currency") ?? ""
        guard let currency = Currency(code: code) else {
            return text("Name the currency: /totals?currency=usd\n", status: .badRequest)
        }
        let totals = try await acquirer.totals(currency)
        return json(
            "{\"currency\":\"\(currency.lowercaseCode)\",\"captured\":\(totals.captured),"
                + "\"refunded\":\(totals.refunded),\"pushed\":\(totals.pushed),\"held\":\(totals.held)}\n")
    }
}

/// Counts requests that wait for nothing, so that they stay bounded; past the limit they do not wait.
private final class Held: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func keep(for time: Duration, on clock: any WallClock) async {
        let isAdmitted = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { return }
        // A stop must not wait for those who wait for nothing.
        try? await cancelWhenGracefulShutdown { try await clock.sleep(for: time) }
        count.withLock { $0 -= 1 }
    }
}

private func text(_ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain") -> Response {
    Response(
        status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
}

private func html(_ page: String, status: HTTPResponse.Status = .ok) -> Response {
    text(page, status: status, type: "text/html; charset=utf-8")
}

private func json(_ text: String) -> Response { florin_sandbox.text(text, type: "application/json") }

private func trimmed(_ body: ByteBuffer) -> String {
    String(decoding: body.readableBytesView.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
}
