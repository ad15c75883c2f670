import AdminContract
import Engine
import HTTPListener
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Observability
import Ports
import Primitives

/// From an HTTP request to a handler: who calls, what is asked, may they, and what to answer.
struct AdminFront: Sendable {
    let policy: AdminPolicy
    let router: AdminRouter
    let clock: any WallClock
    let audit: AuditLog
    let logger: Logger
    private let users = UserNames()

    init(
        policy: AdminPolicy, router: AdminRouter, clock: any WallClock, audit: AuditLog, logger: Logger
    ) {
        self.policy = policy
        self.router = router
        self.clock = clock
        self.audit = audit
        self.logger = logger
    }

    /// Whatever happens, the caller gets an answer in JSON.
    func respond(to request: Request, _ arrival: RequestArrival) async -> Response {
        guard case .admitted = arrival.admission else {
            return Self.response(Self.answer(AdminError(.unavailable, "The daemon is busy or stopping. Try again.")))
        }
        let answer = await answer(
            request.method.rawValue, String(request.uri.path), request.uri.query,
            from: { try await PeerCredential.of(arrival.connection) },
            body: { try await Self.body(of: request, arrival) })
        return Self.response(answer)
    }

    /// The same without HTTP: what a test asks.
    func answer(
        _ method: String, _ path: String, _ query: String?, from peer: () async throws -> PeerCredential,
        body: () async throws -> [UInt8]
    ) async -> AdminAnswer {
        do {
            return try await call(method, path, query, try await peer(), body)
        } catch let error as AdminError {
            return Self.answer(error)
        } catch is PeerUnknown {
            return Self.answer(AdminError(.forbidden, "The kernel does not say who you are."))
        } catch StoreError.unavailable(let message) {
            return Self.answer(AdminError(.unavailable, "The disk refused: \(message). Nothing was stored."))
        } catch StoreError.queueFull {
            return Self.answer(AdminError(.unavailable, "The database is too busy. Try again in a moment."))
        } catch {
            logger.say(.error, "admin request failed: \(error)")
            return Self.answer(AdminError(.internal, "This did not work. The daemon's log has the reason."))
        }
    }

    private func call(
        _ method: String, _ path: String, _ query: String?, _ peer: PeerCredential,
        _ body: () async throws -> [UInt8]
    ) async throws -> AdminAnswer {
        let role = policy.role(of: peer)
        let (route, parameters) = try Self.route(method, path)
        guard let role, role >= route.leastRole, router.routes.contains(route) else {
            if route.recording != .no { try await trail(peer, role, route, parameters, []).record(.refused, 403) }
            throw Self.refusal(peer, role, route)
        }
        guard let values = PathText.query(query ?? "") else {
            throw AdminError(.invalid, "The query is malformed or names a parameter twice.")
        }
        let bytes = try await body()
        let trail = trail(peer, role, route, parameters, bytes)
        let request = AdminRequest(
            route: route, parameters: parameters, query: values, body: bytes, role: role, trail: trail)
        if let stream = router.stream(for: route) {
            return AdminAnswer(
                status: 200, body: [], contentType: route.contentType, stream: try await stream(request))
        }
        guard let handler = router.handler(for: route) else { throw Self.refusal(peer, role, route) }
        return AdminAnswer(
            status: 200, body: try await recorded(trail) { try await handler(request) }, contentType: route.contentType)
    }

    /// Runs `work` and leaves in the audit log what its route asks for. What cannot be recorded is not answered.
    private func recorded(_ trail: CallTrail, _ work: () async throws -> [UInt8]) async throws -> [UInt8] {
        if trail.route.recording == .no { return try await work() }
        let begun = trail.route.recording == .around ? try await trail.record(.begun, nil) : nil
        let phase: AuditDraft.Phase = begun == nil ? .done : .ended
        do {
            let bytes = try await work()
            if !trail.isRecorded { try await trail.record(phase, 200, ending: begun) }
            return bytes
        } catch {
            try await trail.record(phase, (error as? AdminError)?.code.status ?? 500, ending: begun)
            throw error
        }
    }

    private func trail(
        _ peer: PeerCredential, _ role: AdminRole?, _ route: AdminRoute, _ parameters: [String], _ body: [UInt8]
    ) -> CallTrail {
        let who = Operator(
            uid: peer.uid, loginUID: peer.loginUID, pid: peer.pid, name: users.name(of: peer.uid),
            role: role?.rawValue ?? "none", isLoginHidden: peer.isLoginHidden)
        return CallTrail(
            who: who, route: route, parameters: parameters, body: body, log: audit, clock: clock, logger: logger)
    }

    private static func route(_ method: String, _ path: String) throws(AdminError) -> (AdminRoute, [String]) {
        switch AdminRoute.match(method: method, path: path) {
        case .route(let route, let parameters): return (route, parameters)
        case .otherMethod: throw AdminError(.method, "\(path) does not take \(method).")
        case .nothing: throw AdminError(.notFound, "There is nothing at \(path). Is florinctl newer than the daemon?")
        }
    }

    private static func refusal(_ peer: PeerCredential, _ role: AdminRole?, _ route: AdminRoute) -> AdminError {
        guard let role else {
            return AdminError(
                .forbidden, "uid \(peer.uid) has no role here: it is in none of the configured groups. Try sudo.")
        }
        return AdminError(.forbidden, "This takes the role \(route.leastRole.rawValue); you are \(role.rawValue).")
    }

    private static func body(of request: Request, _ arrival: RequestArrival) async throws -> [UInt8] {
        do {
            return Array(try await arrival.body(of: request).readableBytesView)
        } catch {
            throw AdminError(.invalid, "The body did not arrive whole, or is larger than \(arrival.bodyLimit) bytes.")
        }
    }

    private static func answer(_ error: AdminError) -> AdminAnswer {
        AdminAnswer(status: error.code.status, body: (try? AdminJSON.encode(AdminErrorBody(error))) ?? [])
    }

    private static func response(_ answer: AdminAnswer) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType]
        // The body of a refused request was not read, and one that goes on ends with its connection.
        if answer.status != 200 || answer.stream != nil { headers[.connection] = "close" }
        let status = HTTPResponse.Status(code: answer.status)
        guard let stream = answer.stream else {
            headers[.contentLength] = String(answer.body.count)
            return Response(
                status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        return Response(
            status: status, headers: headers,
            body: ResponseBody { writer in
                for try await line in stream { try await writer.write(ByteBuffer(bytes: line)) }
                try await writer.finish(nil)
            })
    }
}

/// An HTTP status and, but for a few routes, JSON.
struct AdminAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    var contentType = "application/json"
    /// What follows, for the one route whose answer goes on.
    var stream: AdminStream?
}
