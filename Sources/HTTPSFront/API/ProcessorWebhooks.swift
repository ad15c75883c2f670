import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments
import Ports
import Primitives

/// `POST /webhooks/processors/{connection}`: where processors post. Public, because the message proves itself; answered as
/// soon as what it leads to is on disk.
struct ProcessorWebhooks: Sendable {
    let receive: @Sendable (InboundWebhook, ConnectionID) async -> ProcessorNotices.Reception

    /// Answers a processor that asks whose address this is; nil when nobody here is asked.
    let answerChallenge: @Sendable (String, ConnectionID) async -> String?

    var routes: [Route] {
        [
            Route(.post, "/webhooks/processors/{connection}", take),
            Route(.get, "/webhooks/processors/{connection}", prove),
        ]
    }

    private func prove(_ context: RequestContext) async throws -> Response {
        guard let id = context.pathValues.first.flatMap({ ConnectionID($0) }),
            let query = context.request.head.path?.split(separator: "?", maxSplits: 1).dropFirst().first,
            let answer = await answerChallenge(String(query), id)
        else { return Response(status: .notFound) }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer)))
    }

    private func take(_ context: RequestContext) async throws -> Response {
        guard let id = context.pathValues.first.flatMap({ ConnectionID($0) }) else {
            return Response(status: .notFound)
        }
        let body = try await context.body()
        let headers = context.request.headers.map { (name: $0.name.rawName, value: $0.value) }
        let message = InboundWebhook(headers: headers, body: Array(body.readableBytesView))
        switch await receive(message, id) {
        case .accepted: return Response(status: .ok)
        case .refused: return Response(status: .badRequest)
        case .nobody: return Response(status: .notFound)
        case .unavailable: return Response(status: .serviceUnavailable)
        }
    }
}
