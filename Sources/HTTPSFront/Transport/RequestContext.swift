import Engine
package import HTTPListener
package import HTTPTypes
package import HummingbirdCore
package import NIOCore
package import Payments
package import Primitives

/// One request on its way to a handler.
package struct RequestContext: Sendable {
    /// `req_…`: in the answer's `Request-Id`, in errors and in log lines.
    package let id: RequestID
    package let receivedAt: Timestamp
    package let request: Request
    package let arrival: RequestArrival
    /// The path without query, as it was sent.
    package let path: String
    /// For the request's line in the log.
    let subject = SubjectNote()
    /// The values of the path's `{…}` segments, in order.
    package internal(set) var pathValues: [Substring] = []

    package var method: HTTPRequest.Method { request.method }
    package var remoteAddress: SocketAddress? { arrival.remoteAddress }

    /// Where the caller is, for limits.
    var clientAddress: ClientAddress? { remoteAddress.flatMap(ClientAddress.init) }

    /// A header that counts only when it is there once: a repeated one is joined by commas.
    package func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

    /// The identifier at one of the path's `{…}` segments.
    /// - Throws: 404 `resource_missing`, as for one that does not exist.
    package func identifier<Kind>(
        _ position: Int = 0, of object: StaticString, _: Kind.Type = Kind.self
    ) throws(APIError) -> Identifier<Kind> {
        guard position < pathValues.count, let id = Identifier<Kind>(pathValues[position]) else {
            throw .noSuch(object, id: nil)
        }
        return id
    }

    /// The whole body.
    /// - Throws: 400, 408 or 413. Call at most once, and not together with ``parameters()``.
    package func body() async throws(APIError) -> ByteBuffer {
        do {
            return try await arrival.body(of: request)
        } catch .tooLarge {
            throw .bodyTooLarge(limit: arrival.bodyLimit)
        } catch .timedOut {
            throw .bodyTimedOut
        } catch {
            throw .bodyCut
        }
    }

    /// The parameters of query string and body. Authenticate before: it reads the body.
    /// - Throws: as ``body()``, and 400 or 415 for what cannot be parsed. Call at most once.
    package func parameters() async throws(APIError) -> Parameters {
        let body = try await body()
        let target = request.head.path ?? ""
        let query = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { target.utf8[target.utf8.index(after: $0)...] }
        let queryBytes = query.map(Array.init) ?? []
        let contentType = request.headers[.contentType]
        let parsed = queryBytes.withUnsafeBytes { query in
            body.withUnsafeReadableBytes { body in
                Result { () throws(APIError) in
                    try Parameters.parse(query: query, body: body, contentType: contentType)
                }
            }
        }
        return try parsed.get()
    }
}

extension ClientAddress {
    /// One household or server has at least 64 bits of IPv6 addresses, so only the first 64 tell one from another.
    /// - Returns: nil for what is no Internet address.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            self.init(SIMD2(ClientAddress.mapped, withUnsafeBytes(of: address.address) { number($0[4..<8]) }))
        case .v6(let address):
            let (first, second) = withUnsafeBytes(of: address.address) { (number($0[8..<16]), number($0[16..<24])) }
            // An IPv4 address in IPv6 clothes is the IPv4 address.
            let isMapped = first == 0 && second >> 32 == ClientAddress.mapped
            self.init(isMapped ? SIMD2(ClientAddress.mapped, second & 0xFFFF_FFFF) : SIMD2(first, 0))
        case .unixDomainSocket: return nil
        }
        // Both structures begin with four bytes of family and port; the longer one has four of flow label then.
        func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    /// No IPv6 network begins so: these 16 bits stand before IPv4 addresses.
    static let mapped: UInt64 = 0xFFFF
}
