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

    var routes: [Route] { [Route(.post, "/webhooks/processors/{connection}", take)] }

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
