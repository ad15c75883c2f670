import Engine
import HTTPTypes
import HummingbirdCore
import Payments
import Ports
import Primitives

/// The `/v1` resources over the engine.
///
/// ```swift
/// let responder = FrontResponder(routes: RouteTable(API(services).routes), …)
/// ```
package struct API: Sendable {
    let services: APIServices
    /// One for each method and URL, in the order of docs/openapi.yaml.
    let endpoints: [Endpoint]

    package init(_ services: APIServices) {
        self.services = services
        endpoints =
            Customers(services: services).endpoints + PaymentMethods(services: services).endpoints
            + Tokens(services: services).endpoints + PaymentIntents(services: services).endpoints
            + Charges(services: services).endpoints + Refunds(services: services).endpoints
            + Balances(services: services).endpoints + Events(services: services).endpoints
            + WebhookEndpoints(services: services).endpoints + Bots(services: services).endpoints
            + People(services: services).endpoints + Wallets(services: services).endpoints
            + FriendTransfers(services: services).endpoints
    }

    /// Everything the API answers, for a ``RouteTable``.
    package var routes: [Route] {
        var routes = endpoints.map { endpoint in
            Route(endpoint.method, endpoint.pattern) { context in try await answer(endpoint, context) }
        }
        if let document = services.options.description {
            routes.append(
                Route(.get, "/openapi.yaml") { _ in .document(document, "application/yaml; charset=utf-8") })
        }
        if let complete = services.options.completeAuthentication {
            routes += SandboxAuthentication(complete: complete).routes
        }
        return routes
    }

    private func answer(_ endpoint: Endpoint, _ context: RequestContext) async throws -> Response {
        Response.json(
            try await answer(
                endpoint, context.id, path: context.path, pathValues: context.pathValues,
                headers: context.request.headers
            ) { () throws(APIError) in try await context.parameters() })
    }

    /// Carries one request out.
    /// - Parameter parameters: called once the caller is known to be allowed: it reads the body.
    /// - Throws: ``APIError`` for every kind of failure.
    func answer(
        _ endpoint: Endpoint, _ id: RequestID, path: String, pathValues: [Substring], headers: HTTPFields,
        _ parameters: () async throws(APIError) -> Parameters
    ) async throws(APIError) -> Answer {
        let observer = services.options.observer
        let began = observer.moment()
        let principal = try await authenticate(headers)
        observer.ended(.authentication, since: began)
        try endpoint.access.check(principal)
        let call = APICall(
            id: id, method: endpoint.method, path: path, pathValues: pathValues, headers: headers,
            principal: principal, parameters: try await parameters(), services: services)
        let isChange = endpoint.method != .get
        if isChange { try services.options.limiter.enter() }
        defer { if isChange { services.options.limiter.leave() } }
        do {
            return try await endpoint.run(call)
        } catch {
            throw APIError(error, report: services.options.report)
        }
    }
}

/// One method on one URL.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let pattern: String
    let access: Access
    let run: @Sendable (APICall) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ pattern: String, _ access: Access,
        _ run: @escaping @Sendable (APICall) async throws -> Answer
    ) {
        self.method = method
        self.pattern = pattern
        self.access = access
        self.run = run
    }
}

extension Response {
    static func json(_ answer: Answer) -> Response {
        var response = Response.json(HTTPResponse.Status(code: Int(answer.status)), answer.body)
        if answer.isReplay { response.headers[.idempotentReplayed] = "true" }
        return response
    }

    static func document(_ bytes: [UInt8], _ type: String) -> Response {
        var response = Response.json(.ok, bytes)
        response.headers[.contentType] = type
        return response
    }
}
