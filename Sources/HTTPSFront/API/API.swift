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

    /// Every operation of the API over one set of use cases.
    package init(_ services: APIServices) {
        self.services = services
        endpoints =
            Customers(services: services).endpoints + CustomerSearches(services: services).endpoints
            + PaymentMethods(services: services).endpoints
            + Tokens(services: services).endpoints + PaymentIntents(services: services).endpoints
            + SetupIntents(services: services).endpoints + Mandates(services: services).endpoints
            + Checkouts(services: services).endpoints + PaymentLinks(services: services).endpoints
            + CheckoutRefs(services: services).endpoints + AvailabilityEndpoints(services: services).endpoints
            + Charges(services: services).endpoints + Refunds(services: services).endpoints
            + Disputes(services: services).endpoints
            + Payouts(services: services).endpoints + ExternalAccounts(services: services).endpoints
            + BalanceSettings(services: services).endpoints + Reports(services: services).endpoints
            + Balances(services: services).endpoints + Events(services: services).endpoints
            + WebhookEndpoints(services: services).endpoints + WebhookDeliveries(services: services).endpoints
            + TestClockEndpoints(services: services).endpoints + Bots(services: services).endpoints
            + People(services: services).endpoints + PersonPINEndpoints(services: services).endpoints
            + Wallets(services: services).endpoints
            + FriendTransfers(services: services).endpoints
            + PersonSessionEndpoints(services: services).endpoints
            + SurfaceAccountEndpoints(services: services).endpoints + CheckoutButtons(services: services).endpoints
            + CheckoutReceipts(services: services).endpoints
    }

    /// Everything the API answers, for a ``RouteTable``.
    package var routes: [Route] {
        var routes = endpoints.map { endpoint in
            Route(endpoint.method, endpoint.pattern, isForPages: endpoint.callers.contains(.browser)) { context in
                try await answer(endpoint, context)
            }
        }
        routes += SurfaceRoutes(services: services).routes
        routes += SurfaceEvents(services: services).routes
        routes += services.options.documents.map(\.route)
        routes.append(IntakeKeyRoute(services: services).route)
        routes += CheckoutPageEndpoints(services: services).routes + PaymentLinkRoute(services: services).routes
        if let complete = services.options.completeAuthentication {
            routes += SandboxAuthentication(complete: complete).routes
        }
        if let receive = services.options.receiveNotice {
            routes += ProcessorWebhooks(receive: receive, answerChallenge: services.options.answerChallenge).routes
        }
        return routes
    }

    private func answer(_ endpoint: Endpoint, _ context: RequestContext) async throws -> Response {
        let answer = try await answer(
            endpoint, context.id, path: context.path, pathValues: context.pathValues,
            headers: context.request.headers, address: { context.clientAddress }
        ) { () throws(APIError) in try await context.parameters() }
        context.subject.note(answer.body)
        return Response.json(answer)
    }

    /// Carries one request out.
    /// - Parameters:
    ///   - address: where it comes from; asked for only when the caller has no key of their own.
    ///   - parameters: called once the caller is known to be allowed: it reads the body.
    /// - Throws: ``APIError`` for every kind of failure.
    func answer(
        _ endpoint: Endpoint, _ id: RequestID, path: String, pathValues: [Substring], headers: HTTPFields,
        address: () -> ClientAddress? = { nil }, _ parameters: () async throws(APIError) -> Parameters
    ) async throws(APIError) -> Answer {
        let observer = services.options.observer
        let began = observer.moment()
        let principal = try await admit(endpoint, headers, address)
        observer.ended(.authentication, since: began)
        var parts = RequestParts(id: id, path: path, pathValues: pathValues, headers: headers)
        if principal?.callsFromItsOwnDevice == true { parts.address = address() }
        let request = parts
        let (limiter, isChange) = (services.options.limiter, endpoint.method != .get)
        var isCounted = false
        defer { if isCounted { limiter.leave() } }
        do {
            return try await endpoint.answer(principal, request, services) { () throws(APIError) in
                let read = try await parameters()
                if isChange {
                    try limiter.enter()
                    isCounted = true
                }
                return read
            }
        } catch {
            throw APIError(error, report: services.options.report)
        }
    }
}

extension Principal {
    fileprivate var callsFromItsOwnDevice: Bool {
        switch self {
        case .browser, .person: true
        case .platform, .bot: false
        }
    }
}

extension Response {
    static func json(_ answer: Answer) -> Response {
        var response = Response.json(HTTPResponse.Status(code: Int(answer.status)), answer.body)
        if answer.isReplay { response.headers[.idempotentReplayed] = "true" }
        return response
    }
}
