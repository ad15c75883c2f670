package import HTTPTypes
package import HummingbirdCore

/// Does the work of one route. Errors other than ``APIError`` become a 500 and a log line.
package typealias RouteHandler = @Sendable (RequestContext) async throws -> Response

/// One URL the server answers.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// `/v1/payment_intents/{id}/capture`. A segment in braces matches any one segment.
    package let pattern: String
    package let handler: RouteHandler
    package let meter: RouteMeter
    /// Whether pages of other origins may call it, with a publishable key.
    package let isForPages: Bool

    /// - Parameters:
    ///   - pattern: also the route's name in metrics.
    ///   - isForPages: see there.
    package init(
        _ method: HTTPRequest.Method, _ pattern: String, isForPages: Bool = false, _ handler: @escaping RouteHandler
    ) {
        self.isForPages = isForPages
        self.method = method
        self.pattern = pattern
        self.handler = handler
        meter = RouteMeter(method: method.rawValue, route: pattern)
    }

    /// Whether it may change something, and so has to find room (``LoadLimiter``).
    var isChange: Bool { method != .get && method != .head }
}

/// All routes, as a tree over path segments. A plain list goes in, so that tests hold it against the API description.
package struct RouteTable: Sendable {
    /// What a path leads to.
    enum Match {
        case handler(Route, pathValues: [Substring])
        /// The URL exists, but not with this method; the methods it has.
        case otherMethod(allowed: String)
        case none
    }

    private final class Node: Sendable {
        let literals: [Substring: Node]
        let parameter: Node?
        let handlers: [HTTPRequest.Method: Route]
        let allowed: String

        /// - Parameter routes: what is left of each pattern below this node.
        init(_ routes: [(segments: ArraySlice<Substring>, route: Route)]) {
            var below: [Substring: [(segments: ArraySlice<Substring>, route: Route)]] = [:]
            var handlers: [HTTPRequest.Method: Route] = [:]
            for (segments, route) in routes {
                guard let first = segments.first else {
                    handlers[route.method] = route
                    continue
                }
                below[first.first == "{" ? "{}" : first, default: []].append((segments.dropFirst(), route))
            }
            self.handlers = handlers
            allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
            parameter = below.removeValue(forKey: "{}").map(Node.init)
            literals = below.mapValues(Node.init)
        }
    }

    package let routes: [Route]
    private let root: Node

    /// - Parameter routes: of two with one method and pattern the later one counts.
    package init(_ routes: [Route]) {
        self.routes = routes
        root = Node(routes.map { (RouteTable.segments(of: $0.pattern)[...], $0) })
    }

    /// - Parameter path: without query. A slash at its end makes no difference.
    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        guard let (node, values) = find(path) else { return .none }
        if let route = node.handlers[method] { return .handler(route, pathValues: values) }
        return node.handlers.isEmpty ? .none : .otherMethod(allowed: node.allowed)
    }

    /// What there is on a path, whatever the method.
    func routes(at path: String) -> some Collection<Route> { find(path)?.node.handlers.values ?? [:].values }

    private func find(_ path: String) -> (node: Node, values: [Substring])? {
        var node = root
        var values: [Substring] = []
        for segment in RouteTable.segments(of: path) {
            if let next = node.literals[segment] {
                node = next
            } else if let next = node.parameter {
                values.append(segment)
                node = next
            } else {
                return nil
            }
        }
        return (node, values)
    }

    private static func segments(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: true)
    }
}
