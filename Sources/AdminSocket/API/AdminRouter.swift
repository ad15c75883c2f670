import AdminContract

/// Answers one route with the bytes of its JSON.
typealias AdminHandler = @Sendable (AdminRequest) async throws -> [UInt8]

/// Each feature contributes its routes; together they are all of them.
struct AdminRouter: Sendable {
    private let handlers: [AdminRoute: AdminHandler]

    init(handlers: [AdminRoute: AdminHandler]) { self.handlers = handlers }

    var routes: Set<AdminRoute> { Set(handlers.keys) }

    func handler(for route: AdminRoute) -> AdminHandler? { handlers[route] }
}

/// A part of the API.
protocol AdminFeature: Sendable {
    var handlers: [AdminRoute: AdminHandler] { get }
}

/// Turns a function that returns a value into one that returns its JSON.
func json<Value: Encodable & SendableMetatype>(_ answer: @escaping @Sendable (AdminRequest) async throws -> Value)
    -> AdminHandler
{
    { request in try AdminJSON.encode(try await answer(request)) }
}
