import HTTPTypes
import HummingbirdCore
import NIOCore

/// A document that the daemon hands to everybody as it is: the API's description, its reference for people, and the pages
/// that people pay on.
package struct ServedDocument: Sendable {
    /// The whole path; a segment in braces is any one, and does not change what is served.
    package let path: String
    /// With the character set.
    package let contentType: String
    /// What a browser may load and do for this page.
    package let contentSecurityPolicy: String
    /// How long browsers keep it, and who else may.
    package let cacheControl: String
    /// Names the bytes, in quotes, so that a browser that has them is told so; nil for none.
    package let tag: String?
    /// Whether pages elsewhere may load it, with an integrity value too.
    package let isForOtherOrigins: Bool
    /// The bytes; nil while there are none. Asked for at each request: keep them.
    package let body: @Sendable () -> [UInt8]?
    /// The same bytes for browsers that take gzip; nil where they are sent as they are.
    package let gzipped: [UInt8]?

    package init(
        path: String, contentType: String, contentSecurityPolicy: String = "default-src 'none'; frame-ancestors 'none'",
        cacheControl: String = "max-age=300", tag: String? = nil, isForOtherOrigins: Bool = false,
        gzipped: [UInt8]? = nil, body: @escaping @Sendable () -> [UInt8]?
    ) {
        self.path = path
        self.contentType = contentType
        self.contentSecurityPolicy = contentSecurityPolicy
        self.cacheControl = cacheControl
        self.tag = tag
        self.isForOtherOrigins = isForOtherOrigins
        self.gzipped = gzipped
        self.body = body
    }

    /// What answers it.
    package var route: Route {
        Route(.get, path) { [self] context in
            if let tag, let known = context.request.headers[.ifNoneMatch], known.contains(tag) {
                return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: cacheControl])
            }
            guard var bytes = body() else {
                throw APIError.unknownURL(method: "GET", path: path)
            }
            var headers: HTTPFields = [
                .contentType: contentType, .cacheControl: cacheControl, .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: contentSecurityPolicy, .referrerPolicy: "no-referrer",
            ]
            headers[.eTag] = tag
            if let gzipped {
                headers[.vary] = "Accept-Encoding"
                if Self.takesGzip(context.header(.acceptEncoding)) {
                    headers[.contentEncoding] = "gzip"
                    bytes = gzipped
                }
            }
            if isForOtherOrigins {
                headers[.corsAllowOrigin] = "*"
                headers[.crossOriginResourcePolicy] = "cross-origin"
            }
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }

    /// Whether gzip stands in `Accept-Encoding` (RFC 9110, section 12.5.3) and is not refused there.
    static func takesGzip(_ accepted: String?) -> Bool {
        (accepted ?? "").prefix(1000).split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard parts.first == "gzip" else { return false }
            // A weight of nothing but zeros refuses it.
            return parts.dropFirst().allSatisfy {
                !$0.hasPrefix("q=") || $0.dropFirst(2).contains { "123456789".contains($0) }
            }
        }
    }
}

extension HTTPField.Name {
    // The literals have the form of tokens, so they are never nil.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .server
}
