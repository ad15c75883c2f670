import AdminContract
import HTTPListener
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Ports

/// From an HTTP request to a handler: who calls, what is asked, may they, and what to answer.
struct AdminFront: Sendable {
    let policy: AdminPolicy
    let router: AdminRouter
    let clock: any WallClock
    let audit: AdminAudit
    let logger: Logger

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
        } catch StoreError.queueFull {
            return Self.answer(AdminError(.unavailable, "The database is too busy. Try again in a moment."))
        } catch {
            logger.error("admin request failed", metadata: ["error": "\(error)"])
            return Self.answer(AdminError(.internal, "This did not work. The daemon's log has the reason."))
        }
    }

    private func call(
        _ method: String, _ path: String, _ query: String?, _ peer: PeerCredential,
        _ body: () async throws -> [UInt8]
    ) async throws -> AdminAnswer {
        let role = policy.role(of: peer)
        let (route, parameters) = try Self.route(method, path)
        guard let role, role >= route.leastRole, let handler = router.handler(for: route) else {
            if route.isChange { try await record(peer, role, route, parameters, 403) }
            throw Self.refusal(peer, role, route)
        }
        guard let values = PathText.query(query ?? "") else {
            throw AdminError(.invalid, "The query is malformed or names a parameter twice.")
        }
        let request = AdminRequest(
            route: route, parameters: parameters, query: values, body: try await body(), role: role)
        guard route.isChange else { return AdminAnswer(status: 200, body: try await handler(request)) }
        try await record(peer, role, route, parameters, nil)
        do {
            let bytes = try await handler(request)
            try await record(peer, role, route, parameters, 200)
            return AdminAnswer(status: 200, body: bytes)
        } catch {
            try await record(peer, role, route, parameters, (error as? AdminError)?.code.status ?? 500)
            throw error
        }
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

    /// Every call that changes something leaves a line, whoever made it.
    private func record(
        _ peer: PeerCredential, _ role: AdminRole?, _ route: AdminRoute, _ parameters: [String], _ status: Int?
    ) async throws {
        logger.notice(
            "admin call",
            metadata: [
                "call": "\(route.rawValue)", "parameters": "\(parameters)", "uid": "\(peer.uid)", "pid": "\(peer.pid)",
                "role": "\(role?.rawValue ?? "none")", "status": "\(status.map { String($0) } ?? "begins")",
            ])
        try await audit(
            AdminAuditRecord(
                time: clock.now(), uid: peer.uid, pid: peer.pid, role: role, route: route, parameters: parameters,
                status: status))
    }

    private static func answer(_ error: AdminError) -> AdminAnswer {
        AdminAnswer(status: error.code.status, body: (try? AdminJSON.encode(AdminErrorBody(error))) ?? [])
    }

    private static func response(_ answer: AdminAnswer) -> Response {
        var headers: HTTPFields = [.contentType: "application/json", .contentLength: String(answer.body.count)]
        // The body of a refused request was not read: the connection cannot carry another.
        if answer.status != 200 { headers[.connection] = "close" }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

/// An HTTP status and JSON.
struct AdminAnswer: Hashable, Sendable {
    let status: Int
    let body: [UInt8]
}
