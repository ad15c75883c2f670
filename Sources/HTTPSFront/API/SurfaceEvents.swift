import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments
import Ports
import Primitives

/// `/webhooks/surfaces/{account}`: where a chat platform posts what happens at a bot's page. Public, because what is posted proves
/// itself; answered as soon as it is on disk.
struct SurfaceEvents: Sendable {
    let services: APIServices

    var routes: [Route] {
        [
            Route(.get, "/webhooks/surfaces/{account}", answerChallenge),
            Route(.post, "/webhooks/surfaces/{account}", takeEvents),
        ]
    }

    private func answerChallenge(_ context: RequestContext) async throws -> Response {
        let query = context.request.head.path?.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        guard let id = context.pathValues.first.flatMap({ SurfaceAccountID($0) }),
            let answer = try await services.useCases.surfaces.arrivals.answer(challenge: Array(query.utf8), of: id)
        else { return try stranger(context, .forbidden, "verify_token is not the one of this account") }
        return Self.text(.ok, answer)
    }

    private func takeEvents(_ context: RequestContext) async throws -> Response {
        guard let id = context.pathValues.first.flatMap({ SurfaceAccountID($0) }) else {
            return try stranger(context, .notFound, "nobody listens here")
        }
        let body = try await context.body()
        let headers = context.request.headers.map { (name: $0.name.rawName, value: $0.value) }
        let limiter = services.options.limiter
        try limiter.enter()
        defer { limiter.leave() }
        let arrivals = services.useCases.surfaces.arrivals
        switch try await arrivals.take(Array(body.readableBytesView), headers: headers, for: id) {
        case .taken: return Self.text(.ok, "EVENT_RECEIVED")
        case .nobody: return try stranger(context, .notFound, "nobody listens here")
        case .wrongSignature:
            return try stranger(
                context, .forbidden,
                "the body is not signed with this account's app_secret, in X-Hub-Signature-256 or X-Hub-Signature")
        case .unreadable: return Self.text(.badRequest, "this is no envelope with object page and entry")
        case .otherAccount: return Self.text(.forbidden, "this is about another page than this account's")
        }
    }

    /// Whoever does not know the secret is guessing, and may not do so for long.
    private func stranger(
        _ context: RequestContext, _ status: HTTPResponse.Status, _ words: String
    ) throws(APIError) -> Response {
        if let seconds = services.rates.secondsToWait(forUnknown: context.clientAddress, isWrite: true) {
            throw .tooManyRequests(retryAfterSeconds: seconds)
        }
        return Self.text(status, words)
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
