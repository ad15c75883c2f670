import AdminContract

/// Answers one route with the bytes of its JSON.
typealias AdminHandler = @Sendable (AdminRequest) async throws -> [UInt8]

/// Answers a route whose answer goes on.
typealias AdminStreamHandler = @Sendable (AdminRequest) async throws -> AdminStream

/// Each feature contributes its routes; together they are all of them.
struct AdminRouter: Sendable {
    private let handlers: [AdminRoute: AdminHandler]

    private let streams: [AdminRoute: AdminStreamHandler]

    init(handlers: [AdminRoute: AdminHandler], streams: [AdminRoute: AdminStreamHandler] = [:]) {
        self.handlers = handlers
        self.streams = streams
    }

    var routes: Set<AdminRoute> { Set(handlers.keys).union(streams.keys) }

    func stream(for route: AdminRoute) -> AdminStreamHandler? { streams[route] }

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
