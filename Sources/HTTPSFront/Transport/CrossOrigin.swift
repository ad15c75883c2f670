import HTTPTypes
import HummingbirdCore

/// Lets pages of any origin call what a publishable key may call, and nothing else (the CORS protocol of the Fetch standard).
///
/// The preflight is answered for exactly those methods on exactly those URLs. A page can read an answer only when the request
/// carried a publishable key: one that holds a secret key has no business in a browser, and is told nothing.
enum CrossOrigin {
    /// The answer to a preflight.
    /// - Returns: nil for what is no preflight, and for what no page may call: that goes the way of every request.
    static func preflight(_ context: RequestContext, _ routes: RouteTable) -> Response? {
        let headers = context.request.headers
        guard context.method == .options, headers[.origin] != nil, let asked = headers[.corsRequestMethod] else {
            return nil
        }
        let methods = routes.routes(at: context.path).filter(\.isForPages).map(\.method.rawValue)
        guard methods.contains(asked) else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .corsAllowOrigin: "*", .corsAllowMethods: methods.sorted().joined(separator: ", "),
                .corsAllowHeaders: "authorization, content-type, idempotency-key, stripe-version",
                .corsMaxAge: "7200", .cacheControl: "no-store",
            ])
    }

    /// Lets the page read the answer, if it may; errors too.
    static func open(_ response: inout Response, _ context: RequestContext, _ routes: RouteTable) {
        guard context.request.headers[.origin] != nil,
            let header = context.request.headers[.authorization], let key = API.key(in: header),
            key.starts(with: "pk_".utf8),
            routes.routes(at: context.path).contains(where: { $0.isForPages && $0.method == context.method })
        else { return }
        response.headers[.corsAllowOrigin] = "*"
        response.headers[.corsExposeHeaders] = "request-id, retry-after, idempotent-replayed"
    }
}

extension HTTPField.Name {
    // The names are literals in the form of a token, so they are never nil.
    static let corsRequestMethod = HTTPField.Name("Access-Control-Request-Method") ?? .server
    static let corsAllowOrigin = HTTPField.Name("Access-Control-Allow-Origin") ?? .server
    static let corsAllowMethods = HTTPField.Name("Access-Control-Allow-Methods") ?? .server
    static let corsAllowHeaders = HTTPField.Name("Access-Control-Allow-Headers") ?? .server
    static let corsExposeHeaders = HTTPField.Name("Access-Control-Expose-Headers") ?? .server
    static let corsMaxAge = HTTPField.Name("Access-Control-Max-Age") ?? .server
}
