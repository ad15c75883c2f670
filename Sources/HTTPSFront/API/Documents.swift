import HTTPTypes
import HummingbirdCore
import NIOCore

/// A document that the daemon hands to everybody as it is: the API's description, and its reference for people.
package struct ServedDocument: Sendable {
    /// The whole path, without braces.
    package let path: String
    /// With the character set.
    package let contentType: String
    /// What a browser may load and do for this page.
    package let contentSecurityPolicy: String
    /// The bytes; nil while there are none. Asked for at each request: keep them.
    package let body: @Sendable () -> [UInt8]?

    package init(
        path: String, contentType: String, contentSecurityPolicy: String = "default-src 'none'; frame-ancestors 'none'",
        body: @escaping @Sendable () -> [UInt8]?
    ) {
        self.path = path
        self.contentType = contentType
        self.contentSecurityPolicy = contentSecurityPolicy
        self.body = body
    }

    /// Browsers keep a document for five minutes: an upgrade changes it.
    var route: Route {
        Route(.get, path) { [self] _ in
            guard let bytes = body() else {
                throw APIError.unknownURL(method: "GET", path: path)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: contentType, .cacheControl: "max-age=300", .xContentTypeOptions: "nosniff",
                    .contentSecurityPolicy: contentSecurityPolicy,
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}
