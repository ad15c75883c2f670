package import Engine
package import HTTPListener
package import HTTPTypes
package import HummingbirdCore
import Instruments
package import Logging
import NIOCore
import Observability
package import Payments
package import Ports
import Primitives

/// What every request goes through before and after its handler: request id, health checks, admission, routing, errors,
/// the log line.
package struct FrontResponder: Sendable {
    let routes: RouteTable
    let randomness: any Randomness
    let limiter: LoadLimiter
    let isReady: @Sendable () async -> Bool
    let state: ServiceState
    let logger: Logger
    let requests: RequestLog
    private let health = RouteMeter(method: "GET", route: "/healthz")
    private let unmatched = RouteMeter(method: "any", route: "unmatched")
    private let preflights = RouteMeter(method: "OPTIONS", route: "preflight")

    /// - Parameters:
    ///   - limiter: how much work is let in; the one that the API counts in.
    ///   - state: what keeps requests from being taken; asked for each one.
    ///   - requests: what operators watch.
    ///   - isReady: whether the store answers, for `/readyz`; a stopping listener is never ready.
    package init(
        routes: RouteTable, randomness: any Randomness, limiter: LoadLimiter = LoadLimiter(),
        state: ServiceState = ServiceState(), logger: Logger,
        requests: RequestLog = RequestLog(now: { Int64(clamping: MonotonicTime.nanoseconds) }),
        isReady: @escaping @Sendable () async -> Bool
    ) {
        self.state = state
        self.routes = routes
        self.randomness = randomness
        self.limiter = limiter
        self.logger = logger
        self.requests = requests
        self.isReady = isReady
    }

    /// The times of all routes, for metrics.
    package var meters: [RouteMeter] { routes.routes.map(\.meter) + [health, unmatched, preflights] }

    /// Answers one request; to be given to a ``ListenerService``.
    package func respond(to request: Request, _ arrival: RequestArrival) async -> Response {
        let began = MonotonicTime.nanoseconds
        let target = request.head.path ?? "/"
        let path = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
        let context = RequestContext(
            id: randomness.identifier(at: arrival.receivedAt), receivedAt: arrival.receivedAt, request: request,
            arrival: arrival, path: path)
        var (response, meter, error) = await answer(context)
        response.headers[.requestID] = context.id.text
        CrossOrigin.open(&response, context, routes)
        meter.record(status: response.status.code, since: began)
        // No path, no query, no address of the caller: each may be personal data.
        // What went wrong here is written at the level that operators see.
        let isOurFault = response.status.code >= 500 && response.status.code != 503
        logger.say(
            isOurFault ? .notice : .info,
            "\(context.id) \("route", meter) \("status", response.status.code) \("microseconds", MonotonicTime.since(began) / 1_000)"
                + context.subject.report
        )
        if requests.isWatched { note(context, response, error, since: began) }
        if error?.isOverload == true { await arrival.pauseRefusal() }
        return response
    }

    /// Shows a request to the operators who watch. A key that was not taken is nobody's, and might be another secret.
    private func note(_ context: RequestContext, _ response: Response, _ error: APIError?, since began: UInt64) {
        let key = context.header(.authorization).flatMap { API.key(in: $0) }
        requests.note(
            context.id, at: context.receivedAt, context.method.rawValue, RouteTable.echo(context.path),
            status: response.status.code, microseconds: Int64(clamping: MonotonicTime.since(began) / 1_000),
            key: response.status.code == 401 ? nil : key.map { String(decoding: $0.suffix(4), as: UTF8.self) },
            error: error.map { $0.code ?? "\($0.kind.text)" })
    }

    /// - Returns: also the error that the answer tells of.
    private func answer(_ context: RequestContext) async -> (Response, RouteMeter, APIError?) {
        if let answer = await answerHealth(context) { return (answer, health, nil) }
        if let answer = CrossOrigin.preflight(context, routes) { return (answer, preflights, nil) }
        let match = routes.match(context.method, context.path)
        var meter = unmatched
        if case .handler(let route, _) = match { meter = route.meter }
        do {
            switch context.arrival.admission {
            case .admitted:
                let isChange = context.method != .get && context.method != .head
                if let hold = state.hold(onChange: isChange) { throw APIError.held(hold) }
                return (try await follow(match, context), meter, nil)
            case .overloaded: throw APIError.overloaded()
            case .stopping: throw APIError.stopping
            }
        } catch let error as APIError {
            return (.error(error, requestID: context.id), meter, error)
        } catch {
            // The error's own text may quote what the caller sent, so only its type is logged.
            logger.say(.error, "a request failed: \(context.id) on \("route", meter): \(error)")
            return (.error(.internalError, requestID: context.id), meter, .internalError)
        }
    }

    private func follow(_ match: RouteTable.Match, _ context: RequestContext) async throws -> Response {
        switch match {
        case .handler(let route, let pathValues):
            if route.isChange { try limiter.look() }
            var context = context
            context.pathValues = pathValues
            return try await route.handler(context)
        case .otherMethod(let allowed):
            throw APIError.methodNotAllowed(
                method: context.method.rawValue, path: RouteTable.echo(context.path), allowed: allowed)
        case .none:
            throw APIError.unknownURL(method: context.method.rawValue, path: RouteTable.echo(context.path))
        }
    }

    /// Health checks answer whatever the load, so that a busy server is not taken for a dead one.
    private func answerHealth(_ context: RequestContext) async -> Response? {
        guard context.path == "/healthz" || context.path == "/readyz" else { return nil }
        guard context.method == .get || context.method == .head else {
            let error = APIError.methodNotAllowed(
                method: context.method.rawValue, path: context.path, allowed: "GET, HEAD")
            return .error(error, requestID: context.id)
        }
        if context.path == "/healthz" { return .text(.ok, "ok\n") }
        if case .stopping = context.arrival.admission { return .text(.serviceUnavailable, "stopping\n") }
        // Whoever spreads the load takes a paused daemon for a good one: it answers reads.
        if let hold = state.current.first(where: { $0 != .paused }) {
            return .text(.serviceUnavailable, "\(hold.rawValue)\n")
        }
        return await isReady() ? .text(.ok, "ready\n") : .text(.serviceUnavailable, "not ready\n")
    }
}

extension RouteTable {
    /// A path that may be shown and logged: segments that could hold a card number are masked.
    static func echo(_ path: String) -> String {
        guard path.utf8.count <= 256 else { return "…" }
        return path.split(separator: "/", omittingEmptySubsequences: false)
            .map { segment in
                // What stands behind the number of a chat platform's bot is its secret.
                if segment.hasPrefix("bot"), segment.contains(where: { $0 == ":" || $0 == "%" }) { return "bot…" }
                return segment.isEmpty ? "" : ParameterTree.echo(identifier: segment.utf8)
            }.joined(separator: "/")
    }
}

// MARK: - Answers

extension HTTPField.Name {
    // The names are literals in the form of a token, so they are never nil.
    package static let requestID = HTTPField.Name("Request-Id") ?? .server
    package static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .server
    package static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed") ?? .server
}

extension Response {
    /// An answer of complete JSON bytes.
    package static func json(_ status: HTTPResponse.Status = .ok, _ bytes: [UInt8]) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(6)
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A short plain answer, for health checks.
    package static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// The one place that turns an ``APIError`` into an answer. `Request-Id` is added to every answer elsewhere.
    package static func error(_ error: APIError, requestID: RequestID?) -> Response {
        var response = Response.json(HTTPResponse.Status(code: error.status), error.json(requestID: requestID))
        if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        if let allowed = error.allowedMethods { response.headers[.allow] = allowed }
        if error.status == 401 { response.headers[.wwwAuthenticate] = "Bearer realm=\"florin\"" }
        if error.closesConnection { response.headers[.connection] = "close" }
        return response
    }
}
