import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments
import Ports
import Primitives

/// Calls in the words of chat platforms: `/bot{token}/{method}` for Telegram, `/v{n}/me/…` for Messenger. The token says who
/// calls, and is never logged. Answers, errors too, are in the platform's envelope.
struct SurfaceRoutes: Sendable {
    let services: APIServices

    var routes: [Route] {
        [
            Route(.get, "/{bot}/{method}", telegram), Route(.post, "/{bot}/{method}", telegram),
            Route(.get, "/{version}/me", messenger), Route(.post, "/{version}/me/messages", messenger),
            Route(.get, "/{version}/me/messenger_profile", messenger),
            Route(.post, "/{version}/me/messenger_profile", messenger),
            Route(.delete, "/{version}/me/messenger_profile", messenger),
            Route(.post, "/{version}/me/thread_settings", messenger),
        ]
    }

    private func telegram(_ context: RequestContext) async throws -> Response {
        // Somebody's profile in Messenger's words has a path of the same shape.
        if context.method == .get, Self.isProfile(context.pathValues) { return try await messenger(context) }
        guard context.pathValues.count == 2, context.pathValues[0].hasPrefix("bot") else { throw unknown(context) }
        let token = context.pathValues[0].dropFirst(3).replacing("%3A", with: ":").replacing("%3a", with: ":")
        return try await answer(context, .telegram, token: String(token), path: String(context.pathValues[1]))
    }

    /// `/v2.6/1254`: a version of two numbers, and a person's number.
    private static func isProfile(_ values: [Substring]) -> Bool {
        guard values.count == 2, values[0].hasPrefix("v"), values[0].contains(".") else { return false }
        return values[1].utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    private func messenger(_ context: RequestContext) async throws -> Response {
        guard let version = context.pathValues.first, version.hasPrefix("v"), version.utf8.count <= 8,
            let path = context.path.dropFirst().firstIndex(of: "/").map({ context.path[$0...].dropFirst() })
        else { throw unknown(context) }
        let bearer = context.header(.authorization).flatMap { API.key(in: $0) }
        let token = bearer.map { String(decoding: $0, as: UTF8.self) } ?? SurfaceRoutes.accessToken(in: context) ?? ""
        return try await answer(context, .messenger, token: token, path: String(path))
    }

    private func unknown(_ context: RequestContext) -> APIError {
        .unknownURL(method: context.method.rawValue, path: RouteTable.echo(context.path))
    }

    /// Bots of that platform send their token in the query, percent-encoded or as it is.
    private static func accessToken(in context: RequestContext) -> String? {
        let query = query(of: context)
        let parameters = query.withUnsafeBytes { query in
            try? Parameters.parse(
                query: query, body: UnsafeRawBufferPointer(start: nil, count: 0), contentType: nil)
        }
        return try? parameters?.optionalString("access_token", max: 512)
    }

    private static func query(of context: RequestContext) -> [UInt8] {
        let target = context.request.head.path ?? ""
        return target.utf8.firstIndex(of: UInt8(ascii: "?")).map { Array(target.utf8[target.utf8.index(after: $0)...]) }
            ?? []
    }

    private func answer(
        _ context: RequestContext, _ surface: SurfaceName, token: String, path: String
    ) async throws -> Response {
        let desk = services.useCases.surfaces
        guard let dialect = desk.dialect(surface) else { throw unknown(context) }
        do {
            guard let opened = try await desk.accounts.account(token: token, surface) else {
                try limit(services.rates.secondsToWait(forUnknown: context.clientAddress, isWrite: true))
                throw SurfaceRefusal(
                    status: surface == .telegram ? 401 : 400, code: "190",
                    message: surface == .telegram ? "Unauthorized" : "Invalid OAuth access token.")
            }
            let isWrite = context.method != .get
            try limit(services.rates.secondsToWait(forSurface: opened.account, isWrite: isWrite))
            let call = try await call(context, path)
            try (dialect as? any ProvingDialect)?.checkProof(
                in: call, of: token, for: opened.credentials, isRequired: opened.needsProof)
            let demand = try dialect.demand(of: call, mode: opened.account.mode)
            if !demand.waits { try services.options.limiter.enter() }
            defer { if !demand.waits { services.options.limiter.leave() } }
            let outcome = try await desk.perform(demand, for: opened) { url in
                _ = try WebhookEndpoints.checked(url, named: "url", services.options)
            }
            return .json(.ok, dialect.reply(outcome, for: opened.account.account))
        } catch {
            let refusal = SurfaceRefusal(error, report: services.options.report)
            var response = Response.json(
                HTTPResponse.Status(code: refusal.status), dialect.reply(refusal, trace: context.id.text))
            if let seconds = refusal.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    private func limit(_ secondsToWait: Int?) throws(APIError) {
        if let secondsToWait { throw .tooManyRequests(retryAfterSeconds: secondsToWait) }
    }

    private func call(_ context: RequestContext, _ path: String) async throws -> SurfaceCall {
        guard let verb = SurfaceCall.Verb(rawValue: context.method.rawValue) else { throw unknown(context) }
        let body = try await context.body()
        return SurfaceCall(
            verb: verb, path: path, query: SurfaceRoutes.query(of: context), contentType: context.header(.contentType),
            body: Array(body.readableBytesView))
    }
}

extension SurfaceDemand {
    /// Whether the caller may stay for a while without anything being done.
    fileprivate var waits: Bool {
        if case .updates = self { true } else { false }
    }
}

extension SurfaceRefusal {
    /// Whatever went wrong, for the platform's envelope.
    fileprivate init(_ error: any Error, report: (Report) -> Void) {
        if let refusal = error as? SurfaceRefusal {
            self = refusal
            return
        }
        let error = APIError(error, report: report)
        self.init(status: error.status, message: error.message)
        retryAfterSeconds = error.retryAfterSeconds.map { Int64($0) }
    }
}
